"""Documents, the register and comparisons as files for programs: provisions.json, edition.json, changes.json and
changes.csv, stable from the first release.

What stands in them is told from what is given alone; no page, no network, no clock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

from guidance.document.change_model import Change, Comparison
from guidance.document.model import Document, Kind, Link, Provision, Reference, Unresolved
from guidance.document.register import Edition, Publication
from guidance.document.walk import dropped_characters, note_marks, placed_characters, plain_text, provision_texts
from guidance.site.changes_view import ChangeEntry, ComparedPlace, side_words
from guidance.site.pages import csv_table
from guidance.site.redline_text import say_changes


class ProvisionRecord(Struct, frozen=True):
    """One object of provisions.json."""

    anchor: str
    number: str | None
    kind: Kind
    heading: str | None
    text: str
    page: int | None
    url: str
    parents: tuple[str, ...]
    footnotes: tuple[str, ...]
    level: int | None


class ConversionFigures(Struct, frozen=True):
    """What a conversion amounts to. Characters are those that are not white space."""

    characters_source: int
    characters_placed: int
    characters_dropped: int
    footnotes: int
    footnote_refs: int
    links: int
    kinds: dict[str, int]


def records(document: Document, urls: Mapping[str, str], place: str) -> tuple[ProvisionRecord, ...]:
    """A document's provisions in reading order, each note after the provision that first refers to it.

    `urls` says where an anchor stands from the edition's root, `place` is that root ("2023").
    """
    notes = {note.anchor: note for note in document.notes}
    ordered: list[Provision] = []
    waiting = dict(notes)
    for provision in document.provisions:
        queue = [provision]
        for current in queue:  # which grows by the notes of notes
            queue += [waiting.pop(mark.note) for mark in note_marks(current) if mark.note in waiting]
        ordered += queue
    ordered += waiting.values()
    root = f"{place}/" if place else ""
    return tuple(_record(p, notes, f"{root}{urls.get(p.anchor, f'#{p.anchor}')}") for p in ordered)


def _record(provision: Provision, notes: Mapping[str, Provision], url: str) -> ProvisionRecord:
    labels = {
        mark.note: notes[mark.note].number or mark.label for mark in note_marks(provision) if mark.note in notes
    }
    return ProvisionRecord(
        anchor=provision.anchor,
        number=provision.number,
        kind=provision.kind,
        heading=provision.heading.plain if provision.heading else None,
        text=plain_text(provision),
        page=provision.page,
        url=url,
        parents=provision.parents,
        footnotes=tuple(labels.values()),
        level=provision.level,
    )


# --- Counting ------------------------------------------------------------------------------------


def figures(document: Document) -> ConversionFigures:
    """The conversion's figures."""
    everything = document.everything
    texts = [text for provision in everything for text in provision_texts(provision)]
    return ConversionFigures(
        characters_source=document.characters_source,
        characters_placed=placed_characters(document),
        characters_dropped=dropped_characters(document),
        footnotes=len(document.notes),
        footnote_refs=sum(1 for provision in everything for _ in note_marks(provision)),
        links=sum(1 for text in texts for mark in text.marks if isinstance(mark, Link)),
        kinds=dict(sorted(Counter(provision.kind for provision in everything).items())),
    )


# --- Edition -------------------------------------------------------------------------------------


def edition_facts(publication: Publication, edition: Edition) -> dict[str, object]:
    """What the register says of an edition, and its status today."""
    facts: dict[str, object] = msgspec.to_builtins(edition)
    standing = publication.standing(edition)
    return facts | {
        "publication": publication.title,
        "publisher": publication.publisher,
        "licence": publication.licence,
        "specimen": publication.specimen,
        "status": standing.state,
        "superseded_by": standing.successor,
        "current": publication.in_force.id,
    }


def edition_record(
    facts: Mapping[str, object],
    document: Document | None,
    references: Iterable[Reference | Unresolved] = (),
) -> dict[str, object]:
    """The whole of edition.json: register facts, and the figures of the conversion and of the citations found in
    the text, where text is loaded."""
    record: dict[str, object] = {**facts, "text": document is not None}
    if document is None:
        return record
    revisions = facts.get("revisions")
    known = revisions if isinstance(revisions, list | tuple) else ()
    record["revision"] = next((r["id"] for r in known if r["sha256"] == document.source.sha256), None)
    record |= msgspec.to_builtins(figures(document))
    for name in ("source", "agreement", "structure", "dropped", "findings", "corrections"):
        record[name] = msgspec.to_builtins(getattr(document, name))
    record["headings"] = [
        {"anchor": p.anchor, "level": p.level, "evidence": p.evidence} for p in document.provisions if p.heading
    ]
    cited = tuple(references)
    open_ = [one for one in cited if isinstance(one, Unresolved)]
    record["citations"] = {
        "found": len(cited),
        "resolved": len(cited) - len(open_),
        "unresolved": [{"anchor": one.at.anchor, "words": one.words, "reason": one.reason} for one in open_],
    }
    return record


def encode(value: object) -> bytes:
    """JSON for people and programs: a stable order, one space of indent, a line feed at the end."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=1) + b"\n"


# --- Changes -----------------------------------------------------------------------------------------

CHANGE_COLUMNS = (
    "change", "level", "old place", "old page", "old anchors", "new place", "new page", "new anchors", "similarity",
    "duties and figures", "terms replaced", "old words", "new words",
)  # fmt: skip


def _change_record(change: Change) -> dict[str, object]:
    record: dict[str, object] = msgspec.to_builtins(change)
    del record["pieces"]
    return {**record, "similarity": round(change.similarity, 4)}


def changes_json(comparison: Comparison) -> bytes:
    """changes.json: the changes, one a line, and beside them what is told once of many."""

    def written(value: object) -> str:
        return msgspec.json.encode(value, order="sorted").decode()

    lines = ",\n".join(written(_change_record(change)) for change in comparison.changes)
    terms, chapters = written(comparison.terms), written(comparison.moved_chapters)
    return f'{{"terms": {terms},\n"moved_chapters": {chapters},\n"changes": [\n{lines}\n]}}\n'.encode()


def changes_csv(found: Iterable[ChangeEntry], texts: tuple[Document, Document]) -> bytes:
    """All changes but what is unchanged, as CSV, with the words of both `texts`, the older first; no cell can be
    taken for a formula."""
    sides = tuple(text.by_anchor() for text in texts)
    rows = []
    for entry in found:
        change, places = entry.change, (entry.old, entry.new)
        if change.kind != "unchanged" or change.level != "none":
            row = (change.kind, change.level, *_cells(entry.old), *_cells(entry.new), f"{change.similarity:.2f}")
            told = ("; ".join(say_changes(change)), "; ".join(change.terms))
            rows.append((*row, *told, *map(side_words, places, sides)))
    return csv_table(CHANGE_COLUMNS, rows)


def _cells(places: tuple[ComparedPlace, ...]) -> tuple[str, str, str]:
    return (
        "; ".join(place.name for place in places),
        str(places[0].page) if places and places[0].page else "",
        " ".join(place.anchor for place in places),
    )
