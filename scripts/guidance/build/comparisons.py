"""Loaded editions -> their comparisons, crosswalk and comparison pages: the rooms brought together.

What is compared how is decided in `compare`, what a page looks like in `publish`; nothing is printed here.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from guidance.audit.vocabulary import read_wanted
from guidance.build.annotations import Annotations, find_annotations, pack, read_knowledge, unpack
from guidance.build.orders import Loaded
from guidance.cite.citation import CitationGrammar, Known, NotUnderstoodError
from guidance.cite.resolve import Cited, resolve
from guidance.compare.changes import compare
from guidance.compare.crosswalk import build_crosswalk, counterparts, crosswalk_record
from guidance.compare.duty_changes import strengths_before
from guidance.compare.official import Listed, audit, read_listed
from guidance.document.anchors import permalinks, read_permalinks
from guidance.document.lineage import Crosswalk
from guidance.document.model import (
    Comparison,
    Document,
    Duty,
)
from guidance.document.register import Edition, Publication
from guidance.jobs.cache import Crew, Job, Ticket, code_digest
from guidance.link.agencies import Vocabulary
from guidance.link.duties import find_duties
from guidance.site.changes_view import ComparedEdition as Surveyed
from guidance.site.changes_view import survey
from guidance.site.comparison_pages import Listing, Redline, Side, comparison_title, render_comparison
from guidance.site.ledger import Earlier, Ledger
from guidance.site.pages import addresses, lay_out
from guidance.site.search import Acronym

LISTED = "official-changes.toml"  # in an edition's folder
Pair = tuple[str, str]  # ids of the older and of the newer edition
Addresses = Mapping[str, str]
_LIBRARIES = ("rapidfuzz", "fast-diff-match-patch")
_encode = msgspec.msgpack.encode


class Told(Struct, frozen=True):
    """What a comparison's pages are made from beside both texts: the older edition's first, where there are two."""

    comparison: Comparison
    addresses: tuple[Addresses, Addresses]
    duties: tuple[tuple[Duty, ...], tuple[Duty, ...]]
    names: Mapping[str, str]
    listing: Listing | None


def render_told(told: Told, old: Document, new: Document) -> Redline:
    """The pages of a comparison."""
    comparison, (before, after) = told.comparison, told.addresses
    return render_comparison(
        comparison,
        Side(comparison.old, old, before),
        Side(comparison.new, new, after),
        duties=told.duties,
        names=told.names,
        listing=told.listing,
    )


def start_redlines(packed: Mapping[str, bytes], told: Mapping[Pair, Told], crew: Crew) -> dict[Pair, Ticket]:
    """Begin the pages of each comparison; a result is a packed Redline."""
    return {
        (old, new): crew.start(
            Job(
                f"the comparison of {old} with {new}",
                redline_of,
                (_encode(one), packed[old], packed[new]),
                code_digest((), ("pyyaml",)),
                "redlines",
            )
        )
        for (old, new), one in told.items()
    }


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
    found: Mapping[str, Annotations] = {}  # per edition, what is found in its text, where a crew looked for it
    acronyms: tuple[Acronym, ...] = ()

    @property
    def rooted(self) -> dict[str, dict[str, str]]:
        """Per edition, each anchor's address from the root of the publication's site."""
        return {
            edition: {anchor: f"{edition}/{address}" for anchor, address in known.items()}
            for edition, known in self.addresses.items()
        }

    def counterparts(self, edition: str, *, nearest: bool = False) -> dict[str, dict[str, str]]:
        """Per anchor of an edition, per other edition, where the text stands there, from the site's root; or, of
        those that stand nowhere there, what is `nearest` (empty where nothing is)."""
        if edition not in self.documents:
            return {}
        return counterparts(self.crosswalk, edition, self.rooted, nearest=nearest)

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
    `folder` is the publication's, for its tables.

    A `crew` does what is not among its kept results; without one all is done here and nothing kept.
    """
    knowledge = read_knowledge(folder)
    documents = {item.edition.id: item.document for item in loaded}
    near = near_pairs(list(documents), publication.in_force.id) if publication.comparisons == "near" else None
    pairs = tuple(combinations(documents, 2)) if near is None else near
    if crew:
        packed = pack(documents)
        found = find_annotations(packed, knowledge, crew)
        duties = {edition: one.duties for edition, one in found.items()}
        compared = _together(documents, knowledge.vocabulary, duties, compare_all(packed, duties, pairs, crew))
        compared = structs.replace(compared, packed=packed, found=found)
    else:
        compared = compare_documents(documents, knowledge.vocabulary, pairs)
    listed = {item.edition.id: read_listed(folder / item.edition.id / LISTED) for item in loaded}
    return structs.replace(compared, listed=listed, acronyms=knowledge.acronyms)


