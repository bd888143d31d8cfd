"""What a host reads of a site and no reader does: headers with the content security policy, sitemaps, robots.txt,
and where asked for the rules by which it leads addresses on.

The policy allows the scripts that stand in the built pages, each by its hash, and no other that is not a file.
"""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatch
from html import escape
from pathlib import PurePosixPath

from lxml import etree, html
from msgspec import Struct

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}
"""The content security policy that every page keeps. It does not forbid framing: quotations are made to be framed,
and no page acts for its reader, so there is nothing that a frame could steal."""

_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
OPEN = ("/embed.js", "/quoting.js", "/quotations/*", "/status/*", "/oembed/*")  # what other sites' pages read
OPEN_HEADERS = {"Access-Control-Allow-Origin": "*"}
INDEX = "sitemap-index.xml"
"""Names all sitemaps. `sitemap.xml` is that of the pages at the root: Material's instant navigation looks for them
there, and not in what only names other sitemaps."""
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


_RUN = {"", "module", "importmap", "speculationrules", "text/javascript", "application/javascript"}


def root_files(
    paths: Iterable[str], editions: Collection[str], site_url: str | None, scripts: Iterable[str] = ()
) -> dict[str, bytes]:
    """The files, by name. `paths` are those of all files of the site, `editions` its editions' folders, `scripts`
    the hashes of the scripts that stand in its pages; sitemaps need to know its address."""
    files = {"_headers": _headers(scripts), "robots.txt": _robots(site_url)}
    if not site_url:
        return files
    base = site_url.rstrip("/")
    groups: dict[str, list[str]] = defaultdict(list)
    for path in sorted(path for path in paths if PurePosixPath(path).name == "index.html"):
        page = PurePosixPath(path).parent
        if "latest" not in page.parts[:2] and "embed" not in page.parts:
            groups[_group(page, editions)].append(page.as_posix())
    maps = {f"sitemap-{group}.xml": _sitemap(base, members) for group, members in sorted(groups.items())}
    rows = "".join(f"<sitemap><loc>{escape(base)}/{name}</loc></sitemap>\n" for name in maps)
    index = f'{_HEAD}<sitemapindex xmlns="{_SITEMAPS}">\n{rows}</sitemapindex>\n'
    return {**files, **maps, INDEX: index.encode()}


def _group(page: PurePosixPath, editions: Collection[str]) -> str:
    """Which sitemap a page stands in: its edition's, its edition's short addresses', or that of all other pages."""
    edition = next((one for one in editions if page.is_relative_to(one)), None)
    if edition is None:
        return "pages"
    name = edition.replace("/", "-")
    return f"{name}-paragraphs" if page.relative_to(edition).parts[:1] == ("p",) else name


def _sitemap(base: str, pages: Iterable[str]) -> bytes:
    rows = "".join(f"<url><loc>{escape(base)}/{'' if p == '.' else escape(p) + '/'}</loc></url>\n" for p in pages)
    return f'{_HEAD}<urlset xmlns="{_SITEMAPS}">\n{rows}</urlset>\n'.encode()


def undated(sitemap: bytes) -> bytes:
    """A sitemap of MkDocs' without the dates in it, which are those of the build and not of the pages."""
    root = etree.fromstring(sitemap)
    for date in root.iter(f"{{{_SITEMAPS}}}lastmod"):
        date.text = ""
    etree.strip_elements(root, f"{{{_SITEMAPS}}}lastmod", with_tail=True)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _robots(site_url: str | None) -> bytes:
    """It names the sitemap of the pages at the root first, and then the list of all."""
    where = [f"Sitemap: {site_url.rstrip('/')}/{name}" for name in ("sitemap.xml", INDEX)] if site_url else []
    return "\n".join(("User-agent: *", "Allow: /", *where, "")).encode()


# --- Headers and the policy in them ------------------------------------------------------------------


def inline_scripts(page: bytes) -> frozenset[str]:
    """The scripts that stand in a page and that a browser would run, each as a policy's source: its SHA-256."""
    found = set()
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True)
    for script in html.document_fromstring(page, parser=parser).iter("script"):
        kind = script.get("type", "").strip().lower()
        if script.get("src") is None and kind in _RUN:
            digest = hashlib.sha256((script.text or "").encode()).digest()
            found.add(f"'sha256-{base64.b64encode(digest).decode()}'")
    return frozenset(found)


