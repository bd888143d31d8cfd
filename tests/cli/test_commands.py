"""The command line: what it ends with, what it prints, and that an error is one line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from guidance.site.typesetting import compile_typst
from misbehaving_server import awkward_server
from small_register import REGISTER, SOURCE, write_frame

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A machine of its own with a made-up publication in `versions` and no specimen."""
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "editions.toml").write_text(REGISTER, encoding="utf-8")
    write_frame(tmp_path)
    return tmp_path


@pytest.fixture
def guidance(library: Path) -> Run:
    """Runs a command there, without GUIDANCE_SOURCES unless it is given."""

    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GUIDANCE_")}
        command = [sys.executable, "-c", "from guidance.cli.commands import main; main()", *arguments]
        return subprocess.run(
            command, cwd=library, env=clean | environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )

    return run


@pytest.fixture(scope="module")
def library_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("typst") / "2020"
    folder.mkdir()
    (folder / "source.typ").write_text(SOURCE, encoding="utf-8")
    compile_typst(folder / "source.typ", folder / "2020.pdf")
    return folder


@pytest.fixture(scope="module")
def older_pdf(library_pdf: Path) -> bytes:
    """The same text, which says that it is of 2010."""
    (library_pdf.parent / "older.typ").write_text(SOURCE.replace("library 2020", "library 2010"), encoding="utf-8")
    compile_typst(library_pdf.parent / "older.typ", library_pdf.parent / "older.pdf")
    return (library_pdf.parent / "older.pdf").read_bytes()


def one_line(finished: "subprocess.CompletedProcess[str]") -> str:
    """The error of a failed command, which is one line that begins with the program's name."""
    lines = [line for line in finished.stderr.splitlines() if not line.startswith("· ")]
    assert len(lines) == 1, finished.stderr
    assert lines[0].startswith("guidance: ")
    return lines[0]


def test_a_name_that_holds_codes_and_line_ends_is_one_line(guidance: Run, library: Path) -> None:
    name = "two\nlines\x1b[31m.pdf"
    (library / name).write_bytes(b"no such thing")
    said = one_line(guidance("convert", name, "-o", "to"))
    assert "two\ufffdlines\ufffd[31m.pdf: " in said
    assert said.isprintable()


def test_a_build_without_text_ends_well(guidance: Run, library: Path) -> None:
    finished = guidance("build", "--offline")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == "site/index.html: no edition has full text\n"
    for path in ("index.html", "2010/index.html", "2020/edition.json", "latest/index.html", "versions.json"):
        assert (library / "site" / path).is_file(), path
    assert guidance("check").returncode == 0


def test_an_address_that_cannot_be_reached_is_said_once(guidance: Run) -> None:
    finished = guidance("build")
    assert finished.returncode == 0
    assert finished.stderr.count("files.example.invalid") == 1


def test_a_build_with_text(guidance: Run, library: Path, library_pdf: Path) -> None:
    finished = guidance("build", "--offline", "--record-permalinks", GUIDANCE_SOURCES=str(library_pdf))
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines()[-1] == "site/index.html: full text of 2020; 1 editions without"
    assert "para-2\tparagraph\t2\t1\t" in (library / "versions" / "2020" / "permalinks.tsv").read_text()
    assert "doors behind them" in (library / "site" / "2020" / "p" / "2" / "index.html").read_text()
    checked = guidance("check")
    assert checked.returncode == 0, checked.stdout
    guidance("build", "--offline")
    page = (library / "site" / "2020" / "p" / "2" / "index.html").read_text()
    assert "not loaded" in page
    assert "Paragraph 2" in page


