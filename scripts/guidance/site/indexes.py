"""Two ways into the text: topics from A to Z, read from `topics.toml`, each in the order of a reader's need; and
the law that an edition names, by Act. Facts for the templates; nothing is searched or linked here.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from guidance.document.change_model import Crosswalk, Node
from guidance.document.law import LawSince
from guidance.document.model import Duty, GuidanceError, Reference, Unresolved, read_toml
from guidance.link.acts import Act
from guidance.site.beside import Besides, Trail
from guidance.site.ledger import Ledger, limit_in_words
from guidance.site.pages import Page, make_page, page_url, to_root
from guidance.site.permalink_index import PermalinkIndex, edition_name, own_words, shorten
from guidance.site.templates import PlaceLink, clean

FILE = "topics.toml"  # in a publication's folder
FOLDER = "topics"
HOME = f"{FOLDER}/index.md"
TITLE = "Topics A–Z"
LAW = "law/index.md"  # in an edition's folder; beside it a page for each Act
_UP = "../../"  # from a topic's page to the publication's root
_OPENING = 170  # characters of a provision by which it is told from others
_READING = 10  # documents that a provision names: so many are a list of further reading, for all topics at once
_RANGE = re.compile(r"(?P<stem>[a-z-]+-)(?P<first>\d+)\.\.(?P<last>\d+)")


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """What a reader needs, in our words, and the provisions that tell it: anchors, or "para-12..15"."""

    need: str
    at: tuple[str, ...]

    @property
    def anchors(self) -> tuple[str, ...]:
        """The anchors one by one, in the order of the file."""
        return tuple(anchor for one in self.at for anchor in _anchors(one))


class Topic(Struct, frozen=True, forbid_unknown_fields=True):
    """A topic: its name, what else people call it, its parts in the order of need, and pages of ours by path."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9-]+\Z")]
    name: str
    parts: tuple[Part, ...]
    also: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Its page's file, from the root of the publication."""
        return f"{FOLDER}/{self.id}.md"

    @property
    def address(self) -> str:
        """Its page, from the root of the publication."""
        return page_url(self.path)

    @property
    def said(self) -> tuple[str, ...]:
        """All that people call it: its name, with what stands in brackets and without, and the other names."""
        return tuple(dict.fromkeys((self.name, re.sub(r"\s*\([^)]*\)", "", self.name), *self.also)))

    def is_in(self, title: str) -> bool:
        """Whether a title, as `_words` has it, has a name of it that is more than one word: one may mean much."""
        return any(" " in name and f" {name} " in f" {title} " for name in map(_words, self.said))


class Topics(Struct, frozen=True, forbid_unknown_fields=True):
    """All topics, with anchors of one `edition`; those of others are found by what became of these."""

    edition: str = ""
    topic: tuple[Topic, ...] = ()

    def links(self) -> Iterator[tuple[Node, PlaceLink]]:
        """Each provision with each topic that it belongs to; addresses go from the publication's root."""
        for topic in self.topic:
            for anchor in dict.fromkeys(anchor for part in topic.parts for anchor in part.anchors):
                yield (self.edition, anchor), PlaceLink(topic.name, topic.address)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _anchors(written: str) -> Iterator[str]:
    found = _RANGE.fullmatch(written)
    if found is None:
        yield written
    else:
        yield from (f"{found['stem']}{n}" for n in range(int(found["first"]), int(found["last"]) + 1))


def read_topics(folder: Path, known: Mapping[str, Container[str]], pages: Container[str]) -> Topics:
    """The topics of a publication's folder; none where it has no such file.

    Raises GuidanceError for a file of another form, a topic told twice, an anchor that its edition does not have
    (`known` has them by edition), and a page that is not among `pages`.
    """
    path = folder / FILE
    held = read_toml(path, Topics)
    ids = [topic.id for topic in held.topic]
    for topic in held.topic:
        if ids.count(topic.id) > 1:
            raise GuidanceError(f"{path}: {topic.id} stands twice; give each topic an id of its own")
        for anchor in (anchor for part in topic.parts for anchor in part.anchors):
            if anchor not in known.get(held.edition, ()):
                raise GuidanceError(f"{path}: {topic.id}: the {held.edition} edition has no {anchor}")
        for page in topic.pages:
            if page not in pages:
                raise GuidanceError(f"{path}: {topic.id}: there is no page {page}")
    return held


