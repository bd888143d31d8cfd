"""Loaded editions -> what is found in each text, their comparisons, crosswalk and comparison pages: rooms met.

What a duty, a reference or a term is, is decided in `link`, what is compared how in `compare`, what a page looks
like in `site`; nothing is printed here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, count, pairwise
from pathlib import Path

from msgspec import Struct, structs

from guidance.build.orders import Call, Loaded, pack, run_calls
from guidance.compare.changes import compare
from guidance.compare.meaning import duties_since, strengths_before
from guidance.compare.official import Listed, audit, read_listed
from guidance.document.change_model import Comparison, Crosswalk, EditionPair, build_crosswalk, counterparts
from guidance.document.model import (
    Definition,
    Document,
    Duty,
    Link,
    Locus,
    Provision,
    Reference,
    Strength,
    Text,
    Unresolved,
)
from guidance.document.register import PartialDate, Publication
from guidance.document.walk import map_texts
from guidance.jobs.cache import Crew
from guidance.link.acts import Act, Acts
from guidance.link.agencies import Vocabulary, read_agencies
from guidance.link.duties import find_bound, find_duties
from guidance.link.glossary import find_terms
from guidance.link.references import find_references, read_known
from guidance.link.titles import Guidance
from guidance.site import data_files
from guidance.site.changes_view import ChangeEntry, ComparedEdition, entries, redline_addresses, survey
from guidance.site.comparison_pages import Listing, Redline, Told, render_comparison
from guidance.site.ledger import Earlier, Ledger, Since
from guidance.site.pages import addresses, lay_out
from guidance.site.role_changes import CHECKS, RoleCheck, read_role_checks
from guidance.site.search import ACRONYMS, Acronym, read_acronyms

AGENCIES = "agencies.toml"  # in a publication's folder
_NAMES_LAW = re.compile(r"\b(?:Acts?|Regulations?|Order|Rules|Convention|[A-Z]{4,})\b")
LISTED = "official-changes.toml"  # in an edition's folder


class Knowledge(Struct, frozen=True):
    """The tables of a publication by which its texts are read, each read once."""

    vocabulary: Vocabulary = Vocabulary()
    acts: tuple[Act, ...] = ()
    titles: tuple[Guidance, ...] = ()
    acronyms: tuple[Acronym, ...] = ()
    begins: PartialDate | None = None  # of the text that is read, when it came into force


class Annotations(Struct, frozen=True):
    """What is found in one text, by offset, in reading order; `binding` are the words that make its duties."""

    duties: tuple[Duty, ...] = ()
    binding: tuple[tuple[Locus, Strength], ...] = ()
    references: tuple[Reference | Unresolved, ...] = ()
    terms: tuple[Definition, ...] = ()
    laws: tuple[Reference | Unresolved, ...] = ()  # every place that names a law, also where the source links it


def read_knowledge(folder: Path) -> Knowledge:
    """The tables in a publication's folder. Raises GuidanceError when one is not of its form."""
    acts, titles = read_known(folder)
    return Knowledge(read_agencies(folder / AGENCIES), acts.entries, titles, read_acronyms(folder / ACRONYMS))


def annotate(document: Document, knowledge: Knowledge) -> Annotations:
    """All that is found in a text, from which every page, file and comparison is made; a job."""
    duties, binding = find_bound(document, knowledge.vocabulary)
    references = find_references(document, Acts(knowledge.acts), knowledge.titles, knowledge.begins)
    short_forms = {acronym.short: acronym.long[0] for acronym in knowledge.acronyms if acronym.long}
    terms = find_terms(document, references, short_forms)
    return Annotations(duties, binding, references, terms, _laws(document, knowledge))


def _laws(document: Document, knowledge: Knowledge) -> tuple[Reference | Unresolved, ...]:
    """Every place that names a law, also one that the source links itself. Under its link to something else counts
    only what names the Act: "Section 3" is there a section of that."""
    elsewhere: dict[tuple[str, int], list[Link]] = {}

    def bare(provision: Provision) -> Provision:
        parts = count()

        def without(text: Text) -> Text:
            links = [mark for mark in text.marks if isinstance(mark, Link)]
            others = [link for link in links if "legislation.gov.uk/" not in link.address]
            elsewhere[provision.anchor, next(parts)] = others
            return structs.replace(text, marks=tuple(mark for mark in text.marks if mark not in links))

        return map_texts(provision, without)

    own, notes = (tuple(map(bare, some)) for some in (document.provisions, document.notes))
    unlinked = structs.replace(document, provisions=own, notes=notes)
    return tuple(
        one
        for one in find_references(unlinked, Acts(knowledge.acts), knowledge.titles)
        if _NAMES_LAW.search(one.words)
        or not any(m.start < one.at.end and one.at.start < m.end for m in elsewhere[one.at.anchor, one.at.part])
    )


