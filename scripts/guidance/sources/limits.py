"""What a download may take, and who hears of it; apart from what downloads, which is slow to load.

Types and words only.
"""

from collections.abc import Callable

from msgspec import Struct

Tell = Callable[[str, int, int | None], None]
"""Hears how far a download is: the file's name, bytes received, bytes in all where the server says so."""


class Limits(Struct, frozen=True):
    """What a download may take: seconds to connect, seconds without a byte, seconds in all, bytes, tries, the
    longest wait (seconds) that a server may ask for, and redirects."""

    connect: float = 5.0
    idle: float = 20.0
    whole: float = 300.0
    largest: int = 200 * 1024 * 1024
    attempts: int = 4
    wait: float = 30.0
    redirects: int = 5


def too_long(limits: Limits) -> str:
    """What is said of a download that takes more time than it has."""
    return (
        f"not finished after {limits.whole:.0f} s; try again (it goes on from there), or put the file into sources/"
    )
