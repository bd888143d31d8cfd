"""What is found in an edition's text, found once: its duties and the words that make them, what it cites, and the
terms it explains. One job for each edition, from which every page, file and comparison is made.

What a duty, a reference or a term is, is decided in `link`; nothing is printed here.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from guidance.document.model import Definition, Document, Duty, Locus, Reference, Strength, Unresolved
from guidance.jobs.cache import Crew, Job, code_digest
from guidance.link.acts import Act, Acts
from guidance.link.agencies import Vocabulary, read_agencies
from guidance.link.duties import find_bound
from guidance.link.glossary import find_terms
from guidance.link.references import find_references, read_known
from guidance.link.titles import Guidance
from guidance.site.search import ACRONYMS, Acronym, read_acronyms

AGENCIES = "agencies.toml"  # in a publication's folder
_encode = msgspec.msgpack.encode


class Knowledge(Struct, frozen=True):
    """The tables of a publication by which its texts are read, each read once."""

    vocabulary: Vocabulary = Vocabulary()
    acts: tuple[Act, ...] = ()
    titles: tuple[Guidance, ...] = ()
    acronyms: tuple[Acronym, ...] = ()

    @property
    def short_forms(self) -> dict[str, str]:
        """Each acronym with the first of its long forms."""
        return {acronym.short: acronym.long[0] for acronym in self.acronyms if acronym.long}


class Annotations(Struct, frozen=True):
    """What is found in one text, by offset, in reading order; `binding` are the words that make its duties."""

    duties: tuple[Duty, ...] = ()
    binding: tuple[tuple[Locus, Strength], ...] = ()
    references: tuple[Reference | Unresolved, ...] = ()
    terms: tuple[Definition, ...] = ()


def read_knowledge(folder: Path) -> Knowledge:
    """The tables in a publication's folder. Raises GuidanceError when one is not of its form."""
    acts, titles = read_known(folder)
    return Knowledge(read_agencies(folder / AGENCIES), acts.entries, titles, read_acronyms(folder / ACRONYMS))


def pack(documents: Mapping[str, Document]) -> dict[str, bytes]:
    """Each document as a job takes it: without its pictures, in which nothing is looked for."""
    return {edition: _encode(structs.replace(text, assets=())) for edition, text in documents.items()}


@lru_cache(maxsize=16)
def unpack(packed: bytes) -> Document:
    """The document that was packed; a worker that gets it for several jobs unpacks it once."""
    return msgspec.msgpack.decode(packed, type=Document)


def find_annotations(packed: Mapping[str, bytes], knowledge: Knowledge, crew: Crew) -> dict[str, Annotations]:
    """What is found in each of some packed documents."""
    tables = _encode(knowledge)
    jobs = [
        Job(f"the duties and references of {edition}", annotations_of, (text, tables), code_digest(), "annotations")
        for edition, text in packed.items()
    ]
    found = (msgspec.msgpack.decode(answer, type=Annotations) for answer in crew.run(jobs))
    return dict(zip(packed, found, strict=True))


def annotations_of(packed: bytes, tables: bytes) -> bytes:
    """A packed document and packed Knowledge -> its Annotations; a job."""
    document, knowledge = unpack(packed), msgspec.msgpack.decode(tables, type=Knowledge)
    duties, binding = find_bound(document, knowledge.vocabulary)
    references = find_references(document, Acts(knowledge.acts), knowledge.titles)
    terms = find_terms(document, references, knowledge.short_forms)
    return _encode(Annotations(duties, binding, references, terms))
