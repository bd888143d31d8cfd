"""An edition with its text -> all that stands in its folder, as jobs that any process can do: the rooms met.

What a page looks like is decided in `publish`, what is looked for in a text in `link`; nothing is printed here.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from guidance.comparing import Compared, links_to_redlines
from guidance.jobs import Crew, Job, code_digest
from guidance.link.acts import Act, Acts
from guidance.link.agencies import Vocabulary
from guidance.link.duties import find_binding_words
from guidance.link.glossary import find_terms
from guidance.link.known import read_known
from guidance.link.references import find_references
from guidance.link.titles import Guidance
from guidance.loading import Loaded
from guidance.model import Document, Reference, Unresolved
from guidance.publish import api, downloads, press
from guidance.publish.annotations import annotate
from guidance.publish.blocks import picture_name
from guidance.publish.downloads import link_to_files
from guidance.publish.ledger import Ledger, duties_csv, duty_records, link_to_ledger, render_ledger
from guidance.publish.markdown import render_pages
from guidance.publish.pages import PICTURES, Page, addresses, lay_out
from guidance.publish.redline_chips import Trail, render_trails
from guidance.publish.steps import links_to_steps
from guidance.register import Edition, Publication, Revision
from guidance.searching import ACRONYMS, short_forms
from guidance.standing import find_trails

Tell = Callable[[str], None]
Where = Mapping[str, Mapping[str, str]]
_encode = msgspec.msgpack.encode


class Making(Struct, frozen=True):
    """Who hears of each file to take away that has to be made anew, and of each that cannot be."""

    tell: Tell = lambda _: None
    missed: Tell = lambda _: None


class Order(Struct, frozen=True):
    """All that an edition's folder is made from: its text, what the publication knows, and what is known of it by
    comparison. `overview` is Markdown for its home page, `others` are the editions that have duties too."""

    publication: Publication
    edition: Edition
    document: Document
    revision: Revision | None
    acts: tuple[Act, ...]
    titles: tuple[Guidance, ...]
    short: Mapping[str, str]
    vocabulary: Vocabulary
    ledger: Ledger
    overview: str
    counterparts: Where
    nearest: Where
    trails: Mapping[str, Trail]
    others: tuple[str, ...]
    place: str  # from the site's root
    site_url: str | None


class EditionFiles(Struct, frozen=True):
    """What stands in an edition's folder: its pages in reading order, and files by path from its root."""

    pages: tuple[Page, ...]
    files: Mapping[str, bytes]


def order_edition(
    publication: Publication,
    folder: Path,
    item: Loaded,
    compared: Compared,
    overview: str,
    place: str,
    site_url: str | None,
) -> Order:
    """The order for an edition whose text is loaded; `folder` is the publication's."""
    one, ids = item.edition.id, list(compared.documents)
    ledger = compared.ledger(one)
    acts, titles = read_known(folder)
    shown = links_to_redlines(one, compared.comparisons) + links_to_steps(one, ids, compared.comparisons)
    return Order(
        publication=publication,
        edition=item.edition,
        document=item.document,
        revision=item.source.revision,
        acts=acts.entries,
        titles=titles,
        short=short_forms(folder / ACRONYMS),
        vocabulary=compared.vocabulary,
        ledger=ledger,
        overview=overview + shown + link_to_ledger(ledger) + link_to_files(),
        counterparts=compared.counterparts(one),
        nearest=compared.counterparts(one, nearest=True),
        trails=find_trails(compared, publication, one),
        others=tuple(other for other in ids if other != one),
        place=place,
        site_url=site_url,
    )


