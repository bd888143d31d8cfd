"""Citations resolved: each becomes a Reference (an anchor of this document, a page of legislation.gov.uk, another
document) or is Unresolved with a reason. Nothing here changes a text or looks at what an address holds."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from guidance.cite.grammar import number_key
from guidance.document.model import Document, Link, Locus, Provision, Reference, Text, Unresolved
from guidance.document.register import PartialDate
from guidance.document.walk import note_marks, provision_texts
from guidance.link.acts import Act, Acts, Instrument, name_key, read_acts, titled_act, with_own_names
from guidance.link.citations import LEGAL, TextCitation, find_citations
from guidance.link.places import NumberedPlaces, Pinpoint, Unit
from guidance.link.siblings import place_in_sibling, read_titles
from guidance.link.titles import Guidance, TitleMention, Titles, behind_year, spoken_words, titles_for

# What each form of instrument has that is numbered through the whole of it.
_OWN = dict[str, Unit](act="section", regulations="regulation", order="article", rules="rule", treaty="article")


def fits(act: Act, pinpoints: tuple[Pinpoint, ...]) -> bool:
    """Whether an instrument of its form can have such a provision: Acts have sections, Regulations regulations."""
    units = {p.unit for p in pinpoints}
    divisions = () if act.form == "treaty" else ("schedule", "part", "chapter", "paragraph")
    return units <= {_OWN[act.form], *divisions} and (pinpoints[0].unit != "paragraph" or "schedule" in units)


def address(act: Act, pinpoints: tuple[Pinpoint, ...]) -> str | None:
    """The address of a provision that fits the Act: a page down to the section or the schedule's paragraph, then a
    fragment for sub-sections; a range leads to its first. None where the Act's address is not known."""
    base = act.address
    if base is None or act.whole or not act.id or not pinpoints:  # how another site goes on is not known
        return base
    steps, subs = _steps(pinpoints), pinpoints[0].subs
    return "/".join((base, *steps)) + (f"#{'-'.join((*steps, *subs))}" if subs else "")


def _steps(pinpoints: tuple[Pinpoint, ...]) -> tuple[str, ...]:
    inner = pinpoints[0]
    if inner.unit in _OWN.values():
        return (inner.unit, inner.number)
    kept = [p for p in pinpoints if p is inner or p.unit == "schedule" or inner.unit in ("part", "chapter")]
    steps: list[str] = []
    for pinpoint in reversed(kept):
        number = number_key(pinpoint.number, "section") if pinpoint.number else ""
        steps += [pinpoint.unit, number] if number else [pinpoint.unit]
    return tuple(steps)


_ELSEWHERE = "it is a place in another document"
_NOT_SAID = "the text does not say of which Act or instrument"
_BETWEEN = re.compile(  # what may stand between a document's name and a place in it
    r"(?x) [\s,:;(–-]* (?: especially \s | in[ ]particular \s | particularly \s | at \s | see \s )? \(?"
)
# what may stand between a place and the document it is in: "3 and 4 of the statutory guidance"
_TO_TITLE = re.compile(r"""(?x)
    (?: [\s,–\d.-] | and | or | to )* \s (?: of | from | in ) \s
    (?: the \s )? (?: [\w’',-]+ \s ){0,8} [“\"‘']?
    """)
_SUBS = re.compile(r"\s*(?P<subs>(?:\(\w+\)\s?)+)")
_ENDS = re.compile(r"\s*(?:[.:–-]\s|$)")


class FoundCitation(Struct, frozen=True):
    """A citation and where it stands: provision, number of its Text there, and the Text."""

    provision: Provision
    part: int
    text: Text
    citation: TextCitation
    titles: tuple[TitleMention, ...] = ()

    @property
    def links(self) -> list[Link]:
        """The source's own links in the Text."""
        return [mark for mark in self.text.marks if isinstance(mark, Link)]


