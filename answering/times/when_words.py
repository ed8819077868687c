"""How questions name times, by language: ``when.json`` as compiled patterns, and ``known_events.json``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

_YEAR = r"(?:1[5-9]|20)[0-9]{2}(?![0-9])"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_FIRST_MONTH_LANGUAGES = ("en",)  # "March 2", beside "2 March"


@dataclass(frozen=True, slots=True)
class Event:
    """A day that questions name by what happened. ``nouns`` name it alone, ``nouns_beside`` only beside ``beside``."""

    day: date
    nouns: dict[str, str]
    nouns_beside: dict[str, str]
    beside: re.Pattern[str]

    def named(self, language: str, text: str) -> re.Pattern[str] | None:
        """Return what names it in a question; None where nothing can."""
        nouns = [self.nouns.get(language), self.nouns_beside.get(language) if self.beside.search(text) else None]
        return _noun(language, "|".join(filter(None, nouns))) if any(nouns) else None


@dataclass(frozen=True, slots=True)
class Words:
    """One language. ``relations`` are matched right before an expression; ``fixed`` gives unit and number from today."""

    language: str
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    months: tuple[re.Pattern[str], ...]
    weekdays: tuple[re.Pattern[str], ...]
    fixed: dict[str, tuple[str, int]]
    numbers: dict[str, int]
    parts: dict[str, str]
    last: re.Pattern[str]
    relations: tuple[tuple[str, re.Pattern[str]], ...]
    between: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    weekday_alone: bool  # whether a weekday needs no word before it ("среды" is also the environment's)
    month_at: re.Pattern[str]
    year_at: re.Pattern[str]
    year_of: re.Pattern[str]
    date_of: re.Pattern[str] | None  # before a date without a year that names something: "les attentats du"
    dated_noun: tuple[re.Pattern[str], re.Pattern[str]] | None  # what stands around such a date: "the ... attacks"
    asked_about: re.Pattern[str]
    article: re.Pattern[str]
    asked_after: re.Pattern[str]
    asked_weekday: re.Pattern[str]
    newest: re.Pattern[str]
    future: re.Pattern[str] | None
    event_tail: re.Pattern[str]
    event_other: re.Pattern[str]
    happened: re.Pattern[str]


def words_of(language: str) -> Words | None:
    """Return the words of an ISO 639-1 code; None for a language without them."""
    return _words(language) if language in _data() else None


@cache
def known_events() -> tuple[Event, ...]:
    """Return the events that questions may name instead of a date."""
    rows = json.loads(Path(__file__).with_name("known_events.json").read_text("utf-8"))
    return tuple(
        Event(date.fromisoformat(row["day"]), row["words"], row["words_beside"], _compile(row["beside"]))
        for row in rows
    )


@cache
def _noun(language: str, nouns: str) -> re.Pattern[str]:
    return _compile(rf"(?<!\w){_data()[language]['event']}(?:{nouns})(?!\w)")


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(Path(__file__).with_name("when.json").read_text("utf-8"))
    return data


def _compile(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that takes either apostrophe and any case."""
    return re.compile(pattern.replace("'", "['’]"), re.IGNORECASE)


def _before(pattern: str) -> re.Pattern[str]:
    """Compile what must end right before an expression."""
    return _compile(rf"(?<!\w)(?:{pattern})(?:(?<=')|\s)$")


@cache
def _words(language: str) -> Words:
    own = _data()[language]
    months, weekdays = own["months"].split(), own["weekdays"].split()
    units = ("day", "week", "weekend", "month", "year")
    return Words(
        language,
        _patterns(own, "|".join(months), "|".join(weekdays), language),
        tuple(_compile(rf"(?:{month})\.?") for month in months),
        tuple(_compile(weekday) for weekday in weekdays),
        {words: (unit, later) for unit in units for words, later in own[unit].items()},
        {word: number for number, words in enumerate(own["numbers"].split(), 1) for word in words.split("|")},
        own["parts"],
        _compile(own["last"]),
        tuple((name, _before(pattern)) for name, pattern in own["relations"].items()),
        tuple((_before(begin), _compile(rf"\s(?:{middle})\s")) for begin, middle in own["between"]),
        own["weekday_alone"],
        _before(own["month_at"]),
        _before(own["year_at"]),
        _before(own["year_of"]),
        _before(own["date_of"]) if own["date_of"] else None,
        (_before(own["dated_noun"][0]), _compile(own["dated_noun"][1])) if own["dated_noun"] else None,
        _compile(rf"^\W*{own['asked_about']}\W*$"),
        _compile(rf"^\W*(?:{own['article']})?\W*$"),
        _compile(rf"\s*{own['asked_after']}"),
        _compile(own["asked_weekday"]),
        _compile(rf"(?<!\w)(?:{own['newest']})(?!\w)"),
        _compile(rf"(?<!\w)(?:{own['future']})(?!\w)") if own["future"] else None,
        _compile(own["event_tail"]),
        _compile(own["event_other"]),
        _compile(rf"^\W*(?:{own['happened']})?\W*$"),
    )


