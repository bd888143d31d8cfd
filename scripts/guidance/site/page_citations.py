"""The tree of a hand-written page -> the same with its contacts, comparisons, citations and standing written in.

Where the tree comes from is the matter of `extension`; what is said of a citation, of `handwritten`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import Element

from markdown.util import AtomicString
from msgspec import Struct

from guidance.document.law import LawSince, Notice
from guidance.document.model import Finding, GuidanceError
from guidance.document.walk import sentence_ends
from guidance.site.handwritten import (
    HandCitation,
    Service,
    Sources,
    Way,
    address_of,
    contact_way,
    say_citation,
    say_standing,
)

STANDING = "standing"  # the comment, and the attribute of the element that stands for it
OURS = ("guidance:", "comparison:", "contact:", "site:")
_AT_END = "at-end"
_FEW = 4  # a table's cell with fewer words says nothing by itself
_OPENING = 8  # words by which a sentence is told among the sources at the end
_CITATION = re.compile(r"guidance:(?P<edition>[0-9a-z][0-9a-z.-]*)/(?P<anchor>[A-Za-z0-9.-]+)")
_MEANT = re.compile(r"\]\s*\((guidance:[^\s)]*)")  # what was meant to be one, and is no link
_COMPARISON = re.compile(r"comparison:(?P<old>[0-9a-z.-]+)/(?P<new>[0-9a-z.-]+)")
_STASHED = re.compile(r"\x02(?:(?P<code>\d+)|[^\x03]*)\x03")  # Python-Markdown's marks for what it put aside
_AT = "\x00"  # where a link stands, while its sentence is looked for
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[.!?][”’)])\s+|(?<=[.!?])(?=\x00)")
_TIDY = re.compile(r"\s+([.,;:])")  # the space before a citation, when that is out
_BLOCKS = frozenset(("p", "li", "td", "th", "dd", "dt", "div", "blockquote", "summary"))

_BLOCKS_OF_WORDS = frozenset(("p", "li", "td", "th", "dd", "dt", "summary", "h1", "h2", "h3", "h4"))
PLAIN_READERS = ("parents", "young people", "children")  # on their pages "you" is not the one who is bound

Node = str | Element


class PagePlace(Struct, frozen=True):
    """Where a page stands: its path from the folder of pages, the way to the site's root, its front matter, and,
    where the builder tells it, that folder and the one that has mkdocs.yml."""

    path: str = ""
    up: str = ""
    facts: Mapping[str, Any] = {}
    docs: Path | None = None
    home: Path = Path()
    told_by_mkdocs: bool = False


def write_addresses(root: Element, place: PagePlace, sources: Callable[[], Sources | None]) -> None:
    """Turn what links of ours lead to into addresses of the built site: places of it always, what is cited where
    all that can be cited is known."""
    written = ((element, name, element.get(name, "")) for element in root.iter() for name in ("href", "src"))
    for link, name, href in written:
        scheme, _, rest = href.partition(":")
        if scheme == "site":
            link.set(name, place.up + rest or "./")
        elif href.startswith(OURS) and (known := sources()) is not None:
            if cited := _CITATION.fullmatch(href):
                rest = address_of(cited["edition"], cited["anchor"], known)
            elif compared := _COMPARISON.fullmatch(href):
                rest = f"{compared['new']}/compare/{compared['old']}/"
            link.set(name, place.up + rest or "./")


class PageWriter:
    """Writes into the tree of one page what its links of ours stand for; keeps what is cited, in order, and what a
    reviewer must know of it. `sources` and `services` are asked for where they are needed; they give None where
    citations, or contacts, stay as they are written."""

    def __init__(
        self,
        place: PagePlace,
        sources: Callable[[], Sources | None],
        services: Callable[[], Mapping[str, Service] | None],
    ) -> None:
        """For a page at a place."""
        self._place, self._sources, self._services = place, sources, services
        self.cites: list[HandCitation] = []
        self.sentences: list[str] = []  # of each citation, the one that it stands in or behind
        self.findings: list[Finding] = []
        self._around: dict[Element, tuple[str, str]] = {}
        self._form = str(place.facts.get("cite_as") or "{}")
        self._at_end: list[tuple[str, list[Node]]] = []

    def write(self, root: Element) -> None:
        """Contacts first, for their words stand in the sentences by which sources at the end are told."""
        parents = {child: parent for parent in root.iter() for child in parent}
        for link in _links(root, "contact:"):
            self._contact(parents[link], link)
        for link in _links(root, "comparison:"):
            self._comparison(parents[link], link)
        done: set[Element] = set()
        cited = _links(root, "guidance:")
        self._around |= {link: _around(link, parents) for link in cited}  # while no other is written in
        for link in cited:
            if link not in done:
                run = list(_run(parents[link], link))
                done.update(run)
                self._cite(run, parents)
        for element in root.iter():
            inside = element.text if element.tag not in ("code", "pre") else None
            for text in (inside, element.tail):
                if text and (left := _MEANT.search(text)):
                    raise self._no_citation(left[1])

    def end(self, root: Element, law: LawSince) -> None:
        """Say where asked, or below the title, from which edition the page was written, and list its sources; and
        beside what it touches what the law since says. On a child's page that stands among the sources."""
        aside = self._law(root, law)
        parents = {child: parent for parent in root.iter() for child in parent}
        places = [element for element in parents if element.tag == "div" and STANDING in element.attrib]
        listed = [_made("li", {}, f"{opening}: ", *links) for opening, links in self._at_end]
        written = [*aside, *([_made("ul", {}, *listed)] if listed else [])]
        if written and not places:
            where = f"put <!-- {STANDING} --> where its sources are to be listed"
            raise GuidanceError(f"{self._place.path}: cites at the end; {where}")
        edition = self._place.facts.get("written_from")
        if edition is not None and (sources := self._sources()):
            changed = sum(finding.kind == "source changed" for finding in self.findings)
            written.insert(0, self._note(str(edition), changed, sources))
        if places:
            parent, following = parents[places[0]], _next(parents[places[0]], places[0])
            if self._at_end and following is not None and following.tag == "ul":  # sources written there go last
                written[-1].extend(list(following))
                parent.remove(following)
            _replace(parent, places[:1], written)
            for again in places[1:]:
                _replace(parents[again], [again], [])
        elif written:
            _put_below_title(root, written[0])

    def _law(self, root: Element, since: LawSince) -> list[Element]:
        """Put each notice behind the block that has the words it names, whole the first time and then by its head;
        returns those of a child's page, which go among its sources."""
        audience = self._place.facts.get("audience")
        aside: list[Element] = []
        told: set[str] = set()
        for words, law in since.on_page(self._place.path):
            notice = since.notice(law)
            if notice.law in told:
                head, again = _made("strong", {}, f"{notice.head}."), Way("What it says", f"#law-{notice.law}")
                marks = {"class": "law-since", "data-law": notice.law}
                block = _made("p", marks, head, " ", _anchor(again), ".")
            else:
                block = law_block(notice, plain=audience in PLAIN_READERS)
            told.add(notice.law)
            if audience == "children":
                aside.append(block)
            else:
                _put_beside(root, words, block)
        return aside

    def _note(self, edition: str, changed: int, sources: Sources) -> Element:
        title, sentences = say_standing(self._place.path, edition, changed, sources.publication)
        head = _made("p", {"class": "admonition-title"}, title)
        said = _made("p", {}, *(_anchor(one) if isinstance(one, Way) else one for one in sentences))
        return _made("div", {"class": "admonition note basis"}, head, said)

    # --- One link or one run of them ---

    def _contact(self, parent: Element, link: Element) -> None:
        services = self._services()
        if services is None:
            return
        name, _, way = link.get("href", "").removeprefix("contact:").partition("/")
        found = contact_way(name, way, bool(_words(link)), self._place.path, services)
        if not _words(link):
            link.text = found.words
        if found.href:
            link.set("href", found.href)
        else:
            _replace(parent, [link], _inside(link))

    def _comparison(self, parent: Element, link: Element) -> None:
        pair = _COMPARISON.fullmatch(link.get("href", ""))
        sources = self._sources()
        if pair is None:
            raise self._no_citation(link.get("href", ""))
        if sources and (pair["old"], pair["new"]) not in sources.comparisons:
            _replace(parent, [link], _inside(link))
        elif sources:
            link.set("class", "comparison")

    def _cite(self, run: list[Element], parents: Mapping[Element, Element]) -> None:
        parent, after = parents[run[0]], run[-1].tail or ""
        printed = [(_words(link), self._printed(link)) for link in run]
        if self._sources() is None:
            return
        if all(words for words, _ in printed):
            _replace(parent, run, _joined([nodes for _, nodes in printed], " "), after)
        elif self._form != _AT_END:
            words, _, rest = self._form.partition("{}")
            inner = _joined([nodes for _, nodes in printed], ", ")
            _replace(parent, run, [_made("span", {"class": "cites"}, f"({words}", *inner, f"{rest})")], after)
        else:
            opening = _opening(self._around[run[0]][1])
            self._at_end.append((opening, _joined([nodes for words, nodes in printed if not words], ", ")))
            kept = _joined([nodes for words, nodes in printed if words], " ")
            _replace(parent, run, kept, after, close_up=not kept)

    def _printed(self, link: Element) -> list[Node]:
        """A citation and what is said of it, its addresses still as they are written."""
        href = link.get("href", "")
        found = _CITATION.fullmatch(href)
        if found is None:
            raise self._no_citation(href)
        cite = HandCitation(found["edition"], found["anchor"], _words(link))
        self.cites.append(cite)
        self.sentences.append(self._around[link][0])
        sources = self._sources()
        if sources is None:
            return [link]
        said = say_citation(cite, self._place.path, sources)
        self.findings += [said.finding] if said.finding else []
        link.set("class", "cite")
        if not cite.label:
            link.text = said.link.words
        today: list[Node] = []
        if said.today:
            ways = [[_anchor(way, {"class": "cite-today"})] for way in said.today]
            today = [" [", *_joined(ways, ", "), "]"]
        if not said.changed:
            return [link, *today]
        return [link, " ", _made("strong", {"class": "source-changed"}, said.changed, *today)]

    def _no_citation(self, written: str) -> GuidanceError:
        return GuidanceError(
            f"{self._place.path}: {written} is not a citation; write [words](guidance:2023/para-45)"
        )


