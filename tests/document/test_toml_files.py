"""TOML files that people write: what is wrong with one is a line that names the file and says what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import Struct

from guidance.audit.vocabulary import read_wanted
from guidance.build.handwritten import read_overlay
from guidance.build.load import read_corrections
from guidance.compare.official import read_listed
from guidance.document.model import GuidanceError, read_toml
from guidance.document.register import read_lock, read_register
from guidance.link.acts import read_acts
from guidance.link.agencies import read_agencies
from guidance.link.siblings import read_titles
from guidance.site.feeds import LOG, read_log
from guidance.site.handwritten import read_reviews
from guidance.site.search import read_acronyms, read_everyday

REGISTER = read_register(Path(__file__).parents[2] / "versions")
READERS: dict[str, Callable[[Path], object]] = {
    "editions.toml": lambda path: read_register(path.parent),
    "sources.lock": read_lock,
    "corrections.toml": lambda path: read_corrections(path.parent),
    "audit.toml": lambda path: read_wanted(path.parent, REGISTER),
    "partnership.toml": lambda path: read_overlay(path.parent, {}, {}),
    "reviews.toml": read_reviews,
    "official-changes.toml": read_listed,
    "acts.toml": read_acts,
    "agencies.toml": read_agencies,
    "guidance.toml": read_titles,
    "acronyms.toml": read_acronyms,
    "everyday.toml": read_everyday,
    LOG: lambda path: read_log(path.read_bytes()),
}
NOT_TOML, NOT_UTF_8, NOT_THIS = b"name = \nother", b'name = "\xff"', b"name = 3\n"


BAD = [(name, content) for name in READERS for content in (NOT_TOML, NOT_UTF_8, NOT_THIS)]
BAD.remove(("sources.lock", NOT_THIS))  # what a later version of this program writes there is left alone


@pytest.mark.parametrize(("name", "content"), BAD)
def test_a_bad_file_is_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GuidanceError) as caught:
        READERS[name](tmp_path / name)
    message = str(caught.value)
    assert message.startswith(name if name == LOG else str(tmp_path / name))
    assert "\n" not in message


@pytest.mark.parametrize("name", sorted({*READERS} - {"editions.toml", "partnership.toml", "audit.toml", LOG}))
def test_a_file_that_is_not_there_says_nothing(tmp_path: Path, name: str) -> None:
    read = READERS[name]
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / name).write_bytes(b"")
    assert read(tmp_path / name) == read(tmp_path / "empty" / name)


class Boat(Struct, forbid_unknown_fields=True):
    name: str = "none"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name = \n", "line 1"),
        (b"name = 3", "$.name"),
        (b"nmae = 'a'", "`nmae`"),
        (b"\xff", "not in UTF-8; save it so"),
        (b"name = " + b"[" * 9000, "nested too deeply"),
    ],
)
def test_it_is_said_where_the_fault_is_and_what_to_do(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "boat.toml"
    path.write_bytes(content)
    with pytest.raises(GuidanceError) as caught:
        read_toml(path, Boat)
    assert said in str(caught.value)
    assert str(caught.value).endswith(("; correct it there", "; save it so"))
    with pytest.raises(GuidanceError, match="cannot be read"):
        read_toml(tmp_path, Boat)
    assert read_toml(tmp_path / "none.toml", Boat) == Boat()
    with pytest.raises(GuidanceError, match=r"none\.toml: write one$"):
        read_toml(tmp_path / "none.toml", Boat, missing="write one")
