"""How every test is run: the same examples each time, and a file's tests by one worker."""

import pytest
from hypothesis import settings

# A run that failed by chance would say nothing about the change it was run for. To look for new counterexamples:
# `pytest --hypothesis-profile=default`.
settings.register_profile("same each time", derandomize=True, deadline=None)
settings.load_profile("same each time")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What tests share is built once: a file's tests go to one worker, and so do all that open the real site."""
    for item in items:
        shares = "real site" if "real_address" in getattr(item, "fixturenames", ()) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(shares))
