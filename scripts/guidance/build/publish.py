"""A build -> the branch that a host serves: what was published before is held against it, then one commit is made.

And the registers, in which it is written down what was published, and what became of an anchor. How a site is built
is for the caller; what may never be lost, and git, are decided elsewhere. Prints nothing.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from msgspec import structs

from guidance.build.comparisons import compare_editions
from guidance.build.load import load
from guidance.build.orders import BuildOrder, Outcome, Tell, naming_folders
from guidance.check import permanence
from guidance.check.permanence import Held, Shift, held_in, say_shifts
from guidance.check.site import check_site, gathered
from guidance.document import anchors
from guidance.document.anchors import (
    MEANINGS,
    PERMALINKS,
    permalinks,
    read_meanings,
    read_permalinks,
    write_permalinks,
)
from guidance.document.model import GuidanceError, Permalink
from guidance.document.register import read_register
from guidance.document.walk import plain_text
from guidance.site import permalink_index as lineages
from guidance.site.branch import Branch, commit_folder, follow_remote, hold_branch, push_branch, read_published

VERSIONS = "versions.json"
_FOLDER, _GONE = "publish", ".publish.gone"
_FORMS = ("{}", ".{}.new", ".{}.old")  # the site, and what a build makes beside it
_TOLD = 3  # losses or faults that the error names


def publish(
    order: BuildOrder,
    build: Callable[[BuildOrder], Outcome],
    repository: Path,
    branch_name: str,
    remote: str | None = None,
    tell: Tell = lambda _: None,
) -> Outcome:
    """Let `build` make every edition, put the site into a branch, in one commit, and send it to a `remote`, if any.

    Raises GuidanceError, and leaves the branch as it was, when the build fails, when a check finds a fault in it,
    when anything that was published would be lost, or when another publish is at work.
    """
    with hold_branch(repository, branch_name) as branch:
        if remote:
            tell(f"asking {remote} for {branch_name}")
            branch = follow_remote(branch, remote)
        refuse_foreign(branch)
        site = order.shop.work / _FOLDER
        clear(order.shop.work)
        outcome = build(structs.replace(order, out=site.absolute()))
        try:
            tell("checking the site")
            refuse_faults(branch.name, site, order.publication)
            refuse_shifts(branch, site, order.publication)
            refuse_losses(branch, site, order.publication)
            (site / ".nojekyll").touch()
            tell(f"putting the site into {branch_name}")
            with naming_folders(repository, order.shop.work):
                commit = commit_folder(site, branch, _message(outcome))
        finally:
            clear(order.shop.work)
        if remote:
            tell(f"sending {branch_name} to {remote}")
            push_branch(branch, remote)
    return structs.replace(outcome, commit=commit)


def clear(work: Path) -> None:
    """Take away what a publish has built below `work`, or one that was killed has left there.

    Such a folder is ours outright. It gets another name before it is removed: one that is removed by half is no
    built site any more, and no build would replace it. Raises GuidanceError where that cannot be done.
    """
    gone = work / _GONE
    for left in (gone, *(work / form.format(_FOLDER) for form in _FORMS)):
        try:
            if left.is_symlink() or left.exists():
                left.rename(gone)
                gone.unlink() if gone.is_symlink() or gone.is_file() else shutil.rmtree(gone)
        except OSError as error:
            raise GuidanceError(
                f"{left}: cannot be removed ({error.strerror}); remove it, and publish again"
            ) from None


def refuse_foreign(branch: Branch) -> None:
    """Raise GuidanceError when a branch holds something that no publish of ours put there."""
    if branch.tip and read_published(branch, VERSIONS) is None:
        raise GuidanceError(f"{branch.name}: holds something that is not a published site; choose another --branch")


def refuse_faults(name: str, site: Path, publication: Path) -> None:
    """Raise GuidanceError when a check of the built site finds a fault; `publication` is the register's folder."""
    faults = [f"{fault.file}: {fault.message}" for fault in gathered(check_site(site, publication).faults)]
    if faults:
        raise GuidanceError(
            f"{name}: not published, since the site has faults: {_first(faults)}; "
            "guidance build and guidance check list them all"
        )


