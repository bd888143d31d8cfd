"""Applies reviewed corrections to a document: mends of the source's own faults, each with its reason.

A correction names an anchor and the fingerprint of the provision as the source has it; one that no longer
applies is an error, never skipped.
"""

from msgspec.structs import replace

from guidance.document.anchors import provision_fingerprint
from guidance.document.model import (
    Correction,
    Document,
    Dropped,
    GuidanceError,
    Link,
    Mark,
    NoteMark,
    Provision,
    Style,
    Text,
)
from guidance.document.walk import map_texts
from guidance.document.walk import provision_texts as texts_of


def correct(document: Document, corrections: tuple[Correction, ...]) -> Document:
    """The document with corrections applied in order, and listed in it.

    What is taken out stands in `dropped`; what a correction puts in is not the source's and is not counted.
    Raises GuidanceError where an anchor, a fingerprint or the words to find do not fit.
    """
    for correction in corrections:
        document = _apply(document, correction)
    return replace(document, corrections=(*document.corrections, *corrections))


def _apply(document: Document, correction: Correction) -> Document:
    where = f"{document.source.name}: the correction at {correction.anchor}"
    found = [p for p in document.everything if p.anchor == correction.anchor]
    if not found:
        raise GuidanceError(f"{where} no longer applies: nothing stands there; review corrections.toml")
    provision = found[0]
    times = sum(text.plain.count(correction.find) for text in texts_of(provision)) if correction.find else 0
    if times != 1:
        raise GuidanceError(
            f"{where} no longer applies: “{correction.find}” stands there {times} times, not once; review"
            " corrections.toml"
        )
    now = provision_fingerprint(provision)
    if now != correction.fingerprint:
        raise GuidanceError(f"{where} no longer applies: its fingerprint is {now} now; review corrections.toml")
    mended = map_texts(provision, lambda text: _mend(text, correction))
    taken = Dropped(correction.find, f"corrected: {correction.reason}", provision.page)

    def swap(provisions: tuple[Provision, ...]) -> tuple[Provision, ...]:
        return tuple(mended if p is provision else p for p in provisions)

    return replace(
        document,
        provisions=swap(document.provisions),
        notes=swap(document.notes),
        dropped=(*document.dropped, taken),
        characters_source=document.characters_source + len("".join(correction.replace.split())),
    )


def _mend(text: Text, correction: Correction) -> Text:
    start = text.plain.find(correction.find)
    if start < 0:
        return text
    end = start + len(correction.find)
    grown = len(correction.replace) - len(correction.find)

    def moved(at: int) -> int:
        return at if at <= start else at + grown if at >= end else start

    marks: list[Mark] = []
    for mark in text.marks:
        if isinstance(mark, NoteMark):
            marks.append(NoteMark(moved(mark.at), mark.note, mark.label))
            continue
        first, last = moved(mark.start), moved(mark.end)
        if first < last:
            kept = Style(first, last, mark.kind) if isinstance(mark, Style) else Link(first, last, mark.address)
            marks.append(kept)
    return Text(text.plain[:start] + correction.replace + text.plain[end:], tuple(marks))
