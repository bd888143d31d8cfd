"""Loaded editions -> their comparisons, crosswalk and comparison pages: the rooms brought together.

What is compared how is decided in `compare`, what a page looks like in `publish`; nothing is printed here.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from pathlib import Path

import msgspec
from msgspec import Struct, structs

import guidance
from guidance.audit.vocabulary import read_wanted
from guidance.build.comparison_jobs import (
    Pair,
    Told,
    compare_all,
    find_all_duties,
    near_pairs,
    pack,
    render_told,
    start_redlines,
)
from guidance.build.load import Loaded
from guidance.cite.citation import CitationGrammar, Known, NotUnderstoodError
from guidance.cite.resolve import Cited, resolve
from guidance.compare.changes import compare, strengths_before
from guidance.compare.crosswalk import build_crosswalk, counterparts, crosswalk_record
from guidance.compare.official import Listed, audit, read_listed
from guidance.document.anchors import permalinks, read_permalinks, slug
from guidance.document.lineage import Crosswalk
from guidance.document.model import (
    Comparison,
    Document,
    Duty,
    GuidanceError,
    Kind,
    Para,
    Place,
    Provision,
    SourceFile,
    Text,
)
from guidance.document.register import Edition, Publication
from guidance.jobs.cache import Crew, Ticket
from guidance.link.agencies import Vocabulary, read_agencies
from guidance.link.duties import find_duties
from guidance.read import read_document
from guidance.site.assemble import write_below
from guidance.site.changes_view import ComparedEdition as Surveyed
from guidance.site.changes_view import survey
from guidance.site.comparison_scene import comparison_title
from guidance.site.ledger import Earlier, Ledger
from guidance.site.pages import addresses, lay_out
from guidance.site.redline import SCRIPT, STYLES, Listing, Redline, render_alone

LISTED = "official-changes.toml"  # in an edition's folder


class Compared(Struct, frozen=True):
    """Everything that is known of several editions together; oldest first."""

    documents: Mapping[str, Document]
    addresses: Mapping[str, Mapping[str, str]]  # per edition, each anchor's address from the edition's root
    duties: Mapping[str, tuple[Duty, ...]]
    comparisons: Mapping[Pair, Comparison]
    crosswalk: Crosswalk
    listed: Mapping[str, tuple[Listed, ...]] = {}  # per edition, the publisher's own list of changes
    vocabulary: Vocabulary = Vocabulary()
    sides: Mapping[str, Surveyed] = {}  # per edition, what its places are called and where they stand
    packed: Mapping[str, bytes] = {}  # per edition, its document as jobs take it

    def counterparts(self, edition: str, *, nearest: bool = False) -> dict[str, dict[str, str]]:
        """Per anchor of an edition, per other edition, where the text stands there, from the site's root; or, of
        those that stand nowhere there, what is `nearest` (empty where nothing is)."""
        rooted = {
            other: {anchor: f"{other}/{address}" for anchor, address in known.items()}
            for other, known in self.addresses.items()
        }
        return counterparts(self.crosswalk, edition, rooted, nearest=nearest) if edition in self.documents else {}

    def redlines(self, edition: str) -> tuple[Redline, ...]:
        """The comparisons of an edition with each older one, nearest first."""
        told = (self._told(pair) for pair in self.pairs_of(edition))
        return tuple(render_told(one, *(self.documents[e] for e in (one.comparison.old, edition))) for one in told)

    def pairs_of(self, edition: str) -> tuple[Pair, ...]:
        """The comparisons of an edition with older ones, nearest first."""
        return tuple(pair for pair in reversed(list(self.comparisons)) if pair[1] == edition)

    def start_redlines(self, crew: Crew) -> dict[Pair, Ticket]:
        """Begin the pages of all comparisons; each result is a packed Redline."""
        return start_redlines(self.packed, {pair: self._told(pair) for pair in self.comparisons}, crew)

    def _told(self, pair: Pair) -> Told:
        old, new = pair
        return Told(
            self.comparisons[pair],
            (self.addresses[old], self.addresses[new]),
            (self.duties[old], self.duties[new]),
            {agency.id: agency.name for agency in self.vocabulary.entries},
            self._listing(pair),
        )

    def ledger(self, edition: str) -> Ledger:
        """The duties of an edition whose text is loaded, held against those of the one before."""
        before = next((pair for pair in pairwise(self.documents) if pair[1] == edition), None)
        earlier: dict[Duty, Earlier] = {}
        if before:
            old, new = (self.duties[one] for one in before)
            found = strengths_before(self.comparisons[before], old, new)
            earlier = {duty: Earlier(before[0], strength) for duty, strength in found.items()}
        where = self.sides[edition]
        return Ledger(
            edition,
            self.duties[edition],
            {agency.id: agency.name for agency in self.vocabulary.entries},
            where.places,
            earlier,
            self.vocabulary.measured,
            where.titles,
        )

    def _listing(self, pair: Pair) -> Listing | None:
        """The publisher's list, which speaks of the edition before."""
        listed = self.listed.get(pair[1], ())
        if not listed or list(self.documents).index(pair[1]) - list(self.documents).index(pair[0]) != 1:
            return None
        found = audit(self.comparisons[pair], self.documents[pair[1]], listed)
        rows = tuple((entry.listed.place, entry.listed.what, entry.found) for entry in found.checked)
        return Listing(rows, found.unlisted)


