"""The site beside its peers: the same editions, cold and after one changed word; pages and search in a browser.

The peers print the Markdown that ours makes; ours also reads, compares, links and indexes, and is timed with that.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from diskcache import Cache

from bench import browsing, peers
from bench.bench import OURS, Bench, Row, Table, fresh, program, put_away
from bench.made import make_publication
from bench.measure import Run, measure, run
from bench.peers import Home
from guidance.build.editions import Making
from guidance.build.load import load
from guidance.build.orders import BuildOrder
from guidance.build.site import publication_folders
from guidance.document.register import read_register
from guidance.site.mkdocs_build import Workshop
from guidance.site.projects import Folder

EDITIONS = 8  # as many as the register of Working Together has
ABOUT = (
    "All editions of a made-up guidance. Ours from the PDFs (`cold`), from texts that are read and compared "
    "already (`pages`: what the peers do), after one word of one PDF has changed (`one word`, of `cold` its share: "
    "`one word share`), and with nothing changed (`no change`). Ours also sets each edition as Word, EPUB and PDF, "
    "and indexes paragraphs. The peers print the same Markdown, with their own search; `one word` is what they do "
    "on the same folders again. Memory is the peak of the largest process. `first load`: bytes, compressed, that a "
    "browser fetches for a chapter, `second page`: for another one after it; `blocking ms`: how long tasks held "
    "the chapter up beyond 50 ms each on a processor slowed down four times; `search payload`: what is fetched "
    "before results stand there, `search ms`: from the last key to the first result."
)
_READ = ("documents", "duties", "comparisons")  # kinds of results that the peers do not make
_BASE = """site_name: Keeping a Harbour
theme: {name: %s%s}
plugins: [%s]
markdown_extensions: [abbr, admonition, attr_list, def_list, md_in_html, tables, {toc: {toc_depth: 4}}]
"""


def measure_sites(bench: Bench, count: int = EDITIONS) -> Table:
    """Ours and the peers' sites of the same editions, `count` of them."""
    place = bench.work / "site"
    folder = fresh(place / "publication")
    bench.tell(f"setting {count} editions")
    make_publication(bench.root, folder, count)
    rows = _ours(bench, folder, count, place / "ours")
    docs = place / "docs"
    for version in ("before", "after"):
        make_publication(bench.root, folder, count, count // 2 if version == "after" else None)
        _write_docs(bench, folder, docs / version)
    floor, material, sphinx, zensical = bench.homes((peers.MATERIAL, peers.MATERIAL, peers.SPHINX, peers.ZENSICAL))
    rows.append(_mkdocs(bench, floor, "MkDocs, plain (floor)", docs, place / "floor", mike=False))
    rows.append(_mkdocs(bench, material, material.peer.name, docs, place / "material", mike=True))
    rows.append(_sphinx(bench, sphinx, docs, place / "sphinx"))
    rows.append(_zensical(bench, zensical, docs, place / "zensical"))
    bench.tell("opening pages in a browser")
    return Table(f"Site of {count} editions", ABOUT, tuple(browsing.look(row, place) for row in rows))


def _ours(bench: Bench, folder: Path, count: int, place: Path) -> list[Row]:
    fresh(place)
    command = program(
        "build", "--publication", folder, "--sources", folder / "sources", "--offline", "--out", place / "site"
    )
    log = bench.work / "logs" / "build.log"

    times = 1 if bench.quick else 3
    bench.tell("building the site")
    costs = {"cold": measure(lambda: _after(lambda: fresh(place), command, log, place), times)}
    costs["no change"] = measure(lambda: run(command, log, place), times)
    bench.tell("building the site after one changed word")
    changed = iter(range(count // 2, count))

    def one_word() -> Run:
        make_publication(bench.root, folder, count)
        run(command, log, place)  # as it was, whatever was changed before
        make_publication(bench.root, folder, count, next(changed))
        return run(command, log, place)

    costs["one word"] = measure(one_word, min(times, count - count // 2))
    make_publication(bench.root, folder, count)
    bench.tell("building the site from texts that are read")
    costs["pages"] = measure(lambda: _after(lambda: _forget(place), command, log, place), times)
    found = {f"{name} s": cost.wall for name, cost in costs.items()}
    found |= {f"{name} cpu": cost.cpu for name, cost in costs.items()}
    found["one word share"] = round(costs["one word"].wall / costs["cold"].wall, 3)
    fault = next((cost.fault for cost in costs.values() if cost.fault), "")
    return [Row(OURS, "all editions", msgspec.structs.replace(costs["cold"], fault=fault), found)]


def _after(first: Callable[[], object], command: Sequence[str | Path], log: Path, place: Path) -> Run:
    first()
    return run(command, log, place)


def _forget(place: Path) -> None:
    """Take away all that was made of texts, and keep what was read and compared."""
    made = [place / "site", *(path for path in (place / "build").iterdir() if path.name != "kept")]
    for path in made:
        put_away(path, place.parent)
    with Cache(str(place / "build" / "kept")) as kept:
        for key in [key for key in kept if key.partition("/")[0] not in _READ]:
            del kept[key]


# --- The same Markdown -----------------------------------------------------------------------------


def _write_docs(bench: Bench, folder: Path, to: Path) -> None:
    """Our pages of each edition as docs folders, with a mkdocs.yml for each theme."""
    publication = read_register(folder)
    shop = Workshop(bench.root, bench.work / "site" / "shop")
    sources = (folder / "sources",)
    order = BuildOrder(folder, sources, out=shop.work / "site", shop=shop, cache=shop.work / "none")
    with order.crew() as crew:
        loaded, _, _ = load(order, publication, None, bench.tell, crew)
        for printed in publication_folders(order, publication, loaded, Making(), crew):
            if printed.id:
                _write_edition(printed, to / printed.id)


def _write_edition(printed: Folder, to: Path) -> None:
    for path, content in printed.pages.items():
        target = to / "docs" / path
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    nav = "nav: " + msgspec.json.encode(printed.settings.get("nav")).decode() + "\n"
    (to / "material.yml").write_text(_BASE % ("material", ", font: false", "search") + nav, encoding="utf-8")
    (to / "floor.yml").write_text(_BASE % ("mkdocs", "", "") + nav, encoding="utf-8")
    for name in ("material.yml", "floor.yml"):
        shutil.copyfile(to / name, to / f"docs-{name}")


def _editions(docs: Path) -> list[Path]:
    return sorted(path for path in docs.iterdir() if (path / "docs").is_dir())


# --- Peers -----------------------------------------------------------------------------------------


def _mkdocs(bench: Bench, home: Home, who: str, docs: Path, place: Path, mike: bool) -> Row:
    if home.fault:
        return Row(who, "all editions", note=home.fault)
    bench.tell(f"building the site with {who}")
    bin_ = home.python.parent
    lines = ["set -e", f'export PATH="{bin_}:$PATH" NO_MKDOCS_2_WARNING=1']
    out = fresh(place) / "site"
    if mike:
        identity = "-c user.name=bench -c user.email=bench@localhost"
        lines += [
            f"cd {place}",
            "test -d .git || git init -q .",
            "git config user.name b; git config user.email b@b",
        ]
        lines += [f"git {identity} commit -q --allow-empty -m begin"]
        lines += [f"mike deploy -F {{docs}}/{e.name}/material.yml {e.name}" for e in _editions(docs / "before")]
        lines += [f"rm -rf {out}; mkdir {out}; git archive gh-pages | tar -x -C {out}"]
    else:
        lines += [
            f"mkdocs build -q -f {{docs}}/{e.name}/floor.yml -d {out}/{e.name}" for e in _editions(docs / "before")
        ]
    return _twice(bench, home, who, lines, docs, place)


def _sphinx(bench: Bench, home: Home, docs: Path, place: Path) -> Row:
    if home.fault:
        return Row(home.peer.name, "all editions", note=home.fault)
    bench.tell(f"building the site with {home.peer.name}")
    conf = (
        'extensions = ["myst_parser"]\nhtml_theme = "furo"\nmyst_enable_extensions = ["attrs_block", "deflist"]\n'
    )
    (fresh(place) / "conf.py").write_text(conf, encoding="utf-8")
    build = f"{home.python} -m sphinx -q -j auto -b html -c {place}"
    lines = [
        f"{build} -d {place}/trees/{e.name} {{docs}}/{e.name}/docs {place}/site/{e.name} 2>/dev/null"
        for e in _editions(docs / "before")
    ]
    return _twice(bench, home, home.peer.name, ["set -e", *lines], docs, place)


def _zensical(bench: Bench, home: Home, docs: Path, place: Path) -> Row:
    if home.fault:
        return Row(home.peer.name, "all editions", note=home.fault)
    bench.tell(f"building the site with {home.peer.name}")
    fresh(place)
    lines = ["set -e", f'export PATH="{home.python.parent}:$PATH"']
    for edition in _editions(docs / "before"):
        source = f"{{docs}}/{edition.name}"
        lines += [f"(cd {source} && cp material.yml mkdocs.yml && zensical build -f mkdocs.yml)"]
        lines += [f"mkdir -p {place}/site && rm -rf {place}/site/{edition.name}"]
        lines += [f"cp -r {source}/site {place}/site/{edition.name}"]
    return _twice(bench, home, home.peer.name, lines, docs, place)


def _twice(bench: Bench, home: Home, who: str, lines: list[str], docs: Path, place: Path) -> Row:
    """Cold, and once more where one word has changed: the changed files are put over the first ones."""
    work = fresh(bench.work / "site" / "given")
    shutil.copytree(docs / "before", work, dirs_exist_ok=True)
    script = place / "build.sh"
    script.write_text("\n".join(lines).replace("{docs}", str(work)) + "\n", encoding="utf-8")
    log = bench.work / "logs" / f"site-{place.name}.log"
    cold = run(["sh", script], log, place)
    for path in sorted((docs / "after").rglob("*.md")):
        target = work / path.relative_to(docs / "after")
        if not target.is_file() or target.read_bytes() != path.read_bytes():
            shutil.copyfile(path, target)
    again = run(["sh", script], log, place)
    found = {"pages s": cold.wall, "pages cpu": cold.cpu, "one word s": again.wall, "one word cpu": again.cpu}
    found["one word share"] = round(again.wall / cold.wall, 3)
    cost = measure(iter([cold]).__next__, 1)
    return Row(who, "all editions", cost, found, home.versions, cold.fault or home.peer.licence)
