"""Where a sentence ends is one thing for the ledger of duties, for comparisons and for quotations."""

from pathlib import Path

import pytest

from guidance.cite.quoted_words import split
from guidance.compare.words import sentences
from guidance.link.sentences import split_sentences

TABLE = (Path(__file__).parents[1] / "data" / "sentence_ends.tsv").read_text("utf-8").splitlines()[1:]


@pytest.mark.parametrize("line", TABLE)
def test_all_part_a_text_where_its_sentences_end(line: str) -> None:
    parts = line.split(" | ")
    text = " ".join(parts)
    assert [text[start:end] for start, end in split_sentences(text)] == parts
    assert [text[start:end] for start, end in sentences(text)] == parts
    ended = [word.end for word in split(text) if word.stops == "full"]
    assert ended == [len(" ".join(parts[: at + 1]).rstrip(".?)")) for at in range(len(parts))]
