"""The frozen types of a document and of what is observed about it; how a TOML file that a person wrote becomes a
value of such a type, or one line that says what is wrong; how a file is written whole. Nothing here imports another
module of ours; what the values of a TOML file mean is checked by who reads it.

Conventions: pages are 1-based pages of the source file; lengths are PDF points with the origin at the
lower left; offsets count Unicode code points and are half open; anchors are unique within one edition.
"""

import os
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct, field

_T = TypeVar("_T")


class GuidanceError(Exception):
    """Something the reader of the message can mend: one line that says what is wrong with which file and
    what to do. The command line prints it and ends with a non-zero exit; anything else is a bug."""


class Box(Struct, frozen=True, array_like=True):
    """A rectangle in PDF points, origin lower left."""

    left: float
    bottom: float
    right: float
    top: float


class Place(Struct, frozen=True):
    """Where in the source something stands: a page (1-based) and, where known, a rectangle on it."""

    page: int
    box: Box | None = None


# --- Text and what is marked in it ---------------------------------------------------------------

Strength = Literal["must", "must not", "should", "should not", "may", "responsibility"]
MarkKind = Literal["bold", "italic", "underline", "superscript", "subscript"] | Strength
# How units are numbered, for who reads a text and for who reads citations of it.
SPELT = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
DOTTED = r"\d{1,2}(?:\.\d{1,2})?[a-z]?"  # of boxes, figures and tables: "3", "2.1", "1a"


class Style(Struct, frozen=True, tag="style"):
    """A stretch of text that the source sets apart; or, with a strength, words that bind, which no reader sets and
    the duty ledger lays over the text."""

    start: int
    end: int
    kind: MarkKind


class Link(Struct, frozen=True, tag="link"):
    """A link that the source itself carries.

    `address` is an absolute http, https or mailto address, or `#anchor` within this document; a reader
    drops and counts every other scheme.
    """

    start: int
    end: int
    address: str


class Abbreviation(Struct, frozen=True, tag="abbreviation"):
    """Letters of which the source itself says what they stand for, where a pointer rests on them."""

    start: int
    end: int
    meaning: str


class NoteMark(Struct, frozen=True, tag="note"):
    """A footnote reference standing before character `at`; it takes no room in the plain text."""

    at: int
    note: str  # the note's anchor, such as fn-12
    label: str  # as printed, such as 12


Span = Style | Link | Abbreviation
Mark = Span | NoteMark


class Text(Struct, frozen=True):
    """A run of prose: plain text without footnote marks, and marks over it, ordered by where they start."""

    plain: str
    marks: tuple[Mark, ...] = ()


# --- Blocks --------------------------------------------------------------------------------------


class Para(Struct, frozen=True, tag="para"):
    """One paragraph of running text, joined over lines and page breaks."""

    text: Text
    places: tuple[Place, ...] = ()


class Subheading(Struct, frozen=True, tag="subheading"):
    """A title line inside a provision (in a box, say), which no contents list names."""

    text: Text
    places: tuple[Place, ...] = ()


class Item(Struct, frozen=True):
    """One entry of a list. `marker` is as printed ("•", "(a)", "iv."), `anchor` set where lettered or numbered."""

    marker: str
    blocks: "tuple[Block, ...]"
    anchor: str | None = None


class List(Struct, frozen=True, tag="list"):
    """A list; a list inside an item is the next level."""

    items: tuple[Item, ...]
    ordered: bool = False


class Cell(Struct, frozen=True):
    """A table cell; `header` says whether it heads a column or a row."""

    blocks: "tuple[Block, ...]"
    header: Literal["column", "row"] | None = None
    columns: int = 1
    rows: int = 1


class Table(Struct, frozen=True, tag="table"):
    """A data table, row by row."""

    rows: tuple[tuple[Cell, ...], ...]
    caption: Text | None = None
    places: tuple[Place, ...] = ()


class Figure(Struct, frozen=True, tag="figure"):
    """A picture: `picture` names an Asset, `alternative` is the source's own alternative text (or none),
    `words` are the texts drawn in it, node by node in reading order."""

    picture: str | None
    alternative: str | None
    words: tuple[Text, ...] = ()
    caption: Text | None = None
    places: tuple[Place, ...] = ()


