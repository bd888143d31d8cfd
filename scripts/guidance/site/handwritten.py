"""Hand-written pages -> pages ready for MkDocs: shared pieces put in, citations resolved, their standing said.

Pure functions over text that is ours; official text, addresses and comparisons are given, never looked up.

A citation is a link such as `[paragraph 45](guidance:2023/para-45)`. Without words, `[](guidance:2023/para-45)`,
it is named by what it cites and stands in brackets; several in a row share them. A line `--8<-- "_shared/x.md"`
is replaced by that file, a line `<!-- duties: police -->` by links into the duty ledger.
`[words](comparison:2018/2023)` leads to the comparison of two editions where the site has it, and is only its
words elsewhere. `[](contact:nspcc)` prints a number of `contacts.toml`. Files and folders whose name starts with
"_" or ends in .toml are not published, nor is `nav.yml`, the order of the contents as MkDocs takes it.
Front matter that is understood here: `written_from` (an edition's id: the page says so, below its title or
where the line `<!-- standing -->` is) and `cite_as` (such as "for adults: {}", or "at-end": then what cites without
words of its own is listed where the page's standing is told, and nothing of it stands in the sentences).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from html import escape
from pathlib import PurePosixPath
from typing import Annotated, Literal

import yaml
from mkdocs.utils import meta
from msgspec import Meta, Struct, field

from guidance.document.anchors import Permalink, permalink_path
from guidance.document.model import Finding, GuidanceError
from guidance.document.register import Publication
from guidance.document.toml_files import decode_toml
from guidance.site.inline import escape_markdown
from guidance.site.ledger import Ledger, put_in_duties

Anchors = tuple[str, ...]

_CODE = r"^```.*?^```[^\n]*$|`[^`\n]*`"
_CITE = r"\[(?P<label>[^\[\]]*)\]\(guidance:(?P<edition>[0-9a-z][0-9a-z.-]*)/(?P<anchor>[A-Za-z0-9.-]+)\)"
_ONE = re.compile(_CITE)
_RUN = re.compile(
    rf"{_CODE}|(?P<run>{re.sub('P<[a-z]+>', ':', _CITE)}(?:[ ]?{re.sub('P<[a-z]+>', ':', _CITE)})*)", re.S | re.M
)
_LEFT = re.compile(rf"{_CODE}|(?P<left>[^\s(]*\(?guidance:[0-9a-z]+/[^\s)]*)", re.S | re.M)
_COMPARISON = re.compile(
    rf"{_CODE}|\[(?P<words>[^\[\]]+)\]\(comparison:(?P<old>[0-9a-z.-]+)/(?P<new>[0-9a-z.-]+)\)", re.S | re.M
)
_CONTACT = re.compile(
    rf"{_CODE}|\[(?P<words>[^\[\]]*)\]\(contact:(?P<name>[a-z0-9-]+)(?:/(?P<way>[a-z]+))?\)", re.S | re.M
)
_SHARED = re.compile(r'^(?P<indent> *)--8<-- "(?P<path>[^"\n]+)"[ ]*$', re.M)
_NAV = "nav.yml"
CONTACTS = "contacts.toml"
_STANDING = "<!-- standing -->"
_TITLE = re.compile(r"^# [^\n]*\n", re.M)
_AT_END = "at-end"
_TAKEN = "\0"  # stands for what goes to the end until the space before it is gone too
_OPENING = 8  # words by which a sentence is told among the sources at the end
_MARKS = re.compile(r"\[([^\]]*)\]\([^)]*\)|[*_`]|^\W+")  # links, whose words stay, and other marks of Markdown


class HandCitation(Struct, frozen=True, order=True):
    """A citation in a hand-written page: the edition's id, the anchor there, and the link's words (or none)."""

    edition: str
    anchor: str
    label: str = ""

    @property
    def key(self) -> str:
        """How reviews name what is cited: "2023/para-45"."""
        return f"{self.edition}/{self.anchor}"


_Number = Annotated[str, Meta(pattern="^[0-9]+( [0-9]+)*$")]
_WAYS = ("number", "text", "email", "address")


class Service(Struct, frozen=True, forbid_unknown_fields=True):
    """Who can be called, written to or looked up: an entry of `contacts.toml`, where its fields are explained."""

    name: str
    whom: str = field(name="for")
    source: str
    basis: Literal["A", "B", "C"]
    checked: date
    number: _Number | None = None
    text: _Number | None = None
    email: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+@[A-Za-z0-9.-]+$")] | None = None
    address: Annotated[str, Meta(pattern=r"^https://[A-Za-z0-9./-]+$")] | None = None

    def ways(self) -> dict[str, str]:
        """What there is of number, text, email and address, in this order."""
        return {way: said for way in _WAYS if (said := getattr(self, way))}


class Sources(Struct, frozen=True):
    """What is known of all that can be cited.

    `permalinks` has, per edition and anchor, the line of the permalink register; `addresses`, for editions with
    text, the page and fragment from the site's root. `today` has, per (edition, anchor), the anchors at which the
    text stands in the edition in force: none where it does not stand there, no entry where no crosswalk knows.
    `comparisons` are the pairs of editions, older first, that the site compares.
    `reviewed` has, per page, the fingerprint of each thing cited ("2023/para-45") when the page was last reviewed.
    `ledger` has the duties of the newest edition with text.
    """

    publication: Publication
    permalinks: Mapping[str, Mapping[str, Permalink]]
    addresses: Mapping[str, Mapping[str, str]] = {}
    today: Mapping[tuple[str, str], Anchors] = {}
    comparisons: frozenset[tuple[str, str]] = frozenset()
    reviewed: Mapping[str, Mapping[str, str]] = {}
    ledger: Ledger | None = None


class Prepared(Struct, frozen=True):
    """Files ready for MkDocs, by path, and what a reviewer must know (sources changed, pages not reviewed).
    `nav` is the order of the contents, or None where the pages name none."""

    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]
    nav: list[object] | None = None


def prepare_pages(files: Mapping[str, bytes], sources: Sources) -> Prepared:
    """All hand-written files (path from their folder -> content), ready for MkDocs.

    Raises GuidanceError for a page that is not UTF-8, a shared piece or cited provision that does not exist.
    """
    ready: dict[str, bytes] = {}
    findings: list[Finding] = []
    for path in sorted(files):
        if (
            path.endswith(".toml")
            or path == _NAV
            or any(part.startswith("_") for part in PurePosixPath(path).parts)
        ):
            continue
        ready[path] = files[path]
        if path.endswith(".md"):
            text, found = resolve_citations(put_in_shared(decode(files[path], path), path, files), path, sources)
            ready[path] = put_in_duties(text, path, root_of(path), sources.ledger).encode()
            findings += found
    return Prepared(ready, tuple(findings), read_nav(files))


def read_nav(files: Mapping[str, bytes]) -> list[object] | None:
    """The order of the contents among hand-written files; None where they name none. Raises GuidanceError."""
    if _NAV not in files:
        return None
    try:
        nav = yaml.safe_load(decode(files[_NAV], _NAV))
    except yaml.YAMLError as error:
        raise GuidanceError(f"{_NAV}: {' '.join(str(error).split())}") from None
    if not isinstance(nav, list):
        raise GuidanceError(f"{_NAV}: expected a list of pages, as MkDocs takes it")
    return nav


def decode(content: bytes, page: str) -> str:
    """A page's text. Raises GuidanceError when it is not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise GuidanceError(f"{page}: is not UTF-8; save it as UTF-8") from None


