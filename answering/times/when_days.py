"""The days that an expression in a question means, counted from today or put in the year that the archive covers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from answering.times.when_words import Words
from retrieval.days import Days, month_days, month_of, one_day, same_day, week_of, weekend_from, year_of
from retrieval.facts.tense import Tense, tense_at

_FEW = 7  # days
_LEAP = 2000
_UNITS = {"weeks": week_of, "months": month_of, "years": year_of}
_FARTHEST = 1_000  # days, weeks, months or years ago


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what its words are counted from; ``covered`` is the archive's first and last day."""

    text: str
    words: Words
    today: date
    covered: Days | None

    def to_come(self, start: int, end: int) -> bool:
        """Whether the question asks of what is still to come."""
        if self.words.future:
            return bool(self.words.future.search(self.text))
        return tense_at(self.text, start, end, self.words.language).tense is Tense.FUTURE


def days_of(kind: str, match: re.Match[str], asked: Asked) -> Days | None:
    """Return the days of an expression; None when the calendar has none of that name."""
    part = {name: found for name, found in match.groupdict().items() if found}
    if kind == "date":
        return _dated(part.get("day", ""), part["month"], part.get("year", ""), match, asked)
    if kind == "range":
        month = part.get("month2") or part["month"]
        last = _dated(part["day2"], month, part.get("year", ""), match, asked)
        first = _before(last, part["day"], part.get("month", month), asked) if last else None
        return (first, last[1]) if first and last and first < last[1] else None
    if kind in ("month", "part"):
        return _month(part, match, asked)
    if kind == "months":
        return _months(part, match, asked)
    if kind == "year":
        years = sorted(int(part[name]) for name in ("year", "year2") if name in part)
        return date(years[0], 1, 1), date(years[-1], 12, 31)
    if kind == "fixed":
        unit, later = asked.words.fixed[" ".join(part["words"].casefold().replace("’", "'").split())]
        return _fixed(unit, later, asked.to_come(*match.span()), asked.today)
    if kind == "today":
        return one_day(asked.today)
    if kind == "weekday":
        return _weekday(part, match, asked)
    return _counted(kind, part, asked)


def exists(kind: str, match: re.Match[str], asked: Asked) -> bool:
    """Whether the calendar has the days of an expression: it has no 30 February, and a 29th only in leap years."""
    if kind not in ("date", "range"):
        return True
    part = {name: found for name, found in match.groupdict().items() if found}
    year, last = int(part.get("year", _LEAP)), part.get("month2") or part["month"]
    named = [(part.get("month", last), part["day"]), (last, part.get("day2", part["day"]))]
    return all(same_day(year, _number(month, asked.words.months), int(day)) for month, day in named)


def _dated(day: str, month: str, year: str, match: re.Match[str], asked: Asked) -> Days | None:
    number, day_number = _number(month, asked.words.months), int(day)
    if year:
        found = same_day(int(year), number, day_number)
        return one_day(found) if found else None
    return _in_some_year(lambda each: _one(same_day(each, number, day_number)), match, asked)


def _before(last: Days, day: str, month: str, asked: Asked) -> date | None:
    """Return the first day of a range: the last such day before its end."""
    number = _number(month, asked.words.months)
    year = last[1].year - (number > last[1].month)
    return same_day(year, number, int(day))


def _month(part: dict[str, str], match: re.Match[str], asked: Asked) -> Days | None:
    number, third = (
        _number(part["month"], asked.words.months),
        asked.words.parts.get(part.get("part", "").casefold(), ""),
    )
    if "year" in part:
        return month_days(int(part["year"]), number, third)
    return _in_some_year(lambda each: month_days(each, number, third), match, asked)


def _months(part: dict[str, str], match: re.Match[str], asked: Asked) -> Days | None:
    """Return the days of "entre mars et mai": the first is the last such month before the end."""
    first = _number(part["month"], asked.words.months)
    last = _month({"month": part["month2"]} | ({"year": part["year"]} if "year" in part else {}), match, asked)
    if last is None:
        return None
    return month_days(last[1].year - (first > last[1].month), first)[0], last[1]


def _in_some_year(make: Callable[[int], Days | None], match: re.Match[str], asked: Asked) -> Days | None:
    """Return the days in the year nearest to what the archive covers, the latest of several; not to come unless asked."""
    first, last = asked.covered or (asked.today, asked.today)
    years = range(max(first.year - 1, 1), min(max(last.year, asked.today.year) + 1, 9998) + 1)
    days = [found for year in years if (found := make(year))]
    if not asked.to_come(*match.span()):
        days = [found for found in days if found[0] <= asked.today] or days[:1]
    return min(
        days, key=lambda one: (max(first - one[1], one[0] - last, timedelta(0)), -one[0].toordinal()), default=None
    )


def _fixed(unit: str, later: int, future: bool, today: date) -> Days:
    if unit == "day":
        return one_day(today, later)
    if unit == "weekend":
        if later == 0 and not future and today.weekday() < 5:
            later = -1  # "ce week-end", said on Monday
        elif later == 1 and today.weekday() < 5:
            later = 0
        return weekend_from(today + timedelta(days=7 * later))
    return {"week": week_of, "month": month_of, "year": year_of}[unit](today, later)


def _weekday(part: dict[str, str], match: re.Match[str], asked: Asked) -> Days:
    back = (asked.today.weekday() - _number(part["weekday"], asked.words.weekdays) + 1) % 7
    which = part.get("before") or part.get("after") or ""
    if which:
        return one_day(asked.today, -(back or 7) if asked.words.last.fullmatch(which) else 7 - back)
    return one_day(asked.today, -back % 7 if asked.to_come(*match.span()) else -back)


def _counted(kind: str, part: dict[str, str], asked: Asked) -> Days | None:
    """Return the days of "les trois derniers jours" (today is one of them), of "il y a trois jours", "deux mois" (whole)."""
    if "hours" in part:
        return asked.today - timedelta(hours=int(part["hours"])), asked.today
    written = part.get("count", "").casefold()
    count = int(written) if written.isdecimal() and len(written) < 4 else asked.words.numbers.get(written, 0)
    if kind == "days":
        count = _FEW if "few" in part else count
        return (asked.today - timedelta(days=count - 1), asked.today) if count else None
    unit = next((make for name, make in _UNITS.items() if name in part), one_day)
    return unit(asked.today, -count) if 0 < count < _FARTHEST else None


def _number(written: str, patterns: tuple[re.Pattern[str], ...]) -> int:
    """Return the number of a month or weekday, from 1, by name or in digits."""
    if written.isdecimal():
        return int(written)
    return next(number for number, pattern in enumerate(patterns, 1) if pattern.fullmatch(written))


def _one(day: date | None) -> Days | None:
    return one_day(day) if day else None