def test_recorded_permalinks_are_never_taken_away(guidance: Run, library: Path, library_pdf: Path) -> None:
    register = library / "versions" / "2020" / "permalinks.tsv"
    register.parent.mkdir()
    register.write_text("para-99\tparagraph\t99\t7\t0000000000000000\n")
    guidance("build", "--offline", "--record-permalinks", GUIDANCE_SOURCES=str(library_pdf))
    assert "para-99\tparagraph\t99\t7\t0000000000000000" in register.read_text()
    assert (library / "site" / "2020" / "p" / "99" / "index.html").is_file()
    checked = guidance("check")
    assert checked.returncode == 1
    assert "has lost para-99" in checked.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"<html>", "not a PDF"), (b"%PDF-1.7\n" + b"x" * 99, "cut short"), (b"%PDF-1.7\n%%EOF", "")],
)
def test_a_faulty_source(guidance: Run, library: Path, content: bytes, words: str) -> None:
    (library / "sources").mkdir()
    (library / "sources" / "2010.pdf").write_bytes(content)
    asked = guidance("build", "--offline", "--edition", "2010")
    assert asked.returncode == 1
    assert "2010.pdf" in one_line(asked)
    assert words in one_line(asked)
    assert not (library / "site").exists()
    unasked = guidance("build", "--offline")
    assert unasked.returncode == 0
    assert "warning: edition 2010" in unasked.stderr
    assert (library / "site" / "2010" / "index.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("build", "--offline", "--edition", "2010"), 1, "edition 2010"),
        (("build", "--offline", "--edition", "1066"), 1, "1066"),
        (("build", "--offline", "--sources", "nowhere"), 1, "nowhere"),
        (("build", "--offline", "--publication", "nowhere"), 1, "nowhere/editions.toml"),
        (("build", "--offline", "--out", "versions"), 1, "not a built site"),
        (("convert", "nothing.pdf", "-o", "out"), 1, "nothing.pdf"),
        (("convert", "mkdocs.yml", "-o", "out"), 1, "mkdocs.yml"),
        (("check", "nowhere"), 1, "make site"),
        (("serve", "nowhere"), 1, "make site"),
    ],
)
def test_an_error_is_one_line(guidance: Run, arguments: tuple[str, ...], code: int, words: str) -> None:
    finished = guidance(*arguments)
    assert finished.returncode == code
    assert words in one_line(finished)


@pytest.mark.parametrize("arguments", [("nonsense",), ("build", "--nonsense"), ("convert",)])
def test_wrong_usage_ends_with_two(guidance: Run, arguments: tuple[str, ...]) -> None:
    finished = guidance(*arguments)
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr


def test_convert_makes_a_folder(guidance: Run, library: Path, library_pdf: Path) -> None:
    finished = guidance("convert", str(library_pdf / "2020.pdf"), "-o", "out")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("out: 5 numbered paragraphs")
    assert {"provisions.json", "edition.json", "index.md", "conversion.md"} <= {
        path.name for path in (library / "out").iterdir()
    }
    again = guidance("convert", str(library_pdf / "2020.pdf"), "-o", "out")
    assert again.returncode == 0, "a conversion may be made again in its place"
    other = guidance("convert", str(library_pdf / "2020.pdf"), "-o", "versions")
    assert other.returncode == 1


def mute(source: Path, to: Path) -> None:
    """A copy of a file whose fonts no longer say what their signs mean."""
    with pikepdf.open(source) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and "/ToUnicode" in thing:
                del thing.ToUnicode
        pdf.save(to)


def test_a_conversion_links_to_the_acts_of_the_publication(guidance: Run, library: Path, tmp_path: Path) -> None:
    (library / "versions" / "acts.toml").write_text(
        '[[act]]\ntitle = "Sheds Act"\nyear = 1989\nid = "ukpga/1989/41"\n', encoding="utf-8"
    )
    page = tmp_path / "sheds.html"
    page.write_text("<html><body><h1>S</h1><h2>One</h2><p>See section 4 of the Sheds Act 1989.</p></body></html>")
    finished = guidance("convert", str(page), "-o", "converted", "--strict")
    assert finished.returncode == 0, finished.stderr
    chapters = "".join(path.read_text() for path in (library / "converted").glob("*.md"))
    assert "(https://www.legislation.gov.uk/ukpga/1989/41/section/4)" in chapters
    assert "In force" not in (library / "converted" / "index.md").read_text()


