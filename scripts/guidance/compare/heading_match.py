"""Old and new headings -> which became which, by their words and by what stands below them.

Bodies are aligned before, in `alignment`: a heading follows its paragraphs, not the other way round, since
titles repeat ("Introduction") and are rewritten more freely than the text that they announce.
"""

from collections.abc import Sequence

from guidance.compare.units import Board, Unit, likeness

Shares = dict[tuple[str, str], float]  # (old heading, new heading) -> share of words below that they share


def match_headings(old: Sequence[Unit], new: Sequence[Unit], bodies: Board) -> Board:
    """The board of headings, joined."""
    board = Board(old, new)
    shares = _shares(bodies)
    scored = sorted(
        (
            (score, how, -at, -to)
            for at, to in _candidates(old, new, shares)
            for score, how in [_score(old[at], new[to], shares.get((old[at].anchor, new[to].anchor), 0.0))]
            if score >= 1.0
        ),
        reverse=True,
    )
    for _, how, at, to in scored:
        if not board.of_old[-at] and not board.of_new[-to]:
            board.join(-at, -to, how)
    board.settle()
    _match_bare(board, shares)
    return board


def _candidates(old: Sequence[Unit], new: Sequence[Unit], shares: Shares) -> list[tuple[int, int]]:
    """Headings that share something below them."""
    mine = {unit.anchor: at for at, unit in enumerate(old)}
    theirs = {unit.anchor: at for at, unit in enumerate(new)}
    return [(mine[a], theirs[b]) for a, b in shares if a in mine and b in theirs]


def _shares(bodies: Board) -> Shares:
    """How much of what stands below two headings is the same, as a share of the larger (0-1)."""
    both: dict[tuple[str, str], int] = {}
    for old, new in bodies.how:
        mine, theirs = bodies.old[old], bodies.new[new]
        weight = 1 + min(len(mine.words), len(theirs.words))
        for parent in mine.parents:
            for other in theirs.parents:
                both[parent, other] = both.get((parent, other), 0) + weight
    old_size, new_size = _sizes(bodies.old), _sizes(bodies.new)
    return {(a, b): words / max(old_size[a], new_size[b]) for (a, b), words in both.items()}


def _sizes(these: Sequence[Unit]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for unit in these:
        for parent in unit.parents:
            sizes[parent] = sizes.get(parent, 0) + 1 + len(unit.words)
    return sizes


def _score(old: Unit, new: Unit, share: float) -> tuple[float, str]:
    """How sure it is that a heading became another; from 1.0 it is believed."""
    alike = 1.0 if old.key == new.key else likeness(old.words, new.words)
    level = 0.2 if (old.kind, old.level) == (new.kind, new.level) else 0.0
    if alike == 1.0 and share >= 0.1:
        return 2.0 + share + level, "exact"
    if share >= 0.5:
        return 0.6 + share + alike / 2 + level, "what stands below"
    if share >= 0.2 and alike >= 0.5:
        return 0.5 + share + alike + level, "what stands below"
    return 0.0, "none"


def _match_bare(board: Board, shares: Shares) -> None:
    """Join equal or nearly equal titles in their place, where nothing below them speaks against it."""
    for least, how in ((1.0, "exact in place"), (0.6, "in place")):
        for olds, news in board.gaps():
            for old in olds:
                mine = board.old[old]
                alike = [
                    (likeness(mine.words, board.new[new].words), -new)
                    for new in news
                    if not board.of_new[new] and mine.kind == board.new[new].kind
                ]
                score, new = max(alike, default=(0.0, 0))
                if score >= least and (mine.words or mine.key == board.new[-new].key):
                    board.join(old, -new, how)
        board.settle()
