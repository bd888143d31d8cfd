"""What a published site has promised, and what of it another one has lost or given another meaning: every page,
feed and download, and the text behind each anchor.

Seen from the paths of files in a folder or in a branch of a git repository, and from fingerprints; changes nothing.
"""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from rapidfuzz import fuzz, process

from guidance.document.anchors import Became, Renumbering, words_fingerprint
from guidance.document.model import GuidanceError, Permalink
from guidance.site.host_files import RULES, Rule, is_answered, read_rules

BRANCHES = ("gh-pages", "origin/gh-pages")  # where a site is published, as `guidance publish` and mike have it

_PROMISED = re.compile(
    r"""
    (?! specimen/ )                                  # it stands in where no text is loaded, and promises nothing
    (?! (?: [^/]+/ )*? search/ (?! index\.html ) )   # the index of a search is nobody's to link to
    (?: [^/]+/ )*?
    (?: index\.html                                  # every page
      | (?: feed | feeds/ .+ ) \.xml                 # every feed
      | (?: downloads | status ) / .+                 # every download, and what other sites ask
      | oembed / .+ \.json                            # not its XML: who asks is told the address by each page
      | (?: embed\.js | llms\.txt )
      | (?: versions | crosswalk | edition | provisions | duties | changes ) \.json
      | (?: duties | changes ) \.csv
    )
    """,
    re.VERBOSE,
)
# What an alias leads to follows the edition in force: only its places stay.
_FOLLOWS = re.compile(r"(?:[^/]+/)*?latest/(?!index\.html|p/|t/).+")


def promised(paths: Iterable[str]) -> frozenset[str]:
    """Those files of a site, by path from its root, whose addresses must never go away."""
    return frozenset(path for path in paths if _PROMISED.fullmatch(path) and not _FOLLOWS.fullmatch(path))


def lost(before: Iterable[str], now: Iterable[str], rules: Sequence[Rule] = ()) -> tuple[str, ...]:
    """What a site had promised and the next one has not, by path from the root, in order; `rules` are those by
    which the host of the next one leads addresses on."""
    files = frozenset(now)
    return tuple(sorted(path for path in promised(before) if not is_answered(path, files, rules)))


def rules_of(site: Path) -> tuple[Rule, ...]:
    """The rules of a built site; none where it has a file for each address."""
    file = site / RULES
    return read_rules(file.read_text(encoding="utf-8")) if file.is_file() else ()


# --- What an anchor means --------------------------------------------------------------------------

_LIKE = 75  # of 100: how alike a moved text is to what it was
_MORE_LIKE = 15  # and how much more than what replaced it
_TOO_SHORT = 40  # characters below which likeness tells nothing


class Held(Struct, frozen=True):
    """What stands behind an anchor: its fingerprint, and where they are known its words, kind and number."""

    fingerprint: str
    words: str = ""
    kind: str = ""
    number: str | None = None


class Shift(Struct, frozen=True, order=True):
    """An anchor that means another text than it did, and what became of the one that it named."""

    anchor: str
    was: str
    became: Became
    now: str | None = None

    def decided(self, since: str) -> Renumbering:
        """The decision that this is so, since the day of the file that made it so."""
        return Renumbering(self.anchor, self.was, since, self.became, self.now)


def held_by(records: object) -> dict[str, Held]:
    """Per anchor what stands in a provisions.json, given as JSON reads it; nothing of what is not of its form."""
    found = [one for one in records if isinstance(one, dict)] if isinstance(records, list) else []
    return {
        str(one["anchor"]): Held(
            words_fingerprint(one.get("heading"), str(one["text"])),
            f"{one.get('heading') or ''}\n{one['text']}",
            str(one.get("kind", "")),
            one.get("number"),
        )
        for one in found
        if "anchor" in one and "text" in one
    }


def held_in(content: bytes | None) -> dict[str, Held]:
    """The same of a file's content; nothing where there is none."""
    try:
        return held_by(json.loads(content or b"[]"))
    except ValueError:
        return {}


