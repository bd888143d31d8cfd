"""A publication's folder -> its site: which editions have text, what is printed of each, and where it goes.

Brings the rooms together and prints nothing; pages are made in `site`, texts in `read`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from tempfile import gettempdir

from mkdocs.utils.meta import get_data
from msgspec import structs

from guidance.audit.vocabulary import read_wanted
from guidance.build.comparisons import Compared, compare_editions, crosswalk_json
from guidance.build.editions import (
    EditionFiles,
    Making,
    Work,
    find_trails,
    order_edition,
    set_redlines,
    start_reissues,
)
from guidance.build.handwritten import prepare, read_files, read_nav, read_overlay
from guidance.build.load import fetch_editions, load
from guidance.build.log import News, gather_news
from guidance.build.orders import BuildOrder, Call, Loaded, Outcome, Tell, naming_folders, published_places
from guidance.build.permalinks import Linked, index_permalinks, lay_moved, moved_pages, start_links
from guidance.build.search import Searching, start_search
from guidance.document.anchors import known_permalinks
from guidance.document.law import LawSince, read_law
from guidance.document.model import GuidanceError
from guidance.document.register import Edition, Publication, read_register
from guidance.document.walk import breaches
from guidance.jobs.cache import Crew
from guidance.site import data_files, edition_pages, feeds
from guidance.site.assemble import build_site
from guidance.site.beside import Besides, PageUse, find_besides, read_uses
from guidance.site.blocks import PICTURES
from guidance.site.comparison_pages import Redline
from guidance.site.embeds import put_in_examples, render_quotations
from guidance.site.indexes import Shown, Topics, law_links, read_topics, render_topics, shown_edition
from guidance.site.overlay import Overlay, edition_links, lay_over, local_boxes
from guidance.site.pages import Page, page_url
from guidance.site.permalink_index import PermalinkIndex, read_tokens
from guidance.site.permalink_pages import step_pages
from guidance.site.projects import Folder, write_below
from guidance.site.search import EVERYDAY, read_everyday
from guidance.site.templates import render
from guidance.site.typesetting import compile_typst
from guidance.sources import Fetcher

SPECIMEN = "specimen"
FACTS = "facts.json"  # in the workshop; mkdocs.yml names it
ASK_ADDRESS = (
    "the address of this copy is not known, and so its links to copy, frames and feeds do not have it; build with "
    'guidance build --site-url https://…, or write site_url = "https://…" into partnership.toml'
)


def build(order: BuildOrder, fetcher: Fetcher | None = None, tell: Tell = lambda _: None) -> Outcome:
    """Build the site that is ordered; `tell` hears of each step.

    Raises GuidanceError when an edition that was asked for by name has no text, a build fails, or, where the order
    is strict, something of a text is lost.
    """
    publication = read_register(order.publication)
    places = (order.out.parent, order.shop.work, order.cache, Path(gettempdir()))
    with naming_folders(*places), order.crew() as crew:
        if fetcher:
            fetch_editions(order, publication, fetcher, tell, crew)
            publication = read_register(order.publication)  # by now it knows the digests of what came
        loaded, missing, files = load(order, publication, fetcher, tell, crew)
        lost = tuple(f"edition {i.edition.id}: {breach}" for i in loaded for breach in breaches(i.document))
        if lost and order.strict:
            raise GuidanceError(
                f"{'; '.join(lost)}; build without --strict to see the page that says what is amiss"
            )
        overlay = _overlay(order, publication, loaded)
        if overlay and not order.shop.site_url:
            order = structs.replace(order, shop=structs.replace(order.shop, site_url=overlay.partnership.site_url))
        missed: list[str] = []  # files to take away that could not be made
        making = Making(tell, lambda why: missed.append(f"left out {why}"))
        folders = publication_folders(order, publication, loaded, making, crew, overlay=overlay)
        specimen = None if loaded else _specimen(order)
        if specimen:
            folders = chain(map(_showing_specimen, folders), _specimen_folders(specimen, order, tell, crew))
        tell("making pages")
        warnings = build_site(folders, order.out, order.shop, lambda place: tell(f"built /{place}"), crew)
    asked = (ASK_ADDRESS,) if overlay and not order.shop.site_url else ()
    notes = (*(fetcher.notes if fetcher else ()), *(overlay.left_out if overlay else ()), *sorted(missed), *asked)
    with_text = tuple(i.edition.id for i in loaded)
    return Outcome(publication, with_text, missing, (*notes, *warnings), specimen is not None, lost, files)


def _overlay(order: BuildOrder, publication: Publication, loaded: Sequence[Loaded]) -> Overlay | None:
    if order.overlay is None:
        return None
    places = published_places(publication, order.publication, loaded)
    citable = [edition for edition, entries in places.items() if entries]
    return read_overlay(order.overlay, *read_tokens(order.shop.root), edition_links(publication, citable))


# --- One publication -------------------------------------------------------------------------------


def publication_folders(
    order: BuildOrder,
    publication: Publication,
    loaded: tuple[Loaded, ...],
    making: Making,
    crew: Crew,
    prefix: str = "",
    overlay: Overlay | None = None,
) -> Iterator[Folder]:
    """What MkDocs is to build for a publication: a folder for each edition, and the pages at its root.

    All that must be made anew is begun before the first is waited for.
    """
    folder = order.publication
    texts = {item.edition.id: item for item in loaded}
    compared = compare_editions(publication, loaded, folder, crew)
    known = known_permalinks((edition.id for edition in publication.editions), folder, compared.documents)
    docs = folder / publication.docs if publication.docs else None
    ours, nav = (read_files(docs), read_nav(docs)) if docs else ({}, None)
    uses = Call("uses", "what pages of ours cite", read_uses, ours, edition_pages.groups_of(nav), str(docs)).start(
        crew
    )
    home = "/".join(filter(None, ((order.shop.site_url or "").rstrip("/"), prefix))) if order.shop.site_url else ""
    redlines = compared.start_redlines(crew, f"{home}/" if home else "")
    reissues = start_reissues(loaded, compared, crew)
    law = read_law(folder, publication)
    references = {edition: found.references for edition, found in compared.found.items()}
    topics = read_topics(folder, known, ours)
    acts = {edition: law_links(found.laws, compared.knowledge.acts) for edition, found in compared.found.items()}
    besides = find_besides(
        publication, known, compared.crosswalk, uses(), law, references, topics.links(), acts, compared.documents
    )
    works = {}
    for one, item in texts.items():
        place = f"{prefix}/{one}".strip("/")
        overview = _read(folder / one / "overview.md")
        edition_order = order_edition(
            publication, item, compared, overview, place, order.shop.site_url, law, besides.get(one, {})
        )
        works[one] = Work(edition_order, crew, making)
    index = index_permalinks(publication, folder, loaded, known, compared, order.shop, prefix)
    named = {use.address: use.title for use in uses()}
    titles = {path: named.get(page_url(path), path) for path in ours if path.endswith(".md")}
    corrected = feeds.read_corrections(folder, index, titles)
    tell_us = (overlay.partnership.tell_us if overlay else None) or publication.tell_us
    index = structs.replace(
        index,
        corrected=feeds.lines_on_provisions(corrected),
        publication=structs.replace(publication, tell_us=tell_us),
    )
    links = start_links(index, besides, crew)
    everyday = read_everyday(folder / EVERYDAY)
    called = read_wanted(folder, publication)
    search = start_search(publication, known, ours, compared, called, everyday, topics.topic, crew)
    for work in works.values():
        work.set()
    set_redline = set_redlines(redlines | reissues, crew, making)
    news = gather_news(publication, compared, ours.get(feeds.LOG), index.address(""), law, corrected)
    for work in works.values():
        work.print()
    linked = links()
    tabs = tuple(edition_pages.tabs_of(nav))
    moved = moved_pages(folder, index)
    for edition in publication.editions:
        made = works[edition.id].files() if edition.id in works else _stub(publication, edition, folder, texts, law)
        pairs = (*compared.pairs_of(edition.id), *(pair for pair in reissues if pair[1] == edition.id))
        told = [set_redline[pair]() for pair in pairs]
        steps = step_pages(edition.id, tuple(texts), compared.comparisons, index)
        files = {**made.files, **linked.below[edition.id], **news.below(edition.id), **steps}
        files = lay_moved(files, (page.path for page in made.pages), moved[edition.id])
        printed = _edition_folder(publication, edition, made.pages, told, files, tuple(texts), tabs)
        shown = {"corrections": True, "corrected": feeds.lines_on_pages(corrected, edition.id)}
        yield lay_over(structs.replace(printed.with_extra(shown), prefix=prefix), overlay)
    facts = order.shop.work / FACTS if not prefix else None
    sources = {edition: len(text.corrections) for edition, text in compared.documents.items()}
    more = (*topic_pages(topics, index, compared, besides, uses()), feeds.render_corrections(corrected, sources))
    root = _root_folder(publication, folder, ours, compared, index, linked, search, news, overlay, facts, more)
    root = structs.replace(root, extras=lay_moved(root.extras, root.pages, moved[""]))
    shown = {"corrected": feeds.lines_on_pages(corrected, ""), "local": local_boxes(overlay, topics)}
    yield lay_over(root.with_extra({"corrections": True, **shown}), overlay)


def _edition_folder(
    publication: Publication,
    edition: Edition,
    pages: tuple[Page, ...],
    redlines: list[Redline],
    files: Mapping[str, bytes],
    with_text: tuple[str, ...],
    tabs: tuple[edition_pages.Tab, ...],
) -> Folder:
    """An edition's folder; in its navigation are `pages`, not those of its comparisons."""
    current = edition.id == publication.in_force.id
    pictures = {path: held for path, held in files.items() if path.startswith(PICTURES)}  # pages show them
    shown = {page.path: page.markdown.encode() for page in chain(pages, *(one.pages for one in redlines))}
    for redline in redlines:
        shown |= redline.files
    return Folder(
        id=edition.id,
        title=f"{edition.id} (in force)" if current else edition.id,
        pages=shown | pictures,
        settings=edition_pages.edition_settings(edition, publication, pages, with_text=with_text, tabs=tabs),
        extras={path: held for path, held in files.items() if path not in pictures},
        aliases=("latest",) if current else (),
    )


