"""What pages owe their readers: a notice of the law since, beside sentences that it has overtaken too; an edition's
standing on each of its pages; and that nobody has confirmed a file that was only trusted.

Which laws there are, and where their notices stand, is told in `document.law`, standings in `document.register`; a
page's blocks are `readability`'s.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import msgspec
from bs4 import BeautifulSoup
from mkdocs.utils import meta
from msgspec import Struct

from guidance.check.readability import PageText, read_blocks
from guidance.document.anchors import permalink_path
from guidance.document.law import Doing, Law, LawSince
from guidance.document.register import Publication
from guidance.site.page_citations import PLAIN_READERS
from guidance.site.pages import page_url

_ADVERBS = r"(?: (?: also | always | then | still | only | even | just | or | and | both | \w+ly ) \s+ ){0,3}"
_FREE = r"(?: allowed | permitted | free | entitled | able | welcome | empowered | authorised | encouraged )"
_BOUND = r"(?: obliged | required | bound | compelled | expected | forced )"
_LETS = r"(?: let | allow | permit | enable | entitle | empower | authorise | invite | encourage )"
_GOOD = r"""
    (?: choose | optional | voluntary | good \s+ practice | discretion | power | option | right | liberty | choice
      | appropriate | desirable | helpful | useful | sensible | reasonable )
