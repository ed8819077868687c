"""What an expression means in an article of a given day: one rule a kind, each giving days or nothing.

News leaves a year out when it is at hand, and names a weekday alone only of the days around. How far each reaches was
measured on 14,000 dated weekdays of French news, by taking their dates away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from retrieval.days import Days, month_days, month_of, one_day, same_day, week_of, weekend_before, weekend_from, year_of
from retrieval.facts.moment_words import BESIDE, LAST, NEXT, Words
from retrieval.facts.tense import Tense, Verb, sentence_around

_FIRM_REACH, _PAST_REACH, _FUTURE_REACH, _UNTOLD_REACH = 6, 3, 3, 1  # days that a bare weekday lies off, by its verb
_FAR = 3  # days: "jeudi dernier" is not said of yesterday, and of the day before in either sense
_NEAR_DATE, _UNTOLD_DATE = 31, 60  # days within which a date without a year needs no agreeing verb, or no verb
_OTHER_YEAR = 120  # days: farther into another year than that of publication, the year is named


@dataclass(frozen=True, slots=True)
class Place:
    """An expression before it is resolved: its match, the language's words, and the verb next to it."""

    match: re.Match[str]
    words: Words
    verb: Verb

    def part(self, name: str) -> str:
        return self.match.groupdict().get(name) or ""

    def number(self, name: str) -> int:
        """Return the digits of a group ("1er": 1), 0 when it is absent."""
        digits = re.match("[0-9]+", self.part(name))
        return int(digits[0]) if digits else 0

    def month(self, name: str) -> int:
        """Return the month of a group, by name or number, 0 when it is absent."""
        return self.words.months.get(self.part(name).rstrip(".").casefold()) or self.number(name)

    def agrees(self, name: str, day: date) -> bool:
        """Whether the weekday of a group, if there is one, is that of ``day``."""
        return self.words.weekdays.get(self.part(name).casefold(), day.weekday()) == day.weekday()

    def since(self) -> bool:
        """Whether "depuis" stands before it."""
        start = self.match.start()
        return bool(self.words.since.search(self.match.string, max(0, start - BESIDE), start))


def _dated(place: Place, published: date) -> Days | None:
    """A day and a month, with or without a year, which its weekday must not contradict."""
    day, month, year = place.number("day"), place.month("month"), place.number("year")
    found = same_day(year, month, day) if year else _without_year(day, month, place, published)
    return one_day(found) if found and place.agrees("weekday", found) else None


def _range(place: Place, published: date) -> Days | None:
    """From one day to another; the first has the month and the year of the last where it names none."""
    month2, year = place.month("month2") or place.month("month"), place.number("year")
    month, day2 = place.month("month") or month2, place.number("day2")
    last = same_day(year, month2, day2) if year else _without_year(day2, month2, place, published)
    if last is None:
        return None
    first = same_day(place.number("year1") or last.year - (month > month2), month, place.number("day"))
    if first is None or first >= last or not (place.agrees("weekday", first) and place.agrees("weekday2", last)):
        return None
    return first, last


def _pair(place: Place, published: date) -> Days | None:
    """Two days that follow each other ("les 2 et 3 mars"): others are no run of days."""
    days = _range(place, published)
    return days if days and days[1] - days[0] == timedelta(days=1) else None


def _month(place: Place, published: date) -> Days | None:
    """A month, or its beginning, middle or end."""
    month, year, part = (
        place.month("month"),
        place.number("year"),
        place.words.parts.get(place.part("part").casefold(), ""),
    )
    if year:
        return month_days(year, month, part)
    days = [month_days(published.year + later, month, part) for later in (-1, 0, 1)]
    if place.part("which"):
        return _last_or_next(days, place, published)
    if published.month == month:
        return None if _elsewhen(place, published) else days[1]
    return _as_told(days, place, published)


def _without_year(day: int, month: int, place: Place, published: date) -> date | None:
    """The day of that name in the year that the verb and the calendar leave."""
    years = (published.year - 1, published.year, published.year + 1)
    days = [one_day(found) for year in years if (found := same_day(year, month, day))]
    if place.part("which"):
        chosen = _last_or_next(days, place, published)
        return chosen[0] if chosen else None
    nearest = min(days, key=lambda one: abs(one[0] - published), default=None)
    if nearest is None or _elsewhen(place, published):
        return None
    off = abs((nearest[0] - published).days)
    if off <= _NEAR_DATE or (off <= _UNTOLD_DATE and place.verb.tense not in (Tense.PAST, Tense.FUTURE)):
        return nearest[0]
    told = _as_told(days, place, published)
    return told[0] if told else None


def _last_or_next(days: list[Days], place: Place, published: date) -> Days | None:
    """Of the same days in several years, the one that "dernier" or "prochain" says."""
    if place.part("which") in LAST:
        return next((one for one in reversed(days) if one[1] < published), None)
    return next((one for one in days if one[0] > published), None)