def refuse_shifts(branch: Branch, site: Path, publication: Path) -> None:
    """Raise GuidanceError when an anchor means another text than in the branch, or than the register says, and no
    decision says what became of the one that it named; `publication` is the register's folder."""
    shifted: dict[str, tuple[Shift, ...]] = {}
    for edition in (one.id for one in read_register(publication).editions):
        path = site / edition / "provisions.json"
        now = held_in(path.read_bytes() if path.is_file() else None)
        published = read_published(branch, f"{edition}/provisions.json")
        if found := find_shifted(publication / edition, now, published):
            shifted[edition] = found
    if shifted:
        commands = ", ".join(f"guidance review --renumbered {edition}" for edition in sorted(shifted))
        told = [line for edition, found in shifted.items() for line in dict.fromkeys(say_shifts(edition, found))]
        raise GuidanceError(
            f"{branch.name}: not published, since {_first(told)}; "
            f"if the official file was renumbered, record it: {commands}"
        )


def refuse_losses(branch: Branch, site: Path, publication: Path | None = None) -> None:
    """Raise GuidanceError when a site lacks an edition, alias, address, text or anchor that the branch has; but an
    anchor may go where a decision in the register's folder, `publication`, says what became of it."""
    if branch.tip is None:
        return
    losses = list(find_losses(branch, site, publication))
    if losses:
        raise GuidanceError(
            f"{branch.name}: not published, since this build lacks what was published before: {_first(losses)}; "
            "put back the sources or data it was made from"
        )


def _first(told: list[str]) -> str:
    more = f" and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return f"{'; '.join(told[:_TOLD])}{more}"


