"""Topics from A to Z, read from `topics.toml`: of each, where the guidance tells of it, in the order of a reader's
need, what binds whom, what has changed, and our own pages. Facts for the templates; nothing is searched here.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from guidance.document.lineage import Crosswalk, Node
from guidance.document.model import Duty, GuidanceError
from guidance.document.toml_files import read_toml
from guidance.site.beside import Besides, Trail
from guidance.site.ledger import Ledger, limit_in_words
from guidance.site.pages import Page, front_matter, page_url
from guidance.site.permalink_index import PermalinkIndex, edition_name, own_words, short, shorten
from guidance.site.templates import PlaceLink, render

FILE = "topics.toml"  # in a publication's folder
FOLDER = "topics"
HOME = f"{FOLDER}/index.md"
_UP = "../../"  # from a topic's page to the publication's root
_OPENING = 170  # characters of a provision by which it is told from others
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
    def address(self) -> str:
        """Its page, from the root of the publication."""
        return f"{FOLDER}/{self.id}/"


class Topics(Struct, frozen=True, forbid_unknown_fields=True):
    """All topics, with anchors of one `edition`; those of others are found by what became of these."""

    edition: str = ""
    topic: tuple[Topic, ...] = ()

    def links(self) -> Iterator[tuple[Node, PlaceLink]]:
        """Each provision with each topic that it belongs to; addresses go from the publication's root."""
        for topic in self.topic:
            for anchor in dict.fromkeys(anchor for part in topic.parts for anchor in part.anchors):
                yield (self.edition, anchor), PlaceLink(topic.name, topic.address)


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
    letters: dict[str, list[Topic]] = {}
    for topic in ordered:
        letters.setdefault(topic.name[0].upper(), []).append(topic)
    head = front_matter({"title": "Topics A–Z", "kind": "topics"})
    home = Page(HOME, "Topics A–Z", f"{head}{render('topics.md', letters=letters, title=index.publication.title)}")
    return (home, *(_topic_page(topic, topics.edition, index, shown) for topic in ordered))


def _topic_page(topic: Topic, written: str, index: PermalinkIndex, shown: Shown) -> Page:
    now, in_force = shown.edition, index.publication.in_force.id
    there = {anchor: _stands(anchor, written, shown) for part in topic.parts for anchor in part.anchors}
    needs = {part.need: list(dict.fromkeys(a for one in part.anchors for a in there[one])) for part in topic.parts}
    anchors = list(dict.fromkeys(anchor for some in needs.values() for anchor in some))
    states = [index.fate((now, anchor)).state for anchor in anchors]
    duties = [one for one in shown.ledger.duties if one.at.anchor in anchors] if shown.ledger else []
    beside = [shown.besides.get(now, {}).get(anchor) for anchor in anchors]
    companions = {link.href: link for one in beside if one for link in one.companions}
    notices = {notice.law: notice for one in beside if one for notice in one.law}
    facts = {
        "topic": topic,
        "parts": {need: [_place(anchor, index, shown) for anchor in some] for need, some in needs.items() if some},
        "limits": [_duty(duty, index, shown) for duty in duties if duty.limit],
        "duties": [_duty(duty, index, shown) for duty in duties if not duty.limit],
        "notices": list(notices.values()),
        "companions": list(companions.values()),
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
    head = front_matter({"title": topic.name, "kind": "topic"})
    return Page(f"{FOLDER}/{topic.id}.md", topic.name, f"{head}{render('topic.md', **facts)}", parent=HOME)


def _stands(anchor: str, written: str, shown: Shown) -> tuple[str, ...]:
    """Where a provision stands in the edition that is shown; nowhere where it does not, or nobody knows."""
    return (anchor,) if written == shown.edition else shown.crosswalk.stands(written, anchor, shown.edition)


def _link(node: Node, index: PermalinkIndex) -> PlaceLink:
    """A provision's name, and where it is read: in its chapter, or where its text is not loaded on its own page."""
    edition, anchor = node
    chapter = index.urls.get(edition, {}).get(anchor)
    own = index.entries.get(edition, {}).get(anchor)
    name = index.name(node) if own else anchor
    return PlaceLink(name, f"{_UP}{edition}/{chapter or f'p/{short(anchor)}/'}")


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
    assert shown.ledger
    return {
        "sentence": duty.sentence,
        "strength": duty.strength,
        "at": _link((shown.edition, duty.at.anchor), index),
        "who": [shown.ledger.names.get(one, one) for one in duty.who or duty.who_context],
        "context": bool(not duty.who and duty.who_context),
        "incomplete": not duty.who_complete,
        "limit": limit_in_words(duty.limit),
    }
