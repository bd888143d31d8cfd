"""A small site of our own, served on this machine, and a Chromium to open it with."""

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import documents
import small_documents
from browser import find_chromium
from earlier_edition import write_earlier
from guidance.build.orders import BuildOrder
from guidance.build.site import build
from guidance.cite.citation import CitationGrammar, Known
from guidance.cite.resolve import grammar_record
from guidance.cli.serve import serve
from guidance.compare.changes import compare
from guidance.document.anchors import permalinks
from guidance.document.change_model import Lineage
from guidance.document.model import Duty, Locus, Strength
from guidance.document.register import Edition
from guidance.site.assemble import build_site
from guidance.site.blocks import PICTURES, picture_name
from guidance.site.changes_view import survey
from guidance.site.comparison_pages import Redline, Told, render_comparison
from guidance.site.edition_pages import edition_settings, render_home, root_settings
from guidance.site.ledger import Earlier, Ledger, render_ledger
from guidance.site.markdown import render_pages
from guidance.site.mkdocs_build import Workshop
from guidance.site.pages import addresses, lay_out
from guidance.site.permalink_pages import permalink_pages
from guidance.site.projects import Folder
from guidance.site.search import (
    GRAMMAR,
    Acronym,
    Everyday,
    Searchable,
    places,
    places_path,
    render_search,
    search_records,
)
from guidance.site.search_index import search_files
from tabs import PATIENCE, Tab, tabs

expect.set_options(timeout=PATIENCE)

ROOT = Path(__file__).parent.parent.parent
PUBLICATION = documents.library_publication()
DOCUMENT = documents.library()
WITH_TEXT = ("2011", "2021")
SHELF = documents.library_shelf(WITH_TEXT)
NOT_THERE = ("opening-text", "para-2", "para-2-a", "para-2-b")  # in each other's edition, as far as these tests go


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here opens a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def ledger(edition: str) -> Ledger:
    """A few duties, one of which was weaker before."""
    strengths: tuple[Strength, ...] = ("must", "should", "may")
    duties = tuple(
        Duty(
            Locus(f"para-{at}", 1, 0, 9),
            1,
            f"Somebody {strength} tidy the shelves.",
            strength,
            ("readers",) * (at < 3),
        )
        for at, strength in enumerate(strengths, 1)
    )
    where = survey(edition, DOCUMENT, addresses(lay_out(DOCUMENT)))
    earlier = {duties[0]: Earlier("2001", "should")}
    return Ledger(edition, duties, {"readers": "Readers"}, where.places, earlier, titles=where.titles)


def edition_folder(edition: Edition) -> Folder:
    """An edition's build: the text in two of them, so that there is somewhere to go; the third has none."""
    where = addresses(lay_out(DOCUMENT))
    other = WITH_TEXT[1 - WITH_TEXT.index(edition.id)] if edition.id in WITH_TEXT else ""
    pages = (
        render_pages(
            DOCUMENT,
            documents.library_references(),
            edition,
            PUBLICATION,
            overview="Our own words on this edition.",
            binding=[(Locus("para-1", 0, 10, 16), "should")],
            counterparts={a: {other: f"{other}/{url}"} for a, url in where.items() if a not in NOT_THERE},
            nearest={
                "opening-text": {other: ""},
                "para-2": {other: f"{other}/{where['opening-hours']}"},
            },
        )
        if other
        else (render_home(edition, PUBLICATION, overview="Our own words.", nearest=PUBLICATION.edition("2011")),)
    )
    if other:
        pages += render_ledger(ledger(edition.id), (other,))
    compared = comparison() if edition.id == "2021" else Redline((), {})
    pictures = {f"{PICTURES}{picture_name(a.name)}": a.content for a in DOCUMENT.assets}
    return Folder(
        id=edition.id,
        title=edition.id,
        pages={p.path: p.markdown.encode() for p in (*pages, *compared.pages)}
        | (pictures if other else {})
        | dict(compared.files),
        settings=edition_settings(edition, PUBLICATION, pages, with_text=WITH_TEXT),
        extras=permalink_pages(edition, SHELF),
        aliases=("latest",) if edition.id == PUBLICATION.in_force.id else (),
    )


def comparison() -> Redline:
    """The pages of a comparison of two small documents of our own, as of 2011 and 2021."""
    went = "The night watch should count the spare sails at high water."
    old = small_documents.document(
        [
            "# Lamps",
            *(f"{at}. {small_documents.paragraph(at)}" for at in range(1, 9)),
            "# Ropes",
            f"9. {went} {small_documents.paragraph(9)}",
            "# Oil",
            *(f"{at}. {small_documents.paragraph(at)} The cook sleeps." for at in range(10, 14)),
        ]
    )
    new = small_documents.document(
        [
            "# Lamps",
            f"1. {small_documents.paragraph(1)} Keepers must sing.",
            "2. Every goose is counted and named after a queen of the mainland.",
            *(f"{at + 1}. {small_documents.paragraph(at)}" for at in range(2, 9)),
            "# Ropes",
            f"10. {small_documents.paragraph(9)} {went}",
            "# Oil",
            *(f"{at + 1}. {small_documents.paragraph(at)} The baker sleeps." for at in range(10, 14)),
        ]
    )
    duty = Duty(Locus("para-1", 0, 0, 9), 1, "Keepers must sing.", "must", ("keepers",))
    told = Told(compare(old, new, ("2011", "2021")), duties=((), (duty,)), names={"keepers": "Keepers"})
    return render_comparison(told, old, new)