def put_in_shared(markdown: str, page: str, files: Mapping[str, bytes]) -> str:
    """The page with each line `--8<-- "_shared/x.md"` replaced by that file, at the line's own indent, and then
    each contact by its number or address: the page as it is printed, but for its citations.

    Raises GuidanceError when there is no such file or contact.
    """

    def piece(match: re.Match[str]) -> str:
        if match["path"] not in files:
            raise GuidanceError(f"{page}: puts in {match['path']}, which does not exist below the pages' folder")
        lines = decode(files[match["path"]], match["path"]).rstrip("\n").split("\n")
        return "\n".join(f"{match['indent']}{line}" if line else line for line in lines)

    return _put_in_contacts(_SHARED.sub(piece, markdown), page, services(files.get(CONTACTS, b"")))


@cache
def services(content: bytes) -> Mapping[str, Service]:
    """The services of a file of contacts, by the names that pages give them.

    Raises GuidanceError for a file of another form, and for a service that gives no way to reach it.
    """
    found = decode_toml(content, CONTACTS, dict[str, Service])
    for name, service in found.items():
        if not service.ways():
            raise GuidanceError(f"{CONTACTS}: {name} has none of {', '.join(_WAYS)}; give it one")
    return found


def _put_in_contacts(markdown: str, page: str, known: Mapping[str, Service]) -> str:
    def link(match: re.Match[str]) -> str:
        if not match["name"]:
            return match[0]
        if match["name"] not in known:
            raise GuidanceError(f"{page}: names the contact {match['name']}, which {CONTACTS} does not have")
        ways = known[match["name"]].ways()
        way = match["way"] or ("address" if match["words"] else next(iter(ways)))
        if way not in ways:
            raise GuidanceError(f"{page}: {CONTACTS} gives no {way} for {match['name']}")
        return _print_contact(way, ways[way], match["words"])

    return _CONTACT.sub(link, markdown)


