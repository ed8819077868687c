"""Runs of whole days as news names them: weeks, months and their parts. Weeks begin on Monday (ISO 8601)."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

Days = tuple[date, date]  # the first and the last day, both meant
_PARTS = {"start": (1, 10), "middle": (11, 20), "end": (21, 31)}


def one_day(day: date, later: int = 0) -> Days:
    """Return a single day, ``later`` days after ``day``."""
    moved = day + timedelta(days=later)
    return moved, moved


def week_of(day: date, later: int = 0) -> Days:
    """Return Monday to Sunday of the week ``later`` weeks after that of ``day``."""
    monday = day + timedelta(days=7 * later - day.weekday())
    return monday, monday + timedelta(days=6)


def weekend_before(day: date) -> Days:
    """Return the last Saturday and Sunday that were both over on ``day``."""
    sunday = day - timedelta(days=day.weekday() + 1)
    return sunday - timedelta(days=1), sunday


def weekend_from(day: date) -> Days:
    """Return the Saturday and Sunday of the week of ``day``: the coming ones, or those it lies in."""
    saturday = day + timedelta(days=5 - day.weekday())
    return saturday, saturday + timedelta(days=1)


def month_days(year: int, month: int, part: str = "") -> Days:
    """Return the days of a month, or of its first, second or last third (``start``, ``middle``, ``end``)."""
    last = calendar.monthrange(year, month)[1]
    begin, end = _PARTS.get(part, (1, 31))
    return date(year, month, begin), date(year, month, min(end, last))


def month_of(day: date, later: int = 0) -> Days:
    """Return the days of the month ``later`` months after that of ``day``."""
    months = day.year * 12 + day.month - 1 + later
    return month_days(months // 12, months % 12 + 1)


def year_of(day: date, later: int = 0) -> Days:
    """Return 1 January to 31 December of the year ``later`` years after that of ``day``."""
    return date(day.year + later, 1, 1), date(day.year + later, 12, 31)


def same_day(year: int, month: int, day: int) -> date | None:
    """Return the date, None where there is none (30 February, or a year past the calendar)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
