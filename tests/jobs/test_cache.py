"""Jobs: kept by what they are made from, done by processes or a cluster with the same bytes, and done again when a
worker is lost."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from diskcache import Cache

import guidance
from guidance.document.model import GuidanceError
from guidance.jobs import executors
from guidance.jobs.cache import Crew, Job, KeptResults, code_digest
from guidance.jobs.executors import cluster, processes, run_apart
from guidance.site.typesetting import compile_typst

DONE = b"done" * 10_000  # long enough to be a file of its own


def doubled(part: bytes) -> bytes:
    return part * 2


def counted(folder: bytes) -> bytes:
    """Leaves a mark each time it is done."""
    marks = Path(folder.decode())
    (marks / str(len(list(marks.iterdir())))).touch()
    return DONE


def killed_at_first(mark: bytes, part: bytes) -> bytes:
    """Ends its process the first time."""
    path = Path(mark.decode())
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return part * 2


def killed_always(_: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def refused(part: bytes) -> bytes:
    raise GuidanceError(f"{part.decode()}: is not what it should be")


def job(function: object, *parts: bytes, kind: str | None = None) -> Job:
    assert callable(function)
    return Job("a test", function, parts, b"code", kind)


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    with Crew(processes(2), tmp_path / "kept") as workers:
        yield workers


def test_results_come_in_the_order_of_their_jobs(crew: Crew) -> None:
    assert crew.run([job(doubled, bytes([at])) for at in range(20)]) == tuple(bytes([at, at]) for at in range(20))


def test_what_was_done_once_is_kept(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    order = job(counted, str(marks).encode(), kind="marks")
    for _ in range(2):
        with Crew(processes(2), tmp_path / "kept") as crew:
            assert crew.run([order]) == (DONE,)
            assert crew.start(order).result() == DONE
    assert len(list(marks.iterdir())) == 1
    (kept,) = (tmp_path / "kept").rglob("*.val")
    kept.write_bytes(kept.read_bytes()[:-1])  # as a full disk leaves it
    with Crew(processes(2), tmp_path / "kept") as crew:
        assert crew.run([order]) == (DONE,)
    assert len(list(marks.iterdir())) == 2


def test_results_go_when_there_are_too_many_and_those_not_used_first(tmp_path: Path) -> None:
    kept = KeptResults(tmp_path / "kept", most=3_000_000)
    for at in range(60):
        kept.put("a", str(at), bytes([at]) * 100_000)
        assert kept.get("a", "0") == bytes(100_000), "what is used stays"
    there = [at for at in range(60) if kept.get("a", str(at))]
    assert 10 < len(there) < 31
    assert there == [0, *range(61 - len(there), 60)]
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.val")) <= 3_200_000
    kept.close()


def test_processes_keep_results_side_by_side(tmp_path: Path) -> None:
    children = [
        multiprocessing.get_context("spawn").Process(target=put_many, args=(tmp_path, at)) for at in range(3)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0, 0]
    kept = KeptResults(tmp_path)
    assert all(kept.get("own", f"{who}-{at}") == bytes([who]) * (at * 2000) for who in range(3) for at in range(30))
    assert all(kept.get("shared", str(at)) == bytes([at]) * 50_000 for at in range(30))
    kept.close()


def put_many(folder: Path, who: int) -> None:
    kept = KeptResults(folder)
    for at in range(30):
        kept.put("own", f"{who}-{at}", bytes([who]) * (at * 2000))
        kept.put("shared", str(at), bytes([at]) * 50_000)
    kept.close()


def test_what_others_wrote_into_the_store_is_never_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    with Cache(str(tmp_path / "kept")) as others:
        others["a/b"] = Trap()
        others["a/c"] = "words"
    kept = KeptResults(tmp_path / "kept")
    assert (kept.get("a", "b"), kept.get("a", "c")) == (None, None)
    assert not (tmp_path / "sprung").exists()
    kept.put("a", "b", b"ours")
    assert kept.get("a", "b") == b"ours"
    kept.close()


@pytest.mark.parametrize("content", [b"no store" * 1000, b"SQLite format 3\0" + b"\1" * 9000])
def test_a_damaged_store_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "cache.db").write_bytes(content)
    kept = KeptResults(tmp_path / "kept")
    assert kept.get("a", "b") is None
    kept.put("a", "b", b"ours")
    assert kept.get("a", "b") == b"ours"
    kept.close()


def test_where_nothing_can_be_kept_the_work_is_done_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"a file")
    with Crew(processes(2), tmp_path / "kept") as crew:
        assert crew.run([job(doubled, b"a", kind="twice")]) == (b"aa",)


class Beside:
    """A job that is done without a worker, and says how many such there were at a time."""

    open = 0
    most = 0

    def __init__(self, part: bytes) -> None:
        self.part = part
        Beside.open += 1
        Beside.most = max(Beside.most, Beside.open)

    def result(self) -> bytes:
        return doubled(self.part)

    def close(self) -> None:
        Beside.open -= 1


def test_a_job_with_processes_of_its_own_needs_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Crew, "submit", None)
    jobs = [Job("a test", doubled, (bytes([at]),), b"code", "twice", Beside) for at in range(7)]
    for opened in (2, 0):  # the second time all is kept
        Beside.most = 0
        with Crew(processes(2), tmp_path / "kept") as crew:
            assert crew.run(jobs) == tuple(bytes([at, at]) for at in range(7))
        assert (Beside.open, Beside.most) == (0, opened)


def test_a_key_is_of_everything_that_the_result_depends_on() -> None:
    jobs = [
        job(doubled, b"a", b"bc"),
        job(doubled, b"ab", b"c"),
        job(refused, b"a", b"bc"),
        Job("a test", doubled, (b"a", b"bc"), b"other code"),
    ]
    assert len({one.key for one in jobs}) == len(jobs)
    assert Job("another name", doubled, (b"a", b"bc"), b"code").key == jobs[0].key
    assert code_digest(("document",)) != code_digest(("document", "jobs/cache.py")) != code_digest()


def test_a_lost_worker_costs_time_only(crew: Crew, tmp_path: Path) -> None:
    fatal = job(killed_at_first, str(tmp_path / "mark").encode(), b"x")
    tickets = [crew.start(one) for one in (job(doubled, b"1"), fatal, job(doubled, b"2"), job(doubled, b"3"))]
    assert [ticket.result() for ticket in tickets] == [b"11", b"xx", b"22", b"33"]


def test_a_job_that_kills_every_worker_is_given_up(crew: Crew) -> None:
    with pytest.raises(GuidanceError, match="a test: workers were lost"):
        crew.start(job(killed_always, b"")).result()
    assert crew.start(job(doubled, b"a")).result() == b"aa"


def test_what_a_job_finds_wrong_is_heard(crew: Crew) -> None:
    with pytest.raises(GuidanceError, match=r"^a\.pdf: is not"):
        crew.run([job(refused, b"a.pdf"), job(doubled, b"b")])


def test_workers_end_with_whoever_ordered_them(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        with Crew(processes(2), tmp_path / "kept") as crew:
            for ticket in [crew.start(job(pid_into, str(tmp_path).encode(), bytes([at]))) for at in range(2)]:
                ticket.result()
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    workers = [int(path.name) for path in tmp_path.glob("[0-9]*")]
    assert workers
    for _ in range(100):
        if not any(Path(f"/proc/{worker}").exists() for worker in workers):
            break
        time.sleep(0.1)
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]


def pid_into(folder: bytes, part: bytes) -> bytes:
    (Path(folder.decode()) / str(os.getpid())).touch()
    return part


# --- On a cluster ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: guidance[cluster]")
    path = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.environ.get("PYTHONPATH"))))
    os.environ["PYTHONPATH"], before = path, os.environ.get("PYTHONPATH")
    try:
        with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local:
            yield local.scheduler_address
    finally:
        os.environ["PYTHONPATH"] = before or ""


def test_a_cluster_gives_the_same_bytes(scheduler: str, crew: Crew, tmp_path: Path) -> None:
    jobs = [job(doubled, bytes([at])) for at in range(4)]
    with Crew(cluster(scheduler), tmp_path / "other") as remote:
        assert remote.run(jobs) == crew.run(jobs)
        with pytest.raises(GuidanceError, match=r"a\.pdf: is not"):
            remote.run([job(refused, b"a.pdf")])
        with pytest.raises(GuidanceError, match="could not do its job"):
            remote.run([job(killed_always, b"")])


def test_a_lost_worker_of_a_cluster_costs_time_only(scheduler: str, tmp_path: Path) -> None:
    mark = str(tmp_path / "mark").encode()
    with Crew(cluster(scheduler), tmp_path / "kept") as remote:
        assert remote.run([job(kills_its_worker, mark, b"x"), job(doubled, b"1")]) == (b"xx", b"11")
    assert Path(mark.decode()).exists()


def kills_its_worker(mark: bytes, part: bytes) -> bytes:
    """The first time, ends the cluster's worker whose program this is."""
    path = Path(mark.decode())
    if not path.exists():
        path.touch()
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(5)
    return part * 2