def write_policy(scripts: Iterable[str] = ()) -> str:
    """The content security policy of pages with these scripts in them, as a header or a `<meta>` says it."""
    allowed = {**POLICY, "script-src": " ".join((POLICY["script-src"], *sorted(scripts)))}
    return "; ".join(f"{name} {value}" for name, value in allowed.items())


def _headers(scripts: Iterable[str]) -> bytes:
    """In the form that Netlify and Cloudflare Pages read; for others it says what to set."""
    all_pages = {"Content-Security-Policy": write_policy(scripts), **_HEADERS}
    rules = {"/*": all_pages, **dict.fromkeys(OPEN, OPEN_HEADERS)}
    return "".join(
        f"{path}\n" + "".join(f"  {name}: {value}\n" for name, value in headers.items())
        for path, headers in rules.items()
    ).encode()


def headers_for(path: str, rules: str) -> dict[str, str]:
    """What a host that reads a `_headers` file sends with a path of the site."""
    sent: dict[str, str] = {}
    applies = False
    for line in rules.splitlines():
        if not line.startswith(" "):
            applies = fnmatch(path, line)
        elif applies:
            name, _, value = line.strip().partition(": ")
            sent[name] = value
    return sent


# --- Rules in place of pages that only lead on -------------------------------------------------------

RULES = "_redirects"  # its name, and its form: one rule a line, the address, where it leads, the status
FRAME, LINEAGE = "frame", "lineage"  # on a permalink page: shown alone in a frame; where its text stands


class Rule(Struct, frozen=True):
    """Addresses that a host leads on, with one `*` at their end or none, and where to (`:splat` for what it is)."""

    source: str
    target: str


def site_rules(places: Iterable[Sequence[str]], own: Iterable[Rule] = ()) -> bytes:
    """The rules of a site. `places` are those of each edition, its own before those of its aliases, from the site's
    root; `own` are for single addresses.

    Cloudflare Pages follows a rule even where there is a file, takes the first that fits, and wants those without
    `*` first: https://developers.cloudflare.com/pages/configuration/redirects/
    """
    single, kinds = list(own), list[Rule]()
    for place, *aliases in places:
        above, _, edition = f"/{place}".rpartition("/")
        single += [Rule(f"/{alias}", f"/{place}/") for alias in aliases]
        kinds += [Rule(f"/{alias}/*", f"/{place}/:splat") for alias in aliases]
        kinds.append(Rule(f"{above}/embed/{edition}/*", f"/{place}/p/:splat#{FRAME}"))
        for start in (f"{above}/t/{edition}-para-*", f"{above}/t/{edition}-*"):
            kinds.append(Rule(start, f"/{place}/p/:splat#{LINEAGE}"))
    kinds.sort(key=lambda rule: (-len(rule.source), rule.source))  # 2018-a before 2018
    return "".join(f"{rule.source} {rule.target} 302\n" for rule in (*single, *kinds)).encode()


def read_rules(content: str) -> tuple[Rule, ...]:
    """The rules in a `_redirects` file."""
    lines = (line.split() for line in content.splitlines() if not line.startswith("#"))
    return tuple(Rule(words[0], words[1]) for words in lines if len(words) > 1)


def follow(path: str, rules: Iterable[Rule]) -> str | None:
    """Where a host leads a path from its root ("/t/2023-para-45/"); None where no rule is for it."""
    for rule in rules:
        start, star, _ = rule.source.partition("*")
        if path == rule.source or (star and path.startswith(start)):
            return rule.target.replace(":splat", path[len(start) :])
    return None


def is_answered(path: str, files: Collection[str], rules: Iterable[Rule]) -> bool:
    """Whether a host answers where a file of a site was: with the file, or by a rule that leads to another one."""
    led = follow(f"/{path.removesuffix('index.html')}", rules)
    if led is None:
        return path in files
    place = led.partition("#")[0].lstrip("/")
    return (f"{place}index.html" if place.endswith("/") or not place else place) in files