def compare_documents(
    documents: Mapping[str, Document], vocabulary: Vocabulary, pairs: Sequence[Pair] | None = None
) -> Compared:
    """Some documents compared here and now, oldest first, by the ids of their editions: every two, or those
    `pairs`, among which must be all neighbours."""
    duties = {edition: find_duties(text, vocabulary) for edition, text in documents.items()}
    comparisons = {
        (old, new): compare(documents[old], documents[new], (old, new), (duties[old], duties[new]))
        for old, new in (tuple(combinations(documents, 2)) if pairs is None else pairs)
    }
    return _together(documents, vocabulary, duties, comparisons)


def _together(
    documents: Mapping[str, Document],
    vocabulary: Vocabulary,
    duties: Mapping[str, tuple[Duty, ...]],
    comparisons: Mapping[Pair, Comparison],
) -> Compared:
    where = {edition: addresses(lay_out(text)) for edition, text in documents.items()}
    neighbours = [comparisons[pair] for pair in pairwise(documents)]
    return Compared(
        documents=documents,
        addresses=where,
        duties=duties,
        comparisons=comparisons,
        crosswalk=build_crosswalk(list(documents.items()), neighbours),
        vocabulary=vocabulary,
        sides={edition: survey(edition, text, where[edition]) for edition, text in documents.items()},
    )


def links_to_redlines(edition: str, pairs: Iterable[Pair]) -> str:
    """The comparisons of an edition, among `pairs`, as a list for its home page, in Markdown; nearest first."""
    older = [old for old, new in pairs if new == edition]
    links = [f"-   [{comparison_title(old, edition)}](compare/{old}/index.md)" for old in reversed(older)]
    return "\n\n## What changed\n\n" + "\n".join(links) + "\n" if links else ""


def crosswalk_json(compared: Compared) -> bytes:
    """What crosswalk.json holds."""
    return (json.dumps(crosswalk_record(compared.crosswalk), ensure_ascii=False, indent=1) + "\n").encode()


# --- The jobs ------------------------------------------------------------------------------------


def near_pairs(editions: Sequence[str], in_force: str) -> tuple[Pair, ...]:
    """The pairs of editions, given oldest first, that are compared: neighbours, and each with the one in force or,
    where that is not among them, with the newest. That many grow with the editions, all pairs with their square."""
    now = in_force if in_force in editions else editions[-1] if editions else ""
    at = {edition: place for place, edition in enumerate(editions)}
    return tuple(pair for pair in combinations(editions, 2) if now in pair or at[pair[1]] - at[pair[0]] == 1)


def compare_all(
    packed: Mapping[str, bytes], duties: Mapping[str, tuple[Duty, ...]], pairs: Iterable[Pair], crew: Crew
) -> dict[Pair, Comparison]:
    """The comparisons of some pairs of packed documents."""
    pairs = tuple(pairs)
    held = {edition: _encode(found) for edition, found in duties.items()}
    jobs = [
        Job(
            f"comparing {old} with {new}",
            comparison_of,
            (_encode((old, new)), packed[old], packed[new], held[old], held[new]),
            code_digest((), _LIBRARIES),
            "comparisons",
        )
        for old, new in pairs
    ]
    found = (msgspec.msgpack.decode(answer, type=Comparison) for answer in crew.run(jobs))
    return dict(zip(pairs, found, strict=True))


def redline_of(told: bytes, old: bytes, new: bytes) -> bytes:
    """What is Told of a comparison and its documents, all packed -> its Redline; a job."""
    return _encode(render_told(msgspec.msgpack.decode(told, type=Told), unpack(old), unpack(new)))


def comparison_of(ids: bytes, old: bytes, new: bytes, duties_old: bytes, duties_new: bytes) -> bytes:
    """Two editions' ids, documents and duties, all packed -> their Comparison; a job."""
    first, second = (msgspec.msgpack.decode(held, type=tuple[Duty, ...]) for held in (duties_old, duties_new))
    pair = msgspec.msgpack.decode(ids, type=Pair)
    return _encode(compare(unpack(old), unpack(new), pair, (first, second)))


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