def test_a_conversion_in_another_folder_links_to_the_acts_that_this_one_knows(
    guidance: Run, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    page = tmp_path / "short.html"
    page.write_text(
        "<html><body><h1>S</h1><h2>One</h2><p>See section 4 of the Children Act 1989.</p></body></html>"
    )
    there = tmp_path / "elsewhere" / "converted"
    for before in ((), ("--publication", "none")):
        finished = guidance("convert", str(page), "-o", str(there), *before)
        assert finished.returncode == 0, finished.stderr
        text = "".join(path.read_text() for path in there.glob("*.md"))
        assert ("legislation.gov.uk/ukpga/1989/41/section/4" in text) is bool(before), (
            "its own register comes first"
        )


def test_what_is_lost_is_a_warning_and_with_strict_a_failure(
    guidance: Run, library: Path, library_pdf: Path, tmp_path: Path
) -> None:
    (tmp_path / "mute").mkdir()
    mute(library_pdf / "2020.pdf", tmp_path / "mute" / "2020.pdf")
    file = str(tmp_path / "mute" / "2020.pdf")
    finished = guidance("convert", file, "-o", "loose")
    assert finished.returncode == 0
    assert "warning: 2020.pdf: page 1: characters of which the font does not say what they mean" in finished.stderr
    assert "2020.pdf: page 1: " in one_line(guidance("convert", file, "-o", "strict", "--strict"))
    assert not (library / "strict").exists()
    finished = guidance("build", "--offline", "--strict", "--sources", str(tmp_path / "mute"))
    assert "edition 2020: page 1: " in one_line(finished)
    assert not (library / "site").exists()


def test_a_locked_fetch_fails_on_what_nobody_has_reviewed(guidance: Run, library: Path, older_pdf: bytes) -> None:
    lock = library / "versions" / "sources.lock"
    with awkward_server() as server:
        address = server.on("/library.pdf", lambda answer: answer.send(200, older_pdf))
        register = REGISTER.replace("https://files.example.invalid/library.pdf", address)
        (library / "versions" / "editions.toml").write_text(register, encoding="utf-8")

        def fetched() -> tuple[int, str]:
            finished = guidance("fetch", "--locked")
            return finished.returncode, finished.stderr.splitlines()[-1]

        first = fetched()
        assert first[0] == 1
        assert "first seen or changed: 2010 2010-01" in first[1]
        assert fetched()[0] == 0, "now it is in the lock"
        kept = lock.read_bytes()
        lock.unlink()
        assert fetched()[0] == 1, "a machine without the lock has not reviewed it"
        lock.write_bytes(kept)
        server.on("/library.pdf", lambda answer: answer.send(200, older_pdf + b"%%EOF\n"))
        changed = fetched()
        assert changed[0] == 1
        assert "first seen or changed: 2010 2010-01" in changed[1]
        lock.write_bytes(kept)
        for path in (library / ".cache" / "sources").rglob("*"):
            path.unlink() if path.is_file() else None
        server.on("/library.pdf", lambda answer: answer.send(404, b""))
        gone = fetched()
        assert gone[0] == 1
        assert "not to be had: 2010 2010-01" in gone[1]


def test_a_fetch_that_leaves_an_edition_without_a_file_fails(guidance: Run) -> None:
    finished = guidance("fetch")
    assert finished.returncode == 1
    assert "2010     2010-01   missing" in finished.stdout
    assert "guidance: edition 2010: files.example.invalid did not answer" in finished.stderr


def test_fetch_says_what_was_found_fetched_and_changed(guidance: Run, library: Path, older_pdf: bytes) -> None:
    file = older_pdf
    with awkward_server() as server:
        address = server.on("/library.pdf", lambda answer: answer.send(200, file))
        register = REGISTER.replace("https://files.example.invalid/library.pdf", address)
        (library / "versions" / "editions.toml").write_text(register, encoding="utf-8")
        fetched = guidance("fetch")
        assert fetched.returncode == 0, fetched.stderr
        assert [line.split()[:3] for line in fetched.stdout.splitlines()] == [
            ["edition", "revision", "file"],
            ["2010", "2010-01", "fetched"],
            ["2020", "-", "no"],
        ]
        again = guidance("fetch", "--edition", "2010")
        assert again.stdout.splitlines()[1].split()[2] == "unchanged"
        server.on("/library.pdf", lambda answer: answer.send(200, file + b"%%EOF\n"))
        changed = guidance("fetch", "--edition", "2010")
        assert changed.stdout.splitlines()[1].split()[2] == "changed"
        assert "changed without a new address" in changed.stderr
    new = next(line for line in changed.stderr.split() if line.startswith("2010:2010-01-"))
    found = guidance("fetch", "--edition", "2020")
    assert found.returncode == 1
    assert "edition 2020: put the file into sources/ as 2020.pdf" in one_line(found)
    old = guidance("build", "--offline", "--edition", "2010")
    assert old.returncode == 0, old.stderr
    page = (library / "site" / "2010" / "index.html").read_text()
    assert "The text here is this one." in page
    assert json.loads((library / "site" / "2010" / "edition.json").read_text())["revision"] == "2010-01"
    chosen = guidance("build", "--offline", "--revision", new)
    assert chosen.returncode == 0, chosen.stderr
    assert json.loads((library / "site" / "2010" / "edition.json").read_text())["revision"] == new[5:]
    assert "nobody has reviewed" in (library / "site" / "2010" / "index.html").read_text()
    wrong = guidance("build", "--offline", "--revision", "2010:1999")
    assert "no revision 1999 of 2010" in one_line(wrong)


def test_cite_without_an_edition_asks_which(guidance: Run, library_pdf: Path) -> None:
    asked = guidance("cite", "para 2", GUIDANCE_SOURCES=str(library_pdf))
    assert asked.returncode == 1
    assert asked.stderr.splitlines()[-1] == (
        'guidance: "para 2": which edition? In force: "2020 para 2"; for the one that stood on a day, add '
        "--on 2024-01-31"
    )
    assert 'In force: "2020 para 2", whose text is not loaded here' in one_line(guidance("cite", "para 2"))


def test_help_says_whole_sentences(guidance: Run) -> None:
    said = " ".join(guidance("--help").stdout.partition("Commands:")[2].split())
    assert "..." not in said
    assert said.endswith("as they are saved.")


def test_cite_on_a_day(guidance: Run, library: Path, library_pdf: Path) -> None:
    said = guidance("cite", "para 2", "--on", "2021-06-01", GUIDANCE_SOURCES=str(library_pdf))
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines()[0] == "2021-06-01: the edition of 2020; no revision of it is known for that day"
    assert said.stdout.splitlines()[-1] == "2020 paragraph 2, page 1: 2020/p/2/ (in force)"
    alone = guidance("cite", "--on", "2015-06-01")
    assert alone.stdout.splitlines()[0] == "2015-06-01: the edition of 2010, revision 2010-01: First issue."
    for day, words in (("2009-12-31", "the register begins later"), ("yesterday", "a day like 2019-01-15")):
        assert words in one_line(guidance("cite", "--on", day))
    assert "name a place" in one_line(guidance("cite"))


def test_a_full_disk_is_named_by_every_command(tmp_path: Path) -> None:
    """A write on an open file does not say where it was."""
    program = """
import errno, sys
from guidance.cli import commands
class Full:
    registered_commands = ()
    def __call__(self):
        raise OSError(errno.ENOSPC, "No space left on device")
commands.app = Full()
commands.main()
"""
    command = [sys.executable, "-c", program, "convert", "book.pdf", f"--output={tmp_path}/out", "x" * 300]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "no room is left there" in line
    assert line.startswith("guidance: /")
