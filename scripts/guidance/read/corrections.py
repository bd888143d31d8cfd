"""Applies corrections to a document: mends of the source's own faults, each with its reason. A person reviewed
some; others are made wherever they are needed: links through redirectors, and characters that do not show.

A reviewed correction names an anchor and the fingerprint of the provision as the source has it; one that no longer
applies is an error, never skipped.
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from guidance.document.addresses import PRINTED, mended
from guidance.document.anchors import provision_fingerprint
from guidance.document.model import (
    Correction,
    Document,
    Dropped,
    Finding,
    GuidanceError,
    Link,
    Mark,
    NoteMark,
    Provision,
    Text,
)
from guidance.document.walk import map_texts
from guidance.document.walk import provision_texts as texts_of

# Zero-width characters, and those that turn the direction of text: what is read aloud or copied is then not what is
# seen. A soft hyphen is none of them: it says where a line may break.
_UNSHOWN = re.compile(
    "[\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_UNSHOWN_WHY = "characters that do not show (zero-width, or turning the direction of text)"
_REDIRECTED = "it went through a redirector, whose address may name a person; it leads straight on now"
_TRACKED = "the address told from where a reader comes; the link leads to the same page without that"
_NOWHERE = "browsers do not agree where the address leads, or it shows another one; its words stand without a link"


def clean(document: Document) -> Document:
    """The document without what a source should not make us publish: its links unwrapped, and listed among its
    corrections without the address that they had; characters that do not show left out, counted, and told."""
    cleaning = _Cleaning()
    provisions = tuple(cleaning.provision(p) for p in document.provisions)
    notes = tuple(cleaning.provision(p) for p in document.notes)
    return replace(
        document,
        title=_UNSHOWN.sub("", document.title),
        provisions=provisions,
        notes=notes,
        dropped=(*document.dropped, *cleaning.dropped),
        findings=(*document.findings, *cleaning.findings()),
        corrections=(*document.corrections, *cleaning.corrections),
        characters_source=document.characters_source + cleaning.added,
    )


class _Cleaning:
    """What was cleaned of a document so far."""

    def __init__(self) -> None:
        self.corrections: list[Correction] = []
        self.dropped: list[Dropped] = []
        self.added = 0  # characters that were put in
        self._provision: Provision  # the one that is cleaned now, and what was found in it
        self._found: list[tuple[str, str, str]] = []

    def provision(self, provision: Provision) -> Provision:
        """A provision cleaned."""
        if not any(_needs_cleaning(text) for text in (Text(provision.marker), *texts_of(provision))):
            return provision
        self._provision, self._found = provision, []
        made = map_texts(provision, self._text)
        made = replace(made, marker=self._shown(Text(made.marker)).plain)
        mark = provision_fingerprint(made)
        self.corrections += [Correction(provision.anchor, mark, *entry) for entry in self._found]
        return made

    def _text(self, text: Text) -> Text:
        text = self._shown(text)
        marks = tuple(mark for one in text.marks if (mark := self._link(one, text.plain)))
        return self._printed(replace(text, marks=marks))

    def _shown(self, text: Text) -> Text:
        """A text without the characters that do not show."""
        unshown = "".join(_UNSHOWN.findall(text.plain))
        if unshown:
            self.dropped.append(Dropped(unshown, _UNSHOWN_WHY, self._provision.page))
        while held := _UNSHOWN.search(text.plain):
            text = _put(text, held.start(), held.end(), "")
        return text

    def _link(self, mark: Mark, plain: str) -> Mark | None:
        """A mark whose link leads where it should; None for one that leads nowhere."""
        if not isinstance(mark, Link) or (target := mended(mark.address)) == mark.address:
            return mark
        words = plain[mark.start : mark.end]
        said = words if PRINTED.search(words) is None else "an address"
        if target is None:
            self._found.append((f"the link at “{said}”", "no link", _NOWHERE))
            return None
        why = _TRACKED if target.partition("?")[0] == mark.address.partition("?")[0] else _REDIRECTED
        self._found.append((f"the link at “{said}”", target, why))
        return replace(mark, address=target)

    def _printed(self, text: Text) -> Text:
        """A text that prints where a redirector leads, and not the redirector."""
        for held in reversed(list(PRINTED.finditer(text.plain))):
            address = held.group().rstrip(".,;:)")
            target = mended(address)
            if target == address:
                continue
            told = target or "[address left out]"
            self._found.append(("a redirector's address among the words", told, _REDIRECTED))
            self.dropped.append(Dropped("·" * len(address), "an address that names a person", self._provision.page))
            self.added += len("".join(told.split()))
            text = _put(text, held.start(), held.start() + len(address), told)
        return text

    def findings(self) -> Iterator[Finding]:
        """What a reader must know of it."""
        count = sum(len(entry.text) for entry in self.dropped if entry.reason == _UNSHOWN_WHY)
        if count:
            pages = sorted({d.page for d in self.dropped if d.reason == _UNSHOWN_WHY and d.page})
            yield Finding("unshown", f"{count} {_UNSHOWN_WHY} were left out", pages[0] if pages else None)


def _needs_cleaning(text: Text) -> bool:
    links = (mark.address for mark in text.marks if isinstance(mark, Link))
    return bool(
        _UNSHOWN.search(text.plain) or PRINTED.search(text.plain) or any(mended(one) != one for one in links)
    )


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
    return text if start < 0 else _put(text, start, start + len(correction.find), correction.replace)


def _put(text: Text, start: int, end: int, words: str) -> Text:
    """A text with other words from `start` to `end`, and its marks where they belong then."""
    grown = len(words) - (end - start)

    def moved(at: int) -> int:
        return at if at <= start else at + grown if at >= end else start

    marks: list[Mark] = []
    for mark in text.marks:
        if isinstance(mark, NoteMark):
            marks.append(NoteMark(moved(mark.at), mark.note, mark.label))
            continue
        first, last = moved(mark.start), moved(mark.end)
        if first < last:
            marks.append(replace(mark, start=first, end=last))
    return Text(text.plain[:start] + words + text.plain[end:], tuple(marks))
