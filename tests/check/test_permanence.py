"""What was published once is held against what is to be published now."""

import os
import subprocess
from pathlib import Path

import pytest

from guidance.check.permanence import Held, Shift, find_branch, find_shifts, held_by, lost, promised, site_paths
from guidance.check.site import check_site
from guidance.document.anchors import fingerprint
from guidance.document.model import GuidanceError
from guidance.site.host_files import Rule, follow, read_rules, site_rules

SITE = (
    "index.html",
    "versions.json",
    "2020/index.html",
    "2020/edition.json",
    "2020/p/45/index.html",
    "latest/index.html",
    "latest/edition.json",
    "latest/p/45/index.html",
    "t/2020-para-45/index.html",
    "embed/2020/45/index.html",
    "oembed/2020/45.json",
    "status/2020.json",
    "embed.js",
)
ALSO = (
    "2020/chapter-1/index.html",
    "2020/feed.xml",
    "2020/downloads/kl-2020.pdf",
    "feed.xml",
    "feeds/police.xml",
    "guide/index.html",
)
BESIDE = (
    "404.html",
    "oembed/2020/45.xml",
    "assets/site.css",
    "latest/chapter-1/index.html",
    "latest/downloads/kl-2020.pdf",
    "search/index/0.json",
    "sitemap.xml",
    "specimen/2019/p/1/index.html",
    "specimen/2019/edition.json",
)


def test_every_page_feed_and_download_is_promised_and_what_follows_the_edition_in_force_is_not() -> None:
    kept = {*SITE, *ALSO} - {"latest/edition.json"}
    assert promised((*SITE, *ALSO, *BESIDE)) == kept
    assert promised(f"shelf/{path}" for path in SITE) == {f"shelf/{path}" for path in kept & set(SITE)}


@pytest.mark.parametrize("gone", ["2020/p/45/index.html", "latest/index.html", "t/2020-para-45/index.html", *ALSO])
def test_whatever_is_gone_is_named(gone: str) -> None:
    assert lost((*SITE, *ALSO, *BESIDE), [path for path in (*SITE, *ALSO) if path != gone]) == (gone,)
    assert lost(SITE, (*SITE, "2024/p/1/index.html")) == ()


RULES = site_rules([("2020", "latest")])
BY_RULE = [path for path in SITE if not path.startswith(("latest/", "t/", "embed/"))]


def test_what_a_rule_leads_on_to_a_page_is_not_lost() -> None:
    rules = read_rules(RULES.decode())
    assert lost(SITE, BY_RULE, rules) == ()
    assert set(lost(SITE, BY_RULE)) == {*SITE} - {*BY_RULE, "latest/edition.json"}
    gone = [path for path in BY_RULE if path != "2020/p/45/index.html"]
    assert set(lost(SITE, gone, rules)) == {
        "2020/p/45/index.html",
        "latest/p/45/index.html",
        "t/2020-para-45/index.html",
        "embed/2020/45/index.html",
    }


@pytest.mark.parametrize(
    ("path", "led"),
    [
        ("/latest", "/2020/"),
        ("/latest/", "/2020/"),
        ("/latest/p/45/", "/2020/p/45/"),
        ("/latest/downloads/a.pdf", "/2020/downloads/a.pdf"),
        ("/embed/2020/45/", "/2020/p/45/#frame"),
        ("/embed/2020/fn-3", "/2020/p/fn-3#frame"),
        ("/t/2020-para-45/", "/2020/p/45/#lineage"),
        ("/t/2020-chapter-1/", "/2020/p/chapter-1/#lineage"),
        ("/t/2020-para-a/", "/2020/p/para-a/#lineage"),
        ("/t/2020-02-para-45/", "/2020-02/p/45/#lineage"),
        ("/shelf/embed/1999/1/", "/shelf/1999/p/1/#frame"),
        ("/shelf/t/1999-para-1/", "/shelf/1999/p/1/#lineage"),
        ("/2020/p/45/", None),
        ("/t/permalink.css", None),
        ("/embed.js", None),
        ("/t/1999-para-1/", None),
    ],
)
def test_rules_lead_each_kind_of_address_to_its_page(path: str, led: str | None) -> None:
    single = Rule("/t/2020-para-a/", "/2020/p/para-a/#lineage")
    places = [("2020", "latest"), ("2020-02",), ("shelf/1999",)]
    assert follow(path, read_rules(site_rules(places, [single]).decode())) == led


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which a site stands on the branch gh-pages, and as a folder."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for path in SITE:
        file = tmp_path / "site" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("[]" if path == "versions.json" else "", encoding="utf-8")
    identity = ("-c", "user.name=x", "-c", "user.email=x@localhost")
    tree = tmp_path / "site"
    for command in (("init", "-q", "-b", "gh-pages"), ("add", "-A"), ("commit", "-qm", "x")):
        subprocess.run(["git", *identity, *command], cwd=tree, check=True)
    (tree / ".git").rename(tmp_path / ".git")
    return tmp_path


