"""What stands beside a provision: where it stood before and stands now, a chip that opens its redline; and who uses
it, what other guidance it names, and what the law has added since. Facts in, small HTML out; which text became
which is not looked for here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from markupsafe import Markup
from msgspec import Struct, structs

from guidance.document.anchors import permalink_path
from guidance.document.change_model import Change, Crosswalk, Node
from guidance.document.law import LawSince, Notice
from guidance.document.model import Document, Link, Reference, Unresolved
from guidance.document.register import Publication
from guidance.document.walk import note_marks, provision_texts
from guidance.site.changes_view import ComparedPlace
from guidance.site.pages import page_url, to_root
from guidance.site.redline_text import say_briefly
from guidance.site.templates import PlaceLink, part


class Stand(Struct, frozen=True):
    """Where a text stands in another edition: `name` is what its place is called there, `address` goes from the
    publication's root. With `exact` false the text is not there, and the address is that of the nearest heading
    above it which is."""

    edition: str
    name: str
    address: str | None
    exact: bool = True


class Chip(Struct, frozen=True):
    """One word on what became of a text, what it means in full, and the redline's address from the root."""

    word: str
    meaning: str
    address: str


class Trail(Struct, frozen=True):
    """What is known of one provision: where it stood before and how it came from there, where it stands now and
    how it went there."""

    before: Stand | None = None
    came: Chip | None = None
    now: Stand | None = None
    went: Chip | None = None


def chip_word(change: Change) -> str:
    """What a chip says of a change: what changed of a duty or a figure, else what became of the text; nothing where
    only a number or a link changed."""
    if change.kind in ("added", "removed"):
        return {"added": "new", "removed": "removed"}[change.kind] if change.level != "none" else ""
    if change.slips:
        return "list entry numbered by a slip"
    if change.level == "duty changed" or (change.figures and change.kind == "reworded"):
        return say_briefly(change) or "duty changed"
    if change.kind in ("moved", "split", "merged"):
        return change.kind
    if change.kind == "reworded":
        return {"none": "moved", "links and numbers only": ""}.get(change.level, "reworded")
    return ""


def place_name(places: Sequence[ComparedPlace]) -> str:
    """What places are called beside a number: "44", "44–47", "44, 46", else "a box", "unnumbered text"."""
    numbers = [place.name.removeprefix("paragraph ") for place in places if place.name.startswith("paragraph ")]
    if not numbers:
        name = places[0].name
        return {"text": "unnumbered text", "box": "a box"}.get(name.partition(" ")[0], name)
    whole = [int(number) for number in numbers if number.isdigit()]
    if len(whole) == len(numbers) > 2 and whole == list(range(whole[0], whole[0] + len(whole))):
        return f"{whole[0]}–{whole[-1]}"
    return ", ".join(numbers)


def render_trails(path: str, anchors: Iterable[str], trails: Mapping[str, Trail]) -> dict[str, str]:
    """Per anchor of a page what is printed beside its number; `path` is the page's."""
    root = f"{to_root(path)}../"
    printed = {one: str(part("trail.html", "trail", trails[one], root)) for one in anchors if one in trails}
    return {anchor: trail for anchor, trail in printed.items() if trail}


def elsewhere_facts(
    anchors: Iterable[str], exact: Mapping[str, Mapping[str, str]], nearest: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, object]]:
    """A page's facts on other editions, from the addresses of its anchors' counterparts, or of what is `nearest`
    where they have none: for every anchor, and for the page as a whole the first that is known."""
    facts: dict[str, dict[str, object]] = {}
    for known, every, whole in ((exact, "counterparts", "elsewhere"), (nearest, "nearest", "nearby")):
        found: dict[str, dict[str, str]] = {}
        for anchor in anchors:
            for other, address in sorted(known.get(anchor, {}).items()):
                found.setdefault(other, {})[anchor] = address
        if found:
            facts[every] = dict(found)
            facts[whole] = {other: next(iter(filter(None, places.values())), "") for other, places in found.items()}
    return facts


# --- Who uses a provision --------------------------------------------------------------------------

_TITLE = re.compile(r"<h1[^>]*>(?P<words>.*?)</h1>", re.DOTALL)


class PageUse(Struct, frozen=True):
    """That a hand-written page cites a provision: the page's `address` from the root of the publication, its title,
    the part of the contents that it is in, what is cited (an edition and an anchor), and the citing sentence."""

    address: str
    title: str
    group: str
    edition: str
    anchor: str
    sentence: str


class Beside(Struct, frozen=True):
    """What leads to a provision and what has come since: the pages of ours that cite it, in the order of the
    contents; the laws that touch it; other guidance that it names; the topics that it belongs to; the rows
    of the law that it names, each from the edition's root."""

    uses: tuple[PageUse, ...] = ()
    law: tuple[Notice, ...] = ()
    companions: tuple[PlaceLink, ...] = ()
    topics: tuple[PlaceLink, ...] = ()
    acts: tuple[PlaceLink, ...] = ()

    @property
    def pages(self) -> tuple[PageUse, ...]:
        """Each page once, however often it cites the provision, without its sentences."""
        return tuple(dict.fromkeys(structs.replace(use, anchor="", sentence="") for use in self.uses))

    @property
    def groups(self) -> dict[str, list[PageUse]]:
        """The citing sentences by the part of the contents, each told once."""
        found: dict[str, list[PageUse]] = {}
        for use in dict.fromkeys(structs.replace(use, anchor="") for use in self.uses):
            found.setdefault(use.group, []).append(use)
        return found

    def without_sentences(self) -> "Beside":
        """As much as a chapter's page tells: what it is printed from stays when a sentence of ours changes."""
        return Beside(self.pages, self.law, (), self.topics, self.acts)