def find_references(
    document: Document,
    acts: Acts | None = None,
    guidance: Iterable[Guidance] = (),
    begins: PartialDate | None = None,
) -> tuple[Reference | Unresolved, ...]:
    """Every citation of a document, in reading order, notes last; none over another or over a link of the source.

    `acts` are the instruments and `guidance` the other documents that the publication knows. A range leads to its
    first provision, a place in another document to that document, or to the place where it is a sibling's; `begins`
    is when the document came into force, which tells the edition meant of a sibling.
    """
    spoken = spoken_words(document)
    given = Acts(acts.entries if acts else (), spoken)
    known, meant = with_own_names(given, document)
    titles = titles_for(document, guidance, spoken)
    walked = tuple(_walk(document, known, titles))
    found = tuple(one for one in walked if isinstance(one, FoundCitation))
    resolver = _Resolver(document, known, found, meant, begins, titles)
    settled = (one if isinstance(one, Reference) else resolver.resolve(one) for one in walked)
    order = {p.anchor: at for at, p in enumerate(document.everything)}
    return tuple(sorted(filter(None, settled), key=lambda r: (order[r.at.anchor], r.at.part, r.at.start)))


def _walk(document: Document, acts: Acts, titles: Titles) -> Iterator[FoundCitation | Reference]:
    """Every citation, and every title of another document that the source does not link itself. Of two over one
    another the longer one counts: an Act in "Equality Act 2010: a guide", a title in that of an instrument."""
    for provision in document.everything:
        for part, text in enumerate(provision_texts(provision)):
            cited = find_citations(text.plain, acts)
            mentions = tuple(m for m in titles.find(text) if not any(_within(m, c) for c in cited))
            for citation in cited:
                if not any(_within(citation, m) for m in mentions):
                    yield FoundCitation(provision, part, text, citation, mentions)
            links = [mark for mark in text.marks if isinstance(mark, Link)]
            for m in mentions if part or not provision.heading else ():
                if m.url and not any(link.start < m.end and m.start < link.end for link in links):
                    locus = Locus(provision.anchor, part, m.start, m.end)
                    yield Reference(locus, text.plain[m.start : m.end], m.url, "guidance")


def _within(inner: TextCitation | TitleMention, outer: TextCitation | TitleMention) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