class Shown(Struct, frozen=True):
    """What topics are told from, of the one edition whose text they show: its duties, what became of each
    provision, and what stands beside it. `titles` are those of our own pages, by address."""

    edition: str
    crosswalk: Crosswalk
    ledger: Ledger | None
    trails: Mapping[str, Trail]
    besides: Besides
    titles: Mapping[str, str]


def shown_edition(topics: Topics, loaded: Iterable[str], in_force: str) -> str:
    """The edition that topics show: the one in force or, where its text is not loaded, the newest that is; where
    none is, the one that they were written from."""
    ids = list(loaded)
    return in_force if in_force in ids else ids[-1] if ids else topics.edition


def render_topics(topics: Topics, index: PermalinkIndex, shown: Shown) -> tuple[Page, ...]:
    """The list of all topics, and a page for each; no pages where there are no topics."""
    if not topics.topic:
        return ()
    ordered = sorted(topics.topic, key=lambda topic: topic.name.casefold())
    letters = {letter: list(some) for letter, some in groupby(ordered, key=lambda topic: topic.name[0].upper())}
    home = make_page(HOME, TITLE, "topics", "topics.md", {"letters": letters, "title": index.publication.title})
    return (home, *(_topic_page(topic, topics.edition, index, shown) for topic in ordered))


def _topic_page(topic: Topic, written: str, index: PermalinkIndex, shown: Shown) -> Page:
    now, in_force = shown.edition, index.publication.in_force.id
    there = {
        anchor: (anchor,) if written == now else shown.crosswalk.stands(written, anchor, now)
        for part in topic.parts
        for anchor in part.anchors
    }
    needs = {part.need: list(dict.fromkeys(a for one in part.anchors for a in there[one])) for part in topic.parts}
    anchors = list(dict.fromkeys(anchor for some in needs.values() for anchor in some))
    states = [index.fate((now, anchor)).state for anchor in anchors]
    told = shown.ledger.duties if shown.ledger else ()
    duties = [_duty(one, index, shown) for one in told if one.at.anchor in anchors]
    beside = [shown.besides.get(now, {}).get(anchor) for anchor in anchors]
    companions = _titles(one.companions for one in beside if one and len(one.companions) < _READING)
    everywhere = _titles(one.companions for one in shown.besides.get(now, {}).values())
    titled = [link for name, link in everywhere.items() if name not in companions and topic.is_in(name)]
    notices = {notice.law: notice for one in beside if one for notice in one.law}
    facts = {
        "topic": topic,
        "parts": {need: [_place(anchor, index, shown) for anchor in some] for need, some in needs.items() if some},
        "limits": [one for one in duties if one["limit"]],
        "duties": [one for one in duties if not one["limit"]],
        "notices": list(notices.values()),
        "companions": list(companions.values()),
        "titled": titled,
        "pages": [PlaceLink(shown.titles.get(page_url(p), p), _UP + page_url(p)) for p in topic.pages],
        "edition": now,
        "edition_name": edition_name(index.publication, now),
        "standing": index.publication.standing(index.publication.edition(now)),
        "in_force": in_force,
        "changed": sum(state in ("reworded", "gone") for state in states),
        "unknown": sum(state == "unknown" for state in states),
        "number": len(anchors),
        "before": sum(bool(shown.trails.get(a) and shown.trails[a].came) for a in anchors),
        "gone": [_link((written, anchor), index) for anchor, now_at in there.items() if not now_at],
        "written": written,
    }
    return make_page(topic.path, topic.name, "topic", "topic.md", facts, parent=HOME)


def _titles(companions: Iterable[Iterable[PlaceLink]]) -> dict[str, PlaceLink]:
    """Other guidance by its title, each once."""
    links: dict[str, PlaceLink] = {}
    for link in (link for some in companions for link in some):
        links.setdefault(_words(link.name), link)
    return links


def _link(node: Node, index: PermalinkIndex) -> PlaceLink:
    """A provision's name, and where it is read: in its chapter, or where its text is not loaded on its own page."""
    at = index.place(node)
    return PlaceLink(at.name, f"{_UP}{at.href}")