def _in_figures(language: str) -> list[str]:
    """Return the patterns of "02/03/2022": day first, but in English only where no other reading is left."""
    month, year = r"(?P<month>1[0-2]|0?[1-9])", rf"(?P<year>{_YEAR})"
    if language != "en":
        return [rf"(?P<day>{_DAY})[./]{month}[./]{year}"]
    day = r"(?P<day>3[01]|2[0-9]|1[3-9])"
    return [rf"{day}/{month}/{year}", rf"{month}/{day}/{year}"]


def _patterns(
    own: dict[str, Any], months: str, weekdays: str, language: str
) -> tuple[tuple[str, re.Pattern[str]], ...]:
    day, month = rf"(?P<day>{_DAY})(?:{own['day_end']})?", rf"(?P<month>(?:{months})\.?)"
    day2, month2 = day.replace("<day>", "<day2>"), month.replace("<month>", "<month2>")
    year = rf"(?:(?:{own['year_link']})(?P<year>{_YEAR}){own['year_tail']})?"
    needed_year = year[:-1]
    of, weekday = own["of"], rf"(?:(?:{weekdays}),? )?"
    begin = "|".join(begin for begin, _ in own["between"])
    middle = "|".join(middle for _, middle in own["between"])
    fixed = "|".join(
        sorted((words for unit in ("day", "week", "weekend", "month", "year") for words in own[unit]), key=len)
    )
    which = rf"(?:(?P<before>{own['last']}|{own['next']}) )?"
    which_after = rf"(?: (?P<after>{own['last']}|{own['next']}))?"
    listed = [
        ("date", rf"(?P<year>{_YEAR})-(?P<month>[01][0-9])-(?P<day>[0-3][0-9])"),
        *(("date", pattern) for pattern in _in_figures(language)),
        ("range", rf"(?:(?:{begin}|les) )?{weekday}{day} (?:{middle}) {weekday}{day2}{of}{month2}{year}"),
        ("range", rf"{day}[-–]{day2}{of}{month2}{year}"),
        ("date", rf"{weekday}{day}{of}{month}{year}"),
        ("months", rf"(?:{begin}) {month} (?:{middle}) {month2}{year}"),
        ("part", rf"(?P<part>{'|'.join(own['parts'])})[ -](?:d[eu] )?{month}{year}"),
        ("month", rf"{month}{needed_year}"),
        ("fixed", rf"(?P<words>{'|'.join(reversed(fixed.split('|')))})"),
        ("today", rf"(?:{own['today']})"),
        ("days", own["last_days"]),
        ("ago", own["ago"]),
        ("weekday", rf"{which}(?P<weekday>{weekdays}){which_after}"),
        ("month", rf"{month}(?! [0-9])"),
        ("year", rf"(?P<year>{_YEAR})(?: (?:{own['and']}) (?P<year2>{_YEAR}))?{own['year_tail']}"),
    ]
    if language in _FIRST_MONTH_LANGUAGES:
        last = rf"(?:,? (?P<year>{_YEAR}))?"
        listed[3:3] = [
            ("range", rf"(?:(?:{begin}) )?{month} {day} ?(?:-|–|(?:{middle}) )(?:{month2} )?{day2}{last}"),
            ("date", rf"{weekday}{month} {day}(?![0-9]){last}"),
        ]
    return tuple((kind, _compile(rf"(?<![\w./-])(?:{pattern})(?![\w/-]|[.,][0-9])")) for kind, pattern in listed)