class _Resolver:
    """What the document's own usage tells about its citations, gathered once, and asked for each of them."""

    def __init__(
        self,
        document: Document,
        acts: Acts,
        found: tuple[FoundCitation, ...],
        meant: dict[str, Act],
        begins: PartialDate | None,
        titles: Titles,
    ) -> None:
        self._acts, self._begins, self._titles = acts, begins, titles
        self._meant = meant
        self._places = NumberedPlaces(document)
        self._named: dict[str, list[tuple[int, int, Act]]] = defaultdict(list)  # by provision: part, start, Act
        self._usage: dict[str, Counter[Act]] = defaultdict(Counter)
        self._here: dict[tuple[str, str], Act] = {}
        self._owners = {
            mark.note: provision.anchor for provision in document.provisions for mark in note_marks(provision)
        }
        for one in found:
            act = self._instrument(one)
            if isinstance(act, Act) and one.citation.instrument and not one.citation.instrument.amending:
                self._named[one.provision.anchor].append((one.part, one.citation.start, act))
                if one.citation.pinpoints:
                    key = _key(one.citation.pinpoints[0])
                    self._usage[key][act] += 1
                    self._here[(one.provision.anchor, key)] = act

    def resolve(self, one: FoundCitation) -> Reference | Unresolved | None:
        """The reference, or why there is none; None where the source links the words itself or they are a heading
        that names itself."""
        span = _free_span(one)
        if span is None or (one.citation.instrument and one.citation.instrument.guide) or _is_caption(one):
            return None
        locus = Locus(one.provision.anchor, one.part, *span)
        words = one.text.plain[span[0] : span[1]]
        linked = _linked_section(one, span)
        if linked:
            return Reference(locus, words, linked, "legislation")
        other = _other_document(one)
        if other:
            named = self._titles.naming(other, one.titles, one.text.plain)
            address, told = place_in_sibling(named, one.citation.pinpoints, self._begins) or (other, "")
            return Reference(locus, words, address, "guidance", told)
        target = self._target(one)
        titled = one.part == 0 and one.provision.heading and span[0] == 0 and not one.citation.instrument
        if target == f"#{one.provision.anchor}" or titled:
            return None
        if target.startswith(("#", "https:")):
            return Reference(locus, words, target, "internal" if target[0] == "#" else "legislation")
        return Unresolved(locus, words, target)

    def _target(self, one: FoundCitation) -> str:
        """An address, or the reason why there is none."""
        citation = one.citation
        if citation.instrument:
            act = self._instrument(one)
            return act if isinstance(act, str) else self._legal(one, act)
        if _of_this_document(one):
            return self._internal(one)
        if citation.scope == "elsewhere" or _follows_link(one):
            return _ELSEWHERE
        if not _may_be_law(citation):
            return self._internal(one)
        if meant := self._bare(one):
            return _legal_target(meant, citation.pinpoints)
        anchor = self._places.find(citation.pinpoints, one.provision.anchor)  # a section of this document, of the
        beside = anchor and self._places.beside(anchor, one.provision.anchor)  # same chapter
        return f"#{anchor}" if beside else _NOT_SAID

    def _legal(self, one: FoundCitation, act: Act) -> str:
        """The address in an Act; in "GDPR/Data Protection Act, article 6" that of the one which has articles."""
        pinpoints = one.citation.pinpoints
        if pinpoints and not fits(act, pinpoints):
            near = (one.part, one.citation.start - 30)
            before = (a for part, at, a in reversed(self._named_before(one)) if (part, at) >= near)
            act = next((a for a in before if fits(a, pinpoints)), act)
        return _legal_target(act, pinpoints)

    def _internal(self, one: FoundCitation) -> str:
        pinpoint = one.citation.pinpoints[0]
        anchor = self._places.find(one.citation.pinpoints, one.provision.anchor)
        if anchor:
            return f"#{anchor}"
        if pinpoint.unit == "part" and one.citation.scope == "unsaid" and not self._places.has("part"):
            act = self._bare(one)
            return _legal_target(act, one.citation.pinpoints) if act else _NOT_SAID
        return f"there is no one {pinpoint.unit.replace('-', ' ')} {pinpoint.number} in this document"

    def _bare(self, one: FoundCitation) -> Act | None:
        """The Act meant by "section 47" alone: as cited in full in this provision; as the field uses it, unless the
        document says what "the Act" or "the Regulations" are; as the one fitting Act named before it; as those
        Regulations; or as the document uses it throughout."""
        pinpoints, anchor = one.citation.pinpoints, one.provision.anchor
        key = _key(pinpoints[0])
        own = [a for a in self._meant.values() if fits(a, pinpoints)]
        usual = self._acts.by_bare.get(key)
        act = self._here.get((anchor, key)) or (usual if not own or usual in own else None)
        if act:
            return act
        before = [(part, a) for part, _, a in self._named_before(one) or self._named_above(one)]
        treaties = [(part, name_key(name)) for part, a in before for name in a.carries]  # whose articles are meant
        before += [(part, a) for part, name in treaties for a in self._acts.by_name.get(name, ())]
        fitting = [(part, a) for part, a in before if fits(a, pinpoints)]
        nearer = {a for part, a in fitting if part == one.part} or {a for _, a in fitting}
        if len(nearer) == 1:
            return nearer.pop()
        if own and pinpoints[0].unit != "section":
            return own[0]
        usage = self._usage[key]
        act = next(iter(usage), None)
        return act if len(usage) == 1 and usage.total() >= (2 if act in own else 3) else None

    def _named_before(self, one: FoundCitation) -> list[tuple[int, int, Act]]:
        """The Acts named before a citation in its provision, in reading order: part, start, Act."""
        return [named for named in self._named[one.provision.anchor] if named[:2] < (one.part, one.citation.start)]

    def _named_above(self, one: FoundCitation) -> list[tuple[int, int, Act]]:
        """Of a note, the Acts named in the provision that it belongs to; their part counts as none of its own."""
        return [(-1, at, act) for _, at, act in self._named[self._owners.get(one.provision.anchor, "")]]

    def _used(self, candidates: Iterable[Act]) -> Act | None:
        """The one of some Acts that the document names anywhere."""
        used = {act for entries in self._named.values() for _, _, act in entries} & set(candidates)
        return used.pop() if len(used) == 1 else None

    def _instrument(self, one: FoundCitation) -> Act | str:
        """The Act that a name stands for, or the reason why that is not known."""
        named = one.citation.instrument
        if named is None:
            return _NOT_SAID
        if named.manner in ("titled", "short"):
            act = titled_act(named, self._acts) or self._by_context(one, named)
            if named.year is None:  # of several Acts of one name that which is named elsewhere, with its year
                act = act or self._used(self._acts.by_name.get(name_key(named.title), ()))
            return act or f"{named.title} is not in the list of Acts, or names several"
        if named.manner == "dated":
            return self._dated(one, named) or f"no one instrument of {named.year} is named so"
        meant, context = self._meant.get(named.form), self._by_context(one, named)
        defined = one.text.plain.startswith(("the ", "The "), named.start)  # as against "that Act"
        return (meant or context if defined else context or meant) or _NOT_SAID

    def _by_context(self, one: FoundCitation, named: Instrument) -> Act | None:
        """The last Act named before in this provision that the words can stand for."""
        title = name_key(named.title)
        before = (act for _, _, act in reversed(self._named_before(one)) if act.form == named.form)
        return next((a for a in before if not title or title in map(name_key, (a.title, *a.short))), None)

    def _dated(self, one: FoundCitation, named: Instrument) -> Act | None:
        of_year = [a for a in self._acts.entries if a.year == named.year and a.form == named.form]
        defined = self._acts.by_name.get(name_key(f"{named.year} {named.title or named.form}"), ())
        if len(defined) == 1:
            return defined[0]
        if named.title:
            title = name_key(named.title)
            of_year = [a for a in of_year if any(title in name_key(n) for n in (a.title, *a.short))]
            return of_year[0] if len(of_year) == 1 else None
        before = self._named_before(one) or self._named_above(one)
        last = next((act for _, _, act in reversed(before) if act in of_year), None)
        return last or self._used(of_year) or (of_year[0] if len(of_year) == 1 else None)


