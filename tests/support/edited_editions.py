"""Editions made from another by moving and rewording, so that it is known what a comparison must find.

Works on any document; what it is tried on comes from the reader's own files, and no text of theirs stands here.
"""

import random
import re
from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from guidance.compare.words import sentences
from guidance.document.model import Document, Para, Provision, Text
from guidance.document.walk import map_texts

Rewrite = Callable[[str], str]
FEWEST = 8  # words of a sentence that is moved


class MovedSentence(Struct, frozen=True):
    """A sentence that went from one provision to another, as it read there and as it reads here."""

    start: str
    to: str
    was: str
    now: str


def replace_terms(terms: Sequence[tuple[str, str]]) -> Rewrite:
    """Replaces the first of some terms (old, new) that a text has, everywhere in it; its plural too."""

    def rewrite(text: str) -> str:
        for old, new in terms:
            if re.search(rf"\b{old}", text):
                return re.sub(rf"\b{old}", new, text)
        return text

    return rewrite


def change_a_word(text: str) -> str:
    """Another word for one of four letters or more, in the middle."""
    words = text.split()
    long = [at for at, word in enumerate(words) if re.fullmatch(r"[a-z]{4,}", word)]
    if not long:
        return text
    words[min(long, key=lambda at: abs(at - len(words) // 2))] = "quibbled"
    return " ".join(words)


def move_sentences(
    document: Document, count: int, rewrite: Rewrite = str, *, seed: int = 7
) -> tuple[Document, list[MovedSentence]]:
    """The document with so many sentences put behind other paragraphs, rewritten; one a paragraph, and only those
    that the rewriting changes, where it changes any."""
    chance = random.Random(seed)
    known = {p.anchor: p for p in document.provisions if p.kind == "paragraph" and _plain(p)}
    all_words = "\n".join(_plain(p) for p in known.values())
    wanted = []
    for anchor, provision in known.items():
        text = _plain(provision)
        spans = [*sentences(text)]
        for start, end in spans[1:]:
            said = text[start:end]
            fits = len(said.split()) >= FEWEST and all_words.count(said) == 1
            if fits and (rewrite is str or rewrite(said) != said):
                wanted.append((anchor, said))
    chance.shuffle(wanted)
    taken = list({anchor: (anchor, said) for anchor, said in wanted}.values())[:count]
    places = [anchor for anchor in known if anchor not in {anchor for anchor, _ in taken}]
    moved = [
        MovedSentence(anchor, to, said, rewrite(said))
        for (anchor, said), to in zip(taken, chance.sample(places, len(taken)), strict=True)
    ]
    changed = {
        **{m.start: " ".join(_plain(known[m.start]).replace(m.was, "").split()) for m in moved},
        **{m.to: f"{_plain(known[m.to])} {m.now}" for m in moved},
    }
    return _with_first_texts(document, changed), moved


def rewrite_all(document: Document, rewrite: Rewrite) -> Document:
    """The document with every text rewritten."""

    def changed(text: Text) -> Text:
        return Text(rewrite(text.plain)) if rewrite(text.plain) != text.plain else text

    return structs.replace(document, provisions=tuple(map_texts(p, changed) for p in document.provisions))


def reorder(document: Document, *, seed: int = 7) -> tuple[Document, dict[str, str]]:
    """The document with its chapters in another order and numbered anew; and which anchor became which."""
    chance = random.Random(seed)
    groups: dict[str, list[Provision]] = {}
    for provision in document.provisions:
        groups.setdefault(provision.parents[0] if provision.parents else provision.anchor, []).append(provision)
    order = list(groups)
    chance.shuffle(order)
    return _numbered(document, [provision for chapter in order for provision in groups[chapter]])


def scatter(
    document: Document, count: int, rewrite: Rewrite = str, *, seed: int = 7
) -> tuple[Document, dict[str, str], set[str]]:
    """The document with so many long paragraphs put elsewhere, rewritten, and all numbered anew; which anchor
    became which, and which ones were put elsewhere."""
    chance = random.Random(seed)
    long = [p for p in document.provisions if p.kind == "paragraph" and len(_plain(p).split()) >= 2 * FEWEST]
    chosen = {p.anchor: p for p in chance.sample(long, count)}
    rest = [p for p in document.provisions if p.anchor not in chosen]
    for provision in chosen.values():
        text = Para(Text(rewrite(_plain(provision))))
        rest.insert(chance.randrange(len(rest)), structs.replace(provision, blocks=(text, *provision.blocks[1:])))
    changed, became = _numbered(document, rest)
    return changed, became, set(chosen)


def _numbered(document: Document, provisions: Sequence[Provision]) -> tuple[Document, dict[str, str]]:
    """The document of some provisions with its paragraphs numbered anew, and which anchor became which."""
    became: dict[str, str] = {}
    found = []
    number = 0
    for provision in provisions:
        became[provision.anchor] = provision.anchor
        if provision.kind == "paragraph" and (provision.number or "").isdigit():
            number += 1
            became[provision.anchor] = f"para-{number}"
            provision = structs.replace(provision, number=str(number), anchor=f"para-{number}")
        found.append(provision)
    return structs.replace(document, provisions=tuple(found)), became


def _plain(provision: Provision) -> str:
    """The text of a provision's first block, where that is a paragraph."""
    return provision.blocks[0].text.plain if provision.blocks and isinstance(provision.blocks[0], Para) else ""


def _with_first_texts(document: Document, texts: dict[str, str]) -> Document:
    provisions = (
        structs.replace(p, blocks=(Para(Text(texts[p.anchor])), *p.blocks[1:])) if p.anchor in texts else p
        for p in document.provisions
    )
    return structs.replace(document, provisions=tuple(provisions))
