"""Which duties say the same as before with another strength: "was should, is must now".

Only sentences that are plainly the same but for their verb are put together; where two could be meant, none is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from guidance.model import Comparison, Duty, Strength

_VERB = re.compile(r"\b(?:must|should|may|shall|not)\b", re.IGNORECASE)
_ALIKE = 90.0  # of 100, verbs left out

_Sentence = Mapping[Strength, Duty]


def strengths_before(comparison: Comparison, old: Iterable[Duty], new: Iterable[Duty]) -> dict[Duty, Strength]:
    """The duties of the new edition that were of another strength in the old one, with the strength they had.

    Looked for only where the comparison found that a duty changed, between provisions that it put together.
    """
    before, after = _by_anchor(old), _by_anchor(new)
    found: dict[Duty, Strength] = {}
    for change in comparison.changes:
        if change.level != "duty changed":
            continue
        olds = [sentence for anchor in change.old for sentence in before.get(anchor, ())]
        news = [sentence for anchor in change.new for sentence in after.get(anchor, ())]
        for was, now in _pairs(olds, news):
            gone, came = was.keys() - now.keys(), now.keys() - was.keys()
            if len(gone) == len(came) == 1:
                found[now[came.pop()]] = gone.pop()
    return found


def _by_anchor(duties: Iterable[Duty]) -> dict[str, list[_Sentence]]:
    """Per provision its sentences, each with its duties by strength."""
    sentences: dict[tuple[str, int, int], dict[Strength, Duty]] = {}
    for duty in duties:
        sentences.setdefault((duty.at.anchor, duty.at.part, duty.at.start), {})[duty.strength] = duty
    found: dict[str, list[_Sentence]] = {}
    for (anchor, _, _), sentence in sentences.items():
        found.setdefault(anchor, []).append(sentence)
    return found


def _pairs(olds: Sequence[_Sentence], news: Sequence[_Sentence]) -> list[tuple[_Sentence, _Sentence]]:
    """Sentences that are each other's only likeness."""
    alike = [
        (one, other)
        for one, was in enumerate(olds)
        for other, now in enumerate(news)
        if fuzz.ratio(_plain(was), _plain(now)) >= _ALIKE
    ]
    return [
        (olds[one], news[other])
        for one, other in alike
        if sum(pair[0] == one for pair in alike) == sum(pair[1] == other for pair in alike) == 1
    ]


def _plain(sentence: _Sentence) -> str:
    """A sentence's words without its verbs of duty."""
    words = next(iter(sentence.values())).sentence
    return " ".join(_VERB.sub(" ", words).lower().split())