def _may_be_law(citation: TextCitation) -> bool:
    """Whether a citation that names no Act may be of one: not "section B", "section 1 of this chapter" or
    "chapter 3, section 2"."""
    units = [p.unit for p in citation.pinpoints]
    if citation.scope == "here" or (len(units) > 1 and "schedule" not in units):
        return False
    return any(unit in LEGAL for unit in units) and (citation.pinpoints[0].number or "0")[0].isdigit()


def _key(pinpoint: Pinpoint) -> str:
    return f"{pinpoint.unit} {pinpoint.number}"


def _legal_target(act: Act, pinpoints: tuple[Pinpoint, ...]) -> str:
    if pinpoints and not fits(act, pinpoints):
        return f"{act.title} cannot have a {pinpoints[0].unit} of that kind"
    if pinpoints and _key(pinpoints[0]) in act.lacks:
        return f"{act.title} has no {_key(pinpoints[0])}; the source seems to name the wrong one"
    return address(act, pinpoints) or f"the address of {act.title} is not known"


def _free_span(one: FoundCitation) -> tuple[int, int] | None:
    """The citation's words, or at least its pinpoint's, where the source does not link them itself; or the
    sub-section behind a link to its section: "(1)" of "Section 16F (1)"."""
    links = one.links
    for start, end in ((one.citation.start, one.citation.end), one.citation.inner):
        if not any(link.start < end and start < link.end for link in links):
            return start, end
    for link in links if one.citation.pinpoints and one.citation.pinpoints[0].subs else ():
        rest = _SUBS.fullmatch(one.text.plain, link.end, end) if start < link.end < end else None
        if rest and not any(other.start < end and rest.start("subs") < other.end for other in links):
            return rest.span("subs")
    return None