def files_of_search() -> dict[str, bytes]:
    """The search page's source and what it asks; all texts of the two editions are each other's counterparts."""
    where = addresses(lay_out(DOCUMENT))
    duty = Duty(
        Locus("para-1", 0, 0, 9),
        2,
        "A library should be open.",
        "should",
        ("keepers",),
        who_context=("readers",),
        context="heading “Readers”",
    )
    editions = tuple(Searchable(PUBLICATION.edition(one), DOCUMENT, where, (duty,)) for one in WITH_TEXT)
    everything = (*DOCUMENT.provisions, *DOCUMENT.notes)
    lineages = tuple(
        Lineage(f"2011/{p.anchor}", dict.fromkeys(WITH_TEXT, (p.anchor,)))
        for p in everything
        if p.anchor != "para-3"
    )
    short_forms = (Acronym("ALO", ("a library",)),)
    records = search_records(editions, lineages, short_forms)
    said = ("who may borrow", "gone fishing", "fly to the moon", "fish on fish")
    everyday = (Everyday(said, words="open to all"), Everyday(("bookroom",), words="library", alike=True))
    asked = search_files(records, short_forms, everyday)
    files = {path: json.dumps(found).encode() for path, found in asked.items()}
    cites = grammar_record(CitationGrammar(Known(PUBLICATION)), PUBLICATION, WITH_TEXT)
    files[GRAMMAR] = json.dumps(cites).encode()
    for one in WITH_TEXT:
        files[places_path(one)] = json.dumps(places(one, permalinks(DOCUMENT), where)).encode()
    page = render_search(PUBLICATION, editions, reversed(WITH_TEXT), {"keepers": "Keepers", "readers": "Readers"})
    return files | {page.path: page.markdown.encode()}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    place = tmp_path_factory.mktemp("site")
    search = files_of_search()
    root = Folder(
        "",
        "Home",
        {"index.md": b"# Home\n\n[2011](2011/index.html)\n", "search.md": search.pop("search.md")},
        root_settings(PUBLICATION, with_text=WITH_TEXT),
        search,
    )
    folders = (*(edition_folder(e) for e in PUBLICATION.editions), root)
    build_site(folders, place / "site", Workshop(ROOT, place / "build"))
    return place / "site"


@contextlib.contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder with the headers that hosts should send; yields its address, without a closing slash."""
    with serve(site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served, without a closing slash."""
    with served(site) as address:
        yield address


@pytest.fixture(scope="session")
def real_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where our own publication is served with the text of 2023, and one of 2018 made of it, so that there is
    something to compare with; skips where the official file is not at hand."""
    folder = os.environ.get("GUIDANCE_SOURCES")
    if not folder:
        pytest.skip("GUIDANCE_SOURCES names no folder with the official file of 2023")
    official = next(iter(sorted(Path(folder).glob("2023*.pdf"))), None)
    if official is None:
        pytest.skip(f"{folder} does not hold the official file of 2023")
    place = tmp_path_factory.mktemp("real")
    sources = place / "sources"
    sources.mkdir()
    (sources / official.name).symlink_to(official.resolve())
    write_earlier(official, sources / "2018.html")
    shop = Workshop(ROOT, place / "build")
    trust = {"2018": sources / "2018.html"}  # made of the other one, it does not prove itself
    order = BuildOrder(ROOT / "versions", (sources,), place / "site", shop, place / "cache", trust=trust)
    outcome = build(order, None)
    assert {"2018", "2023"} <= set(outcome.loaded)
    with served(place / "site") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium; tests are skipped where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium here; `make test` installs one, or name one in GUIDANCE_CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[Tab]:
    """Opens tabs of visitors of any kind."""
    with tabs(browser) as tab:
        yield tab


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def either_page(request: pytest.FixtureRequest, tab: Tab, address: str) -> Iterator[Page]:
    """A page with scripts, and one without."""
    with tab(address, java_script_enabled=request.param) as page:
        yield page


@pytest.fixture
def page(tab: Tab, address: str) -> Iterator[Page]:
    """A page with scripts, on a desktop."""
    with tab(address, permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page


@pytest.fixture
def phone(tab: Tab, address: str) -> Iterator[Page]:
    """A page 320 CSS pixels wide, which is also a desktop at 400 %."""
    with tab(address, viewport={"width": 320, "height": 640}, reduced_motion="reduce") as page:
        yield page
