"""The duty ledger of an edition as pages: an overview with figures, and for each of those bound every sentence
that binds them. Also as JSON and as a table for a spreadsheet; nothing is read or judged here.

Every page is whole without JavaScript. Sentences are official text: they are printed as the characters they are.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from guidance.document.model import Duty, GuidanceError, Strength
from guidance.site.changes_view import ComparedPlace, csv_table
from guidance.site.inline import clean, escape_html, escape_markdown
from guidance.site.pages import Page, front_matter, join_parts, page_url, to_root

FOLDER = "duties"
HOME = f"{FOLDER}/index.md"
UNCLEAR = "not-clear"  # the page of sentences of which it is not clear whom they bind
STRENGTHS: tuple[Strength, ...] = ("must", "must not", "should", "should not", "may", "responsibility")

_MEANING: Mapping[Strength, str] = {
    "must": "is required",
    "must not": "is forbidden",
    "should": "is expected, unless there is good reason",
    "should not": "is expected not to be done",
    "may": "is a power: it is allowed, not required",
    "responsibility": "is somebody's task, said without must or should: “is responsible for”, “has a duty to”",
}
CSV_COLUMNS = ("strength", "who", "sentence", "place", "page", "anchor", "earlier")
_LONG = 12  # a list of more entries is divided by chapters
_UNCLEAR_NAME = "Not clear whom it binds"
_PLACE = re.compile(r"^<!-- duties: (?P<agencies>[a-z0-9 -]+?) -->$", re.M)
_NOT_MEASURED = "How well this works on this text has not been measured."


class Earlier(Struct, frozen=True):
    """What a duty was in an earlier edition."""

    edition: str
    strength: Strength


class Ledger(Struct, frozen=True):
    """The duties of an edition and what their pages draw from.

    `names` are all who can be bound, id -> name, in the publication's order; `places` where each anchor stands;
    `measured` says, in our own words, how well duties are found (empty where nobody has measured it); `titles` are
    those of the chapters that places stand under.
    """

    edition: str
    duties: tuple[Duty, ...]
    names: Mapping[str, str]
    places: Mapping[str, ComparedPlace]
    earlier: Mapping[Duty, Earlier] = {}
    measured: str = ""
    titles: Mapping[str, str] = {}

    def of(self, agency: str) -> tuple[Duty, ...]:
        """The duties that bind somebody, or with `UNCLEAR` those of which that is not clear."""
        return tuple(d for d in self.duties if (agency in d.who if agency != UNCLEAR else not d.who))


# --- Files -----------------------------------------------------------------------------------------


class DutyRecord(Struct, frozen=True):
    """One object of duties.json."""

    anchor: str
    page: int | None
    sentence: str
    strength: Strength
    who: tuple[str, ...]


def duty_records(duties: Iterable[Duty]) -> tuple[DutyRecord, ...]:
    """What duties.json holds, in reading order."""
    return tuple(DutyRecord(d.at.anchor, d.page, d.sentence, d.strength, d.who) for d in duties)


def duties_csv(ledger: Ledger) -> bytes:
    """The whole ledger for a spreadsheet, in reading order."""
    return csv_table(CSV_COLUMNS, csv_rows(ledger, ledger.duties))


def csv_rows(ledger: Ledger, duties: Iterable[Duty]) -> tuple[tuple[str, ...], ...]:
    """The rows of duties under `CSV_COLUMNS`."""
    return tuple(_csv_row(ledger, duty) for duty in duties)


def _csv_row(ledger: Ledger, duty: Duty) -> tuple[str, ...]:
    was = ledger.earlier.get(duty)
    return (
        duty.strength,
        "; ".join(ledger.names.get(one, one) for one in duty.who) or "not clear",
        clean(duty.sentence),
        clean(ledger.places[duty.at.anchor].name),
        str(duty.page or ""),
        duty.at.anchor,
        f"{was.strength} in {was.edition}" if was else "",
    )


# --- Pages -----------------------------------------------------------------------------------------


def page_path(agency: str) -> str:
    """The page of somebody's duties."""
    return f"{FOLDER}/{agency}.md"


def render_ledger(ledger: Ledger, others: Collection[str] = ()) -> tuple[Page, ...]:
    """The ledger's pages: the overview first, then one for each of those who can be bound, also where no sentence
    binds them, so that a link to it lasts. `others` are the ids of other editions that have these pages too."""
    pages = [_overview(ledger, others)]
    pages += [_agency_page(ledger, agency, name, others) for agency, name in ledger.names.items()]
    pages.append(_agency_page(ledger, UNCLEAR, _UNCLEAR_NAME, others))
    return tuple(pages)


def link_to_ledger(ledger: Ledger) -> str:
    """The ledger as a section of the edition's home page, in Markdown."""
    return (
        "\n\n## Who must do what {: #who-must-do-what }\n\n"
        f"-   [The duty ledger]({HOME}): every sentence that says what somebody must, should or may do, "
        f"by whom it binds ({len(ledger.duties):,} in all)\n"
    )


