"""What an address holds of a publication: redirectors unwrapped, what was broken in pasting mended, then held
against the register of addresses and the files of the editions.

Nothing is fetched. Three answers: an edition, the guidance of an edition that cannot be told, or another document.
"""

import datetime
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Meta, Struct, structs

from guidance.document.addresses import unwrap
from guidance.document.register import Basis, Publication

_DEEPEST = 5  # addresses within addresses
_GENERIC = frozenset({  # words of a file's name that leave it the guidance's own file
    "a", "accessible", "and", "archived", "british", "children", "copy", "current", "dcsf", "dfe", "dfes",
    "doc", "document", "edition", "england", "final", "full", "gov", "government", "govt", "guidance", "guide",
    "help", "hm", "inter", "interagency", "issue", "its", "latest", "multi", "multiagency", "agency", "new",
    "of", "official", "pdf", "print", "promote", "protect", "publication", "republished", "revised",
    "safeguard", "statutory", "text", "the", "to", "update", "updated", "v", "version", "ver", "web", "welfare",
    "working", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
})  # fmt: skip
UNSEEN = r"\u00ad\u200b-\u200d\u2060\ufeff"  # characters that do not show, in a class of a pattern
_TRANSLATED = ".translate.goog"
_PUBLICATIONS = "gov.uk/government/publications/"
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|odt|rtf|epub|ashx)$")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d{1,2}(?!\d{4}))")  # 2017 of "20170213", not of "201702"


class Holding(Struct, frozen=True, forbid_unknown_fields=True):
    """What some addresses hold: an edition's id, "any" where they do not tell which, "current" where they show the
    newest, or "other", with its title, for what is easily taken for the guidance. `pages` are without scheme."""

    holds: Annotated[str, Meta(pattern=r"^(?:any|current|other|[0-9][0-9a-z.-]*)\Z")]
    basis: Basis
    title: str | None = None
    attachments: tuple[int, ...] = ()
    media: tuple[Annotated[str, Meta(pattern=r"^[0-9a-f]{24}\Z")], ...] = ()
    orders: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class Address(Struct, frozen=True):
    """What an address leads to: an edition (None where it does not tell), a page of it, an anchor. `current` where
    it shows the newest edition, whatever that is when one looks; `other` is another document's title."""

    edition: str | None
    page: int | None = None
    anchor: str | None = None
    current: bool = False
    other: str | None = None


@lru_cache(maxsize=8192)
def plain_address(address: str) -> tuple[str, str]:
    """An address without scheme, www and query, in lower case; and its fragment. Both empty where it leads nowhere
    that can be told."""
    address = re.sub(r"^(?:https?:?/*)?", "", address.strip(), flags=re.IGNORECASE)
    try:
        parts = urlsplit(f"//{address}")
    except ValueError:
        return "", ""
    if "\\" in parts.netloc or "@" in parts.netloc:  # we and browsers, or readers, would not agree on the host
        return "", ""
    host = re.sub(r"(?::(?:80|443))?\Z", "", parts.netloc.lower()).rstrip(".")
    if host.endswith(_TRANSLATED):  # "www-gov-uk", and two hyphens for one
        host = re.sub(r"-(-?)", lambda hyphens: hyphens[1] or ".", host.removesuffix(_TRANSLATED))
    # Without what a redirector left behind ("…--2&data=04"), and a page in Welsh or for machines is the page.
    path = re.sub(r"&\w+=.*\Z|\.cy\Z|\A/api/content(?=/)", "", unquote(parts.path).lower())
    return f"{host.removeprefix('www.')}{path.rstrip('/')}", parts.fragment


def mend(address: str) -> str:
    """An address without what pasting put into it: white space, characters that do not show, a long dash for two
    hyphens."""
    address = re.sub(rf"[{UNSEEN}]", "", address.strip().strip("<>"))
    address = re.sub(r"^(h?t?tps?)[:;]?\s*/{1,2}\s*(?=\w)", "https://", address, flags=re.IGNORECASE)
    host, slash, path = re.sub(r"\s+(?=[./])|(?<=[./])\s+", "", address).partition("?")
    host = re.sub(r"(?<=[-–—])\s+|\s+(?=[-–—])", "", host)
    return re.sub(r"\s", "%20", f"{host}{slash}{path}")


