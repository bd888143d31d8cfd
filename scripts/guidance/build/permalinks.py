"""A publication's editions and comparisons -> what is linked to and embedded: the index that small pages tell from,
and those pages, as jobs that any process can do; pages that moved. What a page says is decided in `site`.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from guidance.build.comparisons import Compared
from guidance.build.orders import Call, Loaded
from guidance.document.anchors import MEANINGS, read_meanings
from guidance.document.model import GuidanceError, Permalink, read_toml
from guidance.document.register import Publication
from guidance.jobs.cache import Crew
from guidance.site.beside import Beside, Besides
from guidance.site.embeds import edition_embeds, quotable, quotable_path, shared_files
from guidance.site.host_files import RULES, Rule, site_rules
from guidance.site.mkdocs_build import Workshop
from guidance.site.permalink_index import (
    LINEAGES_FILE,
    STYLE_NAME,
    PermalinkIndex,
    find_fates,
    read_lineages,
    style,
    tokens_css,
)
from guidance.site.permalink_pages import lineage_pages, moved_page, permalink_pages, single_rules

HELP = "partnerships/link-to-us"  # the page on linking, where a publication's hand-written pages have one
ICON = "assets/icon.svg"  # below overrides/, as mkdocs.yml names it
REDIRECTS = "redirects.toml"  # in a publication's folder
_Place = Annotated[str, Meta(pattern=r"^(?:[a-z0-9][a-z0-9._-]*/)+\Z")]


def index_permalinks(
    publication: Publication,
    folder: Path,
    loaded: Iterable[Loaded],
    known: Mapping[str, Mapping[str, Permalink]],
    compared: Compared,
    shop: Workshop,
    prefix: str = "",
) -> PermalinkIndex:
    """All that is known of a publication's provisions: what is `known` to be published, by edition and anchor, and
    the texts that are loaded. `folder` is the publication's."""
    texts = {item.edition.id: item for item in loaded}
    docs = folder / publication.docs if publication.docs else None
    helped = docs is not None and (docs / f"{HELP}.md").is_file()
    return PermalinkIndex(
        publication,
        known,
        provisions={edition: item.document.by_anchor() for edition, item in texts.items()},
        urls=compared.addresses,
        fates=find_fates(publication, known, compared.crosswalk, read_lineages(folder / LINEAGES_FILE)),
        redlines={
            (old, anchor): address
            for old, new in compared.comparisons
            if new == publication.in_force.id
            for anchor, address in compared.redline_places((old, new)).items()
        },
        sha256={edition: item.source.sha256 for edition, item in texts.items()},
        site_url=shop.site_url,
        prefix=prefix,
        tokens=tokens_css(shop.root),
        help=f"{HELP}/" if helped else None,
        icon=ICON if (shop.root / "overrides" / ICON).is_file() else None,
        meanings={
            (edition.id, anchor): tuple(one for one in decided if one.anchor == anchor)
            for edition in publication.editions
            for decided in (read_meanings(folder / edition.id / MEANINGS),)
            for anchor in {one.anchor for one in decided}
        },
        rules=shop.rules,
    )


class Linked(Struct, frozen=True):
    """Small pages and files for other sites, by path: in each edition's folder, at the publication's root, and
    there what may be quoted."""

    below: Mapping[str, Mapping[str, bytes]]
    root: Mapping[str, bytes]
    quotable: Mapping[str, bytes]


def start_links(index: PermalinkIndex, besides: Besides, crew: Crew) -> Callable[[], Linked]:
    """Begin to make all that is linked to and embedded, one job for each edition; it is to be waited for. `besides`
    is what stands beside each provision."""
    texts = Call("texts", "addresses that follow a text", lineage_pages, index).start(crew)
    calls = (
        Call("links", f"links of {one}", link_edition, index.for_edition(one), one, besides.get(one, {}))
        for one in index.entries
    )
    links = [call.start(crew) for call in calls]

    def files() -> Linked:
        made = [wait() for wait in links]
        return Linked(
            {edition: held for one in made for edition, held in one.below.items()},
            {**texts(), **shared_files(index), **dict(chain(*(one.root.items() for one in made)))},
            dict(chain(*(one.quotable.items() for one in made))),
        )

    return files


def link_edition(index: PermalinkIndex, one: str, besides: dict[str, Beside]) -> Linked:
    """What is linked to and embedded of one edition; a job."""
    pages = permalink_pages(index.publication.edition(one), index, besides)
    quoted = {quotable_path(one): quotable(one, index)} if one in index.provisions else {}
    return Linked({one: pages}, edition_embeds(one, index), quoted)


# --- Pages that moved ------------------------------------------------------------------------------


class Redirect(Struct, frozen=True, forbid_unknown_fields=True):
    """A page that was published at one place and is at another now, both from the publication's root."""

    old: _Place
    new: _Place


class _Redirects(Struct, frozen=True, forbid_unknown_fields=True):
    redirect: tuple[Redirect, ...] = ()


def moved_pages(folder: Path, index: PermalinkIndex) -> dict[str, dict[str, bytes]]:
    """For each edition's folder, and at "" for the publication's root, a page at every place that redirects.toml
    says was left, which leads on to where its content is; with rules, those for single addresses.

    Raises GuidanceError when the file is not of its form, or says of one place twice where it leads.
    """
    path = folder / REDIRECTS
    held = read_toml(path, _Redirects).redirect
    made: dict[str, dict[str, bytes]] = {"": {}, **{edition.id: {} for edition in index.publication.editions}}
    for one in held:
        if [other.old for other in held].count(one.old) > 1 or one.old == one.new:
            raise GuidanceError(f"{path}: {one.old} must lead to one other place")
        first, _, rest = one.old.partition("/")
        below, place = (first, rest) if first in made and rest else ("", one.old)
        made[below][f"{place}index.html"] = moved_page(one.old, one.new, index)
    if index.rules:
        start = "/".join(filter(None, ("", index.prefix)))
        moved = tuple(Rule(f"{start}/{one.old}", f"{start}/{one.new}") for one in held)
        made[""][RULES] = site_rules((), (*moved, *single_rules(index)))
    if held and not any(index.entries.values()):
        made[""][f"t/{STYLE_NAME}"] = style(index)  # which comes with permalinks, where there are any
    return made


def lay_moved(files: Mapping[str, bytes], pages: Iterable[str], moved: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files of a folder with its moved pages among them. Raises GuidanceError where there is a page already, among
    `files` or the Markdown `pages`."""
    built = {path.removesuffix("index.md").removesuffix(".md").rstrip("/") for path in pages}
    for path in moved:
        if path in files or path.removesuffix("/index.html") in built:
            raise GuidanceError(
                f"{REDIRECTS}: there is a page at {path.removesuffix('index.html')}; it has not moved"
            )
    return {**files, **moved}