def put_in_duties(markdown: str, page: str, up: str, ledger: Ledger | None) -> str:
    """A hand-written page with each line `<!-- duties: police housing -->` replaced by links to their duties, or by
    nothing where no ledger is there. `up` leads from the page to the root of the publication's site.

    Raises GuidanceError for somebody whom the ledger does not know.
    """

    def links(match: re.Match[str]) -> str:
        if ledger is None:
            return ""
        agencies = match["agencies"].split()
        for unknown in (agency for agency in agencies if agency not in ledger.names):
            raise GuidanceError(f"{page}: asks for the duties of {unknown}, whom agencies.toml does not name")
        entries = "".join(_link_from_outside(ledger, agency, up) for agency in agencies)
        root = escape_html(f"{up}{ledger.edition}/{FOLDER}/")
        return (
            f'<div class="ledger" markdown="1">\n\n## Sentence by sentence {{: #duties }}\n\n'
            f"A program read every must, should and may of the {escape_markdown(ledger.edition)} edition, and whom "
            f'each binds. It can be wrong; the text counts. What binds everybody is in <a href="{root}">the whole '
            f"ledger</a>.\n\n<ul>{entries}</ul>\n\n</div>"
        )

    return _PLACE.sub(links, markdown)


def _link_from_outside(ledger: Ledger, agency: str, up: str) -> str:
    address = escape_html(f"{up}{ledger.edition}/{page_url(page_path(agency))}")
    figures = _in_figures(ledger.of(agency)) or "no sentence found"
    files = f'; <a href="{address}#downloads">as Word, PDF, EPUB or a spreadsheet</a>' if ledger.of(agency) else ""
    return f'<li><a href="{address}">{escape_html(ledger.names[agency])}</a>: {figures}{files}</li>'


def _facts(title: str, path: str, others: Collection[str]) -> str:
    facts: dict[str, object] = {"title": title, "kind": "duties", "search": {"exclude": True}}
    if others:
        facts["elsewhere"] = {other: f"{other}/{page_url(path)}" for other in others}
    return front_matter(facts)


def _standing(ledger: Ledger, path: str) -> str:
    """What every page says of itself: that it is computed, how well, and what counts."""
    files = " and ".join(f'<a href="{to_root(path)}{name}">{name}</a>' for name in ("duties.csv", "duties.json"))
    return (
        '<div class="admonition note"><p class="admonition-title">Computed, not official</p>'
        "<p>A program found these sentences and those whom they bind; it misses some and gets some wrong. "
        "<strong>What counts is the paragraph itself</strong>: follow the link and read it there.</p>"
        "<details><summary>How well it works, and all of it as a file</summary>"
        f"<p>{escape_html(ledger.measured or _NOT_MEASURED)} Everything as a file: {files}.</p></details></div>"
    )


def _overview(ledger: Ledger, others: Collection[str]) -> Page:
    title = "Duty ledger"
    bound = [agency for agency in ledger.names if ledger.of(agency)]
    idle = [name for agency, name in ledger.names.items() if agency not in bound]
    printed = [
        "# Duty ledger: who must do what {: #ledger .furniture }",
        f"The {escape_markdown(ledger.edition)} edition says {_count(len(ledger.duties), 'time')} what somebody "
        f"must, should or may do: {_in_figures(ledger.duties)}. A sentence that says two of these counts twice.",
        _standing(ledger, HOME),
        "## Whom they bind {: #whom .furniture }",
        "A sentence that binds several counts for each of them. What binds everybody stands under the name that "
        "the text uses for everybody, so read that list beside your own.",
        _figures_table(ledger, [*bound, UNCLEAR]),
        f"No sentence was found that binds: {escape_markdown(', '.join(idle))}." if idle else "",
        "## What the words mean here {: #words .furniture }",
        "\n".join(f"-   **{strength}** {meaning}" for strength, meaning in _MEANING.items()),
        _changed(ledger),
    ]
    return Page(HOME, title, _facts(title, HOME, others) + join_parts(printed))