def open_up(address: str) -> tuple[str, str | None]:
    """Where an address leads in the end: behind redirectors, to the one that a viewer or an archive carries within
    it; and, of an archive, the day on which it was kept ("20190314"), "?" where that is not said."""
    day = None
    for _ in range(_DEEPEST):
        address = unwrap(address) or address
        inner = _within(address)
        if inner is None:
            break
        kept = re.search(r"/((?:19|20)\d{2,12})[a-z_*]{0,4}/+(?:https?:|www\.)", address)
        # "?" where it was kept on a day that it does not say
        some = re.match(r"(?:https?:)?/*(?:[\w-]+\.)*(?:web)?archive\.", address)
        day, address = (kept[1] if kept else day or "?" if some else day), inner
    return address, day


def _within(address: str) -> str | None:
    """The whole address that stands in another's path or query; None where none does."""
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        carried = [value for _, value in parse_qsl(parts.query.replace("&amp;", "&"))]
    except ValueError:
        return None
    # An address in a query is often left as it is, with its own query; it then goes on to the end.
    whole = next((v for v in carried if re.match(r"(?:https?:/+|www\.)[^/\s]", v, re.IGNORECASE)), None)
    inside = re.search(r"(?:/|^)((?:https?:/+|https?%3a%2f%2f|www\.)[^/]+\..+)$", parts.path, re.IGNORECASE)
    if whole:
        return f"{whole}#{parts.fragment}" if parts.fragment and "#" not in whole else whole
    if inside:
        rest = f"?{parts.query}" if parts.query else ""
        return unquote(inside[1]) + rest + (f"#{parts.fragment}" if parts.fragment else "")
    return None


def _slug(words: str) -> str:
    """A path or a name with one hyphen for spaces, underscores and dashes of any length."""
    alike = re.sub(r"[\s_.,()+\u2010-\u2015-]+", "-", unquote(words).lower())
    return re.sub(r"-?/-?", "/", alike).strip("-/")


def _page_key(plain: str) -> str:
    host, _, path = plain.partition("/")
    return f"{''.join(host.split())}/{_slug(path)}".rstrip("/")