_T = TypeVar("_T")
Besides = Mapping[str, Mapping[str, Beside]]  # per edition, per anchor


def read_uses(files: dict[str, bytes], groups: dict[str, str], docs: str) -> tuple[PageUse, ...]:
    """What hand-written `files` below the folder `docs` cite, each with its sentence, in the order of `groups`
    (the part of the contents that each is in); a job. Pages that stand in no contents are left out."""
    from guidance.site.extension import read_page  # Markdown's parser, which no other page needs
    from guidance.site.handwritten import CONTACTS, services

    known = services(files.get(CONTACTS, b""))
    uses: list[PageUse] = []
    for path in (one for one in groups if one in files):
        read = read_page(files[path].decode(), path, docs=Path(docs), services=known)
        heading = _TITLE.search(read.html)
        title = Markup(heading["words"]).striptags() if heading else path
        told = zip(read.cites, read.sentences, strict=True)
        uses += (PageUse(page_url(path), title, groups[path], c.edition, c.anchor, said) for c, said in told)
    return tuple(uses)


def find_besides(
    publication: Publication,
    known: Mapping[str, Iterable[str]],
    crosswalk: Crosswalk,
    uses: Iterable[PageUse],
    law: LawSince,
    references: Mapping[str, Iterable[Reference | Unresolved]],
    topics: Iterable[tuple[Node, PlaceLink]] = (),
    acts: Mapping[str, Mapping[str, Iterable[PlaceLink]]] = MappingProxyType({}),
    documents: Mapping[str, Document] = MappingProxyType({}),
) -> dict[str, dict[str, Beside]]:
    """What is to be said beside each provision, per edition, of the anchors `known`. What a page cites of one
    edition is told in newer ones as well, where the same text stands; a law in editions that were there before;
    other guidance where the text of the edition is among the `documents`."""
    used = _carried((((use.edition, use.anchor), use) for use in uses), publication, crosswalk)
    within = _carried(topics, publication, crosswalk)
    found: dict[str, dict[str, Beside]] = {}
    for edition in publication.editions:
        since = law.after(edition)
        named = _companions(references.get(edition.id, ()), documents.get(edition.id))
        for anchor in known.get(edition.id, ()):
            beside = Beside(
                tuple(used.get((edition.id, anchor), ())),
                tuple(law.notice(one) for one in since.at(edition.id, anchor, crosswalk)),
                tuple(named.get(anchor, ())),
                tuple(dict.fromkeys(within.get((edition.id, anchor), ()))),
                tuple(acts.get(edition.id, {}).get(anchor, ())),
            )
            if beside != Beside():
                found.setdefault(edition.id, {})[anchor] = beside
    return found


def _carried(
    told: Iterable[tuple[Node, _T]], publication: Publication, crosswalk: Crosswalk
) -> dict[Node, list[_T]]:
    """What is told of provisions, told also where their texts stand in newer editions."""
    ids = [edition.id for edition in publication.editions]
    found: dict[Node, list[_T]] = {}
    for node, one in told:
        newer = ids[ids.index(node[0]) + 1 :] if node[0] in ids else ()
        for place in (node, *((new, anchor) for new in newer for anchor in crosswalk.stands(*node, new))):
            found.setdefault(place, []).append(one)
    return found


_IS_LAW = re.compile(r"\bConvention\b|\b(?:Act|Regulations|Order|Rules),? \d{4}\W*$")
_LONG_TITLE = 30  # words: what is longer is a sentence


def _companions(
    references: Iterable[Reference | Unresolved], document: Document | None
) -> dict[str, list[PlaceLink]]:
    """Per anchor the other guidance that is named there or in its notes, each address once: what is known by its
    title, and what the document links itself."""
    found: dict[str, dict[str, PlaceLink]] = {}
    for one in references:
        if isinstance(one, Reference) and one.kind == "guidance" and not one.address.startswith("#"):
            words = " ".join(one.words.split())
            named = PlaceLink(f"{words} ({one.told})" if one.told else words, one.address)
            found.setdefault(one.at.anchor, {}).setdefault(one.address, named)
    for provision in document.everything if document else ():
        for text in provision_texts(provision):
            for link in (mark for mark in text.marks if isinstance(mark, Link)):
                words = " ".join(text.plain[link.start : link.end].split())
                if _names_a_document(words, link.address):
                    named = PlaceLink(words, link.address)
                    found.setdefault(provision.anchor, {}).setdefault(link.address, named)
    for provision in document.provisions if document else ():
        for note in note_marks(provision):
            for address, named in found.get(note.note, {}).items():
                found.setdefault(provision.anchor, {}).setdefault(address, named)
    return {anchor: list(all_.values()) for anchor, all_ in found.items()}


def _names_a_document(words: str, address: str) -> bool:
    """Whether a link of the source names a document: not a law, an organisation's home, an address, or "here"."""
    host, _, path = address.partition("://")[2].partition("/")
    told = words.split()
    is_title = sum(len(word) > 2 and word[:1].isalpha() for word in told) > 1 and len(told) <= _LONG_TITLE
    is_law = host.endswith("legislation.gov.uk") or _IS_LAW.search(words)
    return bool(path and is_title and not is_law and not any(sign in words for sign in ("www.", "://", "@")))


def render_besides(
    edition: str, path: str, anchors: Iterable[str], besides: Mapping[str, Beside]
) -> dict[str, str]:
    """Per anchor of a chapter's page what stands under the provision, as HTML; `path` is the page's."""
    root = to_root(path)
    found = {}
    for anchor in (one for one in anchors if one in besides):
        own = f"{root}{permalink_path('', anchor).lstrip('/')}"
        found[anchor] = str(part("beside.html", "in_chapter", besides[anchor], edition, f"{root}../", own))
    return found