def _figures_table(ledger: Ledger, agencies: Iterable[str]) -> str:
    head = "".join(f'<th scope="col">{strength}</th>' for strength in STRENGTHS)
    rows = "".join(_figures_row(ledger, agency) for agency in agencies)
    return (
        '<div class="table" role="group" aria-label="Table: sentences by whom they bind" tabindex="0"><table>'
        f'<thead><tr><th scope="col">Whom</th>{head}<th scope="col">all</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _figures_row(ledger: Ledger, agency: str) -> str:
    duties = ledger.of(agency)
    name = ledger.names.get(agency, _UNCLEAR_NAME)
    cells = []
    for strength in STRENGTHS:
        count = sum(duty.strength == strength for duty in duties)
        label = escape_html(f"{name}: {count} {strength}")
        link = f'<a href="{agency}/#{_id(strength)}" aria-label="{label}">{count}</a>'
        cells.append(f"<td>{link if count else 0}</td>")
    return (
        f'<tr><th scope="row"><a href="{agency}/">{escape_html(name)}</a></th>{"".join(cells)}'
        f"<td>{len(duties)}</td></tr>"
    )


def _changed(ledger: Ledger) -> str:
    changed = [duty for duty in ledger.duties if duty in ledger.earlier]
    if not changed:
        return ""
    edition = ledger.earlier[changed[0]].edition
    return (
        f"## Changed in strength since {escape_markdown(edition)} {{: #changed .furniture }}\n\n"
        "Only sentences that are nearly the same in both but for their strength; "
        f"[the comparison](../compare/{edition}/index.md) shows every change.\n\n"
        + _listed(ledger, changed, HOME, "")
    )


def _agency_page(ledger: Ledger, agency: str, name: str, others: Collection[str]) -> Page:
    path = page_path(agency)
    title = f"{name}: duties" if agency != UNCLEAR else name
    duties = ledger.of(agency)
    printed = [
        f"# {escape_markdown(clean(title))} {{: #ledger .furniture }}",
        _said(ledger, agency, name, duties),
        _standing(ledger, path),
    ]
    for strength in STRENGTHS:
        mine = [duty for duty in duties if duty.strength == strength]
        if mine:
            printed.append(f"## {strength.capitalize()} {{: #{_id(strength)} .furniture }}")
            printed.append(f"What {_MEANING[strength]}. {_count(len(mine), 'sentence')}.")
            printed.append(_listed(ledger, mine, path, agency))
    return Page(path, clean(name), _facts(clean(title), path, others) + join_parts(printed), parent=HOME)


def _said(ledger: Ledger, agency: str, name: str, duties: Sequence[Duty]) -> str:
    edition = escape_markdown(ledger.edition)
    back = "[All whom the ledger names](index.md)"
    if not duties:
        return f"No sentence was found in the {edition} edition. {back}"
    links = _in_figures(duties, link=True)
    if agency == UNCLEAR:
        return (
            f"Of {_count(len(duties), 'sentence')} of the {edition} edition it is not plain from the sentence who "
            f"has to act: {links}. They may well bind you. {back}"
        )
    many = _count(len(duties), "sentence")
    return f"{many} of the {edition} edition for **{escape_markdown(name)}**: {links}. {back}"


def _listed(ledger: Ledger, duties: Iterable[Duty], path: str, agency: str) -> str:
    """Duties as a list, chapter by chapter where it is long: the sentence, where it stands, whom else it binds,
    what it was before."""
    chapters: dict[str, list[str]] = {}
    for duty in duties:
        chapter = ledger.places[duty.at.anchor].chapter
        chapters.setdefault(ledger.titles.get(chapter, chapter), []).append(_entry(ledger, duty, path, agency))
    entries = [entry for some in chapters.values() for entry in some]
    if len(entries) <= _LONG or len(chapters) == 1:
        return _list(entries)
    return "\n".join(
        f'<h3 class="furniture">{escape_html(title)}</h3>{_list(some)}' for title, some in chapters.items()
    )


def _list(entries: Iterable[str]) -> str:
    return f'<ul class="duties" role="list">{"".join(entries)}</ul>'


def _entry(ledger: Ledger, duty: Duty, path: str, agency: str) -> str:
    place = ledger.places[duty.at.anchor]
    name = escape_html(place.name)
    where = f'<a href="{escape_html(to_root(path) + place.address)}">{name}</a>' if place.address else name
    said = [where + (f", page {duty.page}" if duty.page else "")]
    also = ", ".join(
        f'<a href="{to_root(path)}{FOLDER}/{one}/">{escape_html(ledger.names.get(one, one))}</a>'
        for one in duty.who
        if one != agency
    )
    if also:
        said.append(f"{'also binds' if agency else 'binds'} {also}")
    was = ledger.earlier.get(duty)
    if was:
        said.append(f"<strong>was {was.strength} in {escape_html(was.edition)}, {duty.strength} now</strong>")
    return f'<li><p>{escape_html(duty.sentence)}</p><p class="where">{" · ".join(said)}</p></li>'


def _in_figures(duties: Sequence[Duty], link: bool = False) -> str:
    """How many duties are of each strength, in words: "3 must, 20 should"."""
    counts = [(strength, sum(duty.strength == strength for duty in duties)) for strength in STRENGTHS]
    return ", ".join(
        f"[{count} {strength}](#{_id(strength)})" if link else f"{count} {strength}"
        for strength, count in counts
        if count
    )


def _id(strength: Strength) -> str:
    return strength.replace(" ", "-")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
