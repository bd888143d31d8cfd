"""What Word shows and pandoc does not tell: outline numbers, outline levels, fields, text boxes, hidden words.

The files are made here, with no more in them than such a file needs.
"""

import zipfile
from pathlib import Path

import pytest

from document_marks import balance, items
from guidance.document.model import Document
from guidance.document.walk import plain_text
from guidance.read import read_document

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TYPES = f"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="{KIND}"/></Types>"""
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def related(**targets: str) -> str:
    every = "".join(f'<Relationship Id="{k}" Type="{RELATED}/{k}" Target="{t}"/>' for k, t in targets.items())
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{every}</Relationships>'


STYLES = """<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:pPr><w:numPr>
<w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Rule"><w:name w:val="Rule"/><w:pPr><w:numPr><w:ilvl w:val="1"/>
<w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Strict"><w:name w:val="Strict"/><w:basedOn w:val="Rule"/></w:style>
<w:style w:type="paragraph" w:styleId="Named"><w:name w:val="Yard title"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr>
</w:style>
<w:style w:type="character" w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>"""


def level(at: int, form: str, kind: str = "decimal", more: str = "") -> str:
    said = f'<w:start w:val="1"/><w:numFmt w:val="{kind}"/>{more}<w:lvlText w:val="{form}"/>'
    return f'<w:lvl w:ilvl="{at}">{said}</w:lvl>'


OUTLINE = level(0, "%1") + level(1, "%1.%2") + level(2, "(%3)", "lowerLetter") + level(3, "(%4)", "lowerRoman")


def run(words: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def para(words: str, at: int | None = None, style: str = "", number: int = 1) -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    place = f'<w:ilvl w:val="{at}"/><w:numId w:val="{number}"/>' if at is not None else ""
    numbered = f"<w:numPr>{place}</w:numPr>" if place else ""
    return f"<w:p><w:pPr>{named}{numbered}</w:pPr>{words if words.startswith('<') else run(words)}</w:p>"


def word_file(folder: Path, body: str, levels: str = OUTLINE, nums: str = "") -> Document:
    numbering = (
        f'<w:abstractNum w:abstractNumId="7"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>{nums}'
    )
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": related(officeDocument="word/document.xml"),
        "word/_rels/document.xml.rels": related(styles="styles.xml", numbering="numbering.xml"),
        "word/document.xml": f"<w:document {NAMES}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {NAMES}>{STYLES}</w:styles>",
        "word/numbering.xml": f"<w:numbering {NAMES}>{numbering}</w:numbering>",
    }
    file = folder / "yard.docx"
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return read_document(file)


def found(document: Document) -> list[str]:
    """Headings and numbered paragraphs with their list entries' markers, in order."""
    lines = []
    for p in document.provisions:
        lines.append(p.heading.plain if p.heading else p.number or plain_text(p))
        lines += [item.marker for _, item in items(p.blocks)]
    return lines


def chapters(*rules: int) -> str:
    body = ""
    for at, many in enumerate(rules):
        body += para(f"Chapter of the yard {'abc'[at]}", style="Heading1")
        body += para(f"Members keep the rules {'abc'[at]}.", style="Rule") * many
    return body


def test_outline_numbers_are_those_that_word_prints(tmp_path: Path) -> None:
    letters = para("in the rain, or", 2) + para("in the wind.", 2)
    document = word_file(tmp_path, chapters(2) + letters + para("More.", 1) + chapters(0, 2))
    assert found(document) == [
        *("1 Chapter of the yard a", "1.1", "1.2", "(a)", "(b)", "1.3"),
        *("2 Chapter of the yard a", "3 Chapter of the yard b", "3.1", "3.2"),
    ]
    assert balance(document) == 0
    assert not document.findings


def test_a_style_counts_as_the_one_it_is_based_on(tmp_path: Path) -> None:
    rules = para("Members shut the gate.", style="Strict") * 3
    assert found(word_file(tmp_path, para("Gates", style="Heading1") + rules))[1:] == ["1.1", "1.2", "1.3"]


def test_an_override_starts_again_and_legal_figures_are_figures(tmp_path: Path) -> None:
    levels = level(0, "Part %1", "upperRoman") + level(1, "%1.%2", more="<w:isLgl/>")
    nums = (
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="1"><w:startOverride w:val="7"/>'
        "</w:lvlOverride></w:num>"
    )
    body = para("Gates", style="Heading1") + para("Shut.", 1) * 3 + para("Shut.", 1, number=2) * 2
    assert found(word_file(tmp_path, body, levels, nums)) == ["Part I Gates", "1.1", "1.2", "1.3", "1.7", "1.8"]


