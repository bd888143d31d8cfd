"""Fetching from a server that misbehaves: what is tried again, refused, kept, and recorded."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from guidance.document.model import GuidanceError
from guidance.document.register import LOCK, Edition, Publication, Revision, read_lock, read_register
from guidance.sources import Fetched, Fetcher, Limits, Missing, Shelf, Source, UnreachableError, say_identity
from guidance.sources.fetching import Seen, read_seen, upload_of
from guidance.sources.identity import Verdict
from misbehaving_server import Answer, Awkward, Behaviour, awkward_server

WORDS = b"%PDF-1.7\n" + b"words of our own " * 4000 + b"\nstartxref\n0\n%%EOF\n"
OTHER = WORDS.replace(b"own", b"OWN")
SHORT = Limits(connect=0.2, idle=0.2, attempts=2)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def held(register: Publication, cache: Path) -> Shelf:
    """What is in a cache, where no file proves anything."""
    return Shelf(register, (), cache, lambda paths: {path: Verdict(None, "X") for path in paths})


def says(content: bytes, **headers: str) -> Behaviour:
    return lambda answer: answer.send(200, content, **headers)


def status(code: int, **headers: str) -> Behaviour:
    return lambda answer: answer.send(code, b"<html>no</html>", **headers)


def broken(answer: Answer) -> None:
    """The first third of the file, and then the line goes dead."""
    answer.start(200, Content_Length=str(len(WORDS)), ETag='"one"')
    answer.write(WORDS[: len(WORDS) // 3])


def endless(answer: Answer) -> None:
    answer.start(200)
    while not answer.ending.is_set():
        answer.write(WORDS)


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.fixture
def server() -> Iterator[Awkward]:
    with awkward_server() as running:
        yield running


class Library:
    """A publication of one edition and one revision at `address`, with its cache and its lock."""

    def __init__(self, folder: Path, address: str, sha256: str | None = None, **more: str) -> None:
        self.folder, self.cache = folder, folder / "cache"
        pin = f'sha256 = "{sha256}"\n' if sha256 else ""
        extra = "".join(f"{name} = {value}\n" for name, value in more.items())
        (folder / "editions.toml").write_text(
            f'title = "T"\nshort = "T"\npublisher = "P"\n{extra}[[editions]]\nid = "2020"\ntitle = "T"\n'
            f'published = "2020"\n[[editions.revisions]]\nid = "2020-06"\ndate = "2020-06"\nwhat = "Issued."\n'
            f'url = "{address}"\n{pin}',
            encoding="utf-8",
        )

    @property
    def register(self) -> Publication:
        return read_register(self.folder)

    @property
    def file(self) -> Path:
        return self.cache / "2020-06.pdf"

    def fetcher(self, limits: Limits | None = None) -> Fetcher:
        return Fetcher(self.folder / LOCK, limits)

    def fetch(self, limits: Limits | None = None) -> Fetched:
        return self._fetch(self.fetcher(limits))

    def _fetch(self, fetcher: Fetcher) -> Fetched:
        edition = self.register.editions[0]
        return fetcher.fetch(self.register, edition, edition.revisions[0], self.cache)

    def refused(self, limits: Limits | None = None) -> str:
        with pytest.raises(GuidanceError) as caught:
            self.fetch(limits)
        assert "\n" not in str(caught.value)
        assert not self.file.exists()
        return str(caught.value)

    def shown(self) -> list[str]:
        """What is in the cache for everybody to see."""
        return sorted(p.relative_to(self.cache).as_posix() for p in self.cache.rglob("*") if p.name[0] != ".")


def test_a_file_is_fetched_whole_and_recorded(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", says(WORDS)))
    told: list[tuple[str, int, int | None]] = []
    fetcher = library.fetcher()
    fetcher.tell = lambda *how_far: told.append(how_far)
    fetched = library._fetch(fetcher)
    assert (fetched.state, fetched.path.read_bytes()) == ("fetched", WORDS)
    assert told[-1] == ("2020-06.pdf", len(WORDS), len(WORDS))
    (seen,) = read_lock(tmp_path / LOCK)
    assert (seen.edition, seen.revision, seen.sha256, seen.size) == ("2020", "2020-06", digest(WORDS), len(WORDS))
    assert library.register.editions[0].revisions[0].sha256 == digest(WORDS)
    assert library.shown() == ["2020-06.pdf"]


def test_a_pinned_file_needs_no_record(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", says(WORDS)), digest(WORDS))
    assert library.fetch().sha256 == digest(WORDS)
    assert not (tmp_path / LOCK).exists()


@pytest.mark.parametrize(
    "first",
    [status(503), status(429, Retry_After="0"), status(500), broken, lambda answer: None, says(WORDS[:9000])],
    ids=["503", "429", "500", "cut off", "no answer at all", "short and sure of it"],
)
def test_what_may_pass_is_tried_again(tmp_path: Path, server: Awkward, first: Behaviour) -> None:
    library = Library(tmp_path, server.on("/g.pdf", first, says(WORDS)))
    assert library.fetch().path.read_bytes() == WORDS
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (status(404), "404"),
        (status(403), "403"),
        (says(b"<!doctype html><title>Sorry</title>" * 90, Content_Type="application/pdf"), "is a web page"),
        (says(b""), "empty"),
        (says(b"PK\x03\x04 not a PDF either"), "is a Word file"),
        (says(b"\x00\x01"), "not a PDF"),
        (status(503, Retry_After="86400"), "come back in 86400 s"),
        (lambda answer: answer.start(200, Content_Length=str(10**12)), "larger than"),
    ],
)
def test_what_will_not_pass_is_asked_once(
    tmp_path: Path, server: Awkward, behaviour: Behaviour, words: str
) -> None:
    library = Library(tmp_path, server.on("/g.pdf", behaviour))
    assert words in library.refused()
    assert len(server.asked) == 1
    assert library.shown() == []
    assert not (tmp_path / LOCK).exists()


def test_a_fault_that_stays_is_given_up(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", status(503)))
    assert "503, 4 times over" in library.refused()
    assert len(server.asked) == 4


def test_what_broke_off_comes_whole_or_not_at_all(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", broken))
    library.refused()
    assert not library.cache.exists() or not list(library.cache.iterdir()), "nothing unfinished is left"
    server.on("/g.pdf", broken, says(WORDS))
    assert library.fetch().path.read_bytes() == WORDS
    assert [asked for asked in server.asked if "range" in asked.headers] == [], "and it is small: it comes anew"


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", says(WORDS)))
    there: list[bool] = []
    fetcher = library.fetcher()
    fetcher.tell = lambda *_: there.append(library.file.exists())
    library._fetch(fetcher)
    assert there
    assert not any(there)
    assert sorted(p.name for p in library.cache.iterdir()) == [".2020-06.pdf.json", "2020-06.pdf"]


def test_an_endless_file_ends(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", endless))
    assert "larger than 1 MB" in library.refused(Limits(largest=1 << 20))
    assert not list(library.cache.glob("*")), "nothing of it is kept"


def test_an_endless_wrong_file_ends_at_its_first_bytes(tmp_path: Path, server: Awkward) -> None:
    def pages(answer: Answer) -> None:
        answer.start(200)
        while not answer.ending.is_set():
            answer.write(b"<html>" * 1000)

    assert "web page" in Library(tmp_path, server.on("/g.pdf", pages)).refused()


def test_a_file_that_never_ends_has_its_time(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", endless))
    assert "not finished after" in library.refused(Limits(whole=0.001, largest=10**12))


def test_a_host_that_says_nothing_is_asked_once(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", lambda answer: answer.wait()))
    fetcher = library.fetcher(SHORT)
    for _ in range(3):
        with pytest.raises(UnreachableError, match="did not answer"):
            library._fetch(fetcher)
    assert len(server.asked) <= 1  # none where the machine is so slow that it did not even connect


def test_a_host_that_falls_silent_is_given_up(tmp_path: Path, server: Awkward) -> None:
    def stalls(answer: Answer) -> None:
        broken(answer)
        answer.wait()

    Library(tmp_path, server.on("/g.pdf", stalls)).refused(SHORT)


# --- Redirects -------------------------------------------------------------------------------------


def test_a_redirect_on_the_same_host_is_followed(tmp_path: Path, server: Awkward) -> None:
    server.on("/new.pdf", says(WORDS))
    library = Library(tmp_path, server.on("/g.pdf", status(301, Location="/new.pdf")))
    assert library.fetch().path.read_bytes() == WORDS


def test_a_redirect_to_another_host_needs_the_register(tmp_path: Path, server: Awkward) -> None:
    with awkward_server() as other:
        target = other.on("/new.pdf", says(WORDS))
        address = server.on("/g.pdf", status(302, Location=target))
        assert "official `hosts`" in Library(tmp_path, address).refused()
        assert other.asked == []
        named = Library(tmp_path, address, hosts=f'["{server.host}", "{other.host}"]')
        assert named.fetch().path.read_bytes() == WORDS


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/x.pdf", "//evil.example/x.pdf"])
def test_a_redirect_to_anything_else_is_refused(tmp_path: Path, server: Awkward, location: str) -> None:
    library = Library(tmp_path, server.on("/g.pdf", status(302, Location=location)))
    assert "official `hosts`" in library.refused()


def test_redirects_in_a_circle_end(tmp_path: Path, server: Awkward) -> None:
    server.on("/b.pdf", status(302, Location="/g.pdf"))
    library = Library(tmp_path, server.on("/g.pdf", status(302, Location="/b.pdf")))
    assert "redirects without end" in library.refused()
    assert len(server.asked) == 2


def test_redirects_without_end_end(tmp_path: Path, server: Awkward) -> None:
    for step in range(20):
        server.on(f"/{step}.pdf", status(302, Location=f"/{step + 1}.pdf"))
    assert "redirects without end" in Library(tmp_path, f"{server.address}/0.pdf").refused()
    assert len(server.asked) == 6


# --- A file that changes ---------------------------------------------------------------------------


def test_the_server_is_asked_whether_the_file_has_changed(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", says(WORDS, ETag='"one"'), lambda a: a.start(304)))
    assert library.fetch().state == "fetched"
    assert library.fetch().state == "unchanged"
    assert server.asked[1].headers["if-none-match"] == '"one"'


@pytest.mark.parametrize("pinned", [True, False], ids=["pinned", "locked"])
def test_a_changed_file_is_kept_beside_and_never_swapped_in(tmp_path: Path, server: Awkward, pinned: bool) -> None:
    library = Library(tmp_path, server.on("/g.pdf", says(WORDS), says(OTHER)), digest(WORDS) if pinned else None)
    library.fetch()
    fetcher = library.fetcher()
    changed = library._fetch(fetcher)
    assert (changed.state, changed.path.read_bytes()) == ("changed", WORDS)
    assert "changed without a new address" in fetcher.notes[0]
    new = f"2020-06-{digest(OTHER)[:8]}"
    assert library.shown() == ["2020-06.pdf", "changed", f"changed/{new}.pdf"]
    edition = library.register.editions[0]
    assert [(r.id, r.sha256, r.unreviewed) for r in edition.revisions] == [
        ("2020-06", digest(WORDS), False),
        (new, digest(OTHER), True),
    ]
    found = held(library.register, library.cache).source(edition)
    assert isinstance(found, Source)
    assert found.sha256 == digest(WORDS), "what is built stays as it was"
    asked = held(library.register, library.cache).source(edition, edition.revisions[1])
    assert isinstance(asked, Source)
    assert asked.path.read_bytes() == OTHER, "who asks for the new one gets it"


def test_a_changed_file_alone_is_no_text(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", says(OTHER)), digest(WORDS))
    assert "changed without a new address" in library.refused()
    edition = library.register.editions[0]
    assert isinstance(held(library.register, library.cache).source(edition), Missing)


def test_the_lock_keeps_what_was_first_seen(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", says(WORDS), says(OTHER)))
    for _ in range(3):
        library.fetch()
    assert [seen.sha256 for seen in read_lock(tmp_path / LOCK)] == [digest(WORDS), digest(OTHER)]
    before = (tmp_path / LOCK).read_bytes()
    library.fetch()
    assert (tmp_path / LOCK).read_bytes() == before


def test_a_file_that_is_here_outlives_its_address(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", says(WORDS), status(404)))
    library.fetch()
    kept = library.fetch()
    assert (kept.state, kept.path.read_bytes()) == ("kept", WORDS)
    assert "404" in kept.remark


def test_a_bad_lock_is_one_line(tmp_path: Path) -> None:
    Library(tmp_path, "https://files.example.org/g.pdf")
    (tmp_path / LOCK).write_text("[[files]]\nedition = 3\n", encoding="utf-8")
    with pytest.raises(GuidanceError, match=r"sources\.lock.*restore it") as caught:
        read_register(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_lock_that_cannot_be_written_is_said_and_no_more(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", says(WORDS)))
    (tmp_path / "file").write_bytes(b"")
    fetcher = Fetcher(tmp_path / "file" / LOCK)
    assert library._fetch(fetcher).state == "fetched"
    assert any("sources.lock" in note for note in fetcher.notes)


# --- The web archive -------------------------------------------------------------------------------


def archived(folder: Path, server: Awkward, archive: Awkward, sha256: str | None = None) -> Library:
    address = f"{server.address}/g.pdf"
    return Library(folder, address, sha256, archive=f'"{archive.address}/ukgwa/"', hosts=f'["{server.host}"]')


def test_what_is_gone_comes_from_the_web_archive(tmp_path: Path, server: Awkward) -> None:
    with awkward_server() as archive:
        library = archived(tmp_path, server, archive)
        path = f"/ukgwa/20200630235959/{server.address}/g.pdf"
        archive.on(path, says(WORDS))
        fetcher = library.fetcher()
        fetched = library._fetch(fetcher)
    assert (fetched.state, fetched.path.read_bytes()) == ("archived", WORDS)
    assert "404" in fetched.remark
    assert "web archive" in fetcher.notes[0]
    (seen,) = read_lock(tmp_path / LOCK)
    assert seen.archive == f"{archive.address}{path}"


def test_the_archive_may_put_a_frame_around_it(tmp_path: Path, server: Awkward) -> None:
    with awkward_server() as archive:
        library = archived(tmp_path, server, archive)
        archive.on(f"/ukgwa/20200630235959/{server.address}/g.pdf", says(b"<html>" * 400))
        archive.on(f"/ukgwa/20200630235959mp_/{server.address}/g.pdf", says(WORDS))
        assert library.fetch().path.read_bytes() == WORDS


def test_the_archive_must_have_the_file_that_is_known(tmp_path: Path, server: Awkward) -> None:
    with awkward_server() as archive:
        library = archived(tmp_path, server, archive, digest(WORDS))
        archive.on(f"/ukgwa/20200630235959/{server.address}/g.pdf", says(OTHER))
        assert "404" in library.refused()
        assert library.shown() == []


def test_the_archive_has_the_old_file_when_the_official_one_changed(tmp_path: Path, server: Awkward) -> None:
    with awkward_server() as archive:
        library = archived(tmp_path, server, archive, digest(WORDS))
        server.on("/g.pdf", says(OTHER))
        archive.on(f"/ukgwa/20200630235959/{server.address}/g.pdf", says(WORDS))
        changed = library.fetch()
    assert (changed.state, changed.path.read_bytes()) == ("changed", WORDS)


# --- Falling back to an older revision --------------------------------------------------------------


def test_an_older_revision_that_stands_in_is_named(tmp_path: Path, server: Awkward) -> None:
    old = Revision("2020-01", "Issued.", "2020-01", url=server.on("/old.pdf", says(WORDS)))
    new = Revision("2020-06", "Mended.", "2020-06", url=f"{server.address}/gone.pdf")
    edition = Edition("2020", "T", "2020", revisions=(old, new))
    fetcher = Fetcher()
    found = held(Publication("T", "T", "P", (edition,)), tmp_path).source(edition, None, fetcher)
    assert isinstance(found, Source)
    assert found.revision == old
    assert "2020-01 stands in for a newer one" in fetcher.notes[0]


def test_what_was_seen_is_noted_beside_the_file(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", says(WORDS, Last_Modified="Mon, 01 Jun 2020 00:00:00 GMT")))
    fetched = library.fetch()
    seen = read_seen(fetched.path)
    assert isinstance(seen, Seen)
    assert (seen.modified, seen.sha256) == ("Mon, 01 Jun 2020 00:00:00 GMT", digest(WORDS))


# --- Candidates: addresses from general knowledge --------------------------------------------------

UPLOADED = "/media/5eda3480aabbccddeeff0011/g.pdf"  # on 5 June 2020
EARLIER = "/media/5e0be100aabbccddeeff0011/g.pdf"  # on 1 January 2020


def with_candidates(folder: Path, *candidates: tuple[str, str]) -> Library:
    """The publication of these tests without an address, with candidates and what each is thought to be."""
    library = Library(folder, "https://files.example.invalid/none.pdf")
    register = folder / "editions.toml"
    text = register.read_text(encoding="utf-8").replace('url = "https://files.example.invalid/none.pdf"\n', "")
    rows = "".join(
        f'[[editions.candidates]]\nurl = "{url}"\n' + (f'revision = "{revision}"\n' if revision else "")
        for url, revision in candidates
    )
    register.write_text(text + rows, encoding="utf-8")
    return library


def doubting(name: str, content: bytes, edition: Edition) -> str | None:
    return None if content == WORDS else f"seems to be X; not taken as {edition.id}"


def find(library: Library, fetcher: Fetcher | None) -> Source | Missing:
    return held(library.register, library.cache).source(library.register.editions[0], None, fetcher)


def test_a_candidate_must_prove_itself_and_is_then_locked(tmp_path: Path, server: Awkward) -> None:
    wrong, right = server.on("/wrong.pdf", says(OTHER)), server.on("/right.pdf", says(WORDS))
    library = with_candidates(tmp_path, (server.on("/gone.pdf", status(404)), ""), (wrong, ""), (right, "2020-06"))
    fetcher = library.fetcher()
    fetcher.doubt = doubting
    found = find(library, fetcher)
    assert isinstance(found, Source)
    assert (found.path.read_bytes(), found.revision, found.proof.how) == (WORDS, None, "locked")
    assert fetcher.notes[-1].endswith(f"general knowledge: {right}; which revision it is, is not known")
    (seen,) = read_lock(tmp_path / LOCK)
    assert (seen.url, seen.sha256) == (right, digest(WORDS))
    again = find(library, None)
    assert isinstance(again, Source)
    edition = library.register.editions[0]
    told = say_identity(again, edition)
    assert (told.how, told.revision, told.address, told.candidate) == ("locked", None, right, True)
    assert edition.revisions[0].sha256 is None, "nobody knows that it is this revision"
    moved = tmp_path / "mine.pdf"
    again.path.rename(moved)
    assert isinstance(Shelf(library.register, (tmp_path,), library.cache, lambda _: {}).source(edition), Source)


def test_nothing_that_is_another_text_is_kept_or_locked(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on("/g.pdf", says(OTHER)))
    fetcher = library.fetcher()
    fetcher.doubt = doubting
    with pytest.raises(GuidanceError, match=r"what is there seems to be X; not taken as 2020"):
        library._fetch(fetcher)
    assert library.shown() == []
    assert not (tmp_path / LOCK).exists()


@pytest.mark.parametrize(
    ("path", "told", "revision"),
    [
        (UPLOADED, "uploaded on 5 June 2020, which agrees with June 2020", "2020-06"),
        (EARLIER, "uploaded on 1 January 2020", None),
    ],
)
def test_a_candidate_is_the_revision_whose_day_its_upload_agrees_with(
    tmp_path: Path, server: Awkward, path: str, told: str, revision: str | None
) -> None:
    library = with_candidates(tmp_path, (server.on(path, says(WORDS)), "2020-06"))
    assert isinstance(find(library, library.fetcher()), Source)
    found = find(library, None)
    assert isinstance(found, Source)
    assert (found.revision.id if found.revision else None) == revision
    assert say_identity(found, library.register.editions[0]).upload_says == told


def test_an_upload_far_from_its_revision_s_day_is_told_and_not_refused(tmp_path: Path, server: Awkward) -> None:
    library = Library(tmp_path, server.on(EARLIER, says(WORDS)))
    fetcher = library.fetcher()
    assert isinstance(find(library, fetcher), Source)
    said = "edition 2020: revision 2020-06 was uploaded on 1 January 2020, 152 days from June 2020"
    assert said in fetcher.notes


@pytest.mark.parametrize(
    ("date", "apart"),
    [("2020-06-05", 0), ("2020-06-19", 14), ("2020-06-20", 15), ("2020-05-22", 14), ("2020-05", 5), ("2021", 210)],
)
def test_how_far_an_upload_is_from_a_revision(date: str, apart: int) -> None:
    address = f"https://files.example.org{UPLOADED}"
    upload = upload_of(address, date)
    assert upload
    assert (upload.apart, upload.agrees, "agrees" in upload.said) == (apart, apart <= 14, apart <= 14)
    assert upload_of("https://files.example.org/g.pdf", date) is None


def test_what_was_not_tried_or_not_had_is_one_line(tmp_path: Path, server: Awkward) -> None:
    library = with_candidates(
        tmp_path, (server.on("/gone.pdf", status(404)), ""), (server.on("/other.pdf", says(OTHER)), "")
    )
    offline = find(library, None)
    assert isinstance(offline, Missing)
    assert "2 addresses were not tried" in offline.reason
    fetcher = library.fetcher()
    fetcher.doubt = doubting
    tried = find(library, fetcher)
    assert isinstance(tried, Missing)
    assert "\n" not in tried.reason
    for words in ("gone.pdf: the server answers 404", "other.pdf: what is there seems to be X"):
        assert words in tried.reason


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('url = "https://elsewhere.example/g.pdf"', "official `hosts`"),
        ('url = "https://files.example.org/g.pdf"\nrevision = "1066"', "no revision"),
    ],
)
def test_a_candidate_stands_on_an_official_host_and_names_a_revision(tmp_path: Path, row: str, words: str) -> None:
    library = Library(tmp_path, "https://files.example.org/g.pdf", hosts='["files.example.org"]')
    with (tmp_path / "editions.toml").open("a", encoding="utf-8") as register:
        register.write(f"[[editions.candidates]]\n{row}\n")
    with pytest.raises(GuidanceError, match=words):
        _ = library.register