def compare_editions(
    publication: Publication, loaded: Sequence[Loaded], folder: Path, crew: Crew | None = None
) -> Compared:
    """The loaded editions compared, those of them that are `near_pairs` unless the register asks for all;
    `folder` is the publication's, for its agencies."""
    vocabulary = read_agencies(folder / "agencies.toml")
    documents = {item.edition.id: item.document for item in loaded}
    near = near_pairs(list(documents), publication.in_force.id) if publication.comparisons == "near" else None
    compared = compare_documents(documents, vocabulary, crew, near)
    listed = {item.edition.id: read_listed(folder / item.edition.id / LISTED) for item in loaded}
    return structs.replace(compared, listed=listed)


def compare_documents(
    documents: Mapping[str, Document],
    vocabulary: Vocabulary,
    crew: Crew | None = None,
    pairs: Sequence[Pair] | None = None,
) -> Compared:
    """Some documents compared, oldest first, by the ids of their editions: every two, or those `pairs`, among which
    must be all neighbours.

    A `crew` does what is not among its kept results; without one all is done here and nothing kept.
    """
    pairs = tuple(combinations(documents, 2)) if pairs is None else pairs
    packed = pack(documents) if crew else {}
    if crew:
        duties = find_all_duties(packed, vocabulary, crew)
        comparisons = compare_all(packed, duties, pairs, crew)
    else:
        duties = {edition: find_duties(text, vocabulary) for edition, text in documents.items()}
        comparisons = {
            (old, new): compare(documents[old], documents[new], (old, new), (duties[old], duties[new]))
            for old, new in pairs
        }
    ids = list(documents)
    where = {edition: addresses(lay_out(text)) for edition, text in documents.items()}
    neighbours = [comparisons[pair] for pair in pairwise(ids)]
    return Compared(
        documents=documents,
        addresses=where,
        duties=duties,
        comparisons=comparisons,
        crosswalk=build_crosswalk(list(documents.items()), neighbours),
        vocabulary=vocabulary,
        sides={edition: survey(edition, text, where[edition]) for edition, text in documents.items()},
        packed=packed,
    )


def links_to_redlines(edition: str, pairs: Iterable[Pair]) -> str:
    """The comparisons of an edition, among `pairs`, as a list for its home page, in Markdown; nearest first."""
    older = [old for old, new in pairs if new == edition]
    links = [f"-   [{comparison_title(old, edition)}](compare/{old}/index.md)" for old in reversed(older)]
    return "\n\n## What changed\n\n" + "\n".join(links) + "\n" if links else ""


def crosswalk_json(compared: Compared) -> bytes:
    """What crosswalk.json holds."""
    return (json.dumps(crosswalk_record(compared.crosswalk), ensure_ascii=False, indent=1) + "\n").encode()


# --- Two files -----------------------------------------------------------------------------------

_MARK = "changes.json"