class Work:
    """The making of an edition's folder: `set` and `print` begin its steps, which wait for the ones before, so that
    those of several editions are done side by side; `files` waits for the last."""

    def __init__(self, order: Order, crew: Crew, making: Making) -> None:
        """Begins with the manuscripts of what it offers to take away."""
        self._order, self._crew, self._making = order, crew, making
        self._packed = _encode(order)
        self._setting: press.Setting | None = None
        self._made: Mapping[str, bytes] = {}
        self._ticket = crew.start(self._job("manuscripts", write_manuscripts))

    def _job(self, kind: str, function: Callable[..., bytes], *more: bytes) -> Job:
        made_by = code_digest((), ("pyyaml",))
        return Job(f"{kind} of {self._order.edition.id}", function, (self._packed, *more), made_by, kind)

    def set(self) -> None:
        """Begin to set each manuscript as each form."""
        manuscripts = msgspec.msgpack.decode(self._ticket.result(), type=dict[str, bytes])
        self._setting = press.Setting(manuscripts, self._crew)

    def print(self) -> None:
        """Begin to make the pages, which name the files and their sizes."""
        if self._setting:
            told = self._making
            self._made = self._setting.files(lambda name: told.tell(f"making {name}"), told.missed)
        sizes = {name: len(content) for name, content in sorted(self._made.items())}
        self._ticket = self._crew.start(self._job("editions", print_edition, _encode(sizes)))

    def files(self) -> EditionFiles:
        """All of the folder. Raises what its making raised."""
        printed = msgspec.msgpack.decode(self._ticket.result(), type=EditionFiles)
        made = {f"{downloads.FOLDER}{name}": content for name, content in self._made.items()}
        return structs.replace(printed, files={**printed.files, **made})


# --- The jobs --------------------------------------------------------------------------------------


def write_manuscripts(packed: bytes) -> bytes:
    """A packed Order -> its packed manuscripts, by name; a job."""
    order = msgspec.msgpack.decode(packed, type=Order)
    offer = _offer(order, _references(order))
    return _encode({name: _encode(manuscript) for name, manuscript in downloads.manuscripts(offer).items()})


def print_edition(packed: bytes, sizes: bytes) -> bytes:
    """A packed Order, and the sizes of the files that were set -> packed EditionFiles without those; a job."""
    order = msgspec.msgpack.decode(packed, type=Order)
    references = _references(order)
    pages = (*_pages(order, references), *render_ledger(order.ledger, order.others))
    offer = _offer(order, references)
    data = downloads.data_files(offer)
    known = msgspec.msgpack.decode(sizes, type=dict[str, int]) | {name: len(held) for name, held in data.items()}
    listed = (*(downloads.with_files(page, offer, known) for page in pages), downloads.downloads_page(offer, known))
    facts = api.edition_facts(order.publication, order.edition)
    files = {
        "edition.json": api.encode(api.edition_record(facts, order.document, references)),
        "provisions.json": api.encode(api.records(order.document, addresses(listed), order.place)),
        "duties.json": api.encode(duty_records(order.ledger.duties)),
        "duties.csv": duties_csv(order.ledger),
        **{f"{downloads.FOLDER}{name}": content for name, content in data.items()},
        **{f"{PICTURES}{picture_name(one.name)}": one.content for one in order.document.assets},
    }
    return _encode(EditionFiles(listed, files))


def _references(order: Order) -> tuple[Reference | Unresolved, ...]:
    return find_references(order.document, Acts(order.acts), order.titles)


def _pages(order: Order, references: tuple[Reference | Unresolved, ...]) -> tuple[Page, ...]:
    return render_pages(
        order.document,
        references,
        order.edition,
        order.publication,
        overview=order.overview,
        counterparts=order.counterparts,
        nearest=order.nearest,
        stamps=lambda path, anchors: render_trails(path, anchors, order.trails),
        binding=find_binding_words(order.document, order.vocabulary),
        terms=find_terms(order.document, references, order.short),
    )


def _offer(order: Order, references: Iterable[Reference | Unresolved]) -> downloads.Offer:
    where = addresses(lay_out(order.document))
    return downloads.Offer(
        publication=order.publication,
        edition=order.edition,
        document=annotate(order.document, (r for r in references if isinstance(r, Reference))),
        revision=order.revision,
        records=api.records(order.document, where, order.place),
        ledger=order.ledger,
        home=f"{order.site_url.rstrip('/')}/{order.place}/" if order.site_url else None,
    )
