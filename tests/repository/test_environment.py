"""What is installed: the packages that are pinned, and none that would build with another MkDocs."""

from importlib.metadata import distributions, version

import pytest

OTHER_MKDOCS = {
    "properdocs",
    "mkdocs-redirects",
    "mkdocs-literate-nav",
    "mkdocs-gen-files",
    "mkdocs-rss-plugin",
    "mkdocs-section-index",
}


def test_no_other_mkdocs_is_here() -> None:
    installed = {distribution.name.lower().replace("_", "-") for distribution in distributions()}
    assert "mkdocs" in installed
    assert not installed & OTHER_MKDOCS, "mike would silently build with another MkDocs than ours"


@pytest.mark.parametrize(
    ("package", "pinned"),
    [("mkdocs", "1.6.1"), ("mkdocs-material", "9.8.1"), ("mike", "2.2.0"), ("markdown", "3.11.3")],
)
def test_the_site_is_made_with_what_is_pinned(package: str, pinned: str) -> None:
    assert version(package) == pinned