def _place(anchor: str, index: PermalinkIndex, shown: Shown) -> dict[str, object]:
    """A provision as an entry: its link, how it begins, and what became of it."""
    node = (shown.edition, anchor)
    provision, trail = index.provision(node), shown.trails.get(anchor, Trail())
    chips = [chip for chip in (trail.came, trail.went) if chip]
    return {
        "at": _link(node, index),
        "opening": shorten(own_words(provision), _OPENING) if provision else "",
        "chips": [PlaceLink(chip.meaning, _UP + chip.address) for chip in chips],
    }


def _duty(duty: Duty, index: PermalinkIndex, shown: Shown) -> dict[str, object]:
    names = shown.ledger.names if shown.ledger else {}
    return {
        "duty": duty,
        "at": _link((shown.edition, duty.at.anchor), index),
        "who": [names.get(one, one) for one in duty.who or duty.who_context],
        "limit": limit_in_words(duty.limit),
    }


# --- The law that an edition names -----------------------------------------------------------------

_OF_LAW = re.compile(r"\b(act|regulations?|rules?|order|section|schedule|article|part)\b", re.IGNORECASE)
_SAYS_MORE = re.compile(
    r"\d\w*\s?\(|\d\w*\sto\s\d|\d–|^\("
)  # words that name more or less than the row: a sub-section, a range


class LawPlace(Struct, frozen=True):
    """What of an Act is cited: the Act's name and the file of its page, the provision ("Section 47", or nothing
    where it is the whole), its address, and the id of its row."""

    act: str
    path: str
    provision: str
    href: str
    id: str

    @property
    def name(self) -> str:
        """Both, as they are told beside a paragraph."""
        return f"{self.provision} of the {self.act}" if self.provision else self.act


def law_place(address: str, acts: Iterable[Act]) -> LawPlace | None:
    """What an address of a law is a place in; None where no Act is known to be there. A sub-section's is that of
    its section."""
    page = address.partition("#")[0]
    of = [act for act in acts if act.address and (page == act.address or page.startswith(f"{act.address}/"))]
    if not of:
        return None
    act = max(of, key=lambda one: len(one.address or ""))
    steps = page.removeprefix(act.address or "").strip("/").split("/")
    units = [f" {step}" if any(c.isdigit() for c in step) else f", {step}" for step in steps if step]
    provision = "".join(units).removeprefix(", ")
    name = f"{act.title} {act.year}" if act.year else act.title
    path = LAW.replace("index", _slug(act.address or ""))
    return LawPlace(name, path, provision[:1].upper() + provision[1:], page, _slug(page))


def _slug(address: str) -> str:
    """The address of a law as an id: "ukpga-1989-41-section-47"."""
    return re.sub(r"\W+", "-", address.partition("//")[2].removeprefix("www.legislation.gov.uk/")).strip("-")


def law_links(references: Iterable[Reference | Unresolved], acts: Iterable[Act]) -> dict[str, list[PlaceLink]]:
    """Per anchor the laws that are named there, each once, with its row from the edition's root."""
    found: dict[str, dict[PlaceLink, None]] = {}
    for reference, place in _law_references(references, tuple(acts)):
        row = PlaceLink(place.name, f"{page_url(place.path)}#{place.id}")
        found.setdefault(reference.at.anchor, {})[row] = None
    return {anchor: list(rows) for anchor, rows in found.items()}


def _law_references(
    references: Iterable[Reference | Unresolved], acts: tuple[Act, ...]
) -> Iterator[tuple[Reference, LawPlace]]:
    for one in references:
        if isinstance(one, Reference) and one.kind == "legislation" and (place := law_place(one.address, acts)):
            yield one, place