def _as_told(days: list[Days], place: Place, published: date) -> Days | None:
    """Of the same days in several years, the one on the side of publication that the verb tells."""
    if place.verb.tense is Tense.PAST:
        chosen = next((one for one in reversed(days) if one[0] <= published), None)
    elif place.verb.tense is Tense.FUTURE:
        chosen = next((one for one in days if one[1] >= published), None)
    else:
        return None
    if chosen is None or _elsewhen(place, published):
        return None
    return chosen if chosen[0].year == published.year or abs((chosen[0] - published).days) <= _OTHER_YEAR else None


def _elsewhen(place: Place, published: date) -> bool:
    """Whether the sentence is about every year, or it or the one before about another one."""
    text, (start, end) = place.match.string, place.match.span()
    if place.words.generic.search(text, max(0, start - BESIDE), start):
        return True
    begin, stop = sentence_around(text, start, end)
    begin = sentence_around(text, max(begin - 2, 0), begin)[0]
    named = place.words.other_year.finditer(text, begin, stop)
    return any(not match[1] or int(match[1]) != published.year for match in named)


def _relative(place: Place, published: date) -> Days | None:
    """Words counted from the day of publication: yesterday, this week, last year."""
    unit, later = place.words.relative[place.part("words").casefold().replace("’", "'")]
    tense = place.verb.tense
    if unit == "today" and not (place.verb.firm and tense in (Tense.PAST, Tense.FUTURE)):
        return None  # as often it means nowadays
    if unit in ("week", "weekend") and published.weekday() == 6 and place.words.language == "en":
        return None  # some weeks begin on Sunday
    if unit in ("day", "today"):
        return one_day(published, later)
    if unit == "night":
        return published + timedelta(days=later), published
    if unit == "weekend":
        return _weekend(published, later, tense)
    return {"week": week_of, "month": month_of, "year": year_of}[unit](published, later)


def _weekend(published: date, later: int, tense: Tense) -> Days | None:
    """The weekend that the day lies in, else the last or the coming one, as the verb tells."""
    if published.weekday() > 4:
        return weekend_from(published - timedelta(days=7)) if later else weekend_from(published)
    if later or tense is Tense.PAST:
        return weekend_before(published)
    return weekend_from(published) if tense is Tense.FUTURE else None


def _weekday(place: Place, published: date) -> Days | None:
    """The weekday nearest to publication, on the side that the verb tells."""
    which = place.part("which").casefold()
    back = (published.weekday() - place.words.weekdays[place.part("weekday").casefold()]) % 7
    if which in LAST:
        day = one_day(published, -(back or 7))
        other_week = day[0] < week_of(published)[0]
        return day if (back or 7) >= _FAR and (other_week or place.words.language == "fr") else None
    if which in NEXT:
        day = one_day(published, 7 - back)
        return day if 7 - back >= _FAR and day[0] > week_of(published)[1] else None
    if place.since():
        return one_day(published, -back) if back else None
    return _bare(back, place.verb, published)


def _bare(back: int, verb: Verb, published: date) -> Days | None:
    """The day ``back`` days ago, or that of the same name to come, if the verb lets it reach so far."""
    if verb.tense is Tense.FUTURE and back:
        ahead = 7 - back
        return one_day(published, ahead) if ahead <= (_FIRM_REACH if verb.firm else _FUTURE_REACH) else None
    reach = _UNTOLD_REACH
    if verb.tense is Tense.PAST:
        reach = _FIRM_REACH if verb.firm else _PAST_REACH
    elif verb.firm:  # "sont convoqués mardi"
        reach = 0
    return one_day(published, -back) if back <= reach else None


def _weekdays(place: Place, published: date) -> Days | None:
    """The last of two weekdays by its verb, the first on the one before it ("dans la nuit de mardi à mercredi")."""
    first, last = (place.words.weekdays[place.part(name).casefold()] for name in ("weekday", "weekday2"))
    end = _bare((published.weekday() - last) % 7, place.verb, published)
    return (end[0] - timedelta(days=(last - first) % 7), end[1]) if end and first != last else None


def _ago(place: Place, published: date) -> Days | None:
    count = place.words.numbers.get(place.part("number").casefold(), 0)
    return one_day(published, -count) if count else None


def _ahead(place: Place, published: date) -> Days | None:
    count = place.words.numbers.get(place.part("number").casefold(), 0)
    if place.words.language == "en" and place.verb.tense is not Tense.FUTURE:
        return None  # "killed in two days" lasted two days
    return one_day(published, count) if count else None


RULES: dict[str, Callable[[Place, date], Days | None]] = {
    "dated": _dated,
    "range": _range,
    "pair": _pair,
    "month": _month,
    "relative": _relative,
    "weekday": _weekday,
    "weekdays": _weekdays,
    "ago": _ago,
    "ahead": _ahead,
}