def law_block(notice: Notice, *, plain: bool = False) -> Element:
    """A notice as a block that others can lead to; `plain` for parents and young people."""
    head = _made("strong", {}, AtomicString(f"{notice.head}."))
    said = AtomicString(f" {notice.plain if plain else notice.text} ")
    read = (_anchor(Way("Read it", notice.url)), ".") if notice.url else ()
    return _made("p", {"class": "law-since", "data-law": notice.law, "id": f"law-{notice.law}"}, head, said, *read)


# --- Trees -------------------------------------------------------------------------------------------


def _put_beside(root: Element, words: str, block: Element) -> None:
    """Put a block behind the innermost one that has some words, or into it where it is a cell or an entry; below
    the title where there are none, or nothing has them."""
    parents = {child: parent for parent in root.iter() for child in parent}
    held = [one for one in parents if one.tag in _BLOCKS_OF_WORDS and words and words in _plain(one)]
    if not held:
        _put_below_title(root, block)
        return
    inner = min(held, key=lambda one: len(_plain(one)))
    if inner.tag == "summary":
        parents[inner].append(block)
    elif inner.tag in ("li", "td", "th", "dd"):
        inner.append(block)
    else:
        around = parents[inner]
        around.insert(list(around).index(inner) + 1, block)
        inner.tail, block.tail = "\n", inner.tail