def _print_contact(way: str, said: str, words: str) -> str:
    """One way to reach somebody, as Markdown; a number for text messages is no link, for `check` lets none be."""
    match way:
        case "number":
            return f"[{words or said}](tel:{said.replace(' ', '')})"
        case "email":
            return f"[{words or said}](mailto:{said})"
        case "address":
            return f"[{words or said.removeprefix('https://').removeprefix('www.').rstrip('/')}]({said})"
        case _:
            return words or said


def find_cites(markdown: str) -> tuple[HandCitation, ...]:
    """Every citation of a page, in order; what stands in code is none."""
    runs = (match["run"] for match in _RUN.finditer(markdown) if match["run"])
    return tuple(cite for run in runs for cite in _cites(run))


def _cites(run: str) -> Iterator[HandCitation]:
    return (HandCitation(one["edition"], one["anchor"], one["label"].strip()) for one in _ONE.finditer(run))


def resolve_citations(markdown: str, page: str, sources: Sources) -> tuple[str, tuple[Finding, ...]]:
    """A page with its citations as links, and what a reviewer must know of it.

    `page` is its path from the pages' folder ("guide/referral.md"). A citation leads to the page of the edition
    where its text is loaded, and to its permalink elsewhere. Where the edition in force has the same text, a
    second link carries it forward; where that text differs, or differs from what was reviewed, the page says so
    there. Raises GuidanceError for a citation of something that does not exist.
    """
    body, facts = meta.get_data(markdown)
    head = markdown[: len(markdown) - len(body)]
    form = str(facts.get("cite_as") or "{}")
    findings: list[Finding] = []
    at_end: list[str] = []

    def links(match: re.Match[str]) -> str:
        if not match["run"]:
            return match[0]
        printed = []
        for cite in _cites(match["run"]):
            link, found = _link(cite, page, sources)
            printed.append((cite.label, link))
            findings.extend(found)
        if form != _AT_END or all(label for label, _ in printed):
            return _join(printed, form)
        at_end.append(
            f"- {_opening(body[: match.start()])}: {', '.join(link for label, link in printed if not label)}"
        )
        return " ".join(link for label, link in printed if label) or _TAKEN

    text = re.sub(rf"[ ]?{_TAKEN}", "", _link_comparisons(_RUN.sub(links, body), page, sources))
    for match in _LEFT.finditer(text):
        if match["left"]:
            raise GuidanceError(f"{page}: {match['left']} is not a citation; write [words](guidance:2023/para-45)")
    changed = sum(finding.kind == "source changed" for finding in findings)
    if at_end:
        if _STANDING not in text:
            raise GuidanceError(f"{page}: cites at the end; put {_STANDING} where its sources are to be listed")
        text = text.replace(_STANDING, "\n".join((_STANDING, "", *at_end)), 1)
    written_from = facts.get("written_from")
    if written_from is not None:
        text = _say_standing(text, page, str(written_from), changed, sources.publication)
    return head + text, tuple(findings)


def _opening(before: str) -> str:
    """The first words of the sentence that ends where a citation stands, without marks, as Markdown."""
    line = _ONE.sub(lambda cite: cite["label"], before.rsplit("\n", 1)[-1]).rstrip()
    sentence = re.split(r"(?<=[.!?])[*_”’)]*\s+", line)[-1]
    said = _MARKS.sub(lambda mark: mark[1] or "", sentence).split()
    return escape_markdown(" ".join(said[:_OPENING]).rstrip(".:;,") + (" …" if len(said) > _OPENING else ""))


def _link_comparisons(text: str, page: str, sources: Sources) -> str:
    def link(match: re.Match[str]) -> str:
        if not match["words"]:
            return match[0]
        if (match["old"], match["new"]) not in sources.comparisons:
            return match["words"]
        return _anchor(match["words"], f"{root_of(page)}{match['new']}/compare/{match['old']}/", "comparison")

    return _COMPARISON.sub(link, text)


def _join(printed: list[tuple[str, str]], form: str) -> str:
    """Links with words of their own stay in their sentence; those without are put in brackets together."""
    if all(label for label, _ in printed):
        return " ".join(link for _, link in printed)
    return f'<span class="cites">({form.replace("{}", ", ".join(link for _, link in printed))})</span>'


# --- One citation ----------------------------------------------------------------------------------


