"""What is run in a peer's own environment: `python drivers.py WHAT FILE... OUT`; nothing of ours is imported here.

Each takes what the peer is given and writes what the peer makes of it, as its documentation says to do it.
"""

import difflib
import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from itertools import accumulate
from pathlib import Path
from typing import Any


def _load(name: str) -> Any:
    return import_module(name)


def pdf_oxide(source: str) -> str:
    """Markdown by pdf_oxide."""
    return str(_load("pdf_oxide").PdfDocument(source).to_markdown_all())


def markitdown(source: str) -> str:
    """Markdown by markitdown."""
    return str(_load("markitdown").MarkItDown().convert(source).text_content)


def pdfplumber(source: str) -> str:
    """Text by pdfplumber."""
    with _load("pdfplumber").open(source) as pdf:
        return "\n\n".join(page.extract_text() or "" for page in pdf.pages)


def pypdf(source: str) -> str:
    """Text by pypdf."""
    return "\n\n".join(page.extract_text() for page in _load("pypdf").PdfReader(source).pages)


def opendataloader_pdf(source: str) -> str:
    """Markdown by opendataloader-pdf, with the file's tags."""
    out = Path(source + ".odl")
    _load("opendataloader_pdf").convert(
        source, output_dir=str(out), format="markdown", quiet=True, use_struct_tree=True, image_output="off"
    )
    return "\n\n".join(path.read_text(encoding="utf-8") for path in sorted(out.rglob("*.md")))


def pymupdf4llm(source: str) -> str:
    """Markdown by PyMuPDF for LLM."""
    return str(_load("pymupdf4llm").to_markdown(source))


def pdfium(source: str) -> str:
    """Plain text by pdfium."""
    pdf = _load("pypdfium2").PdfDocument(source)
    return "\f".join(page.get_textpage().get_text_range() for page in pdf)


CONVERT: dict[str, Callable[[str], str]] = {
    "pdf_oxide": pdf_oxide,
    "markitdown": markitdown,
    "pdfplumber": pdfplumber,
    "pypdf": pypdf,
    "opendataloader-pdf": opendataloader_pdf,
    "PyMuPDF4LLM": pymupdf4llm,
    "pdfium (floor)": pdfium,
}

Texts = list[tuple[str, str]]  # a paragraph's number and its words
Pairs = list[tuple[str, str]]


def by_difflib(old: Texts, new: Texts) -> Pairs:
    """Paragraphs as a sequence; within what was replaced, each with the likest."""
    matcher = difflib.SequenceMatcher(None, [t for _, t in old], [t for _, t in new], autojunk=False)
    pairs: Pairs = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pairs += [(old[a + at][0], new[c + at][0]) for at in range(b - a)]
        elif kind == "replace":
            for number, text in old[a:b]:
                likest = max(
                    range(c, d), key=lambda at: difflib.SequenceMatcher(None, text, new[at][1], False).ratio()
                )
                if difflib.SequenceMatcher(None, text, new[likest][1], False).ratio() > 0.5:
                    pairs.append((number, new[likest][0]))
    return pairs


def by_xmldiff(old: Texts, new: Texts) -> Pairs:
    """The nodes that xmldiff's own matching pairs."""
    etree, main = _load("lxml.etree"), _load("xmldiff.diff")

    def tree(texts: Texts) -> Any:
        root = etree.Element("text")
        for number, words in texts:
            etree.SubElement(root, "p", number=number).text = words
        return root

    differ = main.Differ(F=0.5)
    found = differ.match(tree(old), tree(new))
    return [(a.get("number"), b.get("number")) for a, b, *_ in found if a.tag == "p" and b.tag == "p"]


def by_words(old: Texts, new: Texts, blocks: Callable[[str, str], list[tuple[int, int, int]]]) -> Pairs:
    """Paragraphs that share more than half of the smaller one's characters in a difference of the whole text."""
    spans: list[list[tuple[int, int, str]]] = []
    wholes = []
    for texts in (old, new):
        at, found, parts = 0, [], []
        for number, words in texts:
            found.append((at, at + len(words), number))
            parts.append(words)
            at += len(words) + 1
        spans.append(found)
        wholes.append("\n".join(parts))
    owner = [{p: n for a, b, n in found for p in range(a, b)} for found in spans]
    length = [{n: b - a for a, b, n in found} for found in spans]
    shared: dict[tuple[str, str], int] = {}
    for a, b, size in blocks(*wholes):
        for at in range(size):
            pair = (owner[0].get(a + at), owner[1].get(b + at))
            if pair[0] and pair[1]:
                shared[pair[0], pair[1]] = shared.get((pair[0], pair[1]), 0) + 1
    return [(a, b) for (a, b), n in shared.items() if n > 0.5 * min(length[0][a], length[1][b])]


def _redlines_blocks(old: str, new: str) -> list[tuple[int, int, int]]:
    found = _load("redlines").Redlines(old, new)._diff_operations
    tokens = [found[0].source_chunk.text, found[0].test_chunk.text]
    starts = [[0, *accumulate(map(len, words))] for words in tokens]
    return [
        (starts[0][a], starts[1][c], starts[0][b] - starts[0][a])
        for kind, a, b, c, _ in (operation.opcodes for operation in found)
        if kind == "equal"
    ]


def _patch_blocks(old: str, new: str) -> list[tuple[int, int, int]]:
    a = b = 0
    found = []
    for kind, size in _load("fast_diff_match_patch").diff(old, new, cleanup="Semantic", counts_only=True):
        if kind == "=":
            found.append((a, b, size))
        a += size if kind in "=-" else 0
        b += size if kind in "=+" else 0
    return found


COMPARE: dict[str, Callable[[Texts, Texts], Pairs]] = {
    "difflib": by_difflib,
    "xmldiff": by_xmldiff,
    "redlines": lambda old, new: by_words(old, new, _redlines_blocks),
    "fast-diff-match-patch": lambda old, new: by_words(old, new, _patch_blocks),
}


def main() -> None:
    """Convert: WHAT FILE OUT. Compare: WHAT OLD.json NEW.json OUT (pairs, and the seconds without start-up)."""
    what, *files, out = sys.argv[1:]
    if what in CONVERT:
        Path(out).write_text(CONVERT[what](files[0]), encoding="utf-8")
        return
    old, new = ([tuple(row) for row in json.loads(Path(f).read_text(encoding="utf-8"))] for f in files)
    begin = time.perf_counter()
    pairs = COMPARE[what](old, new)
    Path(out).write_text(json.dumps({"pairs": pairs, "seconds": time.perf_counter() - begin}), encoding="utf-8")


if __name__ == "__main__":
    main()