def _put_below_title(root: Element, block: Element) -> None:
    root.insert(1 + next((at for at, child in enumerate(root) if child.tag == "h1"), -1), block)


def _plain(element: Element) -> str:
    """The words of an element on one line."""
    return " ".join("".join(element.itertext()).split())


def _links(root: Element, scheme: str) -> list[Element]:
    return [link for link in root.iter("a") if link.get("href", "").startswith(scheme)]


def _run(parent: Element, first: Element) -> Iterator[Element]:
    """A citation and those that follow it with nothing but a space between."""
    beside = list(parent)
    for element in beside[beside.index(first) :]:
        if element.tag != "a" or not element.get("href", "").startswith("guidance:"):
            return
        yield element
        if (element.tail or "").strip():
            return


def _made(tag: str, attributes: Mapping[str, str], *nodes: Node) -> Element:
    element = Element(tag, dict(attributes))
    _append(element, nodes)
    return element


def _anchor(way: Way, attributes: Mapping[str, str] = MappingProxyType({})) -> Element:
    return _made("a", {**attributes, "href": way.href}, way.words)


def _words(link: Element) -> str:
    return "".join(link.itertext()).strip()


def _inside(link: Element) -> list[Node]:
    nodes: list[Node] = [link.text or ""]
    for child in list(link):
        tail, child.tail = child.tail or "", None
        nodes += [child, tail]
    return nodes


