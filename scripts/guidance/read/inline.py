"""Inline HTML -> Text: words with their styles, links and footnote references.

Knows nothing of blocks. Only http, https and mailto addresses and links within the page are let through.
"""

import re
from collections.abc import Sequence
from typing import Literal

from bs4 import NavigableString, Tag

from guidance.document.anchors import Allocator, anchor_for
from guidance.document.model import Dropped, Link, Mark, NoteMark, Style, Text

_Kind = Literal["bold", "italic", "underline", "superscript", "subscript"]
_STYLES: dict[str, _Kind] = {
    "strong": "bold",
    "b": "bold",
    "em": "italic",
    "i": "italic",
    "u": "underline",
    "sup": "superscript",
    "sub": "subscript",
}
_SNAPSHOT = re.compile(
    r"^(?:https?://(?:webarchive|yourarchives)\.nationalarchives\.gov\.uk)?/?(?:ukgwa/)?\d{14}(?:mp_|if_)?/"
)
_SAFE = ("http://", "https://", "mailto:")


class Notes:
    """The notes at the page's end: which anchor each id has, and which have been referred to."""

    def __init__(self, ids: Sequence[str], allocator: Allocator) -> None:
        """`ids` are the notes' own, in order."""
        self.anchors = tuple(allocator.take(anchor_for("footnote", str(at + 1), "")) for at in range(len(ids)))
        self._numbers = {note: at for at, note in enumerate(ids)}
        self._claimed: set[str] = set()

    def claim(self, target: str) -> tuple[str, str] | None:
        """The anchor and label of the note with this id; None where there is none."""
        at = self._numbers.get(target)
        if at is None:
            return None
        self._claimed.add(self.anchors[at])
        return self.anchors[at], str(at + 1)

    @property
    def unclaimed(self) -> tuple[str, ...]:
        """Anchors of notes that nothing refers to."""
        return tuple(anchor for anchor in self.anchors if anchor not in self._claimed)


class Inline:
    """Gathers the text of an element."""

    def __init__(self, notes: Notes) -> None:
        """`notes` says what a footnote link means."""
        self._notes = notes
        self._plain = ""
        self._marks: list[Mark] = []
        self.dropped: list[Dropped] = []
        self.unsafe = 0

    def take(self, element: Tag) -> None:
        """Add an element's contents."""
        for child in element.children:
            if isinstance(child, NavigableString):
                self._add(str(child))
            elif isinstance(child, Tag):
                self._take_child(child)

    def _add(self, words: str) -> None:
        spaced = re.sub(r"\s+", " ", words)
        if not self._plain or self._plain.endswith(" "):
            spaced = spaced.lstrip()
        self._plain += spaced

    def _take_child(self, child: Tag) -> None:
        if child.name == "br":
            self._add(" ")
            return
        reference = child if child.name == "a" else child.find("a") if child.name == "sup" else None
        href = str(reference.get("href") or "") if isinstance(reference, Tag) else ""
        note = self._notes.claim(href[1:]) if href.startswith("#") else None
        if note:
            anchor, label = note
            self._plain = self._plain.rstrip()
            self._marks.append(NoteMark(len(self._plain), anchor, label))
            around = child.get_text().replace(label, "", 1).strip()
            if around:
                self.dropped.append(Dropped(around, "words around a footnote's number"))
            return
        start = len(self._plain)
        self.take(child)
        end = len(self._plain.rstrip())
        if end <= start:
            return
        style = _STYLES.get(child.name)
        if style:
            self._marks.append(Style(start, end, style))
        elif child.name == "a" and href:
            self._link(start, end, _SNAPSHOT.sub("", href))

    def _link(self, start: int, end: int, address: str) -> None:
        if address.startswith("#") or address.lower().startswith(_SAFE):
            self._marks.append(Link(start, end, address))
        elif address.startswith("/") and not address.startswith("//"):
            self._marks.append(Link(start, end, f"https://www.gov.uk{address}"))
        else:
            self.unsafe += 1

    def text(self, skip: int = 0) -> Text:
        """What was gathered, without its first `skip` characters (a printed number)."""
        plain = self._plain[skip:].rstrip()
        marks: list[Mark] = []
        for mark in self._marks:
            if isinstance(mark, NoteMark):
                marks.append(NoteMark(min(max(mark.at - skip, 0), len(plain)), mark.note, mark.label))
                continue
            start, end = max(mark.start - skip, 0), min(mark.end - skip, len(plain))
            while start < end and plain[start].isspace():
                start += 1
            if start < end:
                kept = Style(start, end, mark.kind) if isinstance(mark, Style) else Link(start, end, mark.address)
                marks.append(kept)
        return Text(plain, tuple(sorted(marks, key=_order)))


def _order(mark: Mark) -> tuple[int, int, str]:
    if isinstance(mark, NoteMark):
        return mark.at, mark.at, mark.label.zfill(6)
    return mark.start, -mark.end, mark.kind if isinstance(mark, Style) else mark.address
