"""A partnership's own build: what it lays over the site, and the pages, styles and settings that come of it.

Its name, colours, contacts and pages only: no official text, status or "unofficial" is within its reach, and no
markup, style or script of its own gets onto a page.
"""

import re
from collections.abc import Collection, Mapping
from typing import Annotated

from lxml import etree
from markupsafe import Markup
from mkdocs.utils import meta
from msgspec import Meta, Struct, structs

from guidance.document.model import GuidanceError
from guidance.document.register import Contactable, Publication
from guidance.site.indexes import Topics
from guidance.site.pages import page_url, tell_link
from guidance.site.projects import Folder
from guidance.site.safe_markdown import EditionLink, make_safe
from guidance.site.templates import render

PLACE = "local"  # the folder of its pages, from the site's root
FILE = "partnership.toml"
_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3

Words = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*\Z")]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}\Z")]
Address = Annotated[str, Meta(pattern=r"^https?://[^\s\"'<>\\]+\Z", max_length=500)]
Mail = Annotated[str, Meta(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\Z", max_length=200)]
Phone = Annotated[str, Meta(pattern=r"^[0-9+][0-9 ()-]{1,29}\Z")]


class Colours(Struct, frozen=True, forbid_unknown_fields=True):
    """The band at the top and its words, and links on light and dark pages; the site's own where none is given."""

    band: Colour = "#17565a"
    band_text: Colour = "#ffffff"
    link: Colour | None = None
    link_dark: Colour | None = None


class Contact(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody to turn to."""

    who: Words
    phone: Phone | None = None
    hours: Words | None = None
    email: Mail | None = None
    url: Address | None = None


class Elsewhere(Struct, frozen=True, forbid_unknown_fields=True):
    """A link of the partnership's."""

    title: Words
    url: Address


class Partnership(Struct, frozen=True, forbid_unknown_fields=True):
    """What partnership.toml holds."""

    name: Words
    logo: Words | None = None
    website: Address | None = None
    site_url: Address | None = None  # where this copy of the guidance is published
    tell_us: Contactable | None = None  # where its readers report what is wrong, in place of the publication's own
    colours: Colours = Colours()
    contacts: tuple[Contact, ...] = ()
    links: tuple[Elsewhere, ...] = ()


class LocalPage(Struct, frozen=True):
    """A page of the partnership's as others show it in a box: its title, its address from the root, how it opens,
    and what it is shown at: ids of topics, and places such as "2023/para-153"."""

    title: str
    address: str
    opening: tuple[str, ...]
    at: tuple[str, ...]


class Overlay(Struct, frozen=True):
    """What is laid over a site: the partnership, its logo (a file name and what is in it), its pages and pictures
    by path from the site's root, their order, what was left out of them, and those that others show in a box."""

    partnership: Partnership
    logo: tuple[str, bytes] | None
    files: Mapping[str, bytes]
    nav: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    local: tuple[LocalPage, ...] = ()


def make_overlay(
    partnership: Partnership,
    logo: tuple[str, bytes] | None,
    texts: Mapping[str, str],
    pictures: Mapping[str, bytes],
    editions: Mapping[str, EditionLink] | None = None,
) -> Overlay:
    """An overlay from what was read: Markdown and pictures by path from the folder of pages; `editions` are those
    that a page may lead to, by id.

    Raises GuidanceError when a page leads to something that is not there, or its front matter holds anything but
    `local`, a list of topics and places.
    """
    beside = {*texts, *pictures, "index.md"}
    read = {path: _take_local(written, path) for path, written in sorted(texts.items())}
    pages = {path: make_safe(text, path, beside, editions) for path, (text, _) in read.items()}
    local = [
        LocalPage(pages[path].title, page_url(f"{PLACE}/{path}"), pages[path].opening, at)
        for path, (_, at) in read.items()
        if at
    ]
    left_out = tuple(line for page in pages.values() for line in page.left_out)
    first = pages.pop("index.md", None)
    summary = first.markdown.split("\n\n", 2)[-1] if first else ""
    front = _front(partnership, summary, {path: page.title for path, page in pages.items()})
    written = {"index.md": front.encode()} | {path: page.markdown.encode() for path, page in pages.items()}
    files = {f"{PLACE}/{path}": content for path, content in {**pictures, **written}.items()}
    return Overlay(partnership, logo, files, tuple(f"{PLACE}/{path}" for path in written), left_out, tuple(local))


def _take_local(text: str, path: str) -> tuple[str, tuple[str, ...]]:
    """A page without its front matter, and what that names under `local`."""
    body, front = meta.get_data(text)
    named = front.get("local", [])
    if set(front) - {"local"} or not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise GuidanceError(f"{path}: its head may hold local alone, a list such as [referral, 2023/para-153]")
    return body if front else text, tuple(named)


def local_boxes(overlay: Overlay | None, topics: Topics) -> dict[str, list[dict[str, object]]]:
    """What pages of ours show of the partnership's, by address from the root: a topic's own page and the first page
    of our guide on it, and for a place the pages of all topics that hold it.

    Raises GuidanceError for a topic that is not there, and a place that no topic holds.
    """
    found: dict[str, list[dict[str, object]]] = {}
    guides = {
        topic.id: [page_url(page) for page in topic.pages if page.startswith("guide/")] for topic in topics.topic
    }
    held = {topic.id: [topic.address, *guides[topic.id][:1]] for topic in topics.topic}
    for (edition, anchor), link in topics.links():
        held.setdefault(f"{edition}/{anchor}", []).append(str(link.href))
    for page in overlay.local if overlay else ():
        if lost := [one for one in page.at if one not in held]:
            raise GuidanceError(
                f"{page.address}: local names {lost[0]}, which is no topic, and in no topic a place"
            )
        box: dict[str, object] = {"title": page.title, "to": page.address, "opening": list(page.opening)}
        for address in dict.fromkeys(address for one in page.at for address in held[one]):
            found.setdefault(address, []).append(box)
    return found


def edition_links(publication: Publication, citable: Collection[str]) -> dict[str, EditionLink]:
    """How pages lead to each edition as a whole; `citable` are those whose places are known."""
    return {
        edition.id: EditionLink(
            f"{edition.title} {edition.id}", publication.standing(edition).phrase, edition.id in citable
        )
        for edition in publication.editions
    }


# --- What is wrong with partnership.toml, in the words of who writes it ---

_FORMS = {
    "url": "an address that begins with https://",
    "website": "an address that begins with https://",
    "site_url": "an address that begins with https://",
    "email": "an e-mail address such as front.door@example.org",
    "tell_us": "an e-mail address, or the address of a form, which begins with https://",
    "phone": "a telephone number of figures and spaces, such as 01632 960001",
    **dict.fromkeys(Colours.__struct_fields__, "a colour of six figures, such as #1f3a5f"),
}
_WHERE = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")


def explain(fault: str) -> str:
    """A fault of partnership.toml as msgspec tells it, in plain words: which entry, and what to write there."""
    where = _WHERE.search(fault)
    path = re.sub(r"\[(?:\.\.\.|\d+)\]", "", where["path"]) if where else ""
    name = path.rpartition(".")[2]
    tables: dict[str, type[Struct]] = {"colours": Colours, "contacts": Contact, "links": Elsewhere}
    if unknown := re.search(r"unknown field `([^`]*)`", fault):
        allowed = ", ".join(tables.get(path, Partnership).__struct_fields__)
        return f"{unknown[1]} is no entry{f' of {path}' if path else ''}; there are {allowed}"
    if missing := re.search(r"missing required field `([^`]*)`", fault):
        return f"{path or 'the file'} needs {missing[1]}; add it"
    if not where:
        return re.sub(r"; correct it there$", "", fault) + "; correct it there"
    if "length" in fault and name not in _FORMS:
        return f"{path} is empty or longer than 200 letters; write it shorter"
    return f"{path} is to be {_FORMS.get(name, 'words in quotation marks, in one line')}; correct it there"


def lay_over(folder: Folder, overlay: Overlay | None) -> Folder:
    """A folder of the site with the partnership's band, logo and colours; its pages are the root folder's."""
    if overlay is None or folder.prefix:
        return folder
    ours, logo = overlay.partnership, {f"assets/{overlay.logo[0]}": overlay.logo[1]} if overlay.logo else {}
    partner = {"name": ours.name, "place": PLACE, "logo": next(iter(logo), None)}
    folder = folder.with_extra({"partner": partner, "tell_us": tell_link(ours.tell_us)})
    style = {"assets/partner.css": render("partner.css", colours=ours.colours).encode()}
    return structs.replace(folder, extras={**folder.extras, **style, **logo})


def _front(partnership: Partnership, summary: str, names: Mapping[str, str]) -> str:
    """The partnership's first page: its summary, whom to turn to, its pages and links."""
    website = [Elsewhere(partnership.name, partnership.website)] if partnership.website else []
    return render(
        "local.md",
        ours=partnership,
        summary=Markup(summary.strip()),
        contacts=[(one, re.sub(r"[^+0-9]", "", one.phone or "")) for one in partnership.contacts],
        pages=names,
        links=[*website, *partnership.links],
    )


# --- Colours -------------------------------------------------------------------------------------


def check_colours(colours: Colours, light: Mapping[str, str], dark: Mapping[str, str], file: str) -> None:
    """Raise GuidanceError when words would be hard to read: `light` and `dark` are the site's own colours."""
    pairs = [("band_text", colours.band_text, "the band", colours.band)]
    for name, colour, page in (("link", colours.link, light), ("link_dark", colours.link_dark, dark)):
        plain = "#ffffff" if name == "link" else "#000000"
        grounds = {page[token] for token in _GROUNDS if token in page} or {plain}
        pairs += [(name, colour, "the page", ground) for ground in sorted(grounds) if colour]
    for name, colour, what, ground in pairs:
        found = contrast(colour, ground)
        if found < _CONTRAST:
            raise GuidanceError(
                f"{file}: colours.{name} {colour} on {what}, {ground}, has a contrast of {found:.1f} to 1; "
                f"choose one with {_CONTRAST} to 1 or more"
            )


_GROUNDS = ("paper", "sheet", "tint", "warn-tint")


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, as WCAG defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:4])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# --- Drawings --------------------------------------------------------------------------------------

_SVG = "{http://www.w3.org/2000/svg}"
_DRAWING = {
    *("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "title"),
    *("desc", "defs", "use", "symbol", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern"),
    *("style", "metadata"),
}
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")


def check_drawing(content: bytes, file: str) -> None:
    """Raise GuidanceError when an SVG holds anything but a drawing: script, events, links, other documents."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise GuidanceError(f"{file}: is not an SVG drawing; save it again as plain SVG") from None
    if root.getroottree().docinfo.internalDTD is not None or root.tag != f"{_SVG}svg":
        raise GuidanceError(f"{file}: is not a plain SVG drawing; save it again as plain SVG")
    for node in root.getroottree().iter():
        if fault := _fault(node):
            raise GuidanceError(f"{file}: holds {fault}, which a drawing need not; save it again as plain SVG")


def _fault(node: etree._Element) -> str | None:
    if not isinstance(node.tag, str):
        return None if node.tag is etree.Comment else "an instruction to the browser"
    name = etree.QName(node)
    if f"{{{name.namespace}}}" != _SVG or name.localname not in _DRAWING:
        return f"<{name.localname}>"
    for attribute, value in node.attrib.items():
        plain = str(attribute).rpartition("}")[2].lower()
        if plain.startswith("on"):
            return f"the event {plain}"
        if str(attribute) in _HREFS and not str(value).startswith("#"):
            return "a link to elsewhere"
        if _leads_out(str(value)):
            return f"an address in {plain}"
    return "styles that load something" if name.localname == "style" and _leads_out(node.text or "") else None


def _leads_out(value: str) -> bool:
    """Whether a value of an attribute or a style may load or run something."""
    squeezed = "".join(value.split()).lower().replace("\\", "")
    outside = squeezed.replace("url(#", "").replace("url('#", "").replace('url("#', "")
    return any(sign in outside for sign in ("url(", "@import", "javascript:", "data:", "expression(", "image-set("))
