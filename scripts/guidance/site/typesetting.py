"""Manuscripts -> Word, EPUB and tagged PDF, by pandoc and Typst, each file a job that any process can do.

Knows nothing of editions or duties; runs programs of ours only, on nodes and pictures that it is given.
"""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path

import msgspec
from msgspec import Struct

from guidance.document.model import GuidanceError, write_whole
from guidance.jobs.cache import Crew, Job, Ticket, code_digest
from guidance.site.pandoc import Manuscript, PandocNode, alternatives, labelled, tree, worded
from guidance.site.templates import FOLDER

FORMS = ("docx", "epub", "pdf")
TEXT = "md"  # one plain file of a text that is long enough to have contents
_MOMENT = "946684800"  # zip entries and dates inside a file: the same input gives the same bytes
_PLAIN = "gfm-raw_html"  # pandoc's name for Markdown without HTML in it
_MADE_BY = ("site/typesetting.py", "site/pandoc.py", "site/templates/book.css", "site/templates/book.typ")
_PATIENCE = 120  # seconds for one file; the longest seen takes six
_LIMIT = "-M1g"  # of memory, for pandoc
# PDF/UA-1 has no links or notes in what is repeated at the head of a page: where a table's head holds some, it
# stands once.
_HEADS = ("", "#set table.header(repeat: false)")
_TRACKED_END = re.compile(
    r"""
    (?P<before> <w:p><w:pPr> (?: (?!</w:p>) . )*? ) </w:pPr>  # a paragraph and what is said of it
    (?P<runs>   (?: (?!</w:p>) . )*? )
    (?P<mark>   <w:(?:ins|del)\ [^>]*/> ) </w:p>             # a mark that holds no words
    """,
    re.VERBOSE | re.DOTALL,
)
_PUT_INTO_PARAGRAPH = r"\g<before><w:rPr>\g<mark></w:rPr></w:pPr>\g<runs></w:p>"
_TRACKED_ID = re.compile(r"(<w:(?:ins|del) w:id=\")\d+")  # pandoc counts both from one; Word wants each once
_CONTENTS = "#{ show footnote: none; outline(title: [Contents], depth: 2, indent: 1em) }\n#pagebreak()\n"


Tell = Callable[[str], None]


class _Size(Struct, frozen=True):
    """As much of a packed Manuscript as says which forms it has."""

    contents: bool = False
    only: tuple[str, ...] = ()


def forms(contents: bool) -> tuple[str, ...]:
    """The endings of the files that a manuscript is set as, with a list of contents or without."""
    return (*FORMS, TEXT) if contents else FORMS


class Typesetting:
    """The setting of packed manuscripts, by name, as every form: begun when this is made."""

    def __init__(self, manuscripts: Mapping[str, bytes], crew: Crew) -> None:
        """Begins what is not kept."""
        made_by = code_digest(_MADE_BY, ("pypandoc-binary", "typst"))
        self._tickets: dict[str, Ticket] = {}
        for name, packed in manuscripts.items():
            size = msgspec.msgpack.decode(packed, type=_Size)
            for form in size.only or forms(size.contents):
                file = f"{name}.{form}"
                job = Job(file, set_file, (packed, file.encode()), made_by, "downloads")
                self._tickets[file] = crew.start(job)

    def files(self, done: Tell = lambda _: None, missed: Tell = lambda _: None) -> dict[str, bytes]:
        """All files by name: "wt-2023" gives "wt-2023.docx" and so on. `done` hears of those that were made anew;
        one that cannot be made is left out, and `missed` hears why."""
        made = {}
        for name, ticket in self._tickets.items():
            try:
                made[name] = ticket.result()
            except GuidanceError as error:
                missed(str(error))
                continue
            if ticket.new:
                done(name)
        return made


def set_file(packed: bytes, name: bytes) -> bytes:
    """A packed Manuscript and the name of a file, whose end says its form -> the file; a job.

    Raises GuidanceError when it cannot be made.
    """
    manuscript = msgspec.msgpack.decode(packed, type=Manuscript)
    with tempfile.TemporaryDirectory(prefix="guidance-") as place:
        file = name.decode()
        return _SETTERS[file.rpartition(".")[2]](manuscript, Path(place), file)


# --- Programs --------------------------------------------------------------------------------------


def _pandoc(manuscript: Manuscript, place: Path, name: str, to: str, options: Iterable[str]) -> None:
    """Write `name` below `place`, where the pictures are put first."""
    import pypandoc  # only who sets a file pays for loading it

    for picture, content in manuscript.pictures.items():
        (place / picture).write_bytes(content)
    identity = hashlib.sha256(msgspec.json.encode(manuscript, order="deterministic")).hexdigest()[:32]
    meta = {
        "title": manuscript.title,
        "subtitle": manuscript.subtitle,
        "lang": manuscript.language,
        "publisher": manuscript.publisher,
        "rights": manuscript.rights,
        "identifier": f"urn:sha256:{identity}",
    }
    whole = tree(meta, (*manuscript.about, *manuscript.blocks))
    source = json.dumps(labelled(whole) if to == "typst" else worded(whole) if to == _PLAIN else whole)
    command = (pypandoc.get_pandoc_path(), "+RTS", _LIMIT, "-RTS", "--quiet", "--from=json", f"--to={to}")
    try:
        subprocess.run(
            (*command, f"--output={name}", *options),
            input=source.encode(),
            cwd=place,
            env={**os.environ, "SOURCE_DATE_EPOCH": _MOMENT},
            check=True,
            capture_output=True,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise GuidanceError(f"{name}: pandoc did not end within {_PATIENCE} seconds") from None
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.decode(errors="replace").split())
        raise GuidanceError(f"{name}: pandoc cannot make it ({said})") from None