def _linked_section(one: FoundCitation, span: tuple[int, int]) -> str | None:
    """The address of a sub-section behind the source's own link to its section on legislation.gov.uk."""
    for pinpoint in one.citation.pinpoints[:1]:
        for link in one.links:
            page = link.address.split("#")[0].removesuffix("/").replace("http://", "https://")
            before = one.citation.inner[0] <= link.start and link.end <= span[0]
            if before and "legislation.gov.uk/" in page and page.endswith(f"/{pinpoint.unit}/{pinpoint.number}"):
                return f"{page}#{'-'.join((pinpoint.unit, pinpoint.number, *pinpoint.subs))}"
    return None


def _follows_link(one: FoundCitation) -> bool:
    """Whether the citation stands right behind the source's own link to somewhere else: "LINK, paragraph 4"."""
    if one.citation.pinpoints and one.citation.pinpoints[0].unit in LEGAL:
        return False
    return any(_is_before(one, link.end) for link in one.links if not link.address.startswith("#"))


def _is_caption(one: FoundCitation) -> bool:
    """Whether the citation is all that its text says: the name under a figure or over a table."""
    unit = one.citation.pinpoints[0].unit if one.citation.pinpoints else ""
    begins = not one.text.plain[: one.citation.start].strip()
    ends = _ENDS.match(one.text.plain[one.citation.end :])
    return unit in ("figure", "table", "box", "flow-chart") and begins and ends is not None


def _of_this_document(one: FoundCitation) -> bool:
    """Whether the words say "of" and this document's own title."""
    return any(m.url is None for m in _titles_beside(one))


def _other_document(one: FoundCitation) -> str | None:
    """The address of the other document that a place is in: of the title beside it, or of the source's own link."""
    citation = one.citation
    if citation.instrument or not citation.pinpoints or citation.scope == "here" or _of_this_document(one):
        return None
    named = next((m.url for m in _titles_beside(one)), None)
    if named:
        return named
    if citation.pinpoints[0].unit in LEGAL:
        return None
    for link in one.links:
        behind = citation.scope == "elsewhere" and link.start - citation.end in range(2, 120)
        joined = behind and _TO_TITLE.fullmatch(one.text.plain, citation.end, link.start)
        if link.address.startswith("https://") and (joined or _is_before(one, link.end)):
            return link.address
    return None


def _titles_beside(one: FoundCitation) -> tuple[TitleMention, ...]:
    """The titles that a citation is joined to: "page 3 of TITLE", or "TITLE, page 3"."""
    plain, citation = one.text.plain, one.citation
    return tuple(
        m
        for m in one.titles
        if (citation.end <= m.start and _TO_TITLE.fullmatch(plain, citation.end, m.start)) or _is_before(one, m.end)
    )


def _is_before(one: FoundCitation, end: int) -> bool:
    """Whether words that end there are the document which the citation behind them is in."""
    start, end = one.citation.start, behind_year(one.text.plain, end)
    return end <= start <= end + 20 and _BETWEEN.fullmatch(one.text.plain, end, start) is not None


def read_known(folder: Path | None) -> tuple[Acts, tuple[Guidance, ...]]:
    """The Acts and the other guidance named in a publication's folder; none where there is no folder.

    Raises GuidanceError when a file is not of its form.
    """
    return (read_acts(folder / "acts.toml"), read_titles(folder / "guidance.toml")) if folder else (Acts(), ())