Block = Para | Subheading | List | Table | Figure

# --- Provisions and documents --------------------------------------------------------------------


Kind = Literal[
    "part",
    "chapter",
    "section",
    "annex",
    "flow-chart",
    "figure",
    "table",
    "box",
    "paragraph",  # numbered
    "text",  # not numbered
    "footnote",
]
EvidenceKind = Literal["bookmark", "contents", "tag", "style", "number"]


class Provision(Struct, frozen=True):
    """An addressable unit. Every character of the document belongs to exactly one.

    A heading (part, chapter, section, annex, flow-chart) holds its title in `heading` and, but for a
    flow chart's picture, no blocks: what stands below it are provisions of their own that name it among
    their `parents` (outermost first). `level` is the heading depth, 1 = chapter, None for the others.
    `number` is as printed without closing full stop ("45", "3.2", "A"). `evidence` says what a heading
    and its level rest on.
    """

    anchor: str
    kind: Kind
    number: str | None = None
    marker: str = ""  # the number's printed form, such as "45." or "(a)"; empty where the heading contains it
    heading: Text | None = None
    level: int | None = None
    blocks: tuple[Block, ...] = ()
    parents: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    evidence: tuple[EvidenceKind, ...] = ()

    @property
    def title(self) -> str:
        """The words of its heading; empty where it has none."""
        return self.heading.plain if self.heading else ""

    @property
    def page(self) -> int | None:
        """The source page on which the provision starts."""
        return self.places[0].page if self.places else None


class Asset(Struct, frozen=True):
    """A picture that goes with a document; `name` is a plain file name."""

    name: str
    media_type: str
    content: bytes


class Dropped(Struct, frozen=True):
    """Source text that is deliberately not in the document, and why ("running head", "page number", ...)."""

    text: str
    reason: str
    page: int | None = None


class Finding(Struct, frozen=True):
    """Something a reader of the conversion must know: a gap in numbering, a link dropped, engines that differ."""

    kind: str
    message: str
    page: int | None = None


class Correction(Struct, frozen=True, forbid_unknown_fields=True):
    """A reviewed mend of a fault in the source, applied by anchor and fingerprint, with its reason. Where it names
    a `revision`, it is for the file of that one alone."""

    anchor: str
    fingerprint: str
    find: str
    replace: str
    reason: str
    revision: str | None = None


class SourceFile(Struct, frozen=True):
    """The file a document was read from, and what it says of itself: its title, author and first day, as
    "2024-09-03", where it says them."""

    name: str
    sha256: str
    media_type: str
    size: int
    pages: int | None = None
    producer: str | None = None
    title: str | None = None
    author: str | None = None
    created: str | None = None


class Agreement(Struct, frozen=True):
    """How far a second, independent text engine reads the same words: how many it reads, and the shares of its
    words that we have (recall) and of ours that it has (precision)."""

    engine: str
    words: int
    recall: float
    precision: float


CheckName = Literal[
    "placed",  # the share of characters that stand somewhere in the text
    "pages",  # printed page numbers count on
    "order",  # lines are read in the order in which they are drawn
    "sentences",  # no break in mid-sentence
    "numbers",  # numbers at lines' starts are those of provisions
    "notes",  # each mark has its note, each note its mark
    "note area",  # no page is mostly notes that nothing on it refers to
    "tables",  # no head row stands again among the rows
    "headings",  # those that bookmarks, contents and tags name
    "words",  # no word is split that another engine has whole
]


class StructureCheck(Struct, frozen=True):
    """One thing by which the structure of what was read is judged: how many things were `counted`, how many of them
    are `amiss`, on which pages (1-based), and some of their words. A file may give nothing to judge by."""

    what: CheckName
    verdict: Literal["sound", "amiss", "not known"]
    counted: int = 0
    amiss: int = 0
    pages: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()