def _stub(
    publication: Publication, edition: Edition, folder: Path, texts: Mapping[str, Loaded], law: LawSince
) -> EditionFiles:
    """What stands in the folder of an edition whose text is not at hand."""
    overview = _read(folder / edition.id / "overview.md")
    nearest = _nearest(publication, edition, texts)
    home = edition_pages.render_home(edition, publication, overview=overview, nearest=nearest)
    facts = data_files.edition_facts(publication, edition) | {"law": law.records(edition)}
    record = data_files.edition_record(facts, None)
    return EditionFiles((home,), {"edition.json": data_files.encode(record)})


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


def topic_pages(
    topics: Topics, index: PermalinkIndex, compared: Compared, besides: Besides, uses: Iterable[PageUse]
) -> tuple[Page, ...]:
    """The pages of topics, from the text of the edition in force or the newest that is loaded."""
    shown = shown_edition(topics, compared.documents, index.publication.in_force.id)
    return render_topics(
        topics,
        index,
        Shown(
            shown,
            compared.crosswalk,
            compared.ledger(shown) if shown in compared.documents else None,
            find_trails(compared, index.publication, shown),
            besides,
            {use.address: use.title for use in uses},
        ),
    )


# --- Pages at the root -----------------------------------------------------------------------------


def _root_folder(
    publication: Publication,
    folder: Path,
    files: Mapping[str, bytes],
    compared: Compared,
    index: PermalinkIndex,
    linked: Linked,
    search: Searching | None,
    news: News,
    overlay: Overlay | None,
    facts: Path | None,
    more: tuple[Page, ...],
) -> Folder:
    """The folder of a publication's root; what `mkdocs serve` must know of the rest is left in the file `facts`."""
    loaded = tuple(compared.documents)
    settings = edition_pages.root_settings(publication, with_text=loaded)
    pages: dict[str, bytes] = {}
    made = [
        edition_pages.render_editions(publication, loaded),
        render_quotations(index, linked.quotable),
        *news.pages,
        *more,
    ]
    if (publication.docs and (folder / publication.docs).is_dir()) or overlay:
        prepared = prepare(publication, folder, files, index.entries, compared, overlay)
        pages = put_in_examples(prepared.files, index)
        settings |= prepared.settings()
        if facts:
            left = structs.replace(prepared.sources, pages={p.path: get_data(p.markdown)[0] for p in made})
            write_below(facts.parent, facts.name, data_files.encode(left))
    made += [search.page] if search else []
    pages.setdefault("index.md", edition_pages.render_root_home(publication, loaded).encode())
    if set(pages) == {"index.md"}:
        settings["nav"] = [{"Home": "index.md"}, {"Editions": "editions.md"}]
    pages |= {page.path: page.markdown.encode() for page in made}
    extras = {**linked.root, **linked.quotable, **(search.files() if search else {})}
    if loaded:
        extras["crosswalk.json"] = crosswalk_json(compared)
    extras |= news.at_root(frozenset(edition.id for edition in publication.editions))
    extras[feeds.NAME] = feeds.render_llms(publication, loaded, index.address("") or "").encode()
    return Folder("", publication.title, pages, settings, extras, prefix=index.prefix)


