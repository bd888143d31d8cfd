"""One table of quotations, three tools: the script that holds words against a text, the line that it adds under a
quotation on another site, and the page on which anybody checks. The engine is held to it in test_quoting.py."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from html import escape
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from playwright.sync_api import Browser, Page, expect

from embedded import embed_files, quotation_files
from guidance.audit.vocabulary import read_wanted
from guidance.cite.citation import CitationGrammar, Known
from guidance.cite.resolve import grammar_record
from guidance.cli.serve import serve
from guidance.compare.changes import compare
from guidance.document.anchors import permalinks
from guidance.document.change_model import build_crosswalk
from guidance.document.register import Edition, Publication
from guidance.site.embeds import render_quotations
from guidance.site.host_files import root_files
from guidance.site.permalink_index import PermalinkIndex, find_fates
from guidance.site.search import places_path
from small_documents import document
from tabs import Tab

ROOT = Path(__file__).parents[2]
TABLE = json.loads((ROOT / "tests" / "data" / "audit" / "quotations.json").read_text("utf-8"))
CASES = TABLE["cases"]
PUBLICATION = Publication(
    title="Keeping the Harbour",
    short="KH",
    publisher="A made-up office",
    editions=(
        Edition("2009", "Keeping the Harbour", "2009", ended="2019"),
        Edition("2019", "Keeping the Harbour", "2019", ended="2024"),
        Edition("2024", "Keeping the Harbour", "2024"),
    ),
)
STARTS = {  # how the sentence on a verdict begins
    "right": "Word for word ",
    "cut": "Word for word ",
    "altered": "Altered from ",
    "partial": "Only ",
    "absent": "These words are not in ",
}
WHERE = "the sentence begins with “Where a child is missing at the count”"
STRICT = "default-src 'none'; script-src {0}; connect-src {0}; frame-src {0}; base-uri 'none'; form-action 'none'"


class Sites(Struct):
    """Ours and a partner's, of two origins, and the folder of the partner's."""

    ours: str
    theirs: str
    folder: Path


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Served with the headers that we tell hosts to send; the partner's with a strict policy."""
    texts = {
        edition: document(["# Boats", *(f"{at}. {words}" for at, (_, words) in enumerate(passages, 1))])
        for edition, passages in TABLE["texts"].items()
    }
    entries = {one: {e.anchor: e for e in permalinks(text)} for one, text in texts.items()} | {"2009": {}}
    compared = build_crosswalk(
        list(texts.items()), [compare(texts["2019"], texts["2024"], ("2019", "2024"), ((), ()))]
    )
    provisions = {one: {p.anchor: p for p in text.provisions} for one, text in texts.items()}
    index = PermalinkIndex(PUBLICATION, entries, provisions, fates=find_fates(PUBLICATION, entries, compared, {}))
    files = embed_files(index) | quotation_files(index)
    grammar = CitationGrammar(Known(PUBLICATION, read_wanted(tmp_path_factory.mktemp("none"), PUBLICATION)))
    files["search/grammar.json"] = json.dumps(grammar_record(grammar, PUBLICATION, tuple(texts))).encode()
    for edition, text in texts.items():
        numbers = {one.number: [f"boats/#{one.anchor}"] for one in text.provisions if one.number}
        files[places_path(edition)] = json.dumps({"paragraph": numbers}).encode()
    page = render_quotations(index, files).markdown.split("---\n", 2)[2]
    files["quotations/index.html"] = (
        f'<!doctype html><html lang="en"><title>x</title><article>{page}</article>'
        '<script type="module" src="/start.js"></script>'
    ).encode()
    files["start.js"] = b'import { start } from "/assets/quotations.js"; start(document.querySelector("article"));'
    for script in ("cite.js", "make.js", "places.js", "quotations.js"):
        files[f"assets/{script}"] = (ROOT / "overrides" / "assets" / script).read_bytes()
    files |= root_files((), (), None)
    ours, theirs = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("theirs")
    files["index.html"] = b"<!doctype html><title>x</title>"
    (theirs / "index.html").write_bytes(files["index.html"])
    for path, content in files.items():
        (ours / path).parent.mkdir(parents=True, exist_ok=True)
        (ours / path).write_bytes(content)
    with ExitStack() as stack:
        addresses = []
        for folder in (ours, theirs):
            server = stack.enter_context(serve(folder, 0))
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            addresses.append(f"http://127.0.0.1:{server.server_port}")
            if folder == ours:
                rule = f"/*\n  Content-Security-Policy: {STRICT.format(addresses[0])}\n"
                (theirs / "_headers").write_text(rule)
        yield Sites(addresses[0], addresses[1], theirs)