class Compared(Struct, frozen=True):
    """Everything that is known of several editions together; oldest first."""

    documents: Mapping[str, Document]
    addresses: Mapping[str, Mapping[str, str]]  # per edition, each anchor's address from the edition's root
    duties: Mapping[str, tuple[Duty, ...]]
    comparisons: Mapping[EditionPair, Comparison]
    crosswalk: Crosswalk
    listed: Mapping[str, tuple[Listed, ...]] = {}  # per edition, the publisher's own list of changes
    knowledge: Knowledge = Knowledge()
    sides: Mapping[str, ComparedEdition] = {}  # per edition, what its places are called and where they stand
    packed: Mapping[str, bytes] = {}  # per edition, its document as jobs take it
    found: Mapping[str, Annotations] = {}  # per edition, what is found in its text, where a crew looked for it
    publication: Publication | None = None
    checks: tuple[RoleCheck, ...] = ()

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
        return counterparts(self.crosswalk, edition, self.rooted, nearest=nearest)

    def redlines(self, edition: str) -> tuple[Redline, ...]:
        """The comparisons of an edition with each older one, nearest first."""
        return tuple(
            render_comparison(self._told((old, new)), self.documents[old], self.documents[new])
            for old, new in self.pairs_of(edition)
        )

    def pairs_of(self, edition: str) -> tuple[EditionPair, ...]:
        """The comparisons of an edition with older ones, nearest first."""
        return tuple(pair for pair in reversed(list(self.comparisons)) if pair[1] == edition)

    def changes_shown(self, pair: EditionPair) -> tuple[tuple[ChangeEntry, ...], dict[int, str]]:
        """The changes of a comparison as its pages show them, and by their count where, from the newer's root."""
        found = entries(self.comparisons[pair], *(self.sides[edition] for edition in pair))
        return found, redline_addresses(found, pair[0])

    def redline_places(self, pair: EditionPair) -> dict[str, str]:
        """Per anchor of the older edition, where its redline stands, from the publication's root."""
        found, shown = self.changes_shown(pair)
        return {
            place.anchor: f"{pair[1]}/{shown[entry.count]}"
            for entry in found
            if entry.count in shown
            for place in entry.old
        }

    def start_redlines(self, crew: Crew, home: str = "") -> dict[EditionPair, Callable[[], Redline]]:
        """Begin the pages of all comparisons, links in whose files lead below `home`; each is to be waited for."""
        return {
            (old, new): Call(
                "redlines",
                f"the comparison of {old} with {new}",
                render_comparison,
                self._told((old, new), home),
                self.packed[old],
                self.packed[new],
                libraries=("pyyaml",),
            ).start(crew)
            for old, new in self.comparisons
        }

    def _told(self, pair: EditionPair, home: str = "") -> Told:
        old, new = pair
        return Told(
            self.comparisons[pair],
            (self.addresses[old], self.addresses[new]),
            (self.duties[old], self.duties[new]),
            {agency.id: agency.name for agency in self.knowledge.vocabulary.entries},
            self._listing(pair),
            self.publication,
            self.checks,
            home=home,
        )

    def ledger(self, edition: str) -> Ledger:
        """The duties of an edition whose text is loaded, held against those of the one before."""
        before = next((pair for pair in pairwise(self.documents) if pair[1] == edition), None)
        earlier: dict[Duty, Earlier] = {}
        since: Since | None = None
        if before:
            old, new = (self.duties[one] for one in before)
            found = strengths_before(self.comparisons[before], old, new)
            earlier = {duty: Earlier(before[0], strength) for duty, strength in found.items()}
            stood = {d.at.anchor: self.crosswalk.stands(edition, d.at.anchor, before[0]) for d in new}
            since = Since(
                before[0],
                duties_since(self.comparisons[before], old, new),
                {at: "; ".join(self.sides[before[0]].places[a].name for a in was) for at, was in stood.items()},
            )
        where, vocabulary = self.sides[edition], self.knowledge.vocabulary
        return Ledger(
            edition,
            self.duties[edition],
            {agency.id: agency.name for agency in vocabulary.entries},
            where.places,
            earlier,
            vocabulary.measured,
            where.titles,
            {agency.id: vocabulary.groups_of(agency.id) for agency in vocabulary.entries},
            {agency.id: agency.wider for agency in vocabulary.entries if agency.wider},
            since=since,
        )

    def _listing(self, pair: EditionPair) -> Listing | None:
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
    """The loaded editions compared, those of them that are `near_pairs` unless the register asks for all, with all
    that is found in their texts; `folder` is the publication's, for its tables.

    A `crew` does what is not among its kept results; without one all is done here and nothing kept.
    """
    knowledge = read_knowledge(folder)
    documents = {item.edition.id: item.document for item in loaded}
    packed = {edition: pack(text) for edition, text in documents.items()}
    dated = any(one.sibling for one in knowledge.titles)  # no others need the day from which a text is in force
    looks = (
        Call(
            "annotations",
            f"the duties and references of {item.edition.id}",
            annotate,
            packed[item.edition.id],
            structs.replace(knowledge, begins=item.edition.begins) if dated else knowledge,
        )
        for item in loaded
    )
    found = dict(zip(packed, run_calls(looks, crew), strict=True))
    duties = {edition: one.duties for edition, one in found.items()}
    near = publication.comparisons == "near"
    pairs = near_pairs(list(documents), publication.in_force.id) if near else tuple(combinations(documents, 2))
    comparing = (
        Call(
            "comparisons",
            f"comparing {old} with {new}",
            compare,
            packed[old],
            packed[new],
            (old, new),
            (duties[old], duties[new]),
            libraries=("rapidfuzz", "fast-diff-match-patch"),
        )
        for old, new in pairs
    )
    comparisons = dict(zip(pairs, run_calls(comparing, crew), strict=True))
    return structs.replace(
        _together(documents, knowledge, duties, comparisons),
        listed={edition: read_listed(folder / edition / LISTED) for edition in documents},
        packed=packed,
        found=found,
        publication=publication,
        checks=read_role_checks(folder / CHECKS),
    )


