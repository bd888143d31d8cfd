"""An edition with its text -> all that stands in its folder, as jobs that any process can do: the rooms met.

What a page looks like is decided in `site`, what is looked for in a text in `link`; nothing is printed here.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import pairwise
from typing import TypeVar

import msgspec
from msgspec import Struct, structs

from guidance.build.comparisons import Annotations, Compared, compare_documents
from guidance.build.orders import Call, Loaded, Tell, pack
from guidance.document.change_model import EditionPair
from guidance.document.law import LawSince
from guidance.document.model import Document, Provision, Reference
from guidance.document.register import Edition, Publication, Revision
from guidance.jobs.cache import Crew
from guidance.link.acts import Act
from guidance.link.agencies import Vocabulary
from guidance.site import data_files, downloads
from guidance.site.beside import Beside, Chip, Stand, Trail, chip_word, place_name, render_besides, render_trails
from guidance.site.blocks import PICTURES, picture_name
from guidance.site.changes_view import ComparedEdition, ComparedPlace
from guidance.site.comparison_pages import Redline, Told, comparison_title, render_comparison
from guidance.site.indexes import law_links, render_law
from guidance.site.ledger import Ledger, duties_csv, duty_records, render_ledger
from guidance.site.markdown import annotate, render_pages
from guidance.site.pages import Page
from guidance.site.permalink_pages import not_compared
from guidance.site.templates import part
from guidance.site.typesetting import Typesetting
from guidance.sources import Identity, say_identity

_T = TypeVar("_T")
_SHOWN = ("paragraph", "text", "box")


def find_trails(compared: Compared, publication: Publication, edition: str) -> dict[str, Trail]:
    """Per anchor of an edition its trail: from the edition loaded before it, and to the one in force or, where
    that is not loaded, the newest."""
    ids = list(compared.documents)
    if edition not in ids:
        return {}
    before = next((old for old, new in pairwise(ids) if new == edition), None)
    now = publication.in_force.id if publication.in_force.id in ids else ids[-1]
    came = _Step(compared, before, edition) if before else None
    goes = _Step(compared, edition, now) if ids.index(now) > ids.index(edition) else None
    return {
        provision.anchor: Trail(
            came.before(provision) if came else None,
            came.chip(provision, new=True) if came else None,
            goes.now(provision) if goes else None,
            goes.chip(provision, new=False) if goes else None,
        )
        for provision in compared.documents[edition].provisions
        if provision.kind in _SHOWN
    }


class _Step:
    """What is known between an older and a newer edition."""

    def __init__(self, compared: Compared, old: str, new: str) -> None:
        self._compared, self._old, self._new = compared, compared.sides[old], compared.sides[new]
        found, self._redlines = compared.changes_shown((old, new))
        self._of_old = {place.anchor: entry for entry in found for place in entry.old}
        self._of_new = {place.anchor: entry for entry in found for place in entry.new}

    def before(self, provision: Provision) -> Stand | None:
        """Where a provision of the newer edition stood; nothing where it is new, which its chip says."""
        entry = self._of_new[provision.anchor]
        return _stand(self._old, entry.old, provision) if entry.old else None

    def now(self, provision: Provision) -> Stand | None:
        """Where a provision of the older edition stands now, or what is nearest to it."""
        found = self._compared.crosswalk.counterpart(self._old.id, provision.anchor, self._new.id)
        places = [self._new.places[anchor] for anchor in found.anchors]
        if found.exact:
            return _stand(self._new, places, provision)
        address = f"{self._new.id}/{places[0].address}" if places and places[0].address else None
        return Stand(self._new.id, "", address, exact=False)

    def chip(self, provision: Provision, *, new: bool) -> Chip | None:
        """The chip that opens the redline between the two editions at a provision of the newer or the older."""
        entry = (self._of_new if new else self._of_old)[provision.anchor]
        word, address = chip_word(entry.change), self._redlines.get(entry.count)
        if not word or not address:
            return None
        when = f"since the {self._old.id} edition" if new else f"in the {self._new.id} edition"
        return Chip(word, f"{word[:1].upper()}{word[1:]} {when}: see what changed", f"{self._new.id}/{address}")


def _stand(side: ComparedEdition, places: Iterable[ComparedPlace], provision: Provision) -> Stand | None:
    """Places in another edition; of texts without a number only where they have one there."""
    there = tuple(places)
    if provision.kind != "paragraph" and not any(place.name.startswith("paragraph") for place in there):
        return None
    address = f"{side.id}/{there[0].address}" if there[0].address else None
    return Stand(side.id, place_name(there), address)


# --- Files of one edition ----------------------------------------------------------------------------


class Reissue(Struct, frozen=True):
    """Two files of one edition that are to be compared: what they are called, the title of their comparison, and
    the addresses in the newer one's text."""

    ids: EditionPair
    title: str
    addresses: Mapping[str, str]
    vocabulary: Vocabulary
    publication: Publication