@pytest.fixture
def checker(tab: Tab, sites: Sites) -> Iterator[Page]:
    """The page for quotations, opened."""
    faults: list[str] = []
    with tab(sites.ours) as page:
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto("/quotations/")
        yield page
    assert not faults


def check(page: Page, text: str) -> list[str]:
    """What the page says of each passage of a text."""
    page.get_by_label("Your text").fill(text)
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".quotations__said")).to_contain_text("Compared with 2024, 2019.")
    return [one.locator("p").nth(1).inner_text() for one in page.locator(".quotations__found > li").all()]


def embedded(browser: Browser, sites: Sites, quotes: list[tuple[str, str]]) -> list[str]:
    """What is said under quotations, each with its key, on the partner's page."""
    blocks = "".join(
        f'<blockquote data-guidance="{key}"><p>{escape(words)}</p></blockquote>' for key, words in quotes
    )
    script = f'<script src="{sites.ours}/embed.js" async></script>'
    (sites.folder / "page.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>{blocks}{script}', encoding="utf-8"
    )
    page = browser.new_page()
    page.goto(f"{sites.theirs}/page.html")
    expect(page.locator(".guidance-status")).to_have_count(len(quotes))
    told = page.locator(".guidance-status").all_inner_texts()
    page.close()
    return told


def test_the_script_gives_the_engine_s_answers(page: Page, sites: Sites) -> None:
    page.goto(f"{sites.ours}/quotations/")
    told = page.evaluate(
        """async ({ texts, cases }) => {
          const { editionText } = await import("/quoting.js"), made = {};
          for (const [id, passages] of Object.entries(texts)) made[id] = editionText(id, passages);
          return cases.map((one) => {
            const said = made[one.edition].check(one.quotation, one.named ?? []);
            return { ...said, changes: said.changes.map(({ kind, said, stands }) => [kind, said, stands]) };
          });
        }""",
        TABLE,
    )
    for case, said in zip(CASES, told, strict=True):
        asked = {name: value for name, value in case.items() if name in said}
        assert {name: said[name] for name in asked} == asked, case["case"]


def credited(case: dict[str, Any]) -> tuple[str, str]:
    """The edition and paragraph that a case is put under: where it stands, else the first."""
    return case["edition"], (case.get("anchors") or ["para-1"])[0].removeprefix("para-")


def test_under_a_quotation_elsewhere_the_same_is_said(browser: Browser, sites: Sites) -> None:
    quotes = [("{}/para-{}".format(*credited(case)), case["quotation"]) for case in CASES]
    for case, told in zip(CASES, embedded(browser, sites, quotes), strict=True):
        if case["verdict"] == "right":
            assert told.startswith(("In force", "Superseded", "Wording unchanged", "Reworded")), case["case"]
        else:
            assert told.startswith(STARTS[case["verdict"]]), case["case"]
        for kind, said, stands in case.get("changes", ()):
            assert f"“{said}”" in told or not said, (case["case"], kind)
            assert f"“{stands}”" in told or not stands, (case["case"], kind)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_on_the_page_the_same_is_said(checker: Page, case: dict[str, Any]) -> None:
    edition, para = credited(case)
    [told] = check(checker, f"We act on it. “{case['quotation']}” (Keeping the Harbour {edition}, para {para})")
    assert told.startswith(STARTS[case["verdict"]])
    for _, said, stands in case.get("changes", ()):
        assert f"“{said}”" in told or not said
        assert f"“{stands}”" in told or not stands