def compare_files(old: Path, new: Path, to: Path) -> Comparison:
    """Compare two guidance files, or folders converted from them, into the folder `to`: changes.json,
    changes.csv, and redline pages both as HTML to open (index.html) and as the Markdown that they are made from.

    Raises GuidanceError when a file cannot be read, or `to` holds something that is not a comparison.
    """
    if to.exists() and not (to.is_dir() and ((to / _MARK).is_file() or not any(to.iterdir()))):
        raise GuidanceError(f"{to}: holds something that is not a comparison; choose another folder with -o")
    ids = [slug(old.stem), slug(new.stem)]
    if ids[0] == ids[1]:
        ids = [f"{ids[0]}-old", f"{ids[1]}-new"]
    compared = compare_documents(
        {edition: _read(file) for edition, file in zip(ids, (old, new), strict=True)}, Vocabulary()
    )
    # There are no pages of the editions here to lead to.
    (redline,) = structs.replace(compared, addresses={edition: {} for edition in ids}).redlines(ids[1])
    within = f"compare/{ids[0]}/"
    files = {page.path: page.markdown.encode() for page in redline.pages} | dict(redline.files)
    files |= render_alone(redline.pages, within, dict(_assets()))
    beside = to.absolute().with_name(f".{to.absolute().name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for path, content in files.items():
            write_below(beside, path.removeprefix(within), content)
        shutil.rmtree(to, ignore_errors=True)
        beside.rename(to.absolute())
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return compared.comparisons[ids[0], ids[1]]


def _assets() -> Iterator[tuple[str, bytes]]:
    """The look of comparison pages, where the theme stands beside the engine."""
    folder = Path(guidance.__file__).parents[2] / "overrides" / "assets"
    for name in (*STYLES, SCRIPT):
        if (folder / name).is_file():
            yield name, (folder / name).read_bytes()


def _read(file: Path) -> Document:
    """A document from a guidance file, or from a folder that `guidance convert` made."""
    if (file / "provisions.json").is_file():
        return _read_converted(file / "provisions.json")
    if not file.is_file():
        raise GuidanceError(f"{file}: there is no such file, and no folder with a provisions.json")
    return read_document(file)


def _read_converted(file: Path) -> Document:
    """The document that a provisions.json holds: its text and its places, without marks."""
    try:
        rows = msgspec.json.decode(file.read_bytes(), type=tuple[_Converted, ...])
    except (msgspec.DecodeError, OSError) as error:
        raise GuidanceError(f"{file}: {error}; convert the file again") from None
    found = tuple(row.provision() for row in rows)
    return Document(
        title=file.parent.name,
        language="en",
        source=SourceFile(file.name, "", "application/json", file.stat().st_size),
        provisions=tuple(one for one in found if one.kind != "footnote"),
        notes=tuple(one for one in found if one.kind == "footnote"),
    )


class _Converted(Struct, frozen=True):
    """What is read of an entry of provisions.json."""

    anchor: str
    kind: Kind
    number: str | None
    heading: str | None
    text: str
    page: int | None
    parents: tuple[str, ...]
    level: int | None

    def provision(self) -> Provision:
        return Provision(
            self.anchor,
            self.kind,
            self.number,
            heading=Text(self.heading) if self.heading else None,
            level=self.level,
            blocks=tuple(Para(Text(line)) for line in self.text.split("\n") if line),
            parents=self.parents,
            places=(Place(self.page),) if self.page else (),
        )


# --- Citations -----------------------------------------------------------------------------------


def cite(
    words: str, publication: Publication, folder: Path, loaded: Sequence[Loaded], stood: Edition | None = None
) -> tuple[Cited, ...]:
    """Where each place of a citation points. Editions without text are looked up in their permalink registers; one
    that names no edition means the one that `stood` on the day in question.

    Raises NotUnderstoodError.
    """
    grammar = CitationGrammar(Known(publication, read_wanted(folder, publication)))
    citations = grammar.read(words, stood.id if stood else None)
    known = {
        edition.id: read_permalinks(folder / edition.id / "permalinks.tsv") for edition in publication.editions
    }
    known |= {item.edition.id: permalinks(item.document) for item in loaded}
    if unsure := next((one for one in citations if not one.sure), None):
        number = unsure.place.steps[-1].number
        raise NotUnderstoodError(
            f'"{words}": {number} may be a page or a paragraph; write p {number} or para {number}'
        )
    crosswalk = None
    if len(loaded) > 1 and any(one.edition != publication.in_force.id for one in citations):
        crosswalk = _crosswalk([(item.edition.id, item.document) for item in loaded])
    return tuple(resolve(one, publication, known, crosswalk) for one in citations)


def _crosswalk(editions: Sequence[tuple[str, Document]]) -> Crosswalk:
    """The crosswalk alone, for which only neighbours are compared."""
    pairs = pairwise(editions)
    return build_crosswalk(editions, [compare(text, later, (old, new)) for (old, text), (new, later) in pairs])