def _joined(parts: Sequence[Sequence[Node]], between: str) -> list[Node]:
    nodes: list[Node] = []
    for part_of in parts:
        nodes += [between, *part_of] if nodes else part_of
    return nodes


def _append(parent: Element, nodes: Sequence[Node]) -> None:
    """Put nodes behind all that an element holds; a text that is left alone by Markdown stays one where no other
    stands before it."""
    for node in nodes:
        if isinstance(node, Element):
            node.tail = None
            parent.append(node)
        elif len(parent):
            parent[-1].tail = parent[-1].tail + node if parent[-1].tail else node
        else:
            parent.text = parent.text + node if parent.text else node


def _replace(
    parent: Element,
    run: Sequence[Element],
    nodes: Sequence[Node],
    after: str | None = None,
    *,
    close_up: bool = False,
) -> None:
    """Put nodes in the place of elements that stand side by side; what follows stays: the text `after` them is
    given where the elements are among the nodes. With `close_up`, the space before them goes."""
    beside = list(parent)
    at = beside.index(run[0])
    rest = beside[at + len(run) :]
    after = (run[-1].tail or "") if after is None else after
    del parent[at:]
    if close_up and len(parent):
        parent[-1].tail = (parent[-1].tail or "").removesuffix(" ")
    elif close_up:
        parent.text = (parent.text or "").removesuffix(" ")
    _append(parent, [*nodes, after])
    parent.extend(rest)  # their tails are theirs


def _next(parent: Element, element: Element) -> Element | None:
    beside = list(parent)
    at = beside.index(element) + 1
    return beside[at] if at < len(beside) and not (element.tail or "").strip() else None


def _around(link: Element, parents: Mapping[Element, Element]) -> tuple[str, str]:
    """The sentence of a block that a link stands in or, where a new one begins behind it, the one before; and the
    words before the link. The sentence of a cell with few words is the row."""
    block = parents[link]
    while block.tag not in _BLOCKS and block in parents:
        block = parents[block]

    def words(element: Element) -> Iterator[str]:
        inner = element.tag in _BLOCKS and element is not block
        yield "\n\n" if inner else _AT if element is link else ""
        yield element.text or ""
        for child in element:
            yield from words(child)
            yield child.tail or ""
        yield "\n\n" if inner else ""

    held = next((part for part in _unstashed("".join(words(block))).split("\n\n") if _AT in part), "")
    ends = [match.span() for match in sentence_ends(_SENTENCE_ENDS, held)]
    parts = [held[a:b] for (_, a), (b, _) in pairwise([(0, 0), *ends, (len(held), 0)])]
    at = next((count for count, part in enumerate(parts) if _AT in part), 0)
    if at and parts[at].lstrip().startswith(_AT) and not _words(link):
        at -= 1
    said = " ".join(parts[at].replace(_AT, " ").split()) if held else ""
    if block.tag in ("td", "th") and len(said.split()) < _FEW:
        cells = (_unstashed(_plain(cell)) for cell in parents[block])
        said = "; ".join(cell for cell in cells if re.search(r"\w", cell))
    return _TIDY.sub(r"\1", said), _TIDY.sub(r"\1", held.partition(_AT)[0])


def _unstashed(said: str) -> str:
    """Words with what Python-Markdown put aside in its place again."""
    return _STASHED.sub(lambda mark: chr(int(mark["code"])) if mark["code"] else "", said)


def _opening(before: str) -> str:
    """The first words of the sentence that ends where a citation stands."""
    sentence = re.split(r"(?<=[.!?])[”’)]*\s+", before.rstrip())[-1]
    said = re.sub(r"^\W+", "", sentence).split()
    return " ".join(said[:_OPENING]).rstrip(".:;,") + (" …" if len(said) > _OPENING else "")
