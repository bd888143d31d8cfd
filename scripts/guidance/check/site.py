"""Invariants of the built site, seen from its HTML and data files alone: whatever made them is not trusted.

Reads files and reports; mends nothing, and uses no network.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar, get_args
from urllib.parse import unquote, urlsplit

import msgspec
from lxml import etree, html
from msgspec import Struct, structs

from guidance.check.permanence import find_shifts, held_by, lost, recorded, rules_of, say_shifts, site_paths
from guidance.document.anchors import MEANINGS, PERMALINKS, permalink_path, read_meanings, read_permalinks
from guidance.document.model import GuidanceError, Strength
from guidance.document.register import read_register
from guidance.site.host_files import Rule, follow, is_answered
from guidance.site.permalink_index import LINEAGES_FILE, lineage_path, read_lineages

T = TypeVar("T")


def survey_texts(site: Path) -> Iterator[str]:
    """A line on the citations of each edition with text, and one on its corrections where there are any."""
    for path in sorted(site.rglob("edition.json")):
        held, where = _decoded(path, dict[str, Any]) or {}, path.relative_to(site).as_posix()
        if isinstance(held.get("citations"), dict):
            yield f"{where}: {_citations(held['citations'])}"
        if held.get("corrections"):
            yield f"{where}: {len(held['corrections'])} faults of the source are mended, and listed for readers"


def _citations(figures: dict[str, object]) -> str:
    found, resolved, unresolved = (figures.get(name) for name in ("found", "resolved", "unresolved"))
    if not isinstance(found, int) or not isinstance(resolved, int) or not found:
        return "no citation in its text"
    line = f"{resolved} of {found} citations lead somewhere ({resolved / found:.1%})"
    reasons = Counter(str(one.get("reason")) for one in (unresolved if isinstance(unresolved, list) else ()))
    why = "; ".join(f"{count} × {reason}" for reason, count in sorted(reasons.items(), key=lambda p: (-p[1], p[0])))
    return f"{line}; not: {why}" if why else line


_LINKS = {
    "a": ("href", "xlink:href", "ping"),
    "area": ("href",),
    "form": ("action",),
    "button": ("formaction",),
    "input": ("formaction",),
    "blockquote": ("cite",),
}
_RESOURCES = {
    **dict.fromkeys(("img", "script", "iframe", "source", "audio", "track", "embed", "input"), ("src",)),
    **dict.fromkeys(("image", "use"), ("href", "xlink:href")),
    "video": ("src", "poster"),
    "object": ("data",),
}
# These link, and load nothing.
_LINK_RELATIONS = {"canonical", "alternate", "next", "prev", "license", "author", "search", "up"}

_CSS_ADDRESS = re.compile(r"""@import\s+["']([^"']+)|url\(\s*["']?([^"')]+)""")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_HOST = re.compile(r"(?=.*\w)[\w-]+(?:\.[\w-]+)*(?::\d+)?")
_ENDED = re.compile(rb"</html>\s*(?:<!--.*?-->\s*)*\Z", re.DOTALL)
_REFRESH = re.compile(r"\s*[\d.]*\s*[;,]\s*(?:url\s*=\s*)?['\"]?(?P<address>[^'\"]*)", re.IGNORECASE)
# In a picture: what a page finds in itself by its elements.
_LIVE = re.compile(rb"<\s*(?:\w+:)?script|<[^>]*\son\w+\s*=|javascript\s*:|<\s*foreignObject", re.IGNORECASE)
_SITEMAP = re.compile(r"^Sitemap: (https?://\S+/)sitemap\.xml\s*$", re.MULTILINE)


class Fault(Struct, frozen=True, order=True):
    """Something wrong with a built site: in which file (from the site's root), and what."""

    file: str
    message: str


class Report(Struct, frozen=True):
    """What a check of a site found, and how much it looked at."""

    faults: tuple[Fault, ...]
    pages: int
    links: int


class _Page(Struct, frozen=True):
    """What a page holds: ids and names to link to, addresses it links to or loads; and what is `wrong` with it
    whatever stands on the others."""

    ids: frozenset[str] = frozenset()
    links: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def check_site(site: Path, publication: Path | None = None, against: str | None = None) -> Report:
    """Check every page and data file below `site`; with `publication`, its permalink registers too; with
    `against`, a folder or a branch here, that nothing is lost of what was published there.

    Raises GuidanceError when there is no site.
    """
    if not (site / "index.html").is_file():
        raise GuidanceError(f"{site}: there is no built site here; run make site first")
    files = frozenset(p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file())
    base, rules = _base(site), rules_of(site)
    pages = {p: _as_led(p, _read_page(site / p), base, rules) for p in files if p.endswith(".html")}
    answered = partial(is_answered, files=files, rules=rules)
    faults = [fault for path, page in pages.items() for fault in _check_page(path, page, pages, files)]
    for path in files:
        if path.endswith(".css"):
            faults += _check_style(site, path, files)
        elif path.endswith(".svg") and _LIVE.search((site / path).read_bytes()):
            faults.append(Fault(path, "is a picture with a script"))
        elif path.endswith("versions.json"):
            faults += _check_versions(site, path, answered)
        elif path.endswith("provisions.json"):
            faults += _check_provisions(site, path, pages)
        elif PurePosixPath(path).name == "duties.json":
            faults += _check_duties(site, path)
        elif path.endswith("edition.json"):
            faults += _check_figures(site, path)
    if "versions.json" not in files:
        faults.append(Fault("versions.json", "is missing: no edition can be chosen"))
    if publication:
        faults += _check_permalinks(site, publication, answered)
    if against:
        gone = lost(site_paths(against, Path.cwd()), files, rules)
        faults += [Fault(path, f"is gone, and was published before ({against})") for path in gone]
    return Report(
        tuple(sorted(set(faults))), len(pages), sum(len(p.links) + len(p.resources) for p in pages.values())
    )


def gathered(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Faults with those alike in many files made one, which names the first and says how many more there are."""
    files: dict[str, list[str]] = {}
    for fault in faults:
        files.setdefault(fault.message, []).append(fault.file)
    return tuple(
        Fault(first, message + (f" (and so in {len(more)} other files)" if more else ""))
        for message, (first, *more) in files.items()
    )


# --- Pages -----------------------------------------------------------------------------------------


def _read_page(path: Path) -> _Page:
    content = path.read_bytes()
    if not content.strip():
        return _Page(wrong=("is empty",))
    try:
        root = html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError) as error:
        return _Page(wrong=(f"cannot be read as a page ({' '.join(str(error).split())})",))
    wrong = [*([] if _ENDED.search(content) else ["is cut off: its end is missing"]), *_amiss(root)]
    elements = list(root.iter(etree.Element))
    ids = Counter(element.get("id", "") for element in elements if element.get("id"))
    wrong += (f"the id {identity} stands more than once" for identity, count in ids.items() if count > 1)
    names = {element.get("name", "") for element in elements if element.tag == "a" and element.get("name")}
    links: list[str] = []
    resources: list[str] = []
    for element in elements:
        tag = str(element.tag)
        links += [element.get(name, "") for name in _LINKS.get(tag, ()) if element.get(name) is not None]
        resources += _resources(element, tag)
        if tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
            match = _REFRESH.match(element.get("content") or "")
            links += [match["address"]] if match else []
        if tag == "link" and element.get("href"):
            relations = set((element.get("rel") or "").lower().split())
            (links if relations & _LINK_RELATIONS else resources).append(element.get("href", ""))
    return _Page(frozenset(ids) | names, tuple(links), tuple(resources), tuple(dict.fromkeys(wrong)))


def _amiss(root: html.HtmlElement) -> Iterator[str]:
    """What no page of ours has: no main part, a script in its text, markup that acts by itself."""
    if not root.xpath("//main | //*[@role='main']"):
        yield "has no main part"
    for element in root.iter(etree.Element):
        tag, kind = str(element.tag), (element.get("type") or "").lower()
        live = tag == "script" and not element.get("src") and "json" not in kind
        if live and any(parent.tag == "article" for parent in element.iterancestors()):
            yield "has a script in its text"
        for name in element.attrib:
            if str(name).lower().startswith("on") or name == "srcdoc":
                yield f"has <{tag} {name}=…>, which acts by itself"


def _base(site: Path) -> str:
    """The path at which the site stands on its host, as its robots.txt tells: "/wt/", or "/" where nothing does."""
    robots = site / "robots.txt"
    told = _SITEMAP.search(robots.read_text(encoding="utf-8", errors="replace")) if robots.is_file() else None
    parts = _split(told[1]) if told else None
    return parts[2] if parts else "/"


def _as_led(path: str, page: _Page, base: str, rules: tuple[Rule, ...]) -> _Page:
    """A page with its addresses as they are from the site's root: of those that begin at the host's, what is not
    below `base` leaves the site; and a host with rules leads them on."""

    def led(address: str) -> str:
        if address.startswith("/") and not address.startswith("//"):
            address = f"/{address.removeprefix(base)}" if address.startswith(base) else f"/..{address}"
        scheme, host, way, fragment = _split(address) or ("-", "", "", "")
        plain = _absolute(path, way) if rules and way and not (scheme or host) else None
        to = follow(f"/{plain}{'/' * way.endswith('/')}", rules) if plain is not None else None
        return address if to is None else f"{to.partition('#')[0]}#{fragment}" if fragment else to

    links, resources = tuple(map(led, page.links)), tuple(map(led, page.resources))
    return structs.replace(page, links=links, resources=resources)


def _resources(element: html.HtmlElement, tag: str) -> Iterator[str]:
    yield from (element.get(name, "") for name in _RESOURCES.get(tag, ()) if element.get(name))
    yield from (one.split()[0] for one in (element.get("srcset") or "").split(",") if one.strip())
    yield from _style_addresses((element.text or "") if tag == "style" else element.get("style") or "")


def _style_addresses(style: str) -> list[str]:
    return [match[1] or match[2] for match in _CSS_ADDRESS.finditer(_CSS_COMMENT.sub("", style))]


def _check_page(path: str, page: _Page, pages: dict[str, _Page], files: frozenset[str]) -> Iterator[Fault]:
    links = (_wrong_link(path, address, pages, files) for address in dict.fromkeys(page.links))
    resources = (_wrong_resource(path, address, files) for address in dict.fromkeys(page.resources))
    return (Fault(path, message) for message in (*page.wrong, *links, *resources) if message)


def _wrong_link(path: str, address: str, pages: dict[str, _Page], files: frozenset[str]) -> str | None:
    parts = _split(address)
    if parts is None:
        return f"{address} is not an address"
    scheme, host, way, fragment = parts
    if scheme or host:
        if scheme not in ("http", "https", "mailto", "tel", ""):
            return f"{address}: links of this kind are not safe"
        named = scheme in ("mailto", "tel") or _HOST.fullmatch(host)
        return None if named else f'{address} leads to the host "{host}", which is none'
    target = _target(path, way, files)
    if target is None and way.startswith("/..") and _absolute(path, way) is None:
        return f"{address.removeprefix('/..')} is not below the address of the site"
    if target is None:
        return f"{address} leads nowhere"
    if fragment in ("", "top") or fragment.startswith(":~:") or target not in pages:
        return None
    return None if fragment.split(":~:")[0] in pages[target].ids else f"{address}: {target} has no id {fragment}"


def _wrong_resource(path: str, address: str, files: frozenset[str]) -> str | None:
    parts = _split(address)
    if parts is None:
        return f"{address} is not an address"
    scheme, host, way, _ = parts
    if scheme in ("data", "blob"):
        return None
    if scheme or host:
        return f"{address} is loaded from a third party"
    if not way or _target(path, way, files):
        return None
    return f"{_absolute(path, way) or address} cannot be loaded: there is no such file"


@cache
def _split(address: str) -> tuple[str, str, str, str] | None:
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    return parts.scheme.lower(), parts.netloc, unquote(parts.path), unquote(parts.fragment)


def _absolute(path: str, way: str) -> str | None:
    """Where a way from a page leads, from the site's root; None where it leaves the site."""
    start = "" if way.startswith("/") else posixpath.dirname(path)
    to = posixpath.normpath(posixpath.join(start, way.lstrip("/")))
    return None if to.split("/")[0] == ".." else "" if to == "." else to


def _target(path: str, way: str, files: frozenset[str]) -> str | None:
    """The file that a way from a page leads to; None where there is none or it leaves the site."""
    plain = _absolute(path, way) if way else path
    if plain is None or not way:
        return plain
    folder = f"{plain}/index.html".removeprefix("/")
    if way.endswith(("/", "/.", "/..")) or way in (".", ".."):
        return folder if folder in files else None
    return next((file for file in (plain, folder) if file in files), None)


def _check_style(site: Path, path: str, files: frozenset[str]) -> Iterator[Fault]:
    for address in dict.fromkeys(_style_addresses((site / path).read_text(encoding="utf-8", errors="replace"))):
        if not address.startswith("#") and (message := _wrong_resource(path, address, files)):
            yield Fault(path, message)


# --- Data files ------------------------------------------------------------------------------------


class _ListedVersion(Struct, frozen=True):
    version: str
    aliases: tuple[str, ...] = ()


class _ListedProvision(Struct, frozen=True):
    anchor: str
    url: str
    parents: tuple[str, ...] = ()


class _ListedDuty(Struct, frozen=True):
    anchor: str
    page: int | None
    sentence: str
    strength: str
    who: tuple[str, ...]


def _decoded(path: Path, form: type[T]) -> T | None:
    """What a JSON file holds; None where it cannot be read, or has not this form."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=form)
    except (OSError, ValueError):
        return None


def _check_versions(site: Path, path: str, answered: Callable[[str], bool]) -> Iterator[Fault]:
    held = _decoded(site / path, list[_ListedVersion])
    if held is None:
        yield Fault(path, "is not a list of versions")
        return
    names = Counter(name for entry in held for name in (entry.version, *entry.aliases))
    for name, count in names.items():
        if count > 1:
            yield Fault(path, f"names {name} more than once")
        if not answered(path.removesuffix("versions.json") + f"{name}/index.html"):
            yield Fault(path, f"names {name}, and there is no such edition")
    if not held:
        yield Fault(path, "names no edition")
    elif "latest" not in names:
        yield Fault(path, "says of no edition that it is the latest")


def _check_provisions(site: Path, path: str, pages: dict[str, _Page]) -> Iterator[Fault]:
    held = _decoded(site / path, list[_ListedProvision])
    if held is None:
        yield Fault(path, "is not a list of provisions")
        return
    anchors = Counter(record.anchor for record in held)
    for anchor, count in anchors.items():
        if count > 1:
            yield Fault(path, f"has the anchor {anchor} more than once")
    for record in held:
        way, _, fragment = record.url.partition("#")
        page = pages.get(f"{way}index.html")
        if page is None or fragment not in page.ids:
            yield Fault(path, f"{record.url} leads nowhere")
        for parent in record.parents:
            if parent not in anchors:
                yield Fault(path, f"{record.anchor} stands below {parent}, which is not there")


def _check_duties(site: Path, path: str) -> Iterator[Fault]:
    """Every duty stands in a provision, has a strength that there is, and is told in full."""
    held = _decoded(site / path, list[_ListedDuty])
    if held is None:
        yield Fault(path, "is not a list of duties")
        return
    provisions = _decoded((site / path).with_name("provisions.json"), list[_ListedProvision]) or ()
    for anchor in {record.anchor for record in held} - {one.anchor for one in provisions}:
        yield Fault(path, f"has a duty at {anchor}, which is not in provisions.json")
    for strength in {record.strength for record in held} - set(get_args(Strength)):
        yield Fault(path, f"has a duty of the strength {strength}, which there is not")


def _check_figures(site: Path, path: str) -> Iterator[Fault]:
    """Conservation: every character of the source is placed once, or said to be dropped."""
    held = _decoded(site / path, dict[str, Any]) or {}
    if "id" not in held:
        yield Fault(path, "does not say which edition it is")
    elif held.get("text"):
        source, placed, dropped = (held.get(f"characters_{name}") for name in ("source", "placed", "dropped"))
        if not (isinstance(source, int) and isinstance(placed, int) and isinstance(dropped, int)):
            yield Fault(path, "does not say how many characters were placed and dropped")
        elif placed + dropped != source:
            difference = placed + dropped - source
            words = f"{abs(difference)} characters {'too many' if difference > 0 else 'are lost'}"
            yield Fault(path, f"{words}: {placed} placed and {dropped} dropped of {source}")


def _check_permalinks(site: Path, publication: Path, answered: Callable[[str], bool]) -> Iterator[Fault]:
    """An anchor once published has its permalink page for good, and its provision wherever the text is loaded; and
    it means what it meant, unless a decision says what became of that."""
    for edition in read_register(publication).editions:
        published = read_permalinks(publication / edition.id / PERMALINKS)
        data = site / edition.id / "provisions.json"
        records = _decoded(data, list[dict[str, Any]])
        loaded = None if records is None else {record.get("anchor") for record in records}
        decided = read_meanings(publication / edition.id / MEANINGS)
        gone = {one.anchor for one in decided}
        shifts = find_shifts(recorded(published), held_by(records), decided)
        moved = (shift for shift in shifts if loaded and shift.anchor in loaded)  # of the others it is said below
        for words in say_shifts(edition.id, moved):
            yield Fault(f"{edition.id}/provisions.json", f"{words}; see guidance review --renumbered {edition.id}")
        for entry in published:
            page = f"{permalink_path(edition.id, entry.anchor)}index.html"
            if not answered(page):
                yield Fault(page, f"is missing, and {entry.anchor} of {edition.id} was published once")
            if loaded is not None and entry.anchor not in loaded and entry.anchor not in gone:
                yield Fault(f"{edition.id}/provisions.json", f"has lost {entry.anchor}, which was published once")
    for lineage in read_lineages(publication / LINEAGES_FILE):
        page = f"{lineage_path(lineage)}index.html"
        if not answered(page):
            yield Fault(page, f"is missing, and the lineage {lineage} was published once")
