"""What other sites embed of all editions together, as a build lays it out."""

from guidance.site.embeds import edition_embeds, quotable, quotable_path, shared_files
from guidance.site.permalink_index import PermalinkIndex


def embed_files(index: PermalinkIndex) -> dict[str, bytes]:
    """Path from the publication's root -> file, for all that other sites embed."""
    files = {path: held for edition in index.entries for path, held in edition_embeds(edition, index).items()}
    return shared_files(index) | files


def quotation_files(index: PermalinkIndex) -> dict[str, bytes]:
    """Path from the publication's root -> file, for each edition with text: what may be quoted of it."""
    return {quotable_path(edition): quotable(edition, index) for edition in index.provisions}