def _word(manuscript: Manuscript, place: Path, name: str) -> bytes:
    contents = ["--toc", "--toc-depth=2"] if manuscript.contents else []
    _pandoc(manuscript, place, "made.docx", "docx", ("--standalone", *contents))
    made = (place / "made.docx").read_bytes()
    return _with_tracked_ends(made) if manuscript.tracked else made


def _with_tracked_ends(made: bytes) -> bytes:
    """A Word file in which a mark without words, at a paragraph's end, is that of the end itself: pandoc has no way
    to say it, and without it there would be an empty line where a whole paragraph is accepted as taken out."""
    counted = count(1)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "word/document.xml":
                text = _TRACKED_END.sub(_PUT_INTO_PARAGRAPH, content.decode())
                content = _TRACKED_ID.sub(lambda found: f"{found[1]}{next(counted)}", text).encode()
            target.writestr(item, content)
    return out.getvalue()


def _epub(manuscript: Manuscript, place: Path, name: str) -> bytes:
    shutil.copyfile(FOLDER / "book.css", place / "style.css")
    options = ("--standalone", "--css=style.css", "--split-level=1", "--toc-depth=2")
    _pandoc(manuscript, place, "made.epub", "epub3", options)
    return (place / "made.epub").read_bytes()


def _text(manuscript: Manuscript, place: Path, name: str) -> bytes:
    """Markdown as most programs read it; pictures are their words."""
    plain = msgspec.structs.replace(manuscript, pictures={})
    _pandoc(plain, place, "made.md", _PLAIN, ("--wrap=none", "--shift-heading-level-by=1"))
    titles = "".join(f"{line}\n\n" for line in (f"# {manuscript.title}", manuscript.subtitle) if line)
    return f"{titles}{(place / 'made.md').read_text(encoding='utf-8')}".encode()


def _pdf(manuscript: Manuscript, place: Path, name: str) -> bytes:
    """A tagged PDF. Typst refuses what PDF/UA-1 does not allow, such as a picture without alternative text."""
    contents: list[PandocNode] = [{"t": "RawBlock", "c": ["typst", _CONTENTS]}] if manuscript.contents else []
    whole = msgspec.structs.replace(manuscript, about=(*manuscript.about, *contents))
    _pandoc(whole, place, "text.typ", "typst", ())
    text = (place / "text.typ").read_text(encoding="utf-8")
    told = {name: getattr(manuscript, name) for name in ("title", "subtitle", "publisher", "running")}
    told["alternatives"] = alternatives(list(manuscript.blocks))
    style, fault = (FOLDER / "book.typ").read_text(encoding="utf-8"), ""
    for heads in _HEADS:
        (place / "made.typ").write_text("\n".join((style, heads, text)), encoding="utf-8")
        try:
            return _compiled(place / "made.typ", place, {"told": json.dumps(told)})
        except GuidanceError as error:
            fault = str(error)
    raise GuidanceError(f"{name}: Typst cannot set it ({fault})")


_SETTERS: Mapping[str, Callable[[Manuscript, Path, str], bytes]] = {
    "docx": _word,
    "epub": _epub,
    "pdf": _pdf,
    TEXT: _text,
}


# --- A Typst source of ours ---------------------------------------------------------------------------


def compile_typst(source: Path, to: Path) -> None:
    """Set `source` as a tagged PDF (it declares PDF/UA-1) at `to`, atomically.

    The same source gives the same bytes on every machine: no clock, and only the fonts that Typst brings
    along. A source may import from its own folder and the one above. Raises GuidanceError when the
    source is missing, is not valid Typst, or cannot be made accessible (an image without alternative text).
    """
    if not source.is_file():
        raise GuidanceError(f"{source}: there is no such Typst source")
    try:
        pdf = _compiled(source.absolute(), source.absolute().parent.parent, {})
    except GuidanceError as error:
        raise GuidanceError(f"{source}: {error}") from None
    write_whole(to, pdf)


def _compiled(source: Path, root: Path, told: dict[str, str]) -> bytes:
    """A Typst source as a tagged PDF; raises GuidanceError with what Typst finds wrong and what it advises."""
    import typst  # slow to load, and most builds set no file

    compiler = typst.Compiler(root=root, ignore_system_fonts=True, sys_inputs=told)
    try:
        pdf = compiler.compile(source, format="pdf", pdf_standards="ua-1", timestamp=0)
    except typst.TypstError as error:
        raise GuidanceError(" ".join(" ".join(map(str, (error.message, *error.hints))).split())) from None
    if not isinstance(pdf, bytes):
        raise GuidanceError("Typst made no PDF of it")
    return pdf
