"""Files in an edition's place: what a build takes, refuses, trusts, and says of each at its end."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from guidance.site.typesetting import compile_typst
from official_files import KCSIE, WORKING_TOGETHER, publication
from small_register import write_frame

Run = Callable[..., "subprocess.CompletedProcess[str]"]
REGISTER = """
title = "Keeping Ponds Safe"
short = "KPS"
publisher = "The Pond Office"

[[editions]]
id = "2018"
title = "Keeping Ponds Safe"
subtitle = "A guide to sharing a pond"
published = "2018-07-04"
ended = "2023-12-15"

[[editions]]
id = "2023"
title = "Keeping Ponds Safe"
published = "2023-12-15"
"""
BODY = """= Chapter 1: Water
+ Wardens must look at the water every morning, and write down what they see of it in the book by the gate.
+ Visitors should keep to the path round the pond, and may sit down wherever there is a bench that bears it.
= Chapter 2: Banks
+ Nobody may dig into the bank of a pond without the wardens, who know where the pipes and the newts are.
"""


def typeset(to: Path, title: str, when: str, more: str = "", body: str = BODY) -> Path:
    """A guidance of our own, with a cover."""
    source = to.with_suffix(".typ")
    settings = (
        f'#set document(title: "{title}", date: none)\n#set page(numbering: "1")\n#set enum(numbering: "1.")\n'
    )
    cover = f"#v(5cm)\n#text(30pt)[{title}]\n\n#text(15pt)[{more}]\n\n{when}\n#pagebreak()\n"
    source.write_text(settings + cover + body, encoding="utf-8")
    compile_typst(source, to)
    source.unlink()
    return to


def word(to: Path, *lines: str) -> Path:
    """A Word file whose first paragraphs are these."""
    from xml.sax.saxutils import escape

    texts = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in (*lines, *BODY.splitlines()))
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    with zipfile.ZipFile(to, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
            f'PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
            f'Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{texts}</w:body></w:document>'
        )
    return to


def web(to: Path, title: str, below: str) -> Path:
    """A page of the web."""
    items = "".join(f"<p>{n}. {line}</p>" for n, line in enumerate(BODY.replace("+ ", "").splitlines(), 1))
    to.write_text(
        f"<!DOCTYPE html><html lang=en><title>x</title><body><main><h1>{title}</h1><p>{below}</p>"
        f"<h2>Chapter 1</h2>{items}</main>",
        encoding="utf-8",
    )
    return to


@pytest.fixture
def ponds(tmp_path: Path) -> Path:
    """A machine of its own with a register of two editions."""
    (tmp_path / "versions").mkdir()
    (tmp_path / "sources").mkdir()
    (tmp_path / "versions" / "editions.toml").write_text(REGISTER, encoding="utf-8")
    write_frame(tmp_path)
    return tmp_path


@pytest.fixture
def guidance(ponds: Path) -> Run:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GUIDANCE_")}
        command = [sys.executable, "-c", "from guidance.cli.commands import main; main()", *arguments]
        return subprocess.run(command, cwd=ponds, env=clean, capture_output=True, text=True)

    return run


def edition(place: Path, name: str) -> dict[str, object]:
    held: dict[str, object] = json.loads((place / "site" / name / "edition.json").read_bytes())
    return held


def test_a_build_takes_what_proves_itself_and_tells_of_every_file(ponds: Path, guidance: Run) -> None:
    sources = ponds / "sources"
    typeset(sources / "Keeping_Ponds-Safe (3).pdf", "Keeping Ponds Safe", "July 2018", "A guide to sharing a pond")
    typeset(sources / "2018.pdf", "Keeping newts in schools", "3 September 2018")
    typeset(sources / "2023.pdf", "Keeping Ponds Safe", "May 2017")
    word(sources / "any name.docx", "Keeping Ponds Safe 2023", "The Pond Office")
    web(sources / "saved.html", "Keeping ponds safe: consultation response", "Published 4 July 2018")
    (sources / "notes.txt").write_text("Ours.", encoding="utf-8")
    built = guidance("build", "--offline")
    assert built.returncode == 0, built.stderr
    *lines, closing = built.stdout.splitlines()
    assert closing == "site/index.html: full text of 2018, 2023"
    assert dict(line.removeprefix(f"{sources}/").split(": ", 1) for line in lines) == {
        "Keeping_Ponds-Safe (3).pdf": "used as 2018, revision not known: it proves itself",
        "2018.pdf": "not recognised: seems to be Keeping newts in schools, 2018; not taken as 2018",
        "2023.pdf": "not recognised: seems to be Keeping Ponds Safe, 2017, but no edition is of 2017; "
        "not taken as 2023",
        "any name.docx": "used as 2023, revision not known: it proves itself",
        "saved.html": "not recognised: seems to be Keeping ponds safe: consultation response, 2018, but its cover "
        'says "consultation"; not taken as any edition',
        "notes.txt": "not recognised: it is neither a PDF, a web page nor a Word file",
    }
    identity = edition(ponds, "2018")["identity"]
    assert isinstance(identity, dict)
    assert (identity["how"], identity["revision"], identity["address"]) == ("proved", None, None)
    assert {"title", "date on the cover", "month", "subtitle"} <= set(identity["evidence"])


def test_nothing_is_published_from_a_file_in_the_wrong_place_unless_it_is_trusted(
    ponds: Path, guidance: Run
) -> None:
    typeset(ponds / "sources" / "2018.pdf", "Keeping newts in schools", "3 September 2018")
    asked = guidance("build", "--offline", "--edition", "2018")
    assert asked.returncode == 1
    refusal = "2018.pdf: seems to be Keeping newts in schools, 2018; not taken as 2018"
    assert refusal in asked.stderr
    plain = guidance("build", "--offline")
    assert plain.returncode == 0
    assert refusal in plain.stderr
    assert edition(ponds, "2018")["text"] is False
    trusted = guidance("build", "--offline", "--trust", "sources/2018.pdf=2018")
    assert trusted.returncode == 0, trusted.stderr
    assert "trusted, though it seems to be Keeping newts in schools, 2018" in trusted.stdout
    record = edition(ponds, "2018")
    assert record["text"] is True
    assert isinstance(record["identity"], dict)
    assert (record["identity"]["how"], record["identity"]["seems"]) == ("trusted", "Keeping newts in schools, 2018")
    home = BeautifulSoup((ponds / "site" / "2018" / "index.html").read_text(encoding="utf-8"), "lxml")
    assert "Nobody here has confirmed that this text is this edition" in home.get_text()
    assert "It seems to be Keeping newts in schools, 2018." in home.get_text()
    for wrong in ("2018", "sources/2018.pdf=1066", "none.pdf=2018"):
        refused = guidance("build", "--offline", "--trust", wrong)
        assert refused.returncode == 1
        assert refused.stderr.count("guidance: --trust") == 1


REISSUED = """
[[editions.revisions]]
id = "2023-12"
date = "2023-12"
what = "First issue."

