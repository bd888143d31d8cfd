"""Markup in a register, in an agency's name or in a file's own title reaches no page live, of whatever kind."""

from pathlib import Path
from xml.etree import ElementTree as Tree  # of what we wrote ourselves

import pytest
from bs4 import BeautifulSoup

from guidance.build.orders import BuildOrder
from guidance.build.site import build
from guidance.site.mkdocs_build import Workshop
from guidance.site.typesetting import compile_typst
from small_register import SOURCE

ROOT = Path(__file__).parents[2]
# Breaks out of an element's text, of an attribute in either kind of quotation marks, of a script, and of Markdown.
MARKUP = """</title></script><img src=x onerror=alert(1) data-hostile>" data-hostile="1' data-hostile='1 \
[go](javascript:alert(1)) {: data-hostile=1 } `x` <script data-hostile>alert(1)</script>"""
REGISTER = f"""
title = '''Keeping {MARKUP}'''
short = "KL"
publisher = '''Office {MARKUP}'''
licence = '''Licence {MARKUP}'''
docs = "pages"
[[editions]]
id = "2010"
title = '''Doors 2010 {MARKUP}'''
subtitle = '''Below {MARKUP}'''
summary = '''In short {MARKUP}'''
published = "2010-01-01"
ended = "2020-01-01"
replaced = '''Before {MARKUP}'''
unknown = ['''Not known {MARKUP}''']
[[editions.revisions]]
id = "2010-01"
date = "2010-02"
what = '''First {MARKUP}'''
url = "https://files.example.invalid/library.pdf"
[[editions.documents]]
title = '''File {MARKUP}'''
[[editions.links]]
title = '''Page {MARKUP}'''
url = "https://example.invalid/page"
[[editions]]
id = "2020"
title = '''Doors 2020 {MARKUP}'''
subtitle = '''Below {MARKUP}'''
summary = '''In short {MARKUP}'''
published = "2020-01-01"
"""
AGENCIES = f"""
[[agency]]
id = "keepers"
name = '''Keepers {MARKUP}'''
words = ["keepers"]
"""
LOG = f"""
[[entries]]
date = "2024-02-03"
title = '''Log {MARKUP}'''
what = '''Told {MARKUP}'''
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site of a publication of which everything that a person writes holds markup."""
    place = tmp_path_factory.mktemp("hostile")
    register, sources = place / "register", place / "sources"
    (register / "pages").mkdir(parents=True)
    (register / "editions.toml").write_text(REGISTER, encoding="utf-8")
    (register / "agencies.toml").write_text(AGENCIES, encoding="utf-8")
    (register / "pages" / "log.toml").write_text(LOG, encoding="utf-8")
    titled = SOURCE.replace('"Keeping a library 2020"', repr_typst(f"Keeping {MARKUP}"))
    for edition, source in (("2010", titled), ("2020", titled.replace("twice in a year", "once in a year"))):
        written = place / "written" / f"{edition}.typ"
        written.parent.mkdir(exist_ok=True)
        written.write_text(source, encoding="utf-8")
        compile_typst(written, sources / f"{edition}.pdf")
    trust = {
        edition: sources / f"{edition}.pdf" for edition in ("2010", "2020")
    }  # a title of markup proves nothing
    shop = Workshop(ROOT, place / "build")
    order = BuildOrder(register, (sources,), place / "site", shop, place / "cache", trust=trust)
    assert build(order, None).loaded == ("2010", "2020")
    return place / "site"


def repr_typst(words: str) -> str:
    """Words as a string of Typst."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_no_page_holds_an_element_or_attribute_of_theirs(site: Path) -> None:
    faults = []
    pages = sorted(site.rglob("*.html"))
    kinds = {page.relative_to(site).parts[-2] for page in pages if page.parent != site}
    assert {"quotations", "log", "search", "editions", "downloads", "conversion", "duties"} <= kinds
    for page in pages:
        soup = BeautifulSoup(page.read_bytes(), "lxml")
        live = soup.select("[data-hostile], [onerror], a[href^='javascript:'], img[src=x]")
        if live:
            faults.append(f"{page.relative_to(site)}: {str(live[0])[:120]}")
    assert not faults, f"{len(faults)} pages: {faults[:12]}"


def test_feeds_and_other_xml_hold_their_words_only(site: Path) -> None:
    files = [*site.rglob("*.xml")]
    assert files
    for path in files:
        names = {element.tag.rpartition("}")[2] for element in Tree.fromstring(path.read_bytes()).iter()}
        assert not names & {"img", "script"}, path
