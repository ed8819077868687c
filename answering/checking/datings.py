"""The days that a claim names, and whether its source names them: "2 mars", "March 2", "2 марта", "next week"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = (
    "janvier january januar enero январ\\w+ січ\\w+", "février february februar febrero феврал\\w+ лют\\w+",
    "mars march märz marzo март\\w* берез\\w+", "avril april abril апрел\\w+ квіт\\w+", "mai may mayo мая "
    "ма[йею] трав\\w+",
    "juin june juni junio июн\\w+ черв(?!он)\\w+", "juillet july juli julio июл\\w+ лип\\w+", "août august "
    "agosto август\\w* серп\\w+",
    "septembre september septiembre сентябр\\w+ верес\\w+", "octobre october oktober octubre октябр\\w+ жовт\\w+",
    "novembre november noviembre ноябр\\w+ листопад\\w*", "décembre december dezember diciembre декабр\\w+ груд\\w+",
)  # fmt: skip
_WEEKDAYS = (
    "lundi monday montag lunes понедельник\\w* понеділ\\w+", "mardi tuesday dienstag martes вторник\\w* вівтор\\w+",
    "mercredi wednesday mittwoch miércoles сред[ауыеой]+ серед[ауио]", "jeudi thursday donnerstag jueves "
    "четверг\\w* четвер\\w*",
    "vendredi friday freitag viernes пятниц\\w+ п['’]ятниц\\w+", "samedi saturday samstag sonnabend sábado "
    "суббот\\w+ субот\\w+",
    "dimanche sunday sonntag domingo воскресень\\w+ неділ\\w+",
)  # fmt: skip
# Days counted from another one: what they are counted from is the same for a claim and its source.
_RELATIVE = {
    "before": r"hier|la veille|yesterday|the day before|a day earlier|the previous day|gestern|am vortag|ayer"
    r"|вчера|накануне|вчора|напередодні",
    "same": r"aujourd['’]hui|today|heute|hoy|сегодня|сьогодні",
    "after": r"demain|le lendemain|tomorrow|the next day|morgen(?!s)|mañana|завтра",
    "next week": r"semaine prochaine|next week|nächsten? woche|próxima semana|следующей неделе|наступного тижня",
    "last week": r"semaine dernière|last week|letzten? woche|semana pasada|прошлой неделе|минулого тижня",
    "next month": r"mois prochain|next month|nächsten monat|próximo mes|следующем месяце|наступного місяця",
    "last month": r"mois dernier|last month|letzten monat|mes pasado|прошлом месяце|минулого місяця",
    "next year": r"l['’]an(?:née)? prochaine?|next year|nächstes jahr|próximo año|следующем году|наступного року",
    "last year": r"l['’]an(?:née)? (?:dernier|passé)e?|last year|letztes jahr|año pasado|прошлом году|минулого року",
}
_NAMED = "|".join(f"(?P<m{n}>{'|'.join(words.split())})" for n, words in enumerate(_MONTHS, 1))
_YEAR = r"(?P<year{0}>(?:1[5-9]|20)\d\d)"
_DAY_FIRST = re.compile(
    rf"(?<![\w.,])(?:(?P<day>0?[1-9]|[12]\d|3[01])(?:er|st|nd|rd|th|\.)?(?:\s(?:of\s|de\s)?|-))?(?:{_NAMED})(?!\w)"
    rf"(?:\s(?P<after>[12]?\d|3[01])(?:st|nd|rd|th)?(?![\d.,]?\d|\s?%))?(?:(?:,|\sde"
    rf"|\sdel)?\s{_YEAR.format('')}(?!\d))?",
    re.IGNORECASE,
)
_DIGITS = re.compile(
    r"(?<![\d.])(?:(?P<iso>\d{4})-(?P<isom>\d\d)-(?P<isod>\d\d)|(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>(?:19"
    r"|20)\d\d))(?![\d])"
)


@dataclass(frozen=True, slots=True)
class Dating:
    """A date at ``[start, end)`` of its text; 0 stands for a part that is not given."""

    start: int
    end: int
    year: int
    month: int
    day: int

    def agrees(self, other: Dating) -> bool:
        """Whether nothing given in both differs, and the other gives all that this one does, but for the year."""
        if other.month != self.month or (self.day and other.day != self.day):
            return False
        return not (self.year and other.year) or self.year == other.year


def find_dates(text: str) -> list[Dating]:
    """Return the dates with a month, in order and disjoint."""
    found = [_in_digits(match) for match in _DIGITS.finditer(text)]
    for match in _DAY_FIRST.finditer(text):
        month = next(n for n in range(1, 13) if match[f"m{n}"])
        day = int(match["day"] or match["after"] or 0)
        if not day and not match["year"] and not _is_month(text, match):
            continue
        found.append(Dating(match.start(), match.end(), int(match["year"] or 0), month, day))
    return sorted((one for one in found if 1 <= one.month <= 12), key=lambda one: one.start)


def _in_digits(match: re.Match[str]) -> Dating:
    if match["iso"]:
        return Dating(match.start(), match.end(), int(match["iso"]), int(match["isom"]), int(match["isod"]))
    return Dating(match.start(), match.end(), int(match["y"]), int(match["m"]), int(match["d"]))


def _is_month(text: str, match: re.Match[str]) -> bool:
    """Whether a month's name alone is meant as one: "may", "mars" and "mar" are words as well."""
    before = text[max(0, match.start() - 12) : match.start()]
    return bool(
        re.search(
            r"(?<!\w)(?:en|in|im|в|у|de|desde|depuis|since|seit|до|с|à|fin|début|mi-|avant|après|dès|by|until|before|after|bis|ab|hasta|раньше|после|к)\s?$",
            before,
            re.IGNORECASE,
        )
    ) and (len(match[0]) > 3)


