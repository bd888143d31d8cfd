"""Compared editions -> the search page of a publication and the files that it asks.

Brings the rooms together; records are made in `site.search`, and nothing is printed here.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec
from mkdocs.utils import meta
from msgspec import Struct

from guidance.audit.vocabulary import AuditVocabulary
from guidance.build.comparisons import Compared
from guidance.build.orders import Call
from guidance.cite.citation import CitationGrammar, Known
from guidance.cite.resolve import grammar_record
from guidance.document.model import Permalink
from guidance.document.register import Publication
from guidance.jobs.cache import Crew
from guidance.site import data_files, search
from guidance.site.indexes import HOME, TITLE, Topic
from guidance.site.pages import Page, is_own_page
from guidance.site.search_index import search_files


class Searching(Struct, frozen=True):
    """A search that is being made: its page, and what that asks, by path from the root, which is waited for."""

    page: Page
    files: Callable[[], dict[str, bytes]]


def start_search(
    publication: Publication,
    known: Mapping[str, Mapping[str, Permalink]],
    files: Mapping[str, bytes],
    compared: Compared,
    called: AuditVocabulary,
    everyday: tuple[search.Everyday, ...],
    topics: tuple[Topic, ...],
    crew: Crew,
) -> Searching | None:
    """Begin the search over all texts and the hand-written `files`; None where there is nothing to find.

    Editions of which only the published anchors are `known` can be cited, not searched; `called` has the names by
    which people cite the publication, and `everyday` words lead to what answers them, the names of `topics` to
    their pages.
    """
    editions = tuple(
        search.Searchable(publication.edition(one), text, compared.addresses[one], compared.duties[one])
        for one, text in compared.documents.items()
    )
    citable = {}
    for edition in reversed(publication.editions):
        text = compared.documents.get(edition.id)
        published = known[edition.id]
        entries = tuple(published[p.anchor] for p in text.everything) if text else tuple(published.values())
        if entries:
            citable[edition.id] = search.places(edition.id, entries, compared.addresses.get(edition.id, {}))
    if not citable:
        return None
    acronyms = compared.knowledge.acronyms
    records = search.search_records(editions, compared.crosswalk.lineages, acronyms)
    agencies = {agency.id: agency.name for agency in compared.knowledge.vocabulary.entries}
    ours = {path: content for path, content in files.items() if is_own_page(path)}
    making = Call(
        "indexes",
        "the search index",
        index_records,
        records,
        ours,
        acronyms,
        tuple(one for one in everyday if not one.page or one.page.partition("#")[0] in ours),
        topics,
    )
    beside = {search.places_path(edition): data_files.encode(found) for edition, found in citable.items()}
    grammar = CitationGrammar(Known(publication, called))
    beside[search.GRAMMAR] = _compact(grammar_record(grammar, publication, list(citable)))
    page = search.render_search(publication, editions, citable, agencies, has_pages=bool(ours))
    index = making.start(crew) if records or ours else dict[str, bytes]
    return Searching(page, lambda: beside | index())


def index_records(
    records: tuple[search.SearchRecord, ...],
    pages: dict[str, bytes],
    acronyms: tuple[search.Acronym, ...],
    everyday: tuple[search.Everyday, ...],
    topics: tuple[Topic, ...],
) -> dict[str, bytes]:
    """The files that are searched in, by path from the publication's root: of records, of hand-written pages by
    path, and of topics by their names, which weigh least as their headings; a job."""
    home = search.OwnPage(HOME, TITLE, (), "")  # nothing is found in the list
    own = (*_own_pages(pages), home, *(search.OwnPage(one.path, one.name, one.said, one.name) for one in topics))
    records += search.own_records(own, acronyms)
    return {path: _compact(found) for path, found in search_files(records, acronyms, everyday).items()}


def _own_pages(files: dict[str, bytes]) -> Iterator[search.OwnPage]:
    """What can be found of hand-written pages: those that do not ask to be left out (`search: {exclude: true}`)."""
    from guidance.check.readability import read_blocks  # a parser of Markdown, which only this job needs

    for path, content in files.items():
        text = content.decode("utf-8", errors="replace")
        front = meta.get_data(text)[1]
        asked = front.get("search")
        if isinstance(asked, dict) and asked.get("exclude"):
            continue
        blocks = read_blocks(text)
        headings = tuple(block.text for block in blocks if block.kind in ("h1", "h2", "h3"))
        title = str(front.get("title") or (headings[0] if headings else path))
        words = "\n".join(block.text for block in blocks if block.text)
        yield search.OwnPage(path, title, headings, words, str(front.get("audience") or ""))


def _compact(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")