class AddressBook:
    """What every address means that is known of a publication's editions."""

    def __init__(
        self,
        publication: Publication,
        names: tuple[str, ...],
        short: tuple[str, ...],
        holdings: tuple[Holding, ...],
        site_url: str | None,
    ) -> None:
        """`names` are what files may be called, `short` what they may be called with a year; `site_url` is where
        this site is published, so that links to its permalinks are known too."""
        self._publication = publication
        self._site = plain_address(site_url)[0].rstrip("/") if site_url else None
        self._ids = {edition.id for edition in publication.editions}
        self._numbers: dict[str, Holding] = {}
        self._orders: dict[str, Holding] = {}
        self._pages: dict[str, Holding] = {}
        self._files: dict[str, Holding] = {}
        self._whole: dict[str, str] = {}
        for one in (*_of_register(publication), *holdings):
            self._numbers |= {f"file/{number}": one for number in one.attachments}
            self._numbers |= {f"media/{number}": one for number in one.media}
            self._orders |= {order.lower(): one for order in one.orders}
            self._pages |= {_page_key(plain_address(page)[0]): one for page in one.pages}
            self._whole |= {plain_address(page)[0]: one.holds for page in one.pages}
            self._files |= {_slug(name): one for name in one.files}
        self._names = tuple(map(_slug, names))
        self._short = tuple(map(_slug, short))

    def look_up(self, address: str, years: dict[str, str]) -> Address | None:
        """What an address leads to of this publication, or of what is easily taken for it; None where it leads
        elsewhere. `years` lead to editions."""
        led, day = open_up(mend(address))
        place, fragment = plain_address(mend(led))
        page = re.search(r"(?:^|&)page=(\d{1,4})\b", fragment)
        number = int(page[1]) if page else None
        if self._site and place.startswith(f"{self._site}/"):
            return self._own(place.removeprefix(f"{self._site}/"))
        query = led.partition("?")[2].partition("#")[0]
        if held := self._by_number(place, query):
            return _address(held, number)
        key = _page_key(place)
        below = next((known for known in _rising(key) if known in self._pages), None)
        held = self._pages[below] if below else None
        if held and held.holds == "current" and below != key:  # a page below: an edition's own, or a companion
            beside = Address(None, number, other="a page beside it")
            return self._by_name(key, years, number, is_file=True) or beside
        if held and held.holds == "current":
            return self._kept(day) if day else Address(None, number, current=True)
        if held:
            return _address(held, number)
        if key.startswith(_PUBLICATIONS) and not any(name in key for name in self._names):
            return Address(None, number, other="another publication of the government")
        found = self._by_name(key, years, number, is_file=bool(_DOCUMENT.search(place)))
        called = (value.rpartition("/")[2] for _, value in parse_qsl(query) if _DOCUMENT.search(value.lower()))
        named = (self._by_name(_slug(name), years, number, is_file=True) for name in called)
        return found or next(filter(None, named), None)

    def _by_number(self, place: str, query: str) -> Holding | None:
        number = re.search(r"(?:attachment_data/(file/\d+)|(media/[0-9a-f]{24}))(?:/|$)", place)
        if number and (held := self._numbers.get(number[1] or number[2])):
            return held
        whole = f"{place}?{unquote(query).lower()}"
        told = (h for order, h in self._orders.items() if re.search(rf"(?<!\d){re.escape(order)}(?!\d)", whole))
        return next(told, None)

    def _by_name(self, key: str, years: dict[str, str], page: int | None, *, is_file: bool) -> Address | None:
        """What a file's name tells; the folder it lies in tells nothing, for that is when it was put there."""
        name = re.sub(r"-(?:pdf|docx?|odt|rtf|epub|ashx)$", "", key.rpartition("/")[2])
        if held := self._files.get(name):
            return _address(held, page)
        named = next((n for n in sorted(self._names, key=len, reverse=True) if n in name), None)
        short = next((n for n in sorted(self._short, key=len, reverse=True) if re.search(rf"\b{n}\b", name)), None)
        year = _YEAR.search(name)
        if not is_file or not (named or (short and year)):
            return None
        rest = set(re.split(r"[-\d]+", name.replace(named or short or "", "-", 1))) - {""}
        if rest - _GENERIC:  # a course, a summary, an agreement, the framework
            return Address(None, page, other="another document") if named else None
        return Address(years.get(year[1]) if year else None, page)

    def _kept(self, day: str) -> Address:
        """What the page of the newest edition showed when an archive kept it; not told where a year alone is."""
        try:
            stood = self._publication.as_it_stood(datetime.datetime.strptime(day[:8], "%Y%m%d").date())
        except ValueError:
            stood = None
        return Address(stood.edition.id if stood else None)

    def _own(self, way: str) -> Address | None:
        match = re.match(r"(?P<edition>[\w.-]+)/(?:p/(?P<place>[\w.-]+))?", way)
        if not match:
            return None
        latest, place = match["edition"] == "latest", match["place"]
        if latest and not place:
            return Address(None, current=True)
        named = self._publication.in_force.id if latest else match["edition"]
        if named not in self._ids:
            return None
        return Address(named, None, f"para-{place}" if place and place[:1].isdigit() else place)

    def record(self) -> dict[str, str]:
        """Whole addresses, plain, with the edition or "current" that they hold, for scripts that know no more."""
        return {page: holds for page, holds in self._whole.items() if holds in {*self._ids, "current"}}


def _rising(key: str) -> Iterator[str]:
    """A page and those above it, up to its host; the host's own name without its first parts too."""
    parts = key.split("/")
    yield from ("/".join(parts[:size]) for size in range(len(parts), 0, -1))
    labels = parts[0].split(".")
    yield from (".".join(labels[at:]) for at in range(1, len(labels) - 1))


def _address(held: Holding, page: int | None) -> Address:
    if held.holds == "other":
        return Address(None, page, other=held.title or "another document")
    return Address(None if held.holds == "any" else held.holds, page)


def _of_register(publication: Publication) -> Iterator[Holding]:
    """What the editions' own entries tell: the addresses of their files, and the references of all documents."""
    for edition in publication.editions:
        own = Holding(edition.id, edition.basis)
        urls = [revision.url for revision in edition.revisions if revision.url]
        numbers = [number for url in urls for number in re.findall(r"/attachment_data/file/(\d+)/", url)]
        media = [number for url in urls for number in re.findall(r"/media/([0-9a-f]{24})/", url)]
        for at, document in enumerate(edition.documents):
            if document.reference:
                held = own if at == 0 else Holding("other", document.basis, document.title)
                yield structs.replace(held, orders=(document.reference,))
        yield structs.replace(own, attachments=tuple(map(int, numbers)), media=tuple(media), pages=tuple(urls))
