"""A build after any change gives the same bytes as one from nothing, and makes anew only what may show it."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from guidance.bench import made
from guidance.build import Order, build
from guidance.jobs import Crew, Job
from guidance.publish.site import Workshop
from guidance.publish.tree import files_below

ROOT = Path(__file__).parents[1]
COUNT = 4


def contents(site: Path) -> dict[str, bytes]:
    return {path: Path(file.path).read_bytes() for path, file in files_below(site).items()}


def put(publication: Path, changed: int | None = None) -> None:
    made.make_publication(ROOT, publication, COUNT, changed)


def reword(publication: Path) -> None:
    register = publication / "editions.toml"
    text = register.read_text(encoding="utf-8")
    register.write_text(text.replace("Edition 2001.", "The second one.", 1), encoding="utf-8")
    (publication / "2000" / "overview.md").write_text("## In short\n\nWhat it was.\n", encoding="utf-8")


def take_away(publication: Path) -> None:
    (publication / "sources" / "2002.pdf").unlink()


CHANGES: tuple[tuple[str, Callable[[Path], None]], ...] = (
    ("one word of an old edition", lambda folder: put(folder, 1)),
    ("one word of the edition in force", lambda folder: put(folder, COUNT - 1)),
    ("a line of the register and an edition's overview", reword),
    ("a text that is gone", take_away),
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(made, "CHAPTERS", 2)
    put(tmp_path / "publication")
    return tmp_path


def test_a_build_after_a_change_is_as_one_from_nothing(small: Path) -> None:
    def built(place: str) -> dict[str, bytes]:
        build(
            Order(
                small / "publication",
                (small / "publication" / "sources",),
                small / place / "site",
                Workshop(ROOT, small / place / "build", "https://guidance.example.org"),
                small / "none",
            ),
            None,
        )
        return contents(small / place / "site")

    built("kept")
    for count, (what, change) in enumerate(CHANGES):
        change(small / "publication")
        after, anew = built("kept"), built(f"anew-{count}")
        assert [path for path in sorted(after | anew) if after.get(path) != anew.get(path)] == [], what
    put(small / "publication")
    (small / "publication" / "2000" / "overview.md").unlink()
    assert built("kept") == built("first")


def test_only_what_a_word_is_seen_in_is_made_anew(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = Order(
        small / "publication",
        (small / "publication" / "sources",),
        small / "site",
        Workshop(ROOT, small / "build"),
        small / "none",
    )
    build(order, None)
    done: list[str] = []
    submit = Crew.submit

    def note(crew: Crew, job: Job, instead_of: Executor | None = None) -> tuple[Executor, Future[bytes]]:
        done.append(job.name)
        return submit(crew, job, instead_of)

    monkeypatch.setattr(Crew, "submit", note)
    build(order, None)
    assert done == []
    put(small / "publication", 1)
    build(order, None)
    comparisons = [name for name in done if name.startswith("comparing")]
    assert comparisons == ["comparing 2000 with 2001", "comparing 2001 with 2002", "comparing 2001 with 2003"]
    assert "editions of 2001" in done
    assert [name for name in done if name.endswith(".pdf")] == ["kh-2001.pdf"]
