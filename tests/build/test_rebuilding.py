"""A build after any change gives the same bytes as one from nothing, and makes anew only what may show it."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from bench import made
from guidance.build.orders import BuildOrder
from guidance.build.site import build
from guidance.jobs.cache import Crew, Job
from guidance.site.mkdocs_build import Workshop
from guidance.site.projects import files_below

ROOT = Path(__file__).parents[2]
COUNT = 4
KILLED_AFTER = 4  # results, of about thirty


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


def order_in(small: Path, place: str, site_url: str | None = None, cluster: str | None = None) -> BuildOrder:
    """The order to build the small publication in a place of its own."""
    publication, here = small / "publication", small / place
    shop = Workshop(ROOT, here / "build", site_url)
    return BuildOrder(publication, (publication / "sources",), here / "site", shop, small / "none", cluster=cluster)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(made, "CHAPTERS", 2)
    put(tmp_path / "publication")
    return tmp_path


def test_a_build_after_a_change_is_as_one_from_nothing(small: Path) -> None:
    def built(place: str) -> dict[str, bytes]:
        build(order_in(small, place, "https://guidance.example.org"), None)
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
    order = order_in(small, "kept")
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


# --- Workers that are lost, and a cluster ------------------------------------------------------------


def killing(monkeypatch: pytest.MonkeyPatch, worker: Callable[[], int]) -> list[str]:
    """Kills a worker when some results are there; what was done, by name."""
    done: list[str] = []
    keep = Crew.keep

    def note(crew: Crew, job: Job, result: bytes) -> None:
        keep(crew, job, result)
        done.append(job.name)
        if len(done) == KILLED_AFTER:
            os.kill(worker(), signal.SIGKILL)

    monkeypatch.setattr(Crew, "keep", note)
    return done


def test_a_build_whose_worker_is_killed_is_as_any(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for edition in ("2002", "2003"):
        (small / "publication" / "sources" / f"{edition}.pdf").unlink()
    build(order_in(small, "quiet"), None)
    done = killing(monkeypatch, lambda: multiprocessing.active_children()[0].pid or 0)
    build(order_in(small, "killed"), None)
    assert KILLED_AFTER < len(done) == len(set(done))
    assert contents(small / "killed" / "site") == contents(small / "quiet" / "site")


def test_a_cluster_builds_the_same_site_also_when_a_worker_is_killed_half_way(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: guidance[cluster]")
    for edition in ("2002", "2003"):
        (small / "publication" / "sources" / f"{edition}.pdf").unlink()
    build(order_in(small, "here"), None)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        done = killing(monkeypatch, lambda: next(iter(cluster.workers.values())).process.pid)
        build(order_in(small, "there", cluster=cluster.scheduler_address), None)
    assert KILLED_AFTER < len(done) == len(set(done)), "what was done is done once"
    assert contents(small / "there" / "site") == contents(small / "here" / "site")