[[editions.revisions]]
id = "2024-02"
date = "2024-02"
what = "Issued again; nobody said why."
"""


def test_two_files_of_one_edition_are_compared_and_one_alone_says_so(ponds: Path, guidance: Run) -> None:
    (ponds / "versions" / "editions.toml").write_text(REGISTER + REISSUED, encoding="utf-8")
    typeset(ponds / "sources" / "2023-2024-02.pdf", "Keeping Ponds Safe 2023", "December 2023")
    alone = guidance("build", "--offline")
    assert alone.returncode == 0, alone.stderr
    home = ponds / "site" / "2023" / "index.html"
    said = "only one of its files was at hand"
    assert said in home.read_text(encoding="utf-8")
    body = BODY.replace("every morning", "every evening")
    typeset(ponds / "sources" / "2023-2023-12.pdf", "Keeping Ponds Safe 2023", "December 2023", body=body)
    both = guidance("build", "--offline")
    assert both.returncode == 0, both.stderr
    assert said not in home.read_text(encoding="utf-8")
    assert 'href="compare/2023-12/"' in home.read_text(encoding="utf-8")
    told = ponds / "site" / "2023" / "compare" / "2023-12"
    changes = json.loads((told / "changes.json").read_bytes())["changes"]
    assert [one["kind"] for one in changes if one["kind"] != "unchanged"] == ["reworded"]
    assert (told / "tracked-changes.docx").is_file()
    title = BeautifulSoup((told / "index.html").read_text(encoding="utf-8"), "lxml").select_one("h1")
    assert title
    assert "What a re-issue of the 2023 edition changed: file 2023-12 against file 2024-02" in title.get_text()


@pytest.mark.real
def test_official_files_in_the_wrong_place(ponds: Path, guidance: Run) -> None:
    shutil.copy(Path(__file__).parents[2] / "versions" / "editions.toml", ponds / "versions" / "editions.toml")
    sources = ponds / "sources"
    for name in ("2018.pdf", "2023.pdf"):
        shutil.copy(publication(KCSIE[0]), sources / name)
    without = guidance("build", "--offline")
    assert without.returncode == 0, without.stderr
    assert without.stdout.splitlines()[-1].endswith("no edition has full text")
    for year in ("2018", "2023"):
        line = (
            f"{year}.pdf: not recognised: seems to be Keeping children safe in education, 2024; not taken as {year}"
        )
        assert line in without.stdout
    shutil.copy(publication(WORKING_TOGETHER), sources / "2010 (copy).pdf")
    renamed = guidance("build", "--offline")
    assert renamed.stdout.splitlines()[-1].endswith("full text of 2023; 7 editions without")
    assert "2010 (copy).pdf: used as 2023, revision 2025-06: its digest is pinned" in renamed.stdout
    assert "not taken as 2010" in renamed.stderr