def find_losses(branch: Branch, site: Path, publication: Path | None = None) -> Iterator[str]:
    """What a branch has and a site lacks, in words, the largest first."""
    before = permanence.site_paths(branch.tip or "", branch.repository)
    now = frozenset(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    old = _names(read_published(branch, VERSIONS))
    new = _names((site / VERSIONS).read_bytes())
    gone = {name: kind for name, kind in old.items() if name not in new}
    for name, kind in gone.items():
        yield f"the {kind} {name}"
    texts = [path for path in sorted(before) if PurePosixPath(path).name == "provisions.json"]
    for path in texts:
        edition = path.partition("/")[0]
        if old.get(edition) != "edition" or edition in gone:
            continue
        if path not in now:
            yield f"the text of {edition}"
            continue
        missing = held_in(read_published(branch, path)).keys() - held_in((site / path).read_bytes()).keys()
        decided = read_meanings(publication / edition / MEANINGS) if publication else ()
        yield from (f"{edition}#{anchor}" for anchor in sorted(missing - {one.anchor for one in decided}))
    for path in permanence.lost(before, now, permanence.rules_of(site)):
        if path.partition("/")[0] not in gone and path not in texts:
            yield path.removesuffix("index.html")


def _names(content: bytes | None) -> Mapping[str, str]:
    """The editions and aliases that a versions.json names, and which of both each is."""
    try:
        held = json.loads(content or b"[]")
        editions = {str(entry["version"]): "edition" for entry in held}
        return editions | {str(alias): "alias" for entry in held for alias in entry.get("aliases", ())}
    except (ValueError, TypeError, KeyError):
        raise GuidanceError(f"{VERSIONS}: is not a list of editions, so nothing can be held against it") from None


def _message(outcome: Outcome) -> str:
    texts = ", ".join(outcome.loaded)
    return f"Publish {outcome.publication.title}: {f'full text of {texts}' if texts else 'no full text'}"


# --- The registers: what an anchor means, and what became of its text --------------------------------


def find_shifted(folder: Path, now: Mapping[str, Held], published: bytes | None = None) -> tuple[Shift, ...]:
    """The anchors of an edition that mean another text `now` than by its permalink register or, where it was
    `published`, by its provisions.json, and of which no decision says what became; `folder` has its registers."""
    decided = read_meanings(folder / MEANINGS)
    known = (held_in(published), permanence.recorded(read_permalinks(folder / PERMALINKS)))
    return tuple(sorted({shift for before in known for shift in permanence.find_shifts(before, now, decided)}))


def record_permalinks(order: BuildOrder, tell: Tell) -> dict[str, int]:
    """Put the anchors and lineages of the editions ordered into the registers, from the files that are here; how
    many each register gained.

    Lines are added and brought up to date; none is ever taken away. Raises GuidanceError where an anchor means
    another text than it did and no decision says what became of that.
    """
    folder, publication = order.publication, read_register(order.publication)
    with order.crew() as crew:
        loaded, _, _ = load(order, publication, None, tell, crew)
        compared = compare_editions(publication, loaded, folder, crew)
    gained = {}
    for item in loaded:
        path = folder / item.edition.id / PERMALINKS
        before, now = read_permalinks(path), permalinks(item.document)
        present = {entry.anchor for entry in now}
        shifts = [shift for shift in find_shifted(path.parent, permanence.recorded(now)) if shift.anchor in present]
        if shifts:
            raise GuidanceError(
                f"{path}: {next(say_shifts(item.edition.id, shifts))}, and {len(shifts) - 1} more; if the official "
                f"file was renumbered, record it: guidance review --renumbered {item.edition.id}"
            )
        write_permalinks(path, (*now, *(entry for entry in before if entry.anchor not in present)))
        gained[f"{item.edition.id}/{PERMALINKS}"] = len(present - {entry.anchor for entry in before})
    name = lineages.LINEAGES_FILE
    earlier = lineages.read_lineages(folder / name)
    known = anchors.known_permalinks((edition.id for edition in publication.editions), folder, compared.documents)
    later = lineages.record_lineages(publication, known, compared.crosswalk, earlier)
    lineages.write_lineages(folder / name, later)
    return {**gained, name: len(later) - len(earlier)}


def review_renumbered(order: BuildOrder, asked: Iterable[str], repository: Path, tell: Tell) -> dict[Path, int]:
    """Write down that the files here renumbered editions, each given as an id or as id:day; how many decisions each
    register of them gained, of what the branch that is published and the permalink register have. Anchors that a
    file has no more stay in the register.

    Raises GuidanceError where an edition has no text here, or its day is not known.
    """
    days = {edition: day for edition, _, day in (words.partition(":") for words in asked)}
    with order.crew() as crew:
        chosen = structs.replace(order, editions=tuple(days))
        loaded, *_ = load(chosen, read_register(order.publication), None, tell, crew)
    name = permanence.find_branch(repository)
    told = {}
    for item in loaded:
        edition, revision = item.edition.id, item.source.revision
        since = days[edition] or (revision.date if revision else None)
        if not since:
            raise GuidanceError(f"review: from which day is the file of {edition}? write {edition}:2025-06-11")
        folder = order.publication / edition
        held = read_published(Branch(repository, name, name), f"{edition}/provisions.json") if name else None
        words = {p.anchor: f"{p.title}\n{plain_text(p)}" for p in item.document.everything}
        now = {one.anchor: Held(one.fingerprint, words[one.anchor]) for one in permalinks(item.document)}
        gained = [shift.decided(since) for shift in find_shifted(folder, now, held)]
        if gained:
            anchors.write_meanings(folder / MEANINGS, (*read_meanings(folder / MEANINGS), *gained))
        entries = read_permalinks(folder / PERMALINKS)
        gone = {a: h for a, h in held_in(held).items() if a not in now.keys() | {e.anchor for e in entries}}
        if gone:
            lost = (Permalink(a, h.kind, h.number, None, h.fingerprint) for a, h in gone.items())
            write_permalinks(folder / PERMALINKS, (*entries, *lost))
        told[folder / MEANINGS] = len(gained)
    return told
