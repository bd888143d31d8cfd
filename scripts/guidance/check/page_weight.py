"""How heavy a built site's pages are, what a month of reading them comes to in requests and bytes, and which free
hosts take the site.

Measured on the files themselves, compressed as a host would; what scripts load later (search) is not counted.
"""

import gzip
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html
from msgspec import Struct

from guidance.check.permanence import rules_of
from guidance.document.model import GuidanceError

FIRST_VISITS = 0.6  # share of reads by somebody whose browser holds nothing of the site: most follow one link
# Share of reads by kind of page. An estimate of ours, to be replaced by what a host counts.
MIX: Mapping[str, float] = {"permalinks": 0.4, "text": 0.3, "other pages": 0.25, "comparisons": 0.05}
_KINDS = (
    ("permalinks", re.compile(r"^[^/]+/[pt]/[^/]+/index\.html$|^t/[^/]+/index\.html$")),
    ("embeds", re.compile(r"^embed/")),
    ("comparisons", re.compile(r"^[^/]+/compare/")),
)
_PACKED = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt"}
_PUBLISHES = 52 / 12  # a month
_LEVEL = 6  # of gzip, as servers have it


class Weight(Struct, frozen=True):
    """What the pages of a kind weigh on average, in bytes sent: the page itself, and what it loads with it."""

    kind: str
    pages: int
    page: float
    assets: float
    requests: float  # for one read with an empty browser cache, the page itself among them


class Month(Struct, frozen=True):
    """What some reads come to: requests and bytes that leave the host (or the CDN's edges)."""

    requests: int
    sent: int


def weigh(site: Path) -> tuple[Weight, ...]:
    """The weights of a built site's kinds of page; copies below `latest/` are not counted twice.

    Raises GuidanceError when there is no site.
    """
    if not (site / "index.html").is_file():
        raise GuidanceError(f"{site}: there is no built site here; run make site first")
    size = cache(_sent)
    found: dict[str, list[tuple[int, int, int]]] = {}
    for path in sorted(site.rglob("*.html")):
        place = path.relative_to(site).as_posix()
        if place.startswith(("latest/", "specimen/")) or place == "404.html":
            continue
        assets = _assets(site, path)
        weights = (size(path), sum(size(asset) for asset in assets), 1 + len(assets))
        found.setdefault(_kind(site, place), []).append(weights)
    return tuple(
        Weight(kind, len(all_), *(sum(column) / len(all_) for column in zip(*all_, strict=True)))
        for kind, all_ in sorted(found.items())
    )


def month(weights: Iterable[Weight], reads: int, mix: Mapping[str, float] = MIX) -> Month:
    """What so many reads come to. Kinds of `mix` that the site lacks are left out, and the others scaled up."""
    known = {weight.kind: weight for weight in weights if weight.kind in mix}
    whole = sum(mix[kind] for kind in known)
    requests = sent = 0.0
    for kind, weight in known.items():
        share = reads * mix[kind] / whole
        requests += share * (1 + FIRST_VISITS * (weight.requests - 1))
        sent += share * (weight.page + FIRST_VISITS * weight.assets)
    return Month(round(requests), round(sent))


def refill(site: Path) -> Month:
    """What one place of a CDN asks of the host in a month at most, when it keeps every file until the next publish:
    each file once a publish, which is weekly."""
    files = [path for path in site.rglob("*") if path.is_file()]
    sent = sum(_sent(path) for path in files)
    return Month(round(len(files) * _PUBLISHES), round(sent * _PUBLISHES))


# --- What free hosts take ----------------------------------------------------------------------------


class Host(Struct, frozen=True):
    """What a host takes at most; None where it says nothing. `rules`: whether it reads `_redirects`, None where
    that is not known of all that ours hold."""

    name: str
    files: int | None = None  # in all
    folder: int | None = None  # in one folder
    size: int | None = None  # bytes in all
    largest: int | None = None  # bytes of one file
    kinds: int | None = None  # rules with `*`
    rules: bool | None = False
    more: str = ""


