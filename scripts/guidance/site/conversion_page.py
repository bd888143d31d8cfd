"""The page *How this edition was converted*: what was placed, what was left out and why, what was mended.

Figures of one document only; nothing is counted here that the reader of the file did not see.
"""

import re
from collections import Counter
from collections.abc import Iterable

from markupsafe import Markup

from guidance.document.model import Document, Reference, Unresolved
from guidance.document.register import Edition, source_address
from guidance.document.walk import count_characters, dropped_characters, placed_characters
from guidance.site.pages import Page, front_matter
from guidance.site.templates import in_markdown, on_a_line, render

_LONG = re.compile(r"\S{24,}")  # characters that no line on a phone has room for


def render_conversion(document: Document, references: Iterable[Reference | Unresolved], edition: Edition) -> Page:
    """The page *How this edition was converted*: figures, what was dropped and why, findings, corrections."""
    title = "How this edition was converted"
    references, source = tuple(references), document.source
    facts: dict[str, object] = {"title": title, "kind": "conversion"}
    address = source_address(edition, sha256=source.sha256)
    if address:
        facts["source_address"] = address
    body = render(
        "conversion.md",
        title=title,
        source=source,
        file=re.sub(r"[^A-Za-z0-9._-]", "-", source.name),
        digest=re.sub(r"[^0-9a-f]", "", source.sha256),
        figures=_figures(document, references),
        dropped=_dropped(document),
        findings=[(f.kind, _breakable(f.message), str(f.page or "")) for f in document.findings],
        structure=_structure(document),
        unresolved=[
            (Markup(f"`{one.at.anchor}`"), on_a_line(one.words), one.reason)
            for one in references
            if isinstance(one, Unresolved)
        ],
        corrections=[
            (Markup(f"`{one.anchor}`"), one.find, one.replace or "(nothing)", one.reason)
            for one in document.corrections
        ],
    )
    return Page("conversion.md", title, f"{front_matter(facts)}{body}", ("conversion",))


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
            (f"Words that a second reader finds ({second.engine})", f"{second.words:,}"),
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


def _dropped(document: Document) -> list[tuple[str, str, str]]:
    """Each reason for which something was left out, how often, and how many characters."""
    times = Counter(entry.reason for entry in document.dropped)
    length = Counter[str]()
    for entry in document.dropped:
        length[entry.reason] += count_characters(entry.text)
    return [(why, f"{times[why]:,}", f"{length[why]:,}") for why in sorted(times)]


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


def _structure(document: Document) -> list[tuple[str, str, str]]:
    """What the text was judged by, beside its characters; "not known" where a file gives nothing to judge by."""
    return [
        (
            _JUDGED[check.what],
            {"sound": "yes", "amiss": f"no: {check.amiss:,} of {check.counted:,}"}.get(check.verdict, "not known"),
            ", ".join(map(str, check.pages)),
        )
        for check in document.structure
    ]


def _breakable(words: str) -> Markup:
    """Words as long as addresses with places where a narrow column may break them."""
    broken = _LONG.sub(lambda word: re.sub(r"(?<=[/.?=&])(?=\w)", "<wbr>", word.group()), in_markdown(words))
    return Markup(broken)
