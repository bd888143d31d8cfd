"""Whether a file's printed contents list names the right pages. The list itself is left out of the document; where
it is stale the reader must know, since links here and page numbers there disagree."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from guidance.model import Document, Dropped, Finding

_ENTRY = re.compile(r"(?P<title>.*\S)[\s.·…]*\s(?P<number>\d{1,4})$")


def stale_contents(document: Document) -> Iterator[Finding]:
    """A finding for each run of titles that the contents list puts equally far from where their headings stand.

    Only titles that one heading has are judged, and only in a file whose pages print their numbers.
    """
    numbers = {d.page: int(d.text) for d in document.dropped if d.reason == "page number" and d.text.isdecimal()}
    headings: dict[str, list[int]] = defaultdict(list)
    for provision in document.provisions:
        if provision.heading and provision.page:
            headings[_key(provision.heading.plain)].append(provision.page)
    judged = [
        (title, number - numbers[pages[0]], pages[0])
        for title, number in _entries(document.dropped)
        if len(pages := headings.get(_key(title), [])) == 1 and pages[0] in numbers
    ]
    for off, group in groupby(judged, key=lambda entry: entry[1]):
        run = list(group)
        if off:
            yield Finding("contents", _say(off, [title for title, _, _ in run]), run[0][2])


def _say(off: int, titles: list[str]) -> str:
    which = f"“{titles[0]}”" + (f" to “{titles[-1]}” ({len(titles)} titles)" if len(titles) > 1 else "")
    how = f"{abs(off)} {'page' if abs(off) == 1 else 'pages'} too {'high' if off > 0 else 'low'}"
    return f"the printed contents are {how} for {which}; links here lead to the headings themselves"


def _entries(dropped: Iterable[Dropped]) -> Iterator[tuple[str, int]]:
    """The titles of the contents list with the numbers they print; a title may go on over several lines."""
    begun = ""
    for entry in dropped:
        if entry.reason != "contents list":
            continue
        line = f"{begun} {entry.text.strip()}".strip()
        found = _ENTRY.fullmatch(line)
        if found:
            yield found["title"].rstrip(" .·…"), int(found["number"])
        begun = "" if found or len(begun) > 200 else line


def _key(title: str) -> str:
    return "".join(character for character in title.lower() if character.isalnum())
