"""Where text comes from: the order of places, what is refused, and how often a silent host is asked."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx
import msgspec
import pytest

from guidance.document.kinds import PDF, fault
from guidance.document.model import GuidanceError
from guidance.document.register import Edition, Publication, Revision
from guidance.sources import Fetcher, Missing, Shelf, Source, source_folders
from guidance.sources.identity import Verdict

ADDRESS = "https://files.example.org/guide-2020.pdf"


def pdf(words: str) -> bytes:
    """Bytes that pass for a PDF file."""
    return b"%PDF-1.7\n" + words.encode() + b"\nstartxref\n0\n%%EOF\n"


def prove(paths: Sequence[Path]) -> Mapping[Path, Verdict | str]:
    """What the files of these tests prove to be: the edition that "proves" in them names."""
    found = {path: re.search(rb"proves (\S+)", path.read_bytes()) for path in paths}
    return {
        path: Verdict(match[1].decode(), f"Keeping a library, {match[1].decode()}")
        if match
        else Verdict(None, "X, 1")
        for path, match in found.items()
    }


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


PINNED = pdf("the pinned revision")
REGISTER = Publication(
    title="Keeping a library",
    short="KL",
    publisher="A made-up office",
    editions=(
        Edition("2010", "Keeping a library 2010", "2010-01-01", ended="2020-01-01"),
        Edition(
            "2020",
            "Keeping a library 2020",
            "2020-01-01",
            revisions=(
                Revision("2020-01", "First issue", "2020-01", url="https://files.example.org/first.pdf"),
                Revision("2020-06", "Mended", "2020-06", url=ADDRESS, sha256=digest(PINNED)),
            ),
        ),
        Edition("2020-draft", "A draft", "2020-02-01"),
    ),
)


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    named = {name: tmp_path / name for name in ("given", "sources", "cache")}
    for folder in named.values():
        folder.mkdir()
    return named


def find(places: dict[str, Path], fetcher: Fetcher | None = None, edition: str = "2020") -> Source | Missing:
    return shelf(places).source(REGISTER.edition(edition), None, fetcher)


def shelf(places: dict[str, Path], trust: Mapping[str, Path] | None = None) -> Shelf:
    return Shelf(REGISTER, (places["given"], places["sources"]), places["cache"], prove, trust)


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> Fetcher:
    return Fetcher(transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (("given", "sources", "cache"), "given"),
        (("sources", "cache"), "sources"),
        (("cache",), "cache"),
    ],
)
def test_the_first_place_that_has_the_file_wins(
    places: dict[str, Path], there: tuple[str, ...], expected: str
) -> None:
    for name in there:
        (places[name] / "2020.pdf").write_bytes(pdf(f"{name} proves 2020"))
    found = find(places)
    assert isinstance(found, Source)
    assert found.path.parent == places[expected]
    assert found.sha256 == digest(pdf(f"{expected} proves 2020"))


@pytest.mark.parametrize(
    ("name", "proves", "edition"),
    [
        ("2020.pdf", "2020", "2020"),
        ("2020_v2.PDF", "2020", "2020"),
        ("2020.pdf", "2010", "2010"),
        ("notes.pdf", "2020-draft", "2020-draft"),
        ("Keeping_a-library (1)", "2020", "2020"),
        ("2020.txt", "2020", "2020"),
        ("2020.pdf", "nothing", None),
        (".2020.pdf", "2020", None),
    ],
)
def test_a_file_is_known_by_what_it_proves(
    places: dict[str, Path], name: str, proves: str, edition: str | None
) -> None:
    (places["given"] / name).write_bytes(pdf(f"proves {proves}" if proves != "nothing" else "words"))
    found = {e.id for e in REGISTER.editions if isinstance(find(places, edition=e.id), Source)}
    assert found == ({edition} if edition else set())


def test_a_file_that_is_another_text_is_refused_and_the_search_goes_on(places: dict[str, Path]) -> None:
    (places["given"] / "2020.pdf").write_bytes(pdf("another text"))
    found = find(places)
    assert isinstance(found, Missing)
    assert (found.fault, found.refused) == (True, True)
    assert found.reason == f"{places['given'] / '2020.pdf'}: seems to be X, 1; not taken as 2020"
    (places["sources"] / "mine.pdf").write_bytes(pdf("proves 2020"))
    behind = find(places)
    assert isinstance(behind, Source)
    assert behind.path.name == "mine.pdf"


def test_what_became_of_every_file(places: dict[str, Path]) -> None:
    given, sources = places["given"], places["sources"]
    (given / "2020.pdf").write_bytes(PINNED)
    (given / "2010.pdf").write_bytes(pdf("another text"))
    (given / "older.pdf").write_bytes(pdf("proves 2020"))
    (given / "draft.pdf").write_bytes(pdf("proves 2020-draft"))
    (given / "README.txt").write_text("words of ours", encoding="utf-8")
    (sources / "2020.pdf").write_bytes(PINNED)
    (sources / "short.pdf").write_bytes(PINNED[:30])
    here = shelf(places)
    used = here.source(REGISTER.edition("2020"))
    assert isinstance(used, Source)
    rows = {row.path.relative_to(given.parent).as_posix(): row for row in here.rows((used,), ("2010", "2020"))}
    assert {name: row.state for name, row in rows.items()} == {
        "given/2010.pdf": "not recognised",
        "given/2020.pdf": "used",
        "given/README.txt": "not recognised",
        "given/draft.pdf": "not asked for",
        "given/older.pdf": "shadowed",
        "sources/2020.pdf": "shadowed",
        "sources/short.pdf": "not recognised",
    }
    assert rows["given/2010.pdf"].words == "seems to be X, 1; not taken as 2010"
    assert rows["given/2020.pdf"].words == "as 2020, revision 2020-06: its digest is pinned"
    assert rows["sources/2020.pdf"].words == f"{given / '2020.pdf'} is used as 2020"


def test_a_file_is_trusted_against_what_it_seems_to_be(places: dict[str, Path]) -> None:
    (places["given"] / "x.pdf").write_bytes(pdf("another text"))
    (places["given"] / "2020.pdf").write_bytes(PINNED)
    here = shelf(places, {"2020": Path("x.pdf")})
    found = here.source(REGISTER.edition("2020"))
    assert isinstance(found, Source)
    assert (found.path.name, found.revision) == ("x.pdf", None)
    assert (found.proof.how, found.proof.seems) == ("trusted", "X, 1")
    rows = {row.path.name: row for row in here.rows((found,), ("2020",))}
    assert rows["x.pdf"].words == "as 2020, revision not known: trusted, though it seems to be X, 1"
    assert rows["2020.pdf"].state == "shadowed"


@pytest.mark.parametrize(
    ("edition", "file", "words"),
    [
        ("1066", "2020.pdf", "no such edition"),
        ("2020", "y.pdf", "no such file"),
        ("2020", "short.pdf", "cut short"),
    ],
)
def test_trust_that_cannot_be_given(places: dict[str, Path], edition: str, file: str, words: str) -> None:
    (places["given"] / "2020.pdf").write_bytes(pdf("another text"))
    (places["given"] / "short.pdf").write_bytes(PINNED[:30])
    with pytest.raises(GuidanceError, match=words):
        shelf(places, {edition: Path(file)})


def test_a_file_in_the_cache_proves_itself_once_the_lock_is_gone(places: dict[str, Path]) -> None:
    (places["cache"] / "2020-2020-01.pdf").write_bytes(pdf("another text"))
    assert isinstance(find(places), Missing)
    (places["cache"] / "2020-2020-01.pdf").write_bytes(pdf("proves 2020"))
    assert isinstance(find(places), Source)
    (places["cache"] / "2020-2020-01.pdf").unlink()
    (places["cache"] / "2020-06.pdf").write_bytes(pdf("proves 2020"))  # in the place of a pinned one
    assert isinstance(find(places), Missing)


def test_a_digest_says_more_than_a_name(places: dict[str, Path]) -> None:
    (places["given"] / "2010.pdf").write_bytes(PINNED)
    (places["given"] / "2020.pdf").write_bytes(pdf("something else"))
    found = find(places)
    assert isinstance(found, Source)
    assert found.path.name == "2010.pdf"
    assert found.revision == REGISTER.edition("2020").revisions[1]
    assert isinstance(find(places, edition="2010"), Missing)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<!doctype html><title>Not found</title>", "not a PDF"),
        (PINNED[:30], "cut short"),
    ],
)
def test_a_faulty_file_is_named_and_ends_the_search(places: dict[str, Path], content: bytes, words: str) -> None:
    (places["given"] / "2020.pdf").write_bytes(content)
    (places["cache"] / "2020.pdf").write_bytes(PINNED)
    found = find(places)
    assert isinstance(found, Missing)
    assert found.fault
    assert "2020.pdf" in found.reason
    assert words in found.reason
    assert "\n" not in found.reason


def test_a_faulty_file_in_the_cache_is_fetched_anew(places: dict[str, Path]) -> None:
    (places["cache"] / "2020-2020-06.pdf").write_bytes(PINNED[:30])
    found = find(places, answering(lambda request: httpx.Response(200, content=PINNED)))
    assert isinstance(found, Source)
    assert found.path.read_bytes() == PINNED


def test_the_newest_address_is_asked_first_and_its_file_kept(places: dict[str, Path]) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, content=PINNED)

    found = find(places, answering(answer))
    assert isinstance(found, Source)
    assert found.revision
    assert found.revision.id == "2020-06"
    assert asked == [ADDRESS]
    assert isinstance(find(places), Source), "the second time it comes from the cache"


def test_a_silent_host_is_asked_once(places: dict[str, Path]) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        raise httpx.ConnectError("no route to host")

    fetcher = answering(answer)
    for _ in range(3):
        found = find(places, fetcher)
        assert isinstance(found, Missing)
        assert not found.fault
    assert asked == [ADDRESS]


def test_without_network_nothing_is_fetched(places: dict[str, Path]) -> None:
    found = find(places, None)
    assert isinstance(found, Missing)
    assert "2020.pdf" in found.reason


@pytest.mark.parametrize(
    ("names", "asked", "expected"),
    [
        (("2020-2020-01.pdf", "2020-06.pdf"), None, "2020-06.pdf"),
        (("2020-01.pdf", "2020-06-again.pdf"), None, "2020-06-again.pdf"),
        (("2020-06.pdf", "2020.pdf"), None, "2020-06.pdf"),
        (("2020-01.pdf", "2020-06.pdf"), "2020-01", "2020-01.pdf"),
        (("2020-06.pdf",), "2020-01", None),
        (("2020-061.pdf",), "2020-06", None),
        (("2020-06-15.pdf",), "2020-06", None),
        (("2020.html", "2020.pdf"), None, "2020.pdf"),
        (("2020.html",), None, "2020.html"),
    ],
)
def test_of_several_files_the_newest_or_the_one_asked_for(
    places: dict[str, Path], names: tuple[str, ...], asked: str | None, expected: str | None
) -> None:
    for name in names:
        content = b"<!doctype html><p>proves 2020" if name.endswith("html") else pdf(f"{name} proves 2020")
        (places["given"] / name).write_bytes(content)
    edition = msgspec.structs.replace(
        REGISTER.edition("2020"),
        revisions=tuple(msgspec.structs.replace(r, sha256=None) for r in REGISTER.edition("2020").revisions),
    )
    register = msgspec.structs.replace(REGISTER, editions=(edition,))
    revision = next((r for r in edition.revisions if r.id == asked), None)
    standing = Shelf(register, (places["given"],), places["cache"], prove)
    found = standing.source(edition, revision)
    assert (found.path.name if isinstance(found, Source) else None) == expected
    here = standing.at_hand(edition)
    assert (asked in here) == (asked is not None and expected is not None)


@pytest.mark.parametrize(
    ("content", "sound"),
    [(PINNED, True), (PINNED + b"\n" * 500, True), (b"\n\n" + PINNED, True), (PINNED + b"x" * 9000, False)],
)
def test_whether_a_pdf_is_whole(content: bytes, sound: bool) -> None:
    assert (fault(content, PDF) is None) == sound


def test_folders_in_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    own = tmp_path / "sources"
    assert source_folders(one, str(two), tmp_path) == (one, own)
    assert source_folders(None, str(two), tmp_path) == (two, own)
    assert source_folders(None, None, tmp_path) == (own,)
    with pytest.raises(GuidanceError, match="GUIDANCE_SOURCES"):
        source_folders(None, str(tmp_path / "three"), tmp_path)
    with pytest.raises(GuidanceError, match="--sources"):
        source_folders(tmp_path / "three", str(two), tmp_path)