def start_reissues(
    loaded: Iterable[Loaded], compared: Compared, crew: Crew
) -> dict[EditionPair, Callable[[], Redline]]:
    """Begin to compare the files of editions of which older ones are here: folder of the comparison and edition ->
    its pages, to be waited for. Those for roles are between editions only."""
    started: dict[EditionPair, Callable[[], Redline]] = {}
    if compared.publication is None:
        return started
    for newer, older in ((item, older) for item in loaded for older in item.before):
        one, ids = newer.edition.id, (_issued(older), f"{_issued(newer)} (newer file)")
        title = f"What a re-issue of the {one} edition changed: file {ids[0]} against file {_issued(newer)}"
        told = Reissue(ids, title, compared.addresses[one], compared.knowledge.vocabulary, compared.publication)
        texts = (pack(older.document), pack(newer.document))
        libraries = ("pyyaml", "rapidfuzz", "fast-diff-match-patch")
        called = Call("redlines", title, render_reissue, told, *texts, libraries=libraries)
        started[ids[0], one] = called.start(crew)
    return started


def _issued(item: Loaded) -> str:
    """What a file of an edition is called: the id of its revision."""
    return item.source.revision.id if item.source.revision else item.edition.id


def render_reissue(told: Reissue, old: Document, new: Document) -> Redline:
    """The pages of a comparison of two files of an edition; a job."""
    ids = told.ids
    compared = compare_documents({ids[0]: old, ids[1]: new}, told.vocabulary)
    whole = Told(
        compared.comparisons[ids],
        addresses=({}, told.addresses),
        duties=(compared.duties[ids[0]], compared.duties[ids[1]]),
        publication=told.publication,
        title=told.title,
    )
    return render_comparison(whole, old, new)


def _sections(item: Loaded, compared: Compared, number: int, law: bool) -> str:
    """What an edition's home page leads to, in Markdown: comparisons, re-issues (or that only one file is at hand),
    a ledger of so many duties, the `law` where it names any, and files."""
    one = item.edition.id
    files = [revision for revision in item.edition.files if revision.counts and revision.part is None]
    links = [(_issued(older), _issued(item)) for older in reversed(item.before)]
    told = [(comparison_title(old, one), old) for old, _ in compared.pairs_of(one)]
    steps = not_compared(one, list(compared.documents), compared.comparisons)
    reissued = {"links": links, "missing": len(files) > 1}
    return str(part("edition_parts.md", "sections", told, reissued, steps, number, law))


Where = Mapping[str, Mapping[str, str]]  # per anchor, per other edition, an address


class Making(Struct, frozen=True):
    """Who hears of each file to take away that has to be made anew, and of each that cannot be."""

    tell: Tell = lambda _: None
    missed: Tell = lambda _: None

    def files(self, setting: Typesetting) -> dict[str, bytes]:
        """What was set, waited for."""
        return setting.files(lambda name: self.tell(f"making {name}"), self.missed)


def set_redlines(
    redlines: Mapping[EditionPair, Callable[[], Redline]], crew: Crew, making: Making
) -> dict[EditionPair, Callable[[], Redline]]:
    """Begin to set the files of comparisons whose pages are made; each is then to be waited for, with its files."""

    def whole(redline: Redline, setting: Typesetting) -> Redline:
        return redline.with_set(making.files(setting))

    made = {pair: wait() for pair, wait in redlines.items()}
    return {pair: partial(whole, one, Typesetting(one.manuscripts, crew)) for pair, one in made.items()}


class EditionOrder(Struct, frozen=True):
    """All that an edition's folder is made from: its text, what the publication knows, and what is known of it by
    comparison. `overview` is Markdown for its home page, `others` are the editions that have duties too."""

    publication: Publication
    edition: Edition
    document: Document
    revision: Revision | None
    identity: Identity
    found: Annotations
    addresses: Mapping[str, str]  # of each anchor, from the edition's root
    ledger: Ledger
    overview: str
    counterparts: Where
    nearest: Where
    trails: Mapping[str, Trail]
    others: tuple[str, ...]
    place: str  # from the site's root
    site_url: str | None
    law: LawSince = LawSince()
    besides: Mapping[str, Beside] = {}
    acts: tuple[Act, ...] = ()


class EditionFiles(Struct, frozen=True):
    """What stands in an edition's folder: its pages in reading order, and files by path from its root."""

    pages: tuple[Page, ...]
    files: Mapping[str, bytes]


