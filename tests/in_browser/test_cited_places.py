"""The table of citations in the browser: the script that reads the grammar, the search box and dead addresses."""

import json
import re
import shutil
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

import citing
from finding import CITED, FINDING
from guidance.cite.resolve import grammar_record
from guidance.cli.serve import serve
from guidance.site.search import places

SCRIPTS = citing.ROOT / "overrides" / "assets"
BY_SCRIPT = """async ({ words, script }) => {
  const { grammar } = await import(script);
  const { read } = await grammar(new URL("/", location.href));
  return words.map((one) => read(one));
}"""


@pytest.fixture(scope="module")
def grammar_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serves the script and the grammar of our own publication, none of whose editions is loaded."""
    folder = tmp_path_factory.mktemp("grammar")
    publication = citing.known().publication
    (folder / "search").mkdir()
    (folder / "search" / "grammar.json").write_text(json.dumps(grammar_record(citing.grammar(), publication, ())))
    shutil.copytree(SCRIPTS, folder / "assets")
    (folder / "index.html").write_text("<!doctype html><title>x</title>")
    editions = " ".join(edition.id for edition in publication.editions)
    (folder / "404.html").write_text(
        "<!doctype html><title>x</title><article><h1>x</h1></article>"
        f'<div class="lost" data-root="/" data-editions="{editions}" data-current="2026">'
        '<div class="lost__guesses" hidden></div><input></div>'
        '<script type="module" src="/start.js"></script>'
    )
    (folder / "start.js").write_text('import { start } from "/assets/lost.js"; start();')  # as site.js does
    with serve(folder, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_script_reads_the_table_as_the_engine_does(page: Page, grammar_address: str) -> None:
    page.goto(f"{grammar_address}/")
    rows = citing.forms()
    asked = {"words": [words for words, _ in rows], "script": f"{grammar_address}/assets/places.js"}
    answers = page.evaluate(BY_SCRIPT, asked)
    wrong = [
        (words, cites, said)
        for (words, cites), answer in zip(rows, answers, strict=True)
        if (said := said_by_script(answer)) != cites
    ]
    assert wrong == []


FOUND_BY_SCRIPT = """async ({ words, script, table }) => {
  const { grammar } = await import(script.replace("cite.js", "places.js"));
  const { read } = await grammar(new URL("/", location.href));
  const { find } = await import(script);
  return words.map((one) => read(`2023 ${one}`).flatMap(({ steps }) => find(table, steps)));
}"""


def test_the_script_finds_places_where_the_engine_does(page: Page, grammar_address: str) -> None:
    page.goto(f"{grammar_address}/")
    table = places("2023", FINDING, {entry.anchor: entry.anchor for entry in FINDING})
    asked = {"words": [*CITED], "script": f"{grammar_address}/assets/cite.js", "table": table}
    found = page.evaluate(FOUND_BY_SCRIPT, asked)
    assert {words: set(one) for words, one in zip(CITED, found, strict=True)} == {
        words: set(anchors) for words, anchors in CITED.items()
    }


def said_by_script(answer: list[dict[str, Any]]) -> str:
    """What the script answered, in the words of the table."""
    return citing.say(citing.from_record(answer))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/2018 p 13", "2018 p 13"),
        ("/WT-2018-p-13", "2018 p 13"),
        ("/2023/para-153", "2023 para 153"),
        ("/2023/153", "2023 para 153"),
        ("/guide/2010/para-5-17/", "2010 para 5.17"),
        ("/2023/p/fn-12/", "2023 fn 12"),
        ("/2018/index.html#page=13", "2018 p 13"),
        ("/2023/chapter_3/", "2023 chapter 3"),
    ],
)
def test_a_dead_address_is_read_as_a_citation(page: Page, grammar_address: str, address: str, words: str) -> None:
    page.goto(grammar_address + quote(address, safe="/#="))
    expect(page.locator("input")).to_have_value(words)


def test_the_page_of_dead_addresses_reads_the_table(page: Page, grammar_address: str) -> None:
    wrong = []
    for words, cites in citing.forms():
        place, _, page_number = words.partition("#")
        page.goto(f"{grammar_address}/{quote(place)}{'#' if page_number else ''}{page_number}")
        expect(page.locator("input")).not_to_have_value("")
        said = page.locator("input").input_value()
        answer = page.evaluate(BY_SCRIPT, {"words": [said], "script": f"{grammar_address}/assets/places.js"})[0]
        got = said_by_script(answer)
        if got != cites:
            wrong.append((words, cites, said, got))
    assert wrong == []


def test_an_edition_that_is_not_loaded_is_answered_on_a_dead_address(page: Page, grammar_address: str) -> None:
    page.goto(f"{grammar_address}/2018%20p%2013")
    told = page.locator(".lost__guesses li", has_text="2018, page 13: ")
    expect(told).to_contain_text(
        "superseded on 15 December 2023; its text is not here. That page of the official file"
    )
    expect(told.get_by_role("link")).to_have_attribute("href", re.compile(r"\.pdf#page=13$"))
