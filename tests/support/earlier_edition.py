"""Makes, from an official file at hand, a shorter text that an earlier edition could have had: for comparing on a
whole site. It is made while the tests run, and nothing of it is kept."""

from html import escape
from pathlib import Path

from guidance.document.model import Document, Provision
from guidance.document.walk import plain_text
from guidance.read import read_document

_PARAGRAPHS = 60  # enough for two chapters and their duties, and quickly built


def write_earlier(source: Path, place: Path) -> None:
    """An HTML page at `place` with the first paragraphs of `source`: some left out, some reworded."""
    document = read_document(source)
    kept = list(_kept(document))
    lines = [line for at, one in enumerate(kept) for line in _line(one, at)]
    body = "\n".join(lines)
    head = '<!DOCTYPE html><html lang="en"><head><title>Earlier</title></head><body><main><h1>Earlier</h1>'
    place.write_text(f"{head}\n{body}\n</main></body></html>", encoding="utf-8")


def _kept(document: Document) -> list[Provision]:
    numbered = [one for one in document.provisions if one.kind == "paragraph"][:_PARAGRAPHS]
    around = {anchor for one in numbered for anchor in one.parents}
    return [one for one in document.provisions if one in numbered or one.anchor in around]


def _line(one: Provision, at: int) -> list[str]:
    if one.heading:
        level = min(one.level or 1, 4) + 1
        return [f"<h{level}>{escape(one.heading.plain)}</h{level}>"]
    if at % 7 == 6:
        return []
    words = plain_text(one).split()
    if at % 5 == 4:
        words[len(words) // 2 :] = ["and", "so", "it", "was", "then."]
    return [f"<p>{one.number}. {escape(' '.join(words))}</p>"]
