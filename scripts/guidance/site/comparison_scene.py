"""What every page of a comparison draws from: both editions, the changes with their places, and who is bound.

Addresses and small shared pieces of markup; no page is made here.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from guidance.document.model import Duty, RedlinePiece
from guidance.site.changes_view import ChangeEntry, ComparedEdition, ComparedPlace, redline_path
from guidance.site.inline import escape_html
from guidance.site.pages import front_matter, to_root

PlaceLink = Callable[[str, bool], str]
"""An anchor, and whether it is one of the new edition -> a link to it, as HTML."""

_BEFORE, _AFTER = 6, 4  # words that an excerpt keeps before and after what changed
_LINE_END = re.compile(r"\n+")
_SAID = {
    "inserted": ("ins", "added", "put in: "),
    "deleted": ("del", "gone", "taken out: "),
    "moved here": ("ins", "moved", "moved here: "),
    "moved away": ("del", "moved", "moved away: "),
}


def render_inline(pieces: Sequence[RedlinePiece], place: PlaceLink) -> str:
    """Both texts in one column: paragraphs with ins and del."""
    return _paragraphs(pieces, place, ends_line=lambda piece: piece.kind not in ("deleted", "moved away"))


def render_beside(pieces: Sequence[RedlinePiece], place: PlaceLink) -> tuple[str, str]:
    """The old text, and the new one, each with its own marks."""
    old = [piece for piece in pieces if piece.kind in ("same", "deleted", "moved away")]
    new = [piece for piece in pieces if piece.kind in ("same", "inserted", "moved here")]
    return (
        _paragraphs(old, place, ends_line=lambda _: True),
        _paragraphs(new, place, ends_line=lambda _: True),
    )


def render_excerpt(pieces: Sequence[RedlinePiece], place: PlaceLink, budget: int = 60) -> str:
    """The gist of a change in one line: what was put in, taken out or moved with a few words around, and an
    ellipsis for what is left out; about `budget` words at the most."""
    printed: list[str] = []
    gist = _without_breaks(pieces)
    if all(piece.kind == "same" for piece in gist):
        return ""
    for at, piece in enumerate(gist):
        if budget <= 0:
            printed.append("…")
            break
        words = piece.text.split()
        if piece.kind == "same":
            shown = _kept(words, first=at == 0, last=at == len(gist) - 1)
            printed.append(_spaced(piece.text, escape_html(shown)))
            budget -= len(shown.split())
        else:
            shown = " ".join(words[:budget]) + (" …" if len(words) > budget else "")
            printed.append(_spaced(piece.text, _mark(piece, shown, place)))
            budget -= len(words)
    return "".join(printed).strip()


def _without_breaks(pieces: Sequence[RedlinePiece]) -> list[RedlinePiece]:
    """Pieces without those that only put in or take out space; what did not change around them as one."""
    merged: list[RedlinePiece] = []
    for piece in pieces:
        calm = piece if piece.text.strip() else RedlinePiece("same", " ")
        if merged and merged[-1].kind == calm.kind == "same":
            calm = RedlinePiece("same", merged.pop().text + calm.text)
        merged.append(calm)
    return merged


def _kept(words: Sequence[str], *, first: bool, last: bool) -> str:
    """What an excerpt keeps of words that did not change: those next to what did."""
    before, after = (0 if last else _BEFORE), (0 if first else _AFTER)
    if len(words) <= before + after + 1:
        return " ".join(words)
    return " ".join((*words[:after], "…", *words[len(words) - before :]))


def _spaced(text: str, shown: str) -> str:
    """What is shown of a text, with the spaces that it begins and ends with."""
    return f"{' ' if text[:1].isspace() else ''}{shown}{' ' if text[-1:].isspace() else ''}"


def _paragraphs(pieces: Iterable[RedlinePiece], place: PlaceLink, ends_line: Callable[[RedlinePiece], bool]) -> str:
    lines = [""]
    for piece in pieces:
        parts = _LINE_END.split(piece.text)
        for count, part in enumerate(parts):
            if count and piece.kind == "same":
                lines.append("")
            elif count and (lines[-1] or part):
                lines[-1] += _mark(piece, "¶")
                if ends_line(piece):
                    lines.append("")
            if part:
                last = count == len(parts) - 1
                lines[-1] += _mark(piece, part, place if last else None)
    return "".join(f"<p>{line}</p>" for line in lines if line)


def _mark(piece: RedlinePiece, words: str, place: PlaceLink | None = None) -> str:
    """A stretch of text in its mark, and where it went or came from."""
    if piece.kind == "same" or not words.strip():
        return escape_html(words)
    tag, name, said = _SAID[piece.kind]
    marked = f'<{tag} class="{name}"><span class="said">{said}</span>{escape_html(words)}</{tag}>'
    if piece.place is None or place is None:
        return marked
    came = piece.kind == "moved here"
    link = place(piece.place, not came)
    return f'{marked} <span class="whither">(moved {"from" if came else "to"} {link})</span>'


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

    old: ComparedEdition
    new: ComparedEdition
    found: tuple[ChangeEntry, ...]
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

    def bound(self, entry: ChangeEntry) -> tuple[str, ...]:
        """The ids of those whom the provisions of a change bind, before or after."""
        return tuple(
            sorted({one for duty in (*self._of(entry, False), *self._of(entry, True)) for one in duty.who})
        )

    def strengths(self, entry: ChangeEntry) -> str:
        """Which verbs of duty a change put in and took out: "must put in, should taken out"."""
        was, now = (Counter(duty.strength for duty in self._of(entry, new)) for new in (False, True))
        told = [f"{_often(strength, times)} put in" for strength, times in (now - was).items()]
        told += [f"{_often(strength, times)} taken out" for strength, times in (was - now).items()]
        return ", ".join(told)

    def _of(self, entry: ChangeEntry, new: bool) -> tuple[Duty, ...]:
        edition, places = (self.new.id, entry.new) if new else (self.old.id, entry.old)
        return tuple(duty for place in places for duty in self.duties.get((edition, place.anchor), ()))

    def link(self, path: str, place: ComparedPlace, new: bool) -> str:
        """A link from a page to where a provision stands in its edition."""
        root = to_root(path) if new else f"{to_root(path)}../{self.old.id}/"
        if place.address is None:
            return escape_html(place.name)
        return f'<a href="{escape_html(root + place.address)}">{escape_html(place.name)}</a>'

    def links(self, path: str, places: Sequence[ComparedPlace], new: bool) -> str:
        """Such links to several provisions."""
        return ", ".join(self.link(path, place, new) for place in places) or "–"

    def to_redline(self, path: str, entry: ChangeEntry) -> str:
        """A change's place as a link to its redline."""
        named = ", ".join(place.name for place in entry.new or entry.old)
        return f'<a href="{escape_html(to_root(path) + self.redlines[entry.count])}">{escape_html(named)}</a>'

    def attributes(self, entry: ChangeEntry) -> str:
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