def order_edition(
    publication: Publication,
    item: Loaded,
    compared: Compared,
    overview: str,
    place: str,
    site_url: str | None,
    law: LawSince,
    besides: Mapping[str, Beside],
) -> EditionOrder:
    """The order for an edition whose text is loaded."""
    one, ids = item.edition.id, list(compared.documents)
    since, found = law.after(item.edition), compared.found[one]
    ledger = structs.replace(
        compared.ledger(one),
        touched={anchor: beside.law for anchor, beside in besides.items() if beside.law},
        law={a.id: tuple(map(since.notice, since.for_agency(a.id))) for a in compared.knowledge.vocabulary.entries},
    )
    return EditionOrder(
        publication=publication,
        edition=item.edition,
        document=item.document,
        revision=item.source.revision,
        identity=say_identity(item.source, item.edition),
        found=found,
        addresses=compared.addresses[one],
        ledger=ledger,
        overview=overview
        + _sections(item, compared, len(ledger.duties), bool(law_links(found.laws, compared.knowledge.acts))),
        counterparts=compared.counterparts(one),
        nearest=compared.counterparts(one, nearest=True),
        trails=find_trails(compared, publication, one),
        others=tuple(other for other in ids if other != one),
        place=place,
        site_url=site_url,
        law=law,
        besides={anchor: beside.without_sentences() for anchor, beside in besides.items()},
        acts=compared.knowledge.acts,
    )


class Work:
    """The making of an edition's folder: `set` and `print` begin its steps, which wait for the ones before, so that
    those of several editions are done side by side; `files` waits for the last."""

    def __init__(self, order: EditionOrder, crew: Crew, making: Making) -> None:
        """Begins with the manuscripts of what it offers to take away."""
        self._crew, self._making = crew, making
        self._id, self._packed = order.edition.id, msgspec.msgpack.encode(order)
        self._manuscripts = self._begin("manuscripts", write_manuscripts)
        self._setting: Typesetting | None = None
        self._made: Mapping[str, bytes] = {}
        self._printed: Callable[[], EditionFiles] | None = None

    def _begin(self, kind: str, function: Callable[..., _T], *more: object) -> Callable[[], _T]:
        named = f"{kind} of {self._id}"
        return Call(kind, named, function, self._packed, *more, libraries=("pyyaml",)).start(self._crew)

    def set(self) -> None:
        """Begin to set each manuscript as each form."""
        self._setting = Typesetting(self._manuscripts(), self._crew)

    def print(self) -> None:
        """Begin to make the pages, which name the files and their sizes."""
        if self._setting:
            self._made = self._making.files(self._setting)
        sizes = {name: len(content) for name, content in sorted(self._made.items())}
        self._printed = self._begin("editions", print_edition, sizes)

    def files(self) -> EditionFiles:
        """All of the folder. Raises what its making raised."""
        assert self._printed, "first they are printed"
        printed = self._printed()
        made = {f"{downloads.FOLDER}{name}": content for name, content in self._made.items()}
        return structs.replace(printed, files={**printed.files, **made})


# --- The jobs --------------------------------------------------------------------------------------


def write_manuscripts(order: EditionOrder) -> dict[str, bytes]:
    """The manuscripts of what an edition offers to take away, packed, by name; a job."""
    return {name: msgspec.msgpack.encode(one) for name, one in downloads.manuscripts(_offer(order)).items()}


def print_edition(order: EditionOrder, sizes: dict[str, int]) -> EditionFiles:
    """An edition's folder but the files that were set, whose `sizes` its pages tell; a job."""
    told = str(part("edition_parts.md", "identity", order.identity))
    pages = render_pages(
        order.document,
        order.found.references,
        order.edition,
        order.publication,
        overview="\n\n".join((told, order.overview) if order.identity.how == "trusted" else (order.overview, told)),
        counterparts=order.counterparts,
        nearest=order.nearest,
        stamps=lambda path, anchors: render_trails(path, anchors, order.trails),
        besides=lambda path, anchors: render_besides(order.edition.id, path, anchors, order.besides),
        binding=order.found.binding,
        terms=order.found.terms,
    )
    pages += render_ledger(order.ledger, order.others)
    pages += render_law(order.found.laws, order.acts, order.law.after(order.edition), order.ledger)
    offer = _offer(order)
    data = downloads.table_files(offer)
    known = sizes | {name: len(held) for name, held in data.items()}
    listed = (*(downloads.with_files(page, offer, known) for page in pages), downloads.downloads_page(offer, known))
    facts = data_files.edition_facts(order.publication, order.edition) | {
        "law": order.law.records(order.edition),
        "identity": msgspec.to_builtins(order.identity),
    }
    files = {
        "edition.json": data_files.encode(data_files.edition_record(facts, order.document, order.found.references)),
        "provisions.json": data_files.encode(offer.records),
        "duties.json": data_files.encode(duty_records(order.ledger.duties, order.ledger.touched)),
        "duties.csv": duties_csv(order.ledger),
        **{f"{downloads.FOLDER}{name}": content for name, content in data.items()},
        **{f"{PICTURES}{picture_name(one.name)}": one.content for one in order.document.assets},
    }
    return EditionFiles(listed, files)


def _offer(order: EditionOrder) -> downloads.Offer:
    return downloads.Offer(
        publication=order.publication,
        edition=order.edition,
        document=annotate(order.document, (r for r in order.found.references if isinstance(r, Reference))),
        revision=order.revision,
        records=data_files.records(order.document, order.addresses, order.place),
        ledger=order.ledger,
        home=f"{order.site_url.rstrip('/')}/{order.place}/" if order.site_url else None,
    )
