"""A publication's folder -> its site: which editions have text, what is printed of each, and where it goes.

Brings the rooms together and prints nothing; pages are made in `publish`, texts in `read`.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from msgspec import Struct, structs

from guidance.accounts import breaches
from guidance.anchors import permalinks, read_permalinks, write_permalinks
from guidance.comparing import Compared, compare_editions, crosswalk_json, links_to_redlines
from guidance.engines import cluster, processes
from guidance.happenings import gather_news
from guidance.jobs import Crew
from guidance.link.acts import read_acts
from guidance.link.duties import find_binding_words
from guidance.link.glossary import find_terms
from guidance.link.references import find_references
from guidance.link.titles import read_titles
from guidance.linking import linked_files, make_shelf, record_texts
from guidance.loading import Loaded, Places, load_editions
from guidance.model import Document, GuidanceError, Reference, Unresolved
from guidance.offering import Making, offer_files
from guidance.overlays import prepare_with, read_overlay
from guidance.publish import api
from guidance.publish.blocks import picture_name
from guidance.publish.downloads import link_to_files
from guidance.publish.edition import render_stub
from guidance.publish.embeds import put_in_examples
from guidance.publish.feeds import LOG
from guidance.publish.frame import edition_settings, root_settings
from guidance.publish.handwritten import Prepared, prepare_pages
from guidance.publish.ledger import Ledger, duties_csv, duty_records, link_to_ledger, render_ledger
from guidance.publish.llms import NAME, render_llms
from guidance.publish.markdown import render_pages
from guidance.publish.overlay import Overlay, lay_over
from guidance.publish.pages import PICTURES, Page, addresses
from guidance.publish.permalink_pages import permalink_pages
from guidance.publish.quotations import quotation_files, render_quotations
from guidance.publish.root import render_root_home
from guidance.publish.shelf import Shelf
from guidance.publish.site import Folder, Workshop, build_site
from guidance.publish.small_pages import read_tokens
from guidance.publish.steps import links_to_steps, step_pages
from guidance.publish.timeline import render_editions
from guidance.register import Edition, Publication, read_register
from guidance.reviews import gather_sources, read_files
from guidance.searching import ACRONYMS, make_search, short_forms
from guidance.sources import Fetcher, Missing
from guidance.specimen import compile_typst
from guidance.standing import make_stamps
from guidance.supply import chosen_revisions, fetch_missing

SPECIMEN = "specimen"


class Order(Struct, frozen=True):
    """What to build. `editions` names those that must have text (none: whatever is found); `strict` refuses a
    text of which something is lost; `revisions` says by edition which one must be read, where it is not the newest
    at hand."""

    publication: Path
    folders: tuple[Path, ...]
    out: Path
    shop: Workshop
    cache: Path
    editions: tuple[str, ...] = ()
    strict: bool = False
    revisions: Mapping[str, str] = {}
    overlay: Path | None = None  # a partnership's folder
    cluster: str | None = None  # address of a Dask scheduler; none: processes of this machine

    def crew(self) -> Crew:
        """Those who do its jobs. Raises GuidanceError when a cluster is asked for and Dask is not there."""
        return Crew(cluster(self.cluster) if self.cluster else processes(), self.shop.work / "kept")


class Outcome(Struct, frozen=True):
    """What was built: editions with text, why the others have none, and what MkDocs warned of."""

    publication: Publication
    loaded: tuple[str, ...]
    missing: tuple[Missing, ...]
    warnings: tuple[str, ...]
    specimen: bool
    breaches: tuple[str, ...] = ()


Tell = Callable[[str], None]


def build(order: Order, fetcher: Fetcher | None, tell: Tell = lambda _: None) -> Outcome:
    """Build the site that is ordered; `tell` hears of each step.

    Raises GuidanceError when an edition that was asked for by name has no text, a build fails, or, where the order
    is strict, something of a text is lost.
    """
    publication = read_register(order.publication)
    if fetcher:
        fetch_missing(
            publication,
            wanted(order, publication),
            order.folders,
            order.cache,
            fetcher,
            chosen_revisions(order.revisions, publication),
            lambda edition: tell(f"fetching {edition.id}"),
        )
        publication = read_register(order.publication)  # by now it knows the digests of what came
    with order.crew() as crew:
        loaded, missing = load(order, publication, fetcher, tell, crew)
        lost = tuple(f"edition {i.edition.id}: {breach}" for i in loaded for breach in breaches(i.document))
        if lost and order.strict:
            raise GuidanceError(
                f"{'; '.join(lost)}; build without --strict to see the page that says what is amiss"
            )
        overlay = read_overlay(order.overlay, *read_tokens(order.shop.root)) if order.overlay else None
        missed: list[str] = []  # files to take away that could not be made
        making = Making(order.shop.work, tell, lambda why: missed.append(f"left out {why}"))
        folders = publication_folders(
            publication, order.publication, loaded, making, order.shop, crew, overlay=overlay
        )
        specimen = None if loaded else _specimen(order)
        if specimen:
            folders = chain(map(_showing_specimen, folders), _specimen_folders(specimen, order, tell, crew))
        tell("making pages")
        warnings = build_site(folders, order.out, order.shop, lambda place: tell(f"built /{place}"), crew)
    notes = (*(fetcher.notes if fetcher else ()), *(overlay.left_out if overlay else ()), *sorted(missed))
    with_text = tuple(i.edition.id for i in loaded)
    return Outcome(publication, with_text, missing, (*notes, *warnings), specimen is not None, lost)


def load(
    order: Order, publication: Publication, fetcher: Fetcher | None, tell: Tell, crew: Crew | None = None
) -> tuple[tuple[Loaded, ...], tuple[Missing, ...]]:
    """The texts of the editions ordered. Raises GuidanceError when one asked for by name is missing or unknown."""
    loaded, missing = load_editions(
        publication,
        order.publication,
        wanted(order, publication),
        Places(order.folders, order.cache),
        fetcher,
        crew or order.crew(),
        lambda edition: tell(f"reading {edition.id}"),
        chosen_revisions(order.revisions, publication),
    )
    for gap in missing:
        if gap.edition in {*order.editions, *order.revisions}:
            raise GuidanceError(f"edition {gap.edition}: {gap.reason}")
    return loaded, missing


def wanted(order: Order, publication: Publication) -> tuple[str, ...]:
    """The ids of the editions ordered: all, where none is named. Raises GuidanceError for one that there is not."""
    known = tuple(edition.id for edition in publication.editions)
    for unknown in sorted(set(order.editions) - set(known)):
        raise GuidanceError(
            f"--edition {unknown}: the register has no such edition, only {', '.join(sorted(known))}"
        )
    return order.editions or known


def record_permalinks(folder: Path, loaded: tuple[Loaded, ...]) -> dict[str, int]:
    """Put the loaded editions' anchors and lineages into the registers; returns how many each register gained.

    Lines are added and brought up to date; none is ever taken away.
    """
    gained = {}
    for item in loaded:
        path = folder / item.edition.id / "permalinks.tsv"
        before, now = read_permalinks(path), permalinks(item.document)
        present = {entry.anchor for entry in now}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_permalinks(path, (*now, *(entry for entry in before if entry.anchor not in present)))
        gained[f"{item.edition.id}/permalinks.tsv"] = len(present - {entry.anchor for entry in before})
    publication = read_register(folder)
    return gained | record_texts(publication, folder, loaded, compare_editions(publication, loaded, folder))


# --- One publication -------------------------------------------------------------------------------


def publication_folders(
    publication: Publication,
    folder: Path,
    loaded: tuple[Loaded, ...],
    making: Making,
    shop: Workshop,
    crew: Crew,
    prefix: str = "",
    overlay: Overlay | None = None,
) -> Iterator[Folder]:
    """What MkDocs is to build for a publication: a folder for each edition, and the pages at its root."""
    texts = {item.edition.id: item for item in loaded}
    compared = compare_editions(publication, loaded, folder, crew)
    shelf = make_shelf(publication, folder, loaded, compared, shop, prefix)
    written = _read(folder / publication.docs / LOG).encode() if publication.docs else None
    news = gather_news(publication, compared, written, shop.site_url, prefix)
    for edition in publication.editions:
        made = _edition_folder(publication, edition, folder, texts, compared, shelf, making)
        yield lay_over(structs.replace(made, extras={**made.extras, **news.below(edition.id)}), overlay)
    root = _root_folder(publication, folder, tuple(texts), compared, shelf, overlay)
    ids = frozenset(edition.id for edition in publication.editions)
    base = f"{'/'.join(filter(None, (shop.site_url.rstrip('/'), prefix)))}/" if shop.site_url else ""
    root = structs.replace(
        root,
        pages={**root.pages, news.page.path: news.page.markdown.encode()},
        extras={**root.extras, **news.at_root(ids), NAME: render_llms(publication, tuple(texts), base).encode()},
    )
    yield lay_over(root, overlay)


def _edition_folder(
    publication: Publication,
    edition: Edition,
    folder: Path,
    texts: Mapping[str, Loaded],
    compared: Compared,
    shelf: Shelf,
    making: Making,
) -> Folder:
    item = texts.get(edition.id)
    overview = _read(folder / edition.id / "overview.md")
    redlines = compared.redlines(edition.id)
    ledger = compared.ledger(edition.id)
    references = _references(item.document, folder) if item else ()
    if item and ledger:
        pages = render_pages(
            item.document,
            references,
            edition,
            publication,
            overview=overview
            + links_to_redlines(redlines)
            + links_to_steps(edition.id, tuple(texts), compared.comparisons)
            + link_to_ledger(ledger)
            + link_to_files(),
            counterparts=compared.counterparts(edition.id),
            nearest=compared.counterparts(edition.id, nearest=True),
            stamps=make_stamps(compared, publication, edition.id),
            binding=find_binding_words(item.document, compared.vocabulary),
            terms=find_terms(item.document, references, short_forms(folder / ACRONYMS)),
        )
        pages += render_ledger(ledger, [other for other in texts if other != edition.id])
        pages, files = offer_files(item, references, ledger, pages, shelf, making)
    else:
        files = {}
        pages = render_stub(edition, publication, overview=overview, nearest=_nearest(publication, edition, texts))
    current = edition.id == publication.in_force.id
    return Folder(
        id=edition.id,
        title=f"{edition.id} (in force)" if current else edition.id,
        pages={page.path: page.markdown.encode() for page in (*pages, *(p for r in redlines for p in r.pages))}
        | _pictures(item)
        | {path: content for redline in redlines for path, content in redline.files.items()},
        settings=edition_settings(edition, publication, pages, with_text=tuple(texts)),
        extras=_extras(edition, item, references, pages, shelf)
        | _duty_files(ledger)
        | step_pages(edition.id, tuple(texts), compared.comparisons, shelf)
        | files,
        aliases=("latest",) if current else (),
        prefix=shelf.prefix,
    )


def _references(document: Document, folder: Path) -> tuple[Reference | Unresolved, ...]:
    return find_references(document, read_acts(folder / "acts.toml"), read_titles(folder / "guidance.toml"))


def _extras(
    edition: Edition,
    item: Loaded | None,
    references: tuple[Reference | Unresolved, ...],
    pages: tuple[Page, ...],
    shelf: Shelf,
) -> dict[str, bytes]:
    """What stands beside the pages: JSON, and a permalink page for all that was or is published."""
    document = item.document if item else None
    facts = api.edition_facts(shelf.publication, edition)
    extras = {"edition.json": api.encode(api.edition_record(facts, document, references))}
    if document:
        place = f"{shelf.prefix}/{edition.id}".strip("/")
        extras["provisions.json"] = api.encode(api.records(document, addresses(pages), place))
    return extras | permalink_pages(edition, shelf)


def _duty_files(ledger: Ledger | None) -> dict[str, bytes]:
    if ledger is None:
        return {}
    return {"duties.json": api.encode(duty_records(ledger.duties)), "duties.csv": duties_csv(ledger)}


def _pictures(item: Loaded | None) -> dict[str, bytes]:
    assets = item.document.assets if item else ()
    return {f"{PICTURES}{picture_name(asset.name)}": asset.content for asset in assets}


def _nearest(publication: Publication, edition: Edition, texts: Mapping[str, Loaded]) -> Edition | None:
    """The edition with text that stands closest to this one, the later of two."""
    at = publication.editions.index(edition)
    apart = {abs(place - at) * 2 - (place > at): e for place, e in enumerate(publication.editions) if e.id in texts}
    return apart[min(apart)] if apart else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise GuidanceError(f"{path}: cannot be read ({error})") from None


# --- Pages at the root -----------------------------------------------------------------------------


def _root_folder(
    publication: Publication,
    folder: Path,
    loaded: tuple[str, ...],
    compared: Compared,
    shelf: Shelf,
    overlay: Overlay | None = None,
) -> Folder:
    settings = root_settings(publication, with_text=loaded)
    docs = folder / publication.docs if publication.docs else None
    pages: dict[str, bytes] = {}
    if (docs and docs.is_dir()) or overlay:
        files = read_files(docs) if docs else {}
        prepared = _handwritten(publication, folder, files, compared, overlay)
        pages = put_in_examples(prepared.files, shelf)
        if prepared.nav:
            settings["nav"] = prepared.nav
    pages.setdefault("editions.md", render_editions(publication, loaded).markdown.encode())
    if "index.md" not in pages:
        pages["index.md"] = render_root_home(publication, loaded).encode()
    if set(pages) == {"index.md", "editions.md"}:
        settings["nav"] = [{"Home": "index.md"}, {"Editions": "editions.md"}]
    quotable = quotation_files(shelf)
    quotations = render_quotations(shelf, quotable)
    pages[quotations.path] = quotations.markdown.encode()
    extras = linked_files(shelf) | quotable | ({"crosswalk.json": crosswalk_json(compared)} if loaded else {})
    if search := make_search(publication, folder, compared):
        pages[search.page.path] = search.page.markdown.encode()
        extras |= search.files
    return Folder("", publication.title, pages, settings, extras, prefix=shelf.prefix)


def _handwritten(
    publication: Publication, folder: Path, files: dict[str, bytes], compared: Compared, overlay: Overlay | None
) -> Prepared:
    rooted = {
        edition: {anchor: f"{edition}/{address}" for anchor, address in known.items()}
        for edition, known in compared.addresses.items()
    }
    sources = gather_sources(
        publication, folder, compared.documents, rooted, compared.crosswalk, compared.comparisons
    )
    newest = next(reversed(list(compared.documents)), None)
    ledger = compared.ledger(newest) if newest else None
    sources = structs.replace(sources, ledger=ledger)
    return prepare_with(overlay, files, sources) if overlay else prepare_pages(files, sources)


# --- The specimen ----------------------------------------------------------------------------------


def _specimen(order: Order) -> Path | None:
    """The made-up publication beside the one that is built, where there is one."""
    folder = order.shop.root / SPECIMEN
    other = folder.resolve() != order.publication.resolve()
    return folder if other and (folder / "editions.toml").is_file() else None


def _specimen_folders(folder: Path, order: Order, tell: Tell, crew: Crew) -> Iterator[Folder]:
    publication = read_register(folder)
    tell("setting the specimen")
    files = order.shop.work / SPECIMEN
    wanted = [edition.id for edition in publication.editions]
    for edition_id in wanted:
        compile_typst(folder / edition_id / "source.typ", files / f"{edition_id}.pdf")
    places = Places((files,), order.shop.work / "no-cache")
    loaded, missing = load_editions(publication, folder, wanted, places, None, crew)
    if missing:
        raise GuidanceError(f"{folder}: {missing[0].edition}: {missing[0].reason}")
    yield from publication_folders(
        publication, folder, loaded, Making(order.shop.work, tell), order.shop, crew, SPECIMEN
    )


def _showing_specimen(folder: Folder) -> Folder:
    """A publication's root folder whose home page and list of editions lead to the specimen; others as they are."""
    if folder.id:
        return folder
    note = (
        "\n\n## No full text in this build {{: #specimen }}\n\nNo official file was at hand when this site was "
        "built, so each edition has its page but not its text. [A made-up specimen]({}) shows how an edition "
        "looks with it.\n"
    )
    ways = {"index.md": f"{SPECIMEN}/", "editions.md": f"../{SPECIMEN}/"}
    shown = {name: folder.pages[name] + note.format(way).encode() for name, way in ways.items()}
    return structs.replace(folder, pages={**folder.pages, **shown})