def render_law(
    references: Iterable[Reference | Unresolved], acts: Iterable[Act], since: LawSince, ledger: Ledger
) -> tuple[Page, ...]:
    """The law that an edition names, where it names any: the list of all Acts, and for each a page of its
    provisions, by whom they are cited, whom the citing sentences bind, and the laws since.

    Once all of it stood on the list: what had an id there has it still, and leads on from there.
    """
    references = tuple(references)
    rows: dict[LawPlace, list[Reference]] = {}
    for reference, place in _law_references(references, tuple(acts)):
        rows.setdefault(place, []).append(reference)
    ordered = sorted(rows, key=lambda one: (one.act.casefold(), bool(one.provision), _natural(one.provision)))
    acts_told = [
        _act({place: rows[place] for place in places}, since, ledger)
        for _, places in groupby(ordered, key=lambda one: one.act)
    ]
    facts = {
        "edition": ledger.edition,
        "acts": acts_told,
        "unresolved": [
            {"words": one.words, "reason": one.reason, "at": _at(one.at.anchor, ledger, LAW)}
            for one in references
            if isinstance(one, Unresolved) and _OF_LAW.search(one.words)
        ],
    }
    home = make_page(LAW, "The law that it names", "law", "law_index.md", facts)
    return (home, *(_act_page(act, ledger.edition) for act in acts_told)) if rows else ()


def _act_page(act: Mapping[str, object], edition: str) -> Page:
    name = clean(str(act["name"]))
    head = {"title": f"{name} in the {edition} edition"}
    facts = {"act": act, "edition": edition}
    return make_page(str(act["path"]), name, "law", "law_act.md", facts, head=head, parent=LAW)


def _act(cited: Mapping[LawPlace, list[Reference]], since: LawSince, ledger: Ledger) -> dict[str, object]:
    """An Act for the list and for its own page, from the places in it that are cited, in order."""
    act = next(iter(cited))
    rows = [_row(place, of, since, ledger) for place, of in cited.items()]
    bound = dict.fromkeys(who for row in rows for who in row.bound)
    return {
        "name": act.act,
        "id": f"act-{re.sub(r'[^a-z0-9]+', '-', act.act.casefold()).strip('-')}",
        "path": act.path,
        "url": page_url(act.path).removeprefix(page_url(LAW)),
        "notices": [since.notice(law) for law in since.law if act.act in (law.inserts or law.amends or "")],
        "rows": rows,
        "paragraphs": len({one.at.anchor for of in cited.values() for one in of}),
        "bound": list(bound),
        "likely": list(dict.fromkeys(who for row in rows for who in row.likely if who not in bound)),
    }


def _natural(name: str) -> list[tuple[int, str]]:
    """How names with numbers are put in order: 9 before 10, 16E behind 16."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]


def _at(anchor: str, ledger: Ledger, path: str) -> PlaceLink:
    place = ledger.places[anchor]
    return PlaceLink(place.name, f"{to_root(path)}{place.address}" if place.address else None)


class _LawRow(Struct, frozen=True):
    """A provision of an Act: the places that cite it, each once with words that say more, whom the citing sentences
    bind, by name or likely, and what the law since has changed in it."""

    place: LawPlace
    cited: tuple[tuple[PlaceLink, tuple[str, ...]], ...]
    bound: tuple[PlaceLink, ...]
    likely: tuple[PlaceLink, ...]
    law: tuple[PlaceLink, ...]


def _row(place: LawPlace, cited: list[Reference], since: LawSince, ledger: Ledger) -> _LawRow:
    places: dict[str, list[str]] = {}
    for one in cited:
        words = " ".join(one.words.split())
        places.setdefault(one.at.anchor, []).extend([words] if _SAYS_MORE.search(words) else [])
    duties = [duty for one in cited for duty in ledger.duties if _holds(duty, one)]
    bound = dict.fromkeys(who for duty in duties for who in duty.who)
    likely = dict.fromkeys(who for duty in duties for who in duty.who_context if who not in bound)
    changed = [
        law for law in since.law if place.provision and place.name.casefold() in (law.amends or "").casefold()
    ]

    def links(agencies: Iterable[str]) -> tuple[PlaceLink, ...]:
        up = f"{to_root(place.path)}duties/"
        return tuple(PlaceLink(ledger.names.get(one, one), f"{up}{one}/") for one in agencies)

    return _LawRow(
        place,
        tuple((_at(anchor, ledger, place.path), tuple(dict.fromkeys(w))) for anchor, w in places.items()),
        links(bound),
        links(likely),
        tuple(PlaceLink(since.notice(law).head, f"#law-{law.id}") for law in changed),
    )


def _holds(duty: Duty, reference: Reference) -> bool:
    """Whether a citation stands in the sentence of a duty."""
    mine, its = duty.at, reference.at
    same = (mine.anchor, mine.part) == (its.anchor, its.part)
    return same and mine.start <= its.start and its.end <= mine.end