def test_a_branch_and_a_folder_are_read_alike(repository: Path) -> None:
    assert site_paths("gh-pages", repository) == site_paths(str(repository / "site"), repository) == set(SITE)
    assert find_branch(repository) == "gh-pages"
    assert find_branch(repository.parent) is None


@pytest.mark.parametrize("name", ["no-such-branch", "--help", "-", "gh-pages:2020", "a b"])
def test_what_is_neither_folder_nor_branch_is_one_clear_line(repository: Path, name: str) -> None:
    with pytest.raises(GuidanceError, match=r"no such (folder|branch)"):
        site_paths(name, repository)


def test_a_folder_without_a_site_is_refused(repository: Path) -> None:
    with pytest.raises(GuidanceError, match="holds no site"):
        site_paths(str(repository / "site" / "2020"), repository)


def test_a_check_names_what_the_branch_has_and_the_site_has_lost(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    (repository / "site" / "embed" / "2020" / "45" / "index.html").unlink()
    faults = check_site(repository / "site", against="gh-pages").faults
    assert ("embed/2020/45/index.html", "is gone, and was published before (gh-pages)") in [
        (fault.file, fault.message) for fault in faults
    ]


# --- What an anchor means --------------------------------------------------------------------------

WORDS = (
    "Keepers should open the doors early in the morning for all who come.",
    "Readers must close the windows behind them when the wind blows from the sea.",
    "Nobody may lock a cupboard while a child is looking for a book in it.",
    "The oldest keeper counts the lamps each Friday and signs for their number.",
    "A lost umbrella is kept for a year and then given to whoever found it.",
)
NEW = "Cats are welcome on the lowest shelf, provided that they pay for their milk."


def held(*words: str, known: bool = True) -> dict[str, Held]:
    """Paragraphs 1, 2, 3 ...; with their words `known`, or their fingerprints only."""
    return {f"para-{at}": Held(fingerprint(text), text if known else "") for at, text in enumerate(words, 1)}


A, B, C, D, E = WORDS
LIKE_B = B.replace("the sea", "the harbour")


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("now", "became"),
    [
        (WORDS, {}),
        ((A, LIKE_B, C, D, E), {}),  # reworded where it stands
        ((A, NEW, C, D, E), {}),  # so is a text of which nothing is left: no other anchor has to do with it
        ((*WORDS, NEW), {}),  # put in at the end
        ((A, NEW, B, C, D, E), {2: 3, 3: 4, 4: 5, 5: 6}),
        ((NEW, *WORDS), {1: 2, 2: 3, 3: 4, 4: 5, 5: 6}),
        ((A, C, D, E), {2: None, 3: 2, 4: 3, 5: 4}),
        ((B, C, D, E), {1: None, 2: 1, 3: 2, 4: 3, 5: 4}),
        ((A, B, C, D), {5: None}),
        ((A, C, B, D, E), {2: 3, 3: 2}),
        ((E, B, C, D, A), {1: 5, 5: 1}),
        ((A, NEW, C, D, B), {2: 5, 5: None}),  # moved to the end, in the place of another
        ((A, D, NEW, B, E), {2: 4, 4: 2}),  # two that changed places round one that was written anew
    ],
)
def test_an_anchor_that_means_another_text_is_found(
    now: tuple[str, ...], became: dict[int, int | None], known: bool
) -> None:
    found = find_shifts(held(*WORDS, known=known), held(*now, known=known))
    assert {one.anchor: one.now for one in found} == {
        f"para-{old}": f"para-{new}" if new else None for old, new in became.items()
    }


def test_a_text_that_moved_and_was_reworded_is_told_by_its_words() -> None:
    found = find_shifts(held(*WORDS), held(A, NEW, LIKE_B, C, D, E))
    assert (found[0].anchor, found[0].now) == ("para-2", "para-3")
    swapped = find_shifts(held(A, B, C), held(A, C.replace("book", "map"), LIKE_B))
    assert [(one.anchor, one.now) for one in swapped] == [("para-2", "para-3"), ("para-3", "para-2")]
    assert not find_shifts(held(A, B, C, known=False), held(A, C.replace("book", "map"), LIKE_B, known=False))


def test_texts_that_several_anchors_have_tell_nothing() -> None:
    assert not find_shifts(held("Purpose", "Purpose", A), held("Purpose", "Aim", A))


def test_what_was_decided_is_not_found_again_until_the_text_is_another_one() -> None:
    before, now = held(*WORDS), held(A, C, B, D, E)
    decided = [one.decided("2021-06-11") for one in find_shifts(before, now)]
    assert not find_shifts(before, now, decided)
    assert find_shifts(before, now, decided[:1]) == (Shift("para-3", fingerprint(C), "renumbered", "para-2"),)
    assert find_shifts(now, before, decided)


def test_what_is_no_list_of_provisions_holds_nothing() -> None:
    assert held_by(None) == held_by({}) == held_by([1, {"anchor": "a"}]) == {}
    assert not find_shifts(held(A), {})