def weekdays(text: str) -> set[int]:
    """Return the days of the week that a text names, 0 for Monday."""
    return {n for n, pattern in enumerate(_WEEKDAY) if pattern.search(text)}


_WEEKDAY = [re.compile(rf"(?<!\w)(?:{'|'.join(words.split())})s?(?!\w)", re.IGNORECASE) for words in _WEEKDAYS]
_COUNTED = {name: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for name, words in _RELATIVE.items()}


def relative_days(text: str) -> set[str]:
    """Return the days and weeks that a text counts from another day, by name."""
    return {name for name, pattern in _COUNTED.items() if pattern.search(text)}


def unproved_days(
    claim: str, sources: Sequence[str], published: Sequence[str], told: Sequence[tuple[date, date]]
) -> set[str]:
    """Return what ``claim`` says of days that stands in no source, as it writes them.

    ``sources`` are read in order, the quotation first: days of the week and relative ones count where the first source
    that names any has them. ``told`` are the first and last days that the sources' words of time mean; a claim may make
    them explicit, or take the day ``published`` (ISO 8601) from the article's head.
    """
    known = [one for source in sources for one in find_dates(source)] + [_stamp(one) for one in published if one]
    missing = set()
    for one in find_dates(claim):
        meant = any(_within(one, first, last) for first, last in told)
        if not meant and not any(one.agrees(other) for other in known):
            missing.add(claim[one.start : one.end].strip())
    meant_weekdays = {first.weekday() for first, last in told if first == last}
    theirs = next(filter(None, map(weekdays, sources)), set())
    missing |= {_WEEKDAYS[one].split()[1] for one in weekdays(claim) - theirs - meant_weekdays}
    counted = next(filter(None, map(relative_days, sources)), set())
    if counted or not meant_weekdays:
        missing |= relative_days(claim) - counted
    return missing


def _within(one: Dating, first: date, last: date) -> bool:
    if last - first > timedelta(days=31):
        return False
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return any((day.month, one.day or day.day, one.year or day.year) == (one.month, day.day, day.year) for day in days)


def _stamp(published: str) -> Dating:
    parts = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", published)
    year, month, day = (int(part or 0) for part in parts.groups()) if parts else (0, 0, 0)
    return Dating(0, 0, year, month, day)


def without_dates(text: str) -> str:
    """Return a text with its dates blanked in place, so that their figures are not judged as figures."""
    for one in find_dates(text):
        text = text[: one.start] + "_" * (one.end - one.start) + text[one.end :]
    return text
