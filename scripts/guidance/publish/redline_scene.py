"""What every page of a comparison draws from: both editions, the changes with their places, and who is bound.

Addresses and small shared pieces of markup; no page is made here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from guidance.model import Duty
from guidance.publish.compared import Edition, Entry, Place, redline_path
from guidance.publish.inline import escape_html
from guidance.publish.pages import front_matter, to_root

EXPLAIN = {
    "duty changed": "a must, should or may was put in, taken out or changed",
    "new": "text was put in that was not there",
    "reworded": "said in other words, or taken out",
    "links and numbers only": "a link, a page, a number or a sign",
    "none": "the words are the same; they may stand elsewhere",
}


def comparison_title(old: str, new: str) -> str:
    """What the comparison of two editions is called."""
    return f"What changed from {old} to {new}"


class Scene(Struct, frozen=True):
    """All that the pages of a comparison draw from. `duties` are, per edition and anchor, what somebody must,
    should or may do, `names` what those are called whom they bind; `redlines` has, per count of a change that is
    shown, the address of its redline from the newer edition's root."""

    old: Edition
    new: Edition
    found: tuple[Entry, ...]
    chapters: tuple[str, ...]
    duties: Mapping[tuple[str, str], tuple[Duty, ...]]
    names: Mapping[str, str]
    redlines: Mapping[int, str]

    @property
    def folder(self) -> str:
        """Where the comparison's pages stand, from the newer edition's root."""
        return f"compare/{self.old.id}"

    def page_of(self, chapter: str) -> str:
        """The path of a chapter's redline."""
        return redline_path(self.old.id, self.chapters.index(chapter))

    def bound(self, entry: Entry) -> tuple[str, ...]:
        """The ids of those whom the provisions of a change bind, before or after."""
        return tuple(
            sorted({one for duty in (*self._of(entry, False), *self._of(entry, True)) for one in duty.who})
        )

    def strengths(self, entry: Entry) -> str:
        """Which verbs of duty a change put in and took out: "must put in, should taken out"."""
        was, now = (Counter(duty.strength for duty in self._of(entry, new)) for new in (False, True))
        told = [f"{_often(strength, times)} put in" for strength, times in (now - was).items()]
        told += [f"{_often(strength, times)} taken out" for strength, times in (was - now).items()]
        return ", ".join(told)

    def _of(self, entry: Entry, new: bool) -> tuple[Duty, ...]:
        edition, places = (self.new.id, entry.new) if new else (self.old.id, entry.old)
        return tuple(duty for place in places for duty in self.duties.get((edition, place.anchor), ()))

    def link(self, path: str, place: Place, new: bool) -> str:
        """A link from a page to where a provision stands in its edition."""
        root = to_root(path) if new else f"{to_root(path)}../{self.old.id}/"
        if place.address is None:
            return escape_html(place.name)
        return f'<a href="{escape_html(root + place.address)}">{escape_html(place.name)}</a>'

    def links(self, path: str, places: Sequence[Place], new: bool) -> str:
        """Such links to several provisions."""
        return ", ".join(self.link(path, place, new) for place in places) or "–"

    def to_redline(self, path: str, entry: Entry) -> str:
        """A change's place as a link to its redline."""
        named = ", ".join(place.name for place in entry.new or entry.old)
        return f'<a href="{escape_html(to_root(path) + self.redlines[entry.count])}">{escape_html(named)}</a>'

    def attributes(self, entry: Entry) -> str:
        """What the filters go by."""
        title = self.new.titles.get(entry.chapter, entry.chapter)
        return (
            f' data-level="{entry.change.level}" data-kind="{entry.change.kind}"'
            f' data-chapter="{escape_html(title)}" data-who="{escape_html(" ".join(self.bound(entry)))}"'
        )


def facts(title: str) -> str:
    """The front matter of a comparison's page."""
    return front_matter({"title": title, "kind": "comparison", "search": {"exclude": True}})


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 word", "2,300 words"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _often(strength: str, times: int) -> str:
    return strength if times == 1 else f"{times} × {strength}"