class Document(Struct, frozen=True):
    """One edition's text. `provisions` are in reading order; `notes` (kind footnote) by number."""

    title: str
    language: str
    source: SourceFile
    provisions: tuple[Provision, ...]
    notes: tuple[Provision, ...] = ()
    assets: tuple[Asset, ...] = ()
    characters_source: int = 0  # non-space characters the source holds, as the reader's engine saw them
    dropped: tuple[Dropped, ...] = ()
    findings: tuple[Finding, ...] = ()
    corrections: tuple[Correction, ...] = ()
    agreement: Agreement | None = None  # where a second engine was asked
    structure: tuple[StructureCheck, ...] = ()

    @property
    def everything(self) -> tuple[Provision, ...]:
        """All that has an anchor of its own, in reading order: the provisions, then the notes."""
        return (*self.provisions, *self.notes)

    def by_anchor(self) -> dict[str, Provision]:
        """Every provision and note by its anchor, in reading order."""
        return {provision.anchor: provision for provision in self.everything}


# --- Annotations, laid over a document by offset --------------------------------------------------


class Locus(Struct, frozen=True, order=True):
    """A stretch of a document: `part` counts in `provision_texts` of the provision at `anchor`."""

    anchor: str
    part: int
    start: int
    end: int


class Reference(Struct, frozen=True, tag="reference"):
    """A citation in the text, resolved: `address` is `#anchor` in this document or an absolute address; `told` says
    what stands there where that is a place in another publication that is built as this one is."""

    at: Locus
    words: str
    address: str
    kind: Literal["internal", "legislation", "guidance"]
    told: str = ""


class Unresolved(Struct, frozen=True, tag="unresolved"):
    """A citation that could not be resolved, and why."""

    at: Locus
    words: str
    reason: str


class Definition(Struct, frozen=True):
    """A use of a term or a short form that the document or its publication explains: `meaning` in words, and the
    `anchor` of the entry that defines it, where the document has one."""

    at: Locus
    words: str
    meaning: str
    anchor: str | None = None


class Limit(Struct, frozen=True):
    """How soon or how often a duty asks: 15, "working days", "of being notified of the move". `since` is empty
    where the sentence does not say from or before when; files call it `from`."""

    number: int
    unit: str
    since: str = field(default="", name="from")


class Duty(Struct, frozen=True):
    """A sentence that says what somebody must, should or may do.

    `who` are those whom it names, and `who_complete` is false where it names others too who are not known; `who` is
    empty where it names nobody. Then `who_context` are those probably bound, and `context` says by which evidence.
    """

    at: Locus
    page: int | None
    sentence: str
    strength: Strength
    who: tuple[str, ...] = ()
    who_complete: bool = True
    who_context: tuple[str, ...] = ()
    context: str = ""
    limit: Limit | None = None


# --- Comparison ----------------------------------------------------------------------------------

ChangeKind = Literal[
    "unchanged", "reworded", "term replaced", "moved", "renumbered", "split", "merged", "added", "removed"
]


class Permalink(Struct, frozen=True, order=True):
    """One line of a permalink register: a provision's identity without its text."""

    anchor: str
    kind: str
    number: str | None
    page: int | None
    fingerprint: str


# --- Files of ours: tables that a person wrote, and what is written whole or not at all --------------


def read_toml(path: Path, kind: type[_T], *, missing: str | None = None, mend: str = "correct it there") -> _T:
    """What a TOML file says, as a `kind`: a Struct, or a dict.

    A file that is not there reads as an empty one, unless `missing` says what is wrong about that. Raises
    GuidanceError, in one line: which file, what is wrong and where, and what to do (`mend`).
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        if missing is not None:
            raise GuidanceError(f"{path}: {missing}") from None
        content = b""
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be read ({error.strerror})") from None
    return decode_toml(content, str(path), kind, mend)


def decode_toml(content: bytes, name: str, kind: type[_T], mend: str = "correct it there") -> _T:
    """The same of a file's bytes; `name` is what messages call the file. Raises GuidanceError."""
    try:
        content = content.removeprefix(b"\xef\xbb\xbf")  # which editors on Windows put before it
        return msgspec.toml.decode(content, type=kind)
    except UnicodeDecodeError:
        raise GuidanceError(f"{name}: is not in UTF-8; save it so") from None
    except RecursionError:
        raise GuidanceError(f"{name}: is nested too deeply; {mend}") from None
    except msgspec.DecodeError as error:  # wrong TOML, or right TOML that is no `kind`
        raise GuidanceError(f"{name}: {' '.join(str(error).split())}; {mend}") from None


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file beside its place and move it there: who looks finds the old one or the new. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
