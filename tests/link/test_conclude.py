"""What the engine concludes of a sentence, kind by kind: strength, who is named or told by the context, the limit.
The sentences are our own, the agencies those of the guidance."""

from functools import cache
from pathlib import Path

import pytest

from guidance.document.model import Block, Document, Duty, Item, List, Para, Provision, SourceFile, Text
from guidance.link.agencies import Vocabulary, read_agencies
from guidance.link.duties import find_duties

ROOT = Path(__file__).parents[2]


def rows() -> list[list[str]]:
    lines = (ROOT / "tests" / "data" / "conclude.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if "\t" in line]


@cache
def vocabulary() -> Vocabulary:
    return read_agencies(ROOT / "versions" / "agencies.toml")


def conclude(text: str) -> tuple[Duty, ...]:
    """The duties of the last sentence of a text: a line and what follows it, as the table has them."""
    *lead, last = text.split(" >> ")
    heading = lead.pop(0).removeprefix("#") if lead and lead[0].startswith("#") else "Lending"
    blocks: list[Block] = [Para(Text(words)) for words in lead]
    as_entry = bool(lead) and lead[-1].endswith(":")
    blocks.append(List((Item("•", (Para(Text(last)),)),)) if as_entry else Para(Text(last)))
    section = Provision("top", "section", heading=Text(heading), level=1)
    paragraph = Provision("para-1", "paragraph", "1", "1.", blocks=tuple(blocks), parents=("top",))
    file = SourceFile("a.pdf", "0" * 64, "application/pdf", 1)
    document = Document("Book", "en", file, (section, paragraph))
    return tuple(duty for duty in find_duties(document, vocabulary()) if duty.sentence.endswith(last))


@pytest.mark.parametrize(("text", "strength", "who", "told", "limit"), rows(), ids=[text for text, *_ in rows()])
def test_what_is_concluded(text: str, strength: str, who: str, told: str, limit: str) -> None:
    duties = conclude(text)
    assert [duty.strength for duty in duties] == ([] if strength == "none" else [strength])
    for duty in duties:
        assert set(duty.who) == set(who.split(",")) - {""}
        assert not told or set(duty.who_context) == set(told.split(","))
        found = duty.limit
        assert (f"{found.number} {found.unit} {found.since}".strip() if found else "") == limit
