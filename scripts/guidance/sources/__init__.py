"""The room where the text of an edition comes from: folders of the reader's, the cache, the official address, a web
archive. It alone uses the network; nothing here looks into a file further than to say what it is."""

from guidance.sources.fetching import Fetched, Fetcher, UnreachableError, file_name
from guidance.sources.finding import Missing, Source, find_source, source_folders, sources_at_hand
from guidance.sources.kinds import Limits, Tell

__all__ = [
    "Fetched",
    "Fetcher",
    "Limits",
    "Missing",
    "Source",
    "Tell",
    "UnreachableError",
    "file_name",
    "find_source",
    "source_folders",
    "sources_at_hand",
]