RING = "the keeper should ring the harbour office within 20 minutes"
LAMPS = "Lamps are trimmed at dusk by two people who have signed the rota"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # What is credited to an edition is held against that edition, whatever others have.
        (f"“{LAMPS}” (Keeping the Harbour 2009, para 7)",
         "A quotation that was not checked: the text of 2009 is not loaded here; word for word in 2024, 2019. "
         "Superseded in 2019."),
        (f"KH 2024, para 2, says: “{RING}”.",
         "These words are not in 2024; word for word in 2019. In force."),
        (f"“{LAMPS}” — KH 2019, paragraph 3",
         "Word for word paragraph 3 of 2019; also in 2024. Superseded in 2024. The words are unchanged in 2024, "
         "which is in force."),
        (f"“{RING}” (KH 2019, para 4)",
         f"Word for word paragraph 2 of 2019, and not in paragraph 4 as it says; {WHERE}. Superseded in 2024. "
         "It does not stand in 2024, which is in force."),
        (f"“{RING}” (KH 2019, para 99)",
         f"Word for word paragraph 2 of 2019; {WHERE}. There is no paragraph 99 in 2019. Superseded in 2024. "
         "It does not stand in 2024, which is in force."),
        # A year beside it is no edition: nothing is said to be of it.
        (f"In 2009 we wrote that “{LAMPS}”.", "Word for word paragraph 2 of 2024; also in 2019. In force."),
        # Without marks, and alone.
        (f"{LAMPS}, and the older of them takes the key home",
         "Altered from paragraph 2 of 2024: “takes” for “keeps”; “home” for “until”. In force."),
        (f"{LAMPS.replace('trimmed', 'trim' + chr(0xAD) + 'med')}, and the",
         "Word for word paragraph 2 of 2024; also in 2019. In force."),
    ],
)  # fmt: skip
def test_what_a_quotation_is_said_to_be_of_decides(checker: Page, text: str, told: str) -> None:
    assert check(checker, text) == [told]


def test_a_few_words_of_many_are_never_word_for_word(checker: Page) -> None:
    [told] = check(checker, next(one["quotation"] for one in CASES if one["case"] == "twelve of forty"))
    assert told.startswith("Only 11 of the 38 quoted words")
    expect(checker.locator(".quotations__said")).to_contain_text("11 of 38 words are in the guidance")


def test_what_does_not_exist_and_what_is_not_loaded_is_said_under_a_quotation(
    browser: Browser, sites: Sites
) -> None:
    keys = ("2024/para-999", "2009/para-1", "2031/para-1", "2019/para-1")
    told = embedded(browser, sites, [(key, RING) for key in keys])
    assert told == [
        "There is no paragraph 999 in 2024 (in force).",
        "Superseded in 2019; the text of 2009 is not loaded here: these words were not checked.",
        "This site knows no edition 2031: these words were not checked.",
        f"Word for word paragraph 2 of 2019, and not in paragraph 1 as it says; {WHERE}. Superseded in 2024. "
        "Published text.",
    ]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("embed/2019/999/", "Keeping the Harbour 2019 Superseded in 2024. It has no such place."),
        ("embed/2024/no-such/", "Keeping the Harbour 2024 In force. It has no such place."),
        ("embed/2009/13/", "Keeping the Harbour 2009 Superseded in 2019. Its text is not loaded on this site."),
    ],
)
def test_a_frame_of_what_is_not_there_says_so_in_a_line(
    browser: Browser, sites: Sites, path: str, told: str
) -> None:
    frame = f'<iframe src="{sites.ours}/{path}" title="x" width="100%" height="180"></iframe>'
    (sites.folder / "frame.html").write_text(f'<!doctype html><html lang="en"><title>x</title>{frame}')
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{sites.theirs}/frame.html")
    assert " ".join(page.frame_locator("iframe").locator("body").inner_text().split()) == told
    page.context.close()