def _link(cite: HandCitation, page: str, sources: Sources) -> tuple[str, tuple[Finding, ...]]:
    """A citation as HTML, and what is to be said of it to a reviewer."""
    entry = lookup(cite, page, sources)
    up = root_of(page)
    link = _anchor(cite.label or name_provision(entry), up + _address(cite.edition, cite.anchor, sources), "cite")
    in_force = sources.publication.in_force.id
    reviewed = sources.reviewed.get(page, {}).get(cite.key)
    if reviewed is None:
        missing = Finding("not reviewed", f"{page}: {cite.key} has not been reviewed; run guidance review {page}")
        return link, (missing,)
    known = sources.today.get((cite.edition, cite.anchor)) if cite.edition != in_force else (cite.anchor,)
    if known is None and entry.fingerprint == reviewed:
        return link, ()
    now = tuple(sources.permalinks.get(in_force, {}).get(a) for a in known or ()) if known != () else ()
    same = known is not None and len(now) == 1 and now[0] is not None and now[0].fingerprint == reviewed
    if same and entry.fingerprint == reviewed:
        carried = cite.edition != in_force
        return (f"{link} {_forward(known or (), now, up, sources)}" if carried else link), ()
    said, where = _say_change(cite, entry.fingerprint == reviewed, known, in_force)
    forward = f" {_forward(known or (), now, up, sources)}" if known and cite.edition != in_force else ""
    mark = f'<strong class="source-changed">{escape(said)}{forward}</strong>'
    return f"{link} {mark}", (Finding("source changed", f"{page}: {cite.key}: {where}"),)


def lookup(cite: HandCitation, page: str, sources: Sources) -> Permalink:
    """The permalink register's line for what is cited. Raises GuidanceError when there is none."""
    edition = sources.permalinks.get(cite.edition, {})
    if cite.anchor not in edition:
        why = (
            f"edition {cite.edition} has no such anchor" if edition else f"edition {cite.edition} has no permalinks"
        )
        raise GuidanceError(f"{page}: cites {cite.key}, but {why}; see its permalinks.tsv")
    return edition[cite.anchor]


def _say_change(cite: HandCitation, own_text_same: bool, known: Anchors | None, in_force: str) -> tuple[str, str]:
    """What a reader is told at a citation whose source is not what was reviewed, and what a reviewer is."""
    if not own_text_same:
        return "source changed since this was written", f"its text is not what was reviewed in {cite.edition}"
    if not known:
        return f"not in the {in_force} edition", f"does not stand in {in_force}"
    return f"source changed in the {in_force} edition", f"reads otherwise in {in_force}"


def _forward(known: Anchors, now: tuple[Permalink | None, ...], up: str, sources: Sources) -> str:
    """Links to where the text stands in the edition in force."""
    in_force = sources.publication.in_force.id
    links = [
        _anchor(
            f"{in_force}: {name_provision(entry) if entry else anchor}",
            up + _address(in_force, anchor, sources),
            "cite-today",
        )
        for anchor, entry in zip(known, now, strict=True)
    ]
    return f"[{', '.join(links)}]"


def _anchor(words: str, address: str, kind: str) -> str:
    return f'<a class="{kind}" href="{escape(address)}">{escape(words)}</a>'


def _address(edition: str, anchor: str, sources: Sources) -> str:
    return sources.addresses.get(edition, {}).get(anchor) or permalink_path(edition, anchor)


def root_of(page: str) -> str:
    """The way from a page, as MkDocs serves it, to the site's root: "guide/referral.md" is two folders down."""
    path = PurePosixPath(page)
    return "../" * (len(path.parts) - (path.name == "index.md"))


def name_provision(entry: Permalink) -> str:
    """What a provision is called in a citation: "para 45", "flow chart 1", "box, page 86"."""
    if entry.number:
        stem = entry.anchor[: -len(entry.number)].rstrip("-").replace("-", " ")
        return f"{'note' if entry.kind == 'footnote' else stem} {entry.number}"
    if re.fullmatch(r"(figure|table)-\d+", entry.anchor):
        return entry.anchor.replace("-", " ")
    kind = "" if entry.kind == "text" else entry.kind
    return ", ".join(part for part in (kind, f"page {entry.page}" if entry.page else "") if part) or entry.anchor


# --- The page's standing ---------------------------------------------------------------------------


def _say_standing(body: str, page: str, edition_id: str, changed: int, publication: Publication) -> str:
    """The page with a note of which edition it was written from, and whether that one is in force."""
    try:
        edition = publication.edition(edition_id)
    except KeyError:
        raise GuidanceError(f"{page}: written_from names {edition_id}, which the register does not have") from None
    up, standing = root_of(page), publication.standing(edition)
    words = [f'!!! note basis "Written from the {edition.id} edition"', ""]
    if standing.superseded:
        words.append(
            f"    That edition was {standing.phrase}. Check what you read here against "
            f'<a href="{up}{standing.in_force}/">the edition in force, that of {standing.in_force}</a>.'
        )
    else:
        words.append(f"    That edition is {standing.phrase}.")
    if changed:
        many = "One source" if changed == 1 else f"{changed} sources"
        words.append(f"    {many} of this page changed since it was written; each place says so.")
    note = "\n".join(words)
    if _STANDING in body:
        return body.replace(_STANDING, note, 1)
    title = _TITLE.search(body)
    at = title.end() if title else 0
    return f"{body[:at]}\n{note}\n\n{body[at:].lstrip(chr(10))}"