# --- The specimen ----------------------------------------------------------------------------------


def _specimen(order: BuildOrder) -> Path | None:
    """The made-up publication beside the one that is built, where there is one."""
    folder = order.shop.root / SPECIMEN
    other = folder.resolve() != order.publication.resolve()
    return folder if other and (folder / "editions.toml").is_file() else None


def _specimen_folders(folder: Path, order: BuildOrder, tell: Tell, crew: Crew) -> Iterator[Folder]:
    publication = read_register(folder)
    tell("setting the specimen")
    files = order.shop.work / SPECIMEN
    for edition in publication.editions:
        compile_typst(folder / edition.id / "source.typ", files / f"{edition.id}.pdf")
    places = {"folders": (files,), "cache": order.shop.work / "no-cache"}
    order = structs.replace(order, publication=folder, editions=(), revisions={}, trust={}, **places)
    loaded, missing, _ = load(order, publication, None, lambda _: None, crew)
    if missing:
        raise GuidanceError(f"{folder}: {missing[0].edition}: {missing[0].reason}")
    yield from publication_folders(order, publication, loaded, Making(tell), crew, SPECIMEN)


def _showing_specimen(folder: Folder) -> Folder:
    """A publication's root folder whose home page and list of editions lead to the specimen; others as they are."""
    if folder.id:
        return folder
    ways = {"index.md": f"{SPECIMEN}/", "editions.md": f"site:{SPECIMEN}/"}
    shown = {name: folder.pages[name] + render("no_text.md", way=way).encode() for name, way in ways.items()}
    return structs.replace(folder, pages={**folder.pages, **shown})