def test_a_plain_list_stays_one(tmp_path: Path) -> None:
    body = para("Gates") + "".join(para(f"Rope {name}.", 0) for name in "abcd")
    document = word_file(tmp_path, body, level(0, "%1."))
    assert [p.kind for p in document.provisions] == ["text"]
    assert found(document)[1:] == ["1.", "2.", "3.", "4."]


@pytest.mark.parametrize("mark", ["<w:strike/>", "<w:dstrike/>", "<w:vanish/>", '<w:rStyle w:val="Secret"/>'])
def test_words_that_nobody_is_to_read_are_left_out(mark: str, tmp_path: Path) -> None:
    document = word_file(tmp_path, para(run("Guests must ") + run("never ", mark) + run("sign the book.")))
    assert [plain_text(p) for p in document.provisions] == ["Guests must sign the book."]
    reason = "struck out" if "strike" in mark else "hidden words"
    assert ("never", reason) in [(d.text.strip(), d.reason) for d in document.dropped]
    assert balance(document) == 0
    assert not document.findings


def test_a_mark_that_is_switched_off_hides_nothing(tmp_path: Path) -> None:
    document = word_file(tmp_path, para(run("Shut the gate.", '<w:vanish w:val="0"/><w:strike w:val="false"/>')))
    assert [plain_text(p) for p in document.provisions] == ["Shut the gate."]


def test_words_in_a_text_box_are_read_once(tmp_path: Path) -> None:
    box = f"<v:shape><v:textbox><w:txbxContent>{para('Carry water.')}</w:txbxContent></v:textbox></v:shape>"
    twice = f"<mc:AlternateContent><mc:Choice Requires='v'><w:pict>{box}</w:pict></mc:Choice>"
    twice += f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    body = para("Before.") + para(f"<w:r>{twice}</w:r>") + para("Behind.")
    document = word_file(tmp_path, body)
    assert [plain_text(p) for p in document.provisions] == ["Before.", "Carry water.", "Behind."]
    assert not document.findings


def cells(*words: str) -> str:
    return f"<w:tr>{''.join(f'<w:tc>{word}</w:tc>' for word in words)}</w:tr>"


def test_numbers_that_word_counts_in_cells_of_their_own_are_those_of_paragraphs(tmp_path: Path) -> None:
    rows = "".join(cells(para("<w:r/>", 0), para(f"Members keep rule {name}.")) for name in "abc")
    document = word_file(tmp_path, f"<w:tbl><w:tblPr/>{rows}</w:tbl>", level(0, "%1."))
    assert found(document) == ["1", "2", "3"]
    assert balance(document) == 0


def test_levels_that_only_a_style_tells_are_nested(tmp_path: Path) -> None:
    levels = level(0, "%1.") + level(1, "(%2)", "lowerLetter")
    rule = para("Members shut the gate.", 0)
    body = para("Gates", style="Title") + rule * 2 + para("in the rain", style="Rule") * 2 + rule * 2
    document = word_file(tmp_path, body, levels)
    assert found(document)[1:] == ["1", "2", "(a)", "(b)", "3", "4"]


def test_what_a_simple_field_shows_is_read(tmp_path: Path) -> None:
    field = f'<w:fldSimple w:instr=" SEQ Table "><w:fldData/>{run("2")}</w:fldSimple>'
    document = word_file(tmp_path, para(run("Table ") + field + run(": Lamps")))
    assert [plain_text(p) for p in document.provisions] == ["Table 2: Lamps"]


@pytest.mark.parametrize("own", [True, False], ids=["of its own", "of its style"])
def test_an_outline_level_makes_a_heading(own: bool, tmp_path: Path) -> None:
    outlined = para("Gates", style="" if own else "Named")
    if own:
        outlined = outlined.replace("<w:pPr>", '<w:pPr><w:outlineLvl w:val="0"/>')
    document = word_file(tmp_path, outlined + para("Members shut the gate."))
    assert [(p.level, p.heading.plain) for p in document.provisions if p.heading] == [(1, "Gates")]


def test_the_prompt_of_an_empty_field_is_left_out(tmp_path: Path) -> None:
    held = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('Click here')}</w:sdtContent></w:sdt>"
    document = word_file(tmp_path, para(run("Name: ") + held))
    assert [plain_text(p) for p in document.provisions] == ["Name:"]
    assert ("Click here", "prompt of an empty field") in [(d.text, d.reason) for d in document.dropped]
    assert balance(document) == 0
