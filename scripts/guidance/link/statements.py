"""What a sentence says that the law asks of somebody without must, should or may: "Section 11 places a duty on",
"the Act requires X to", "the responsibility of X is to". Only where it stands and whose it is; no name is known.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

DUTY = r"(?: dut (?: y | ies ) | responsibilit (?: y | ies ) | obligations? )"
_KIND = r"""
    (?: (?: an? | the | this | these | new | its | their | legal | statutory | specific | general | following )
        \s+ )*
"""
_LAW = r"""
    \b (?: Act (?: \s+ \d{4} )? | Regulations? (?: \s+ \d{4} )? | Schedule | Order (?: \s+ \d{4} )? | Code | Duty
         | [Ss]ection \s+ [\w()]+ (?: \s+ of \s+ the \s+ [^,;.:]*? Act \s+ \d{4} )? | [Ll]aw | [Ll]egislation ) \b
    (?: , (?! \s which ) [^,;.]* , (?! \s which ) )?           # "the Act, as amended,"
    (?: [^,;.:]*? \b and )?                                    # "the Duty was made in 2022 and requires"
"""
_TO_DO = r"\s+ (?: to | not \s+ to ) \s+ (?= [a-z] ) (?! which \b | whom \b )"

_STATEMENT = re.compile(
    rf"""
    # "Section 11 places a duty on X to", "it also places duties on a range of bodies"
    \b (?: places? | imposes? | puts? | contains? | creates? | lays? ) \s+ {_KIND} {DUTY} \s+ (?: up )? on \b
        (?: \s* (?P<list> : ) \s* $ | \s+ (?P<on> [^;.:]{{2,240}}? ) (?: {_TO_DO} | (?= [;.:] | $ ) ) )
    # "places upon X a duty to"
  | \b (?: places? | imposes? | puts? ) \s+ (?: up )? on \s+ (?P<upon> [^;.:]{{2,240}}? ) \s+
        {_KIND} {DUTY} {_TO_DO}
    # "the duty to refer applies to X"
  | \b [Tt]he \s+ (?: [\w-]+ \s+ ){{0,4}}? {DUTY} (?: \s+ to \s+ [\w-]+ )? \s+ (?: also \s+ )? appl (?: y | ies )
        \s+ to \s+ (?P<applies> [^,;.]+ )
    # "the Act requires X to", "obliges X to"; but "this requires flexibility" binds nobody
  | {_LAW} \s+ (?: also \s+ )? (?: requires? | obliges? ) \s+ (?P<asked> [^;.]{{2,240}}? ) {_TO_DO}
    # "the responsibility of X, as the Act says, is to"
  | (?: ^ | \b (?: [Tt]he | [Ii]ts | [Tt]heir ) \s+ ) (?: [\w-]+ \s+ ){{0,2}}? {DUTY}
        \s+ of \s+ (?P<task> (?! care \b ) [^,;.]{{2,120}}? )
        (?: \s* , [^;.]*? , )? \s+ (?: is | are ) {_TO_DO}
    # "learning from it is the responsibility of X"; "it is the responsibility of X to" is told elsewhere
  | (?<! \b [Ii]t ) \s (?: is | are | remains? ) \s+ the \s+ (?: \w+ \s+ ){{0,2}}? {DUTY}
        \s+ of \s+ (?P<belongs> [^,;.:]{{2,120}} )
    # "the coroner’s duty to notify", without a verb, as tables have it
  | ^ (?: [Tt]he \s+ )? (?P<owner> [^,;.:]{{3,60}}? ) (?: ['’]s | (?<= s ) ['’] ) \s+ (?: \w+ \s+ )? {DUTY} {_TO_DO}
    (?! .* \b (?: is | are | was | were | has | have | will | must | should | may ) \b [^,;]* $ )
    # "a requirement on X to supply", without a verb
  | (?: ^ | : \s+ ) (?: \w+ \s+ )? (?: [Dd]uty | [Rr]equirement ) \s+ on \s+ (?P<table> [^;.:]{{2,120}}? ) {_TO_DO}
    # "a visit by X is required before": something that has to be, and by whom
  | (?: \b by \s+ (?P<by> [^,;.:]{{2,80}}? ) | (?P<thing> (?<= \w ) ) ) \s+ (?: is | are ) \s+
        (?: also \s+ | always \s+ )? required
        \s+ (?: before | by \s+ law | if | when | where | whenever | unless ) \b
    """,
    re.VERBOSE,
)
_WHICH = re.compile(
    r"\b which \s+ (?: also \s+ )? $", re.VERBOSE
)  # tells which law is meant, and asks nothing here
_SAYS = re.compile(r"dut(?:y|ies)|responsibilit|obligation|requir|obliges?")


class Statement(Struct, frozen=True):
    """Where the law asks something: `holder` are the words that say of whom. Where the list behind a line names
    them one by one, `listed` says so; `named_only` that it is no duty where those words name nobody."""

    start: int
    end: int
    holder: str
    listed: bool = False
    named_only: bool = False


def find_statements(sentence: str) -> Iterator[Statement]:
    """The statements of a sentence, in order."""
    if _SAYS.search(sentence.lower()) is None:
        return
    for match in _STATEMENT.finditer(sentence):
        if _WHICH.search(sentence, 0, match.start()):
            continue
        part = match.lastgroup or ""
        holder = match[part] if part not in ("list", "thing") else ""
        yield Statement(match.start(), match.end(), holder, part == "list", part in ("applies", "owner"))
