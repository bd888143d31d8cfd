"""The duties of an edition, the comparison of two and its pages, as jobs that any process can do.

What a duty is, how texts are compared and what a page shows is decided in `link`, `compare` and `publish`.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations

import msgspec
from msgspec import Struct, structs

from guidance.compare.changes import compare
from guidance.document.model import Comparison, Document, Duty
from guidance.jobs.cache import Crew, Job, Ticket, code_digest
from guidance.link.agencies import Vocabulary
from guidance.link.duties import find_duties
from guidance.site.redline import Listing, Redline, Side, render_comparison

Pair = tuple[str, str]  # ids of the older and of the newer edition
Addresses = Mapping[str, str]
_LIBRARIES = ("rapidfuzz", "fast-diff-match-patch")
_encode = msgspec.msgpack.encode


def near_pairs(editions: Sequence[str], in_force: str) -> tuple[Pair, ...]:
    """The pairs of editions, given oldest first, that are compared: neighbours, and each with the one in force or,
    where that is not among them, with the newest. That many grow with the editions, all pairs with their square."""
    now = in_force if in_force in editions else editions[-1] if editions else ""
    at = {edition: place for place, edition in enumerate(editions)}
    return tuple(pair for pair in combinations(editions, 2) if now in pair or at[pair[1]] - at[pair[0]] == 1)


class Told(Struct, frozen=True):
    """What a comparison's pages are made from beside both texts: the older edition's first, where there are two."""

    comparison: Comparison
    addresses: tuple[Addresses, Addresses]
    duties: tuple[tuple[Duty, ...], tuple[Duty, ...]]
    names: Mapping[str, str]
    listing: Listing | None


def render_told(told: Told, old: Document, new: Document) -> Redline:
    """The pages of a comparison."""
    comparison, (before, after) = told.comparison, told.addresses
    return render_comparison(
        comparison,
        Side(comparison.old, old, before),
        Side(comparison.new, new, after),
        duties=told.duties,
        names=told.names,
        listing=told.listing,
    )


def start_redlines(packed: Mapping[str, bytes], told: Mapping[Pair, Told], crew: Crew) -> dict[Pair, Ticket]:
    """Begin the pages of each comparison; a result is a packed Redline."""
    return {
        (old, new): crew.start(
            Job(
                f"the comparison of {old} with {new}",
                redline_of,
                (_encode(one), packed[old], packed[new]),
                code_digest((), ("pyyaml",)),
                "redlines",
            )
        )
        for (old, new), one in told.items()
    }


def pack(documents: Mapping[str, Document]) -> dict[str, bytes]:
    """Each document as a job takes it: without its pictures, in which nothing is looked for."""
    return {edition: _encode(structs.replace(text, assets=())) for edition, text in documents.items()}


def find_all_duties(packed: Mapping[str, bytes], vocabulary: Vocabulary, crew: Crew) -> dict[str, tuple[Duty, ...]]:
    """The duties of each of some packed documents."""
    words = _encode(vocabulary)
    jobs = [
        Job(f"the duties of {edition}", duties_of, (text, words), code_digest(), "duties")
        for edition, text in packed.items()
    ]
    found = (msgspec.msgpack.decode(answer, type=tuple[Duty, ...]) for answer in crew.run(jobs))
    return dict(zip(packed, found, strict=True))


def compare_all(
    packed: Mapping[str, bytes], duties: Mapping[str, tuple[Duty, ...]], pairs: Iterable[Pair], crew: Crew
) -> dict[Pair, Comparison]:
    """The comparisons of some pairs of packed documents."""
    pairs = tuple(pairs)
    held = {edition: _encode(found) for edition, found in duties.items()}
    jobs = [
        Job(
            f"comparing {old} with {new}",
            comparison_of,
            (_encode((old, new)), packed[old], packed[new], held[old], held[new]),
            code_digest((), _LIBRARIES),
            "comparisons",
        )
        for old, new in pairs
    ]
    found = (msgspec.msgpack.decode(answer, type=Comparison) for answer in crew.run(jobs))
    return dict(zip(pairs, found, strict=True))


@lru_cache(maxsize=16)
def _document(packed: bytes) -> Document:
    return msgspec.msgpack.decode(packed, type=Document)


def duties_of(packed: bytes, words: bytes) -> bytes:
    """A packed document and a packed Vocabulary -> the document's duties; a job."""
    return _encode(find_duties(_document(packed), msgspec.msgpack.decode(words, type=Vocabulary)))


def redline_of(told: bytes, old: bytes, new: bytes) -> bytes:
    """What is Told of a comparison and its documents, all packed -> its Redline; a job."""
    return _encode(render_told(msgspec.msgpack.decode(told, type=Told), _document(old), _document(new)))


def comparison_of(ids: bytes, old: bytes, new: bytes, duties_old: bytes, duties_new: bytes) -> bytes:
    """Two editions' ids, documents and duties, all packed -> their Comparison; a job."""
    first, second = (msgspec.msgpack.decode(held, type=tuple[Duty, ...]) for held in (duties_old, duties_new))
    pair = msgspec.msgpack.decode(ids, type=Pair)
    return _encode(compare(_document(old), _document(new), pair, (first, second)))