def recorded(entries: Iterable[Permalink]) -> dict[str, Held]:
    """The same of a permalink register, which has no words."""
    return {entry.anchor: Held(entry.fingerprint) for entry in entries}


def find_shifts(
    before: Mapping[str, Held], now: Mapping[str, Held], decided: Iterable[Renumbering] = ()
) -> tuple[Shift, ...]:
    """The anchors whose text is another one now, in order, without those of which that was `decided`.

    A text that was only reworded where it stood is none: another anchor must have the old text now, or the new text
    must have had another anchor, or nothing must be left at the anchor. Texts that several anchors have are told
    apart by nothing and let pass.
    """
    if not now:
        return ()
    changed = {a: held for a, held in before.items() if a not in now or now[a].fingerprint != held.fingerprint}
    moved = _moved(changed, before, now)
    taken = set(moved.values())
    known = {(one.anchor, one.was) for one in decided}
    found = (
        Shift(anchor, held.fingerprint, "renumbered" if anchor in moved else "removed", moved.get(anchor))
        for anchor, held in changed.items()
        if anchor in moved or anchor in taken or anchor not in now
    )
    return tuple(sorted(one for one in found if (one.anchor, one.was) not in known))


def _moved(changed: Mapping[str, Held], before: Mapping[str, Held], now: Mapping[str, Held]) -> dict[str, str]:
    """Where the texts of `changed` anchors stand now: word for word, or much alike where their words are known."""
    was, times = (Counter(held.fingerprint for held in some.values()) for some in (before, now))
    at = {held.fingerprint: anchor for anchor, held in now.items() if times[held.fingerprint] == 1}
    exact = {a: at.get(held.fingerprint, a) for a, held in changed.items() if was[held.fingerprint] == 1}
    moved = {anchor: there for anchor, there in exact.items() if anchor != there}
    new = {a: held.words for a, held in now.items() if held.fingerprint not in was}
    for anchor, held in changed.items():
        if anchor in moved or len(held.words) < _TOO_SHORT:
            continue
        own = fuzz.ratio(held.words, now[anchor].words) if anchor in now else 0.0
        others = {a: words for a, words in new.items() if a != anchor}
        least = min(max(_LIKE, own + _MORE_LIKE), 100)
        best = process.extractOne(held.words, others, scorer=fuzz.ratio, score_cutoff=least)
        if best:
            moved[anchor] = best[2]
    return moved


def say_shifts(edition: str, shifts: Iterable[Shift]) -> Iterator[str]:
    """A line for each: "2023#para-45 is another text now (it was renumbered para-46)"."""
    for one in shifts:
        became = f"what it named is {one.now} now" if one.now else "what it named is not in the edition any more"
        yield f"{edition}#{one.anchor} does not mean what it meant: {became}"


# --- Where a site is -------------------------------------------------------------------------------


def site_paths(where: str, repository: Path) -> frozenset[str]:
    """The files of a site that stands in a folder, or in a branch of the git repository at `repository`.

    Raises GuidanceError when there is neither, or it holds no site.
    """
    folder = Path(where)
    if folder.is_dir():
        paths = frozenset(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    else:
        tip = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{where}^{{commit}}")
        if not tip:
            raise GuidanceError(f"{where}: there is no such folder, and no such branch in {repository}")
        listed = _git(repository, "ls-tree", "-r", "-z", "--name-only", "--full-tree", tip.strip())
        paths = frozenset(path for path in (listed or "").split("\0") if path)
    if "versions.json" not in paths:
        raise GuidanceError(f"{where}: holds no site that was published; name its folder or branch")
    return paths


def find_branch(repository: Path) -> str | None:
    """The branch of a repository that a site is published to; None where there is none."""
    held = (name for name in BRANCHES if _git(repository, "cat-file", "-e", f"{name}:versions.json") is not None)
    return next(held, None)


def _git(repository: Path, *arguments: str) -> str | None:
    """What git says; None where it refuses or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode("utf-8", "surrogateescape")
