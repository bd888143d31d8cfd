"""Anchors, permalinks and the permalink register: how a provision is addressed, for good, and what was decided
where an anchor came to mean another text.

An anchor once published never disappears; nothing here may depend on the clock or on what else is loaded.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

from guidance.document.model import Document, GuidanceError, Kind, Permalink, Provision, write_whole
from guidance.document.walk import normalise, plain_text

_PREFIX: dict[Kind, str] = {"paragraph": "para", "footnote": "fn", "flow-chart": "flow-chart"}
_LONGEST = 56  # characters of a title that an anchor keeps
_HEADER = "# anchor\tkind\tnumber\tpage\tfingerprint"
PERMALINKS = "permalinks.tsv"  # in an edition's folder
MEANINGS = "meanings.tsv"  # beside an edition's permalinks.tsv
_MEANINGS_HEADER = (
    "# What a person decided where a new file gave an anchor to another text: guidance review --renumbered ID\n"
    "# anchor\tfingerprint before\tday of the new file\trenumbered, removed or reworded\twhere its text is now"
)
Became = Literal["renumbered", "removed", "reworded"]


class Renumbering(Struct, frozen=True, order=True):
    """What became of the text that an anchor named until the day `since`: it has another anchor (`now`), is not in
    the edition any more, or was only reworded. `was` is the fingerprint that it had."""

    anchor: str
    was: str
    since: str
    became: Became
    now: str | None = None


def slug(words: str) -> str:
    """Words as a plain lower-case address part: ASCII letters, digits and single hyphens; never empty.

    Long titles are cut behind a whole word, so that an address stays short enough to read out."""
    ascii_words = unicodedata.normalize("NFKD", words.replace("’", "").replace("'", ""))
    ascii_words = ascii_words.encode("ascii", "ignore").decode().lower()
    whole = re.sub(r"[^a-z0-9]+", "-", ascii_words).strip("-")
    if len(whole) > _LONGEST:
        whole = whole[: _LONGEST + 1].rpartition("-")[0] or whole[:_LONGEST]
    return whole or "untitled"


def anchor_for(kind: Kind, number: str | None, title: str, within: str | None = None) -> str:
    """The anchor that a provision would like to have.

    Numbered ones are named by their number ("para-45", "chapter-3"), headings by their title, the others
    by the heading they stand under (`within`): "strategy-discussion-box".
    """
    if number is not None and kind != "section":
        return f"{_PREFIX.get(kind, kind)}-{slug(number)}"
    if kind in ("box", "text", "table", "figure"):
        return f"{within}-{kind}" if within else kind
    return slug(title)


class Allocator:
    """Hands out anchors that are unique within one document, in reading order."""

    def __init__(self) -> None:
        """Start with nothing taken."""
        self._taken: set[str] = set()
        self._counted: dict[str, int] = {}  # by wish: the last number put behind it

    def take(self, wish: str, within: str | None = None) -> str:
        """`wish` where it is free, else `wish` below `within`, else the next free `wish-2`, `wish-3` ..."""
        candidates = [wish]
        if within and not wish.startswith(within):
            candidates.append(f"{within}-{wish}")
        anchor = next((c for c in candidates if c not in self._taken), None)
        while anchor is None:
            count = self._counted.get(candidates[-1], 1) + 1
            self._counted[candidates[-1]] = count
            numbered = f"{candidates[-1]}-{count}"
            anchor = numbered if numbered not in self._taken else None
        self._taken.add(anchor)
        return anchor


def fingerprint(text: str) -> str:
    """Sixteen hexadecimal digits that change when the normalised text does."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()[:16]


def provision_fingerprint(provision: Provision) -> str:
    """The fingerprint of a provision's heading and own text."""
    return words_fingerprint(provision.title, plain_text(provision))


def words_fingerprint(heading: str | None, text: str) -> str:
    """The same of a provision's words, as provisions.json has them."""
    return fingerprint(f"{heading or ''}\n{text}")


def permalink_path(edition: str, anchor: str) -> str:
    """The permalink's address from the site's root: para-45 of 2023 is "2023/p/45/"."""
    short = anchor.removeprefix("para-")
    return f"{edition}/p/{short if short[:1].isdigit() else anchor}/"


def permalinks(document: Document) -> tuple[Permalink, ...]:
    """The register's lines for a document: every provision and note, in reading order."""
    return tuple(
        Permalink(p.anchor, p.kind, p.number, p.page, provision_fingerprint(p)) for p in document.everything
    )


def read_rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The lines of a register of ours, each with its file and number for messages, and its cells; none where the
    file is missing, and no comments."""
    if path.exists():
        for count, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                yield f"{path}, line {count}", line.split("\t")


def write_rows(path: Path, header: str, rows: Iterable[str]) -> None:
    """Write a register of ours, atomically."""
    write_whole(path, "\n".join((header, *rows)) + "\n")


def read_permalinks(path: Path) -> tuple[Permalink, ...]:
    """The lines of a permalink register; none where the file is missing. Raises GuidanceError on a bad line."""
    entries = []
    for where, cells in read_rows(path):
        if len(cells) != 5 or (cells[3] and not cells[3].isdigit()):
            raise GuidanceError(f"{where}: expected five cells, anchor kind number page fingerprint")
        page = int(cells[3]) if cells[3] else None
        entries.append(Permalink(cells[0], cells[1], cells[2] or None, page, cells[4]))
    return tuple(entries)


def known_permalinks(
    editions: Iterable[str], folder: Path, texts: Mapping[str, Document] | None = None
) -> dict[str, dict[str, Permalink]]:
    """Per edition every anchor that was or is published: of its register below the publication's `folder` and, over
    that, of its text where that is among `texts`."""
    known = {}
    for edition in editions:
        published = {entry.anchor: entry for entry in read_permalinks(folder / edition / PERMALINKS)}
        if texts and edition in texts:
            published |= {entry.anchor: entry for entry in permalinks(texts[edition])}
        known[edition] = published
    return known


def write_permalinks(path: Path, entries: Iterable[Permalink]) -> None:
    """Write a permalink register, atomically."""
    rows = (f"{e.anchor}\t{e.kind}\t{e.number or ''}\t{e.page or ''}\t{e.fingerprint}" for e in entries)
    write_rows(path, _HEADER, rows)


def read_meanings(path: Path) -> tuple[Renumbering, ...]:
    """The decisions in a meanings.tsv; none where the file is missing. Raises GuidanceError on a bad line."""
    found = []
    for where, cells in read_rows(path):
        anchor, was, since, became, now = (*map(str.strip, cells), "", "", "", "", "")[:5]
        kinds = {kind: kind for kind in get_args(Became)}
        if not (anchor and was and since and became in kinds) or (became == "renumbered") != bool(now):
            raise GuidanceError(
                f"{where}: expected an anchor, its fingerprint before, a day, "
                f"{', '.join(kinds)}, and for what was renumbered its anchor now"
            )
        found.append(Renumbering(anchor, was, since, kinds[became], now or None))
    return tuple(found)


def write_meanings(path: Path, meanings: Iterable[Renumbering]) -> None:
    """Write a meanings.tsv, oldest decision first, atomically."""
    ordered = sorted(set(meanings), key=lambda one: one.since)
    rows = ("\t".join((m.anchor, m.was, m.since, m.became, m.now or "")).rstrip() for m in ordered)
    write_rows(path, _MEANINGS_HEADER, rows)