def test_a_silent_cluster_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed: guidance[cluster]")
    monkeypatch.setattr(executors, "_PATIENCE", 1)
    with (
        Crew(cluster("tcp://127.0.0.1:9"), tmp_path) as remote,
        pytest.raises(GuidanceError, match="does not answer") as caught,
    ):
        remote.run([job(doubled, b"a")])
    assert "\n" not in str(caught.value)


def test_a_worker_with_other_code_is_refused() -> None:
    with pytest.raises(GuidanceError, match="another version"):
        run_apart(b"other", doubled, (b"a",))


def test_workers_do_what_a_library_with_threads_did_here_before(tmp_path: Path) -> None:
    """Typst keeps threads, which a forked process does not have: it would wait for them for ever."""
    source = tmp_path / "a.typ"
    source.write_text(
        "#set document(title: [One])\n#set page(width: 9cm)\n= One\n" + "words #pagebreak() " * 9, encoding="utf-8"
    )
    compile_typst(source, tmp_path / "a.pdf")
    with Crew(processes(2), tmp_path / "kept") as crew:
        assert crew.start(job(pages_of, str(source).encode())).result() == b"%PDF"


def pages_of(source: bytes) -> bytes:
    path = Path(source.decode())
    compile_typst(path, path.with_suffix(".again.pdf"))
    return path.with_suffix(".again.pdf").read_bytes()[:4]


def test_a_changed_template_is_changed_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = set()
    for words in ("old", "new"):
        template = tmp_path / words / "site" / "templates" / "page.html"
        template.parent.mkdir(parents=True)
        template.write_text(words, encoding="utf-8")
        monkeypatch.setattr(guidance, "__file__", str(tmp_path / words / "__init__.py"))
        code_digest.cache_clear()
        digests.add(code_digest())
    code_digest.cache_clear()
    assert len(digests) == 2