def compare_documents(documents: Mapping[str, Document], vocabulary: Vocabulary) -> Compared:
    """Some documents compared here and now, every two, oldest first, by the ids of their editions."""
    duties = {edition: find_duties(text, vocabulary) for edition, text in documents.items()}
    comparisons = {
        (old, new): compare(documents[old], documents[new], (old, new), (duties[old], duties[new]))
        for old, new in combinations(documents, 2)
    }
    return _together(documents, Knowledge(vocabulary), duties, comparisons)


def _together(
    documents: Mapping[str, Document],
    knowledge: Knowledge,
    duties: Mapping[str, tuple[Duty, ...]],
    comparisons: Mapping[EditionPair, Comparison],
) -> Compared:
    where = {edition: addresses(lay_out(text)) for edition, text in documents.items()}
    neighbours = [comparisons[pair] for pair in pairwise(documents)]
    return Compared(
        documents=documents,
        addresses=where,
        duties=duties,
        comparisons=comparisons,
        crosswalk=build_crosswalk(list(documents.items()), neighbours),
        knowledge=knowledge,
        sides={edition: survey(edition, text, where[edition]) for edition, text in documents.items()},
    )


def crosswalk_json(compared: Compared) -> bytes:
    """What crosswalk.json holds: the editions, and each lineage's anchors per edition."""
    return data_files.encode({"editions": compared.crosswalk.editions, "lineages": compared.crosswalk.lineages})


def near_pairs(editions: Sequence[str], in_force: str) -> tuple[EditionPair, ...]:
    """The pairs of editions, given oldest first, that are compared: neighbours, and each with the one in force or,
    where that is not among them, with the newest. That many grow with the editions, all pairs with their square."""
    now = in_force if in_force in editions else editions[-1] if editions else ""
    at = {edition: place for place, edition in enumerate(editions)}
    return tuple(pair for pair in combinations(editions, 2) if now in pair or at[pair[1]] - at[pair[0]] == 1)
