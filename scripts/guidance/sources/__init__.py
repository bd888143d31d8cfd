"""The room where the text of an edition comes from: folders of the reader's, the cache, the official address, a web
archive. It alone uses the network; what a file holds is read elsewhere, and judged here."""

from guidance.sources.fetching import Fetched, Fetcher, Limits, Tell, UnreachableError
from guidance.sources.finding import FileRow, Identity, Missing, Shelf, Source, say_identity, source_folders

__all__ = [
    "Fetched",
    "Fetcher",
    "FileRow",
    "Identity",
    "Limits",
    "Missing",
    "Shelf",
    "Source",
    "Tell",
    "UnreachableError",
    "say_identity",
    "source_folders",
]