# As their documentation had it in November 2026: docs.github.com, GitHub Pages limits; docs.netlify.com, site
# deploys; developers.cloudflare.com/pages, limits and redirects (of the free plan).
HOSTS = (
    Host(
        "GitHub Pages", size=10**9, more="; it also ends a deployment after 10 minutes, which is not measured here"
    ),
    Host("Cloudflare Pages", files=20_000, largest=25 * 2**20, kinds=100, rules=True),
    Host("Netlify", folder=54_000, rules=None),
)


def fit_hosts(site: Path, hosts: Iterable[Host] = HOSTS) -> Iterator[str]:
    """A line on each host: whether it takes the site, and why not."""
    sizes, rules = {path: path.stat().st_size for path in site.rglob("*") if path.is_file()}, rules_of(site)
    yield f"{len(sizes):,} files, {sum(sizes.values()) / 1e6:.0f} MB"
    for host in hosts:
        counted = (
            (host.files, len(sizes), "files"),
            (host.folder, max(Counter(path.parent for path in sizes).values(), default=0), "files in a folder"),
            (host.size, sum(sizes.values()), "bytes"),
            (host.largest, max(sizes.values(), default=0), "bytes in a file"),
            (host.kinds, sum("*" in rule.source for rule in rules), "rules with *"),
        )
        over = [
            f"{number:,} {what}, and it takes {limit:,}"
            for limit, number, what in counted
            if limit is not None and number > limit
        ]
        if rules and host.rules is False:
            over.append("it reads no _redirects, so addresses would be lost; build without --rules")
        if over:
            yield f"{host.name}: does not take it ({'; '.join(over)})"
        elif rules and host.rules is None:
            yield f"{host.name}: not known here whether it reads these _redirects; build without --rules"
        else:
            yield f"{host.name}: takes it{host.more}"


def say_weights(weights: Collection[Weight], reads: int, behind: Month | None = None) -> list[str]:
    """Weights, a month, and what a CDN leaves of it, in words, a line each."""
    lines = [
        f"{w.kind}: {w.pages} pages, {w.page / 1000:.1f} kB each, with {w.assets / 1000:.1f} kB more in "
        f"{w.requests - 1:.1f} files at a first visit"
        for w in weights
    ]
    all_ = month(weights, reads)
    shares = ", ".join(f"{share:.0%} {kind}" for kind, share in MIX.items())
    lines.append(
        f"{reads:,} reads a month ({shares}; {FIRST_VISITS:.0%} first visits): {all_.requests / 1e6:.1f} million "
        f"requests, {all_.sent / 1e9:.0f} GB"
    )
    if behind:
        lines.append(
            f"behind a CDN that keeps files until the next publish, each place of it asks the host for at "
            f"most {behind.requests:,} files a month, {behind.sent / 1e9:.2f} GB"
        )
    return lines


def _kind(site: Path, place: str) -> str:
    named = next((kind for kind, pattern in _KINDS if pattern.search(place)), None)
    if named:
        return named
    top = place.partition("/")[0]
    return "text" if (site / top / "provisions.json").is_file() else "other pages"


def _sent(path: Path) -> int:
    content = path.read_bytes()
    return len(gzip.compress(content, _LEVEL, mtime=0)) if path.suffix in _PACKED else len(content)


def _assets(site: Path, page: Path) -> list[Path]:
    """The files of the site that a browser loads with a page: styles, scripts, icons, pictures not put off."""
    content = page.read_bytes()
    if not content.strip():
        return []
    root = html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8"))
    addresses = [script.get("src") for script in root.iter("script")]
    addresses += [picture.get("src") for picture in root.iter("img") if picture.get("loading") != "lazy"]
    for link in root.iter("link"):
        if set((link.get("rel") or "").lower().split()) & {"stylesheet", "icon", "preload", "modulepreload"}:
            addresses.append(link.get("href"))
    inner = [
        parts.path for parts in map(urlsplit, filter(None, addresses)) if not parts.scheme and not parts.netloc
    ]
    places = ((site if path.startswith("/") else page.parent, path) for path in inner if path)
    files = dict.fromkeys((base / unquote(path).lstrip("/")).resolve() for base, path in places)
    return [file for file in files if file.is_file()]
