"""The page *How this edition was converted*: what was placed, what was left out and why, what was mended.

Figures of one document only; nothing is counted here that the reader of the file did not see.
"""

import re
from collections import Counter
from collections.abc import Iterable

from guidance.document.model import Document, Reference, Unresolved
from guidance.document.register import Edition, source_address
from guidance.document.walk import dropped_characters, placed_characters
from guidance.site.inline import escape_markdown
from guidance.site.pages import Page, front_matter, join_parts, render_table

_LONG = re.compile(r"\S{24,}")  # characters that no line on a phone has room for


def render_conversion(document: Document, references: Iterable[Reference | Unresolved], edition: Edition) -> Page:
    """The page *How this edition was converted*: figures, what was dropped and why, findings, corrections."""
    title = "How this edition was converted"
    references = tuple(references)
    printed = [
        f"# {title} {{: #conversion }}",
        _source(document),
        "## Figures {: #figures }\n\n" + render_table(("What", "How many"), _figures(document, references)),
        _dropped(document),
        _findings(document),
        _structure(document),
        _unresolved(references),
        _corrections(document),
    ]
    facts: dict[str, object] = {"title": title, "kind": "conversion"}
    address = source_address(edition, sha256=document.source.sha256)
    if address:
        facts["source_address"] = address
    return Page("conversion.md", title, front_matter(facts) + join_parts(printed), ("conversion",))


def _source(document: Document) -> str:
    source = document.source
    pages = f", {source.pages} pages" if source.pages else ""
    return (
        f"Read from `{re.sub(r'[^A-Za-z0-9._-]', '-', source.name)}` ({escape_markdown(source.media_type)}, "
        f"{source.size:,} bytes{pages}), SHA-256 `{re.sub(r'[^0-9a-f]', '', source.sha256)}`."
    )


def _figures(document: Document, references: tuple[Reference | Unresolved, ...]) -> list[tuple[str, str]]:
    kinds = Counter(p.kind for p in document.provisions)
    resolved = Counter(r.kind for r in references if isinstance(r, Reference))
    rows = [
        ("Characters in the source, without spaces", f"{document.characters_source:,}"),
        ("Characters placed in this text", f"{placed_characters(document):,}"),
        ("Characters left out, without spaces (see below)", f"{dropped_characters(document):,}"),
    ]
    if document.agreement:
        second = document.agreement
        rows += [
            (f"Words that a second reader finds ({escape_markdown(second.engine)})", f"{second.words:,}"),
            ("Share of its words that this text has", f"{second.recall:.3%}"),
            ("Share of this text's words that it has", f"{second.precision:.3%}"),
        ]
    rows += [(f"Provisions of the kind “{kind}”", f"{many:,}") for kind, many in sorted(kinds.items())]
    evidence = Counter(", ".join(p.evidence) for p in document.provisions if p.heading)
    rows += [(f"Headings known by {known or 'nothing'}", f"{many:,}") for known, many in sorted(evidence.items())]
    rows.append(("Footnotes", f"{len(document.notes):,}"))
    rows += [(f"Citations linked: {kind}", f"{many:,}") for kind, many in sorted(resolved.items())]
    rows.append(("Citations that could not be resolved", f"{sum(isinstance(r, Unresolved) for r in references):,}"))
    return rows


def _dropped(document: Document) -> str:
    if not document.dropped:
        return ""
    times = Counter(d.reason for d in document.dropped)
    length = Counter[str]()
    for entry in document.dropped:
        length[entry.reason] += len("".join(entry.text.split()))
    rows = [(escape_markdown(why), f"{times[why]:,}", f"{length[why]:,}") for why in sorted(times)]
    return "## What was left out, and why {: #left-out }\n\n" + render_table(
        ("Reason", "Times", "Characters"), rows
    )


def _findings(document: Document) -> str:
    rows = [
        (escape_markdown(f.kind), _breakable(escape_markdown(f.message)), str(f.page) if f.page else "")
        for f in document.findings
    ]
    head = "## What a reader must know {: #findings }\n\n"
    return head + (render_table(("Kind", "Finding", "Page"), rows) if rows else "Nothing was found amiss.")


_JUDGED = {  # what each check of the structure asks
    "placed": "Every character stands somewhere in the text",
    "pages": "Printed page numbers count on",
    "order": "Lines are read in the order in which the file draws them",
    "sentences": "No text breaks off in mid-sentence",
    "numbers": "Numbers at the start of lines are those of provisions",
    "notes": "Each mark has its note, and each note its mark",
    "note area": "No page is mostly notes that nothing on it refers to",
    "tables": "No head row stands again among the text",
    "headings": "Headings are those that contents and bookmarks name",
    "words": "No word is split that another engine has whole",
}


def _structure(document: Document) -> str:
    """What the text was judged by, beside its characters; "not known" where a file gives nothing to judge by."""
    rows = [
        (
            _JUDGED[check.what],
            {"sound": "yes", "amiss": f"no: {check.amiss:,} of {check.counted:,}"}.get(check.verdict, "not known"),
            ", ".join(map(str, check.pages)),
        )
        for check in document.structure
    ]
    head = "## Whether its structure is sound {: #structure }\n\n"
    return head + render_table(("What was asked", "Answer", "Pages"), rows) if rows else ""


def _breakable(markdown: str) -> str:
    """Words as long as addresses with places where a narrow column may break them."""
    return _LONG.sub(lambda word: re.sub(r"(?<=[/.?=&])(?=\w)", "<wbr>", word.group()), markdown)


def _unresolved(references: tuple[Reference | Unresolved, ...]) -> str:
    """Citations that lead nowhere, each with its reason; nothing where all do."""
    rows = [
        (f"`{one.at.anchor}`", escape_markdown(one.words, line_start=True), escape_markdown(one.reason))
        for one in references
        if isinstance(one, Unresolved)
    ]
    head = "## Citations without a link {: #unresolved }\n\n"
    return head + render_table(("Place", "The text says", "Why there is no link"), rows) if rows else ""


def _corrections(document: Document) -> str:
    rows = [
        (
            f"`{correction.anchor}`",
            escape_markdown(correction.find),
            escape_markdown(correction.replace) or "(nothing)",
            escape_markdown(correction.reason),
        )
        for correction in document.corrections
    ]
    head = "## Faults of the source that we mended {: #corrections }\n\n"
    return head + (render_table(("Place", "The source says", "Here", "Why"), rows) if rows else "None.")
