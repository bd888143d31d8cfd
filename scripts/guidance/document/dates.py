"""Dates that are known to the day, the month or the year: "2018-07-04", "2006-04", "1999".

How they are said and how far they reach; what happened on them is told elsewhere.
"""

import calendar


def say_date(date: str | None) -> str:
    """A date as people write it, as exact as it is known: "18 March 2026", "April 2006", "1999", "not known"."""
    if date is None:
        return "not known"
    parts = date.split("-")
    if not all(part.isdigit() for part in parts) or (len(parts) > 1 and not 1 <= int(parts[1]) <= 12):
        return date
    words = [
        parts[0],
        *(calendar.month_name[int(month)] for month in parts[1:2]),
        *(str(int(day)) for day in parts[2:3]),
    ]
    return " ".join(reversed(words))


def say_when(date: str) -> str:
    """The same within a sentence: "on 18 March 2026", "in April 2006", "in 1999"."""
    return f"{'on' if date.count('-') == 2 else 'in'} {say_date(date)}"


def last_day(date: str) -> str:
    """The last day that a date as well known as "2019" or "2019-02" can mean; a full date is that day."""
    year, month, *rest = (*date.split("-"), "12") if len(date) == 4 else date.split("-")
    return date if rest else f"{year}-{month}-{calendar.monthrange(int(year), int(month))[1]:02}"
