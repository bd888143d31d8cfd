"""How every test is run: the same examples each time, and what tests share built once.

Tests go to workers by file, and all that open the real site to one: xdist's own groups are no help, for they work
by renaming tests, which pytest 9.2 does not let a plugin do.
"""

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# A run that failed by chance would say nothing about the change it was run for. To look for new counterexamples:
# `pytest --hypothesis-profile=default`.
settings.register_profile("same each time", derandomize=True, deadline=None)
settings.load_profile("same each time")

REAL_SITE = "tests/in_browser/real_site/"
LONGEST_FIRST = (REAL_SITE, "tests/in_browser/", "tests/read/", "tests/site/", "tests/")


def piece_of_work(nodeid: str) -> str:
    """What one worker runs as a whole: a file, or the folder of those that open the real site."""
    return REAL_SITE if nodeid.startswith(REAL_SITE) else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Hand tests out by our pieces."""
    scheduling = LoadFileScheduling(config, log)
    scheduling._split_scope = piece_of_work
    return scheduling


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: next(at for at, room in enumerate(LONGEST_FIRST) if item.nodeid.startswith(room)))
