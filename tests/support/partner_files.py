"""Word and PDF files of our own for the audit's tests, made from plain lines; `{words|address}` is a link."""

import io
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from guidance.site.typesetting import compile_typst

_LINK = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_LINK_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def docx(lines: list[str], notes: list[str] | None = None) -> bytes:
    """A Word file with a paragraph for each line, and footnotes."""
    targets: list[str] = []

    def run(words: str) -> str:
        return f'<w:r><w:t xml:space="preserve">{escape(words)}</w:t></w:r>' if words else ""

    def paragraph(line: str) -> str:
        made, at = "", 0
        for match in _LINK.finditer(line):
            targets.append(match[2])
            made += run(line[at : match.start()])
            made += f'<w:hyperlink r:id="rId{len(targets)}">{run(match[1])}</w:hyperlink>'
            at = match.end()
        return f"<w:p>{made}{run(line[at:])}</w:p>"

    body = "".join(map(paragraph, lines))
    related = "".join(
        f'<Relationship Id="rId{at}" Type="{_LINK_TYPE}" Target={quoteattr(target)} TargetMode="External"/>'
        for at, target in enumerate(targets, 1)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {_W} {_R}><w:body>{body}</w:body></w:document>")
        archive.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>',
        )
        if notes:
            held = "".join(
                f'<w:footnote w:id="{at}">{paragraph(note)}</w:footnote>' for at, note in enumerate(notes)
            )
            archive.writestr("word/footnotes.xml", f"<w:footnotes {_W} {_R}>{held}</w:footnotes>")
    return out.getvalue()


def pdf(lines: list[str], to: Path) -> Path:
    """A PDF file with a paragraph for each line; a line of `---` begins a page."""
    source = to.with_suffix(".typ")
    made = ['#set document(title: "Made up")']
    for line in lines:
        parts = _LINK.split(line)
        words = "".join(
            f'#link("{parts[at + 1]}")[{_typst(part)}]' if at % 3 == 1 else _typst(part)
            for at, part in enumerate(parts)
            if at % 3 != 2
        )
        made.append("#pagebreak()" if line == "---" else words)
    source.write_text("\n\n".join(made), encoding="utf-8")
    compile_typst(source, to)
    source.unlink()
    return to


def _typst(words: str) -> str:
    return re.sub(r"([#$*_`<>@\\\[\]~])", r"\\\1", words)