"""
_AT_WILL = rf"""                                       # words behind which a verb is left to somebody's choice
    (?: \b (?P<subject> [a-z’']+ ) \s+ )?
    \b (?:
        # "may", "can also", "might want to"; but "may not", "cannot"
        (?: may | can | could | might ) (?! \s+ (?: not | never | no ) \b ) (?: , [^,.]+ , )? \s+ {_ADVERBS}
            (?: (?: choose | decide | want | wish | like | prefer | opt ) \s+ to \s+ )?
      | {_FREE} \s+ to \s+                               # "is allowed to"
      | not \s+ {_BOUND} \s+ to \s+                      # "are not obliged to"
      | {_LETS} s? \s+ (?: [\w’'-]+ \s+ ){{1,4}}? (?: to \s+ )?       # "lets you", "allows any member of staff to"
        # "need not", "do not have to", "there is no duty to"
      | need (?: \s+ not | n[’']t ) \s+
      | (?: do (?: es )? \s+ not | do (?: es )? n[’']t ) \s+ (?: have | need ) \s+ to \s+
      | (?: no | not \s+ under \s+ an? ) \s+ (?: [\w-]+ \s+ ){{0,2}} (?: duty | obligation | requirement | need )
            \s+ to \s+
      | nothing \s+ (?: requires | obliges | forces | compels ) \s+ (?: [\w’'-]+ \s+ ){{1,3}}? to \s+
      | if \s+ (?: you | they | staff ) \s+ (?: wish | want | like | prefer ) , \s+       # "if you wish, share"
        # "choose whether to", "up to you whether you"; "it is optional to", "have a discretion to"
      | whether \s+ (?: or \s+ not \s+ )? (?: to | you | they | we ) \s+ (?: want \s+ to \s+ )?
      | {_GOOD} \s+ (?: to | of ) \s+
        # "consider sharing", "think about whether to share"
      | (?: consider | considering | think \s+ about ) \s+ (?: whether \s+ (?: to \s+ )? )? (?: a | an | the )? \s*
    )
"""
_LEFT_OPEN = r"""                                      # words behind a verb: "sharing is optional", "is up to you"
    (?: is | are | remains? | be ) \s+ (?: (?: only | entirely | always | purely ) \s+ )?
    (?: optional | voluntary | an? \s+ (?: option | choice ) | your \s+ decision
      | permitted | allowed | discretionary | possible | up \s+ to | your \s+ choice
      | a \s+ matter \s+ (?: for | of )
      | not \s+ (?: required | mandatory | compulsory | obligatory | a \s+ duty ) ) \b
"""
_PASSIVE = r"\b (?: may | can | could | might ) (?! \s+ not \b ) \s+ (?: \w+ly \s+ | also \s+ )? be \s+"


class Unnoticed(Struct, frozen=True):
    """A sentence of a page that leaves open what a law makes a duty, and by which no notice of that law stands."""

    page: str
    sentence: str
    law: Law

    @property
    def message(self) -> str:
        """What is wrong and what to do, in one line."""
        return (
            f'"{self.sentence}" leaves to choice what is a duty now ({self.law.topic}); '
            f"name its words under `pages` of {self.law.id} in law.toml, or write the duty"
        )


def find_unnoticed(pages: Mapping[str, str], law: LawSince) -> tuple[Unnoticed, ...]:
    """Those of all hand-written `pages`, Markdown by path with their includes put in.

    A notice stands by a sentence where law.toml names its words, or the page, and so the notice is printed there;
    or where a block below the same heading names the law or says that it must be done.
    """
    found: list[Unnoticed] = []
    for path, text in pages.items():
        blocks, facts = read_blocks(text), meta.get_data(text)[1]
        for one in (one for one in law.law if one.duty):
            told = [words for words, printed in law.on_page(path) if printed.id == one.id]
            found += (Unnoticed(path, sentence, one) for sentence in _left_open(one, told, blocks, facts))
    return tuple(found)


def lost_places(pages: Mapping[str, str], law: LawSince) -> Iterator[str]:
    """A line for each page or words that law.toml names and that are not there, so that no notice could stand."""
    for one in law.law:
        for touched in one.pages:
            blocks = [block.text for block in read_blocks(pages.get(touched.path, ""))]
            if touched.path not in pages:
                yield f"law.toml: {one.id}: there is no page {touched.path}"
            for words in touched.at:
                found = sum(words in block for block in blocks)
                if touched.path in pages and found != 1:
                    yield f'law.toml: {one.id}: {touched.path} has "{words}" {found} times; name words of one block'


def unprinted(site: Path, law: LawSince) -> Iterator[str]:
    """A line for each page of a built site that lacks the notice of a law that touches it: an element whose
    `data-law` is the law's id, one for each place that law.toml names, and on each touched provision's own page."""
    for one in law.law:
        for place in (permalink_path(t.edition, anchor) for t in one.provisions for anchor in t.anchors):
            if _printed(site / place, one) == 0:
                yield f"{place}: has no notice of {one.id} ({one.topic})"
        for touched in one.pages:
            found = _printed(site / page_url(touched.path), one)
            if found is not None and found < max(1, len(touched.at)):
                yield f"{touched.path}: has {found} notices of {one.id} ({one.topic}), not one for each place named"


def _printed(folder: Path, one: Law) -> int | None:
    """How many notices of a law a built page has; None where there is no such page."""
    built = folder / "index.html"
    held = built.read_text(encoding="utf-8") if built.is_file() else ""
    return len(BeautifulSoup(held, "lxml").select(f'[data-law="{one.id}"]')) if held else None


_ASKS = re.compile(
    r"(?: ^ | [.;:!?] \s* | \b (?: please | to | and ) \s+ ) (?: tell \s us | let \s us \s know ) \b", re.I | re.X
)


def unaddressed(site: Path) -> Iterator[str]:
    """A line for each page of ours in a built site that asks its readers to tell us something, and has no link by
    which they can."""
    for path in sorted(site.rglob("*.html")):
        held = path.read_text(encoding="utf-8")
        if "ell us" not in held and "et us know" not in held:
            continue
        page = BeautifulSoup(held, "lxml")
        blocks = page.select("article:not([data-edition]) :is(p, li, td, h1, h2, h3, h4)")
        asks = next((one for one in blocks if _ASKS.search(" ".join(one.get_text().split()))), None)
        if asks and not page.select("footer .tell a[href]"):
            words = " ".join(asks.get_text().split())[:60]
            yield (
                f'{path.relative_to(site).as_posix()}: says "{words}", and no address is known; '
                "write tell_us into editions.toml, or take the words out"
            )


def _left_open(
    one: Law, told: Collection[str], blocks: Sequence[PageText], facts: Mapping[str, Any]
) -> Iterator[str]:
    """The sentences of a page's blocks that leave a duty open; `told` are the words beside which its notice is
    printed, `facts` the page's own. On a page for those whom no such law binds, what they may do is let pass."""
    if "" in told:
        return
    saying, for_readers = [_Saying.of(doing) for doing in one.doing], facts.get("audience") in PLAIN_READERS
    covered = {b.under for b in blocks if _names(b.text, one) or any(s.as_duty(b) for s in saying)}
    for block in blocks:
        if block.sources or block.under in covered or any(words in block.text for words in told):
            continue
        about = f"{block.text if block.kind == 'li' else ''} {block.under} {facts.get('title', '')}"
        for sentence in re.split(r"(?<=[.!?:;])[\"”’)*]*\s+", block.text):
            if any(s.as_choice(sentence, about, of_reader=for_readers) for s in saying):
                yield sentence


class _Saying(Struct, frozen=True):
    """How a sentence says of a duty that it must be done, that it may be, and what it is about."""

    must: re.Pattern[str]
    choice: re.Pattern[str]
    objects: re.Pattern[str]

    @classmethod
    @lru_cache
    def of(cls, doing: Doing) -> "_Saying":
        """The patterns for a duty: of each verb all forms, and for things with a name of two words or more also
        "consider a family group meeting"."""
        verbs = "|".join(_forms(verb) for verb in doing.verbs)
        named = [re.escape(word).replace(r"\ ", r"\s+") for word in doing.objects if " " in word] or ["(?!)"]
        choice = rf"""
            {_AT_WILL} (?: {verbs} ) \b
          | {_PASSIVE} (?: {verbs} ) \b
          | \b (?: {verbs} ) \b [^,;:.]{{0,60}}? {_LEFT_OPEN}
          | \b consider (?: ing )? \s+ (?: (?: a | an | the | using | offering ) \s+ )* (?: {"|".join(named)} )
        """
        flags = re.IGNORECASE | re.VERBOSE
        return cls(
            re.compile(rf"\b must \s+ {_ADVERBS} (?: be \s+ )? (?: {verbs} ) \b", flags),
            re.compile(choice, flags),
            re.compile("|".join(rf"\b{re.escape(word)}" for word in doing.objects), re.IGNORECASE),
        )

    def as_duty(self, block: PageText) -> bool:
        """Whether a block says that it must be done."""
        return bool(self.must.search(block.text) and self.objects.search(f"{block.text} {block.under}"))

    def as_choice(self, sentence: str, about: str, *, of_reader: bool) -> bool:
        """Whether a sentence leaves it open; on a page `of_reader` "you" may do as they like."""
        found = [m for m in self.choice.finditer(sentence) if self.objects.search(f"{sentence} {about}")]
        return any(not (of_reader and (m["subject"] or "").lower() in ("you", "i")) for m in found)


def _names(words: str, one: Law) -> bool:
    """Whether a block tells of a law: the section that it changes or, where none is known, its Act."""
    section = (one.inserts or one.amends or "").partition(" of ")[0]
    return bool(re.search(rf"\b{section.split()[-1]}\b", words)) if section else one.act in words


def _forms(verb: str) -> str:
    """A verb in all its forms: share, shares, sharing, shared; "pass on" with a word or two within."""
    first, _, rest = verb.partition(" ")
    stem = first.removesuffix("e")
    last = stem[-1]
    irregular = {"hold": "held", "give": "given", "run": "ran", "tell": "told", "set": "set"}.get(first, first)
    forms = rf"(?: {stem}(?:e|es|s|ing|ed)? | {stem}{last}(?:ing|ed) | {irregular} )"
    return rf"{forms} (?: \s+ [\w’'-]+ ){{0,4}}? \s+ {rest}" if rest else forms


def untold_standing(site: Path, publication: Publication) -> Iterator[str]:
    """A line for each page of an edition in a built site that does not say in its body how that edition stands, or
    says that one in force is superseded; and for each edition read from a file that was only trusted whose home
    page does not say so. Pages that only lead on say nothing."""
    for edition in publication.editions:
        stands = publication.standing(edition)
        for path in sorted((site / edition.id).rglob("*.html")):
            page = path.read_text(encoding="utf-8")
            body, name = page.partition("<body")[2], path.relative_to(site).as_posix()
            if 'http-equiv="refresh"' in page:
                continue
            if not stands.current and escape(stands.sentence) not in body:
                yield f'{name}: does not say "{stands.sentence}"'
            elif stands.current and 'class="status status--superseded"' in body:
                yield f"{name}: says that an edition in force is superseded"
        record, home = site / edition.id / "edition.json", site / edition.id / "index.html"
        held = msgspec.json.decode(record.read_bytes()) if record.is_file() else {}
        trusted = (held.get("identity") or {}).get("how") == "trusted"
        read = BeautifulSoup(home.read_text("utf-8") if trusted and home.is_file() else "", "lxml")
        if trusted and not read.select_one("#identity.unconfirmed-text"):
            yield f"{edition.id}/index.html: does not say that its file was only trusted"
