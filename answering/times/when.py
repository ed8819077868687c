"""Times in a question: the days it asks about, and when the articles that tell of them were published.

Words are counted from today; a date without a year is of the year that lies nearest to what the archive covers. The days
asked about and the days of publication differ, for news tells of yesterday: of 38,600 days named in 36,152 French
articles, 60 % were of the day of publication or the day before, 73 % of the three days before it, 80 % of the week.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from answering.times.when_days import Asked, days_of, exists
from answering.times.when_words import known_events, words_of
from retrieval.days import Days
from retrieval.facts.moment_words import words_of as article_words_of
from retrieval.facts.tense import Tense, tense_at

Span = tuple[int, int]
_TOLD_WITHIN, _TOLD_BEFORE = 3, 1  # days: how long after a day it is told of, and after the last day before a limit
_YEAR = re.compile(r"[0-9]{4}")
_LONGEST = 1_000  # characters of a question that are looked at


@dataclass(frozen=True, slots=True)
class Period:
    """What a question says of time.

    ``first`` and ``last``: the days asked about, both meant, None where it names no such end. ``since`` and ``until``: the
    days of publication that suit them, None where none does. ``newest_first``: the latest is wanted. ``spans``: the words
    of the question that say so, in order and disjoint. ``outside``: the archive has no article of the days asked about;
    ``in_name``: they belong to what is asked about ("les élections de 2017", "les attentats du 13 novembre"). ``no_such``:
    what the calendar does not have ("30 février"), in the question's words.
    """

    first: date | None
    last: date | None
    since: date | None
    until: date | None
    newest_first: bool
    spans: tuple[Span, ...]
    outside: bool = False
    in_name: bool = False
    no_such: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Named:
    """Days that are named, and where; ``relation`` is what stands before: at, of, before, until, after or since.

    ``no_such``: the words, where the calendar has no such days; ``days`` are none that count then.
    """

    kind: str
    start: int
    end: int
    days: Days
    relation: str = "at"
    no_such: str = ""


def read_period(question: str, language: str, today: date, covered: Days | None = None) -> Period | None:
    """Return what a question (its words one space apart) says of time; None when it says nothing, or asks what a date is.

    ``language`` is an ISO 639-1 code (French, English, German, Spanish, Russian, Ukrainian; others give None); ``covered``
    is the first and the last day that the archive's articles are of, None when it has no dated article.
    """
    words = words_of(language)
    if words is None:
        return None
    asked = Asked(question[:_LONGEST], words, today, covered)
    newest = [match.span() for match in words.newest.finditer(asked.text)]
    named = [] if words.asked_weekday.search(asked.text) else list(_named(asked))
    now = [one for one in named if one.kind == "today" and not _happening(asked, one)]  # no more than "now"
    named = [one for one in named if one not in now]
    impossible = [one for one in named if one.no_such]
    named = [one for one in named if one not in impossible]
    named = [one for one in named if one.relation != "of"] or named  # "en mars, sur les attentats du 13 novembre"
    if not (named or newest or now or impossible):
        return None
    first, last = _together([_ends(one) for one in named])
    since, until = _published(first, last, covered)
    outside = bool(covered and ((last and last < covered[0]) or (first and first > covered[1])))
    in_name = any(one.relation == "of" for one in named)
    if outside or in_name:  # told of later, announced before
        since = until = None
    spans = _disjoint(sorted([*newest, *((one.start, one.end) for one in [*named, *now, *impossible])]))
    no_such = tuple(one.no_such for one in impossible)
    return Period(first, last, since, until, bool(newest or now), spans, outside, in_name, no_such)


def without_times(question: str, period: Period) -> str:
    """Return a question without the words that ``period`` was read from."""
    kept, at = [], 0
    for start, end in period.spans:
        kept.append(question[at:start])
        at = end
    return " ".join("".join([*kept, question[at:]]).split())


def asks_only_when(question: str, language: str, period: Period) -> bool:
    """Whether nothing is asked but what happened in a period, or what is new: "Que s'est-il passé le 2 mars ?"."""
    words = words_of(language)
    return words is not None and bool(words.happened.match(without_times(question, period)))


def _disjoint(spans: list[Span]) -> tuple[Span, ...]:
    kept: list[Span] = []
    for start, end in spans:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)


def _ends(one: _Named) -> tuple[date | None, date | None]:
    """Return the first and the last day that an expression asks about."""
    day = timedelta(days=1)
    return {
        "before": (None, one.days[0] - day),
        "until": (None, one.days[1]),
        "after": (one.days[1] + day, None),
        "since": (one.days[0], None),
    }.get(one.relation, one.days)


def _together(ends: list[tuple[date | None, date | None]]) -> tuple[date | None, date | None]:
    """Return the days that lie in all; where there are none ("en 1921 ou en 1914"), from the first to the last."""
    firsts, lasts = [one[0] for one in ends if one[0]], [one[1] for one in ends if one[1]]
    first, last = max(firsts, default=None), min(lasts, default=None)
    if first and last and first > last:
        return (min(firsts), max(lasts)) if all(all(one) for one in ends) else ends[0]
    return first, last


def _published(first: date | None, last: date | None, covered: Days | None) -> tuple[date | None, date | None]:
    """Return the days of publication that suit; none where they would leave out nothing of the archive."""
    told = timedelta(days=_TOLD_WITHIN if first else _TOLD_BEFORE)
    since, until = first, last + told if last else None
    if covered is None:
        return since, until
    whole = (since is None or since <= covered[0]) and (until is None or until >= covered[1])
    return (None, None) if whole else (since, until)


def _named(asked: Asked) -> Iterator[_Named]:
    """Yield the times that a question names, in order, those of a range as one, with what stands before them."""
    taken: list[_Named] = []
    for start, end, day in _events(asked):
        one = _related(asked, _Named("event", start, end, (day, day)))
        if one.relation != "at":  # "l'invasion" alone is what the question is about
            taken.append(replace(one, relation="since") if one.relation == "after" else one)
    spans = [(one.start, one.end) for one in taken]  # what is refused hides no shorter expression ("2 mars 1956")
    for kind, pattern in asked.words.patterns:
        for match in pattern.finditer(asked.text):
            if any(match.start() < end and start < match.end() for start, end in spans):
                continue
            spans.append(match.span())
            if _refused(kind, match, asked):
                continue
            if not exists(kind, match, asked):
                taken.append(_Named(kind, *match.span(), (date.min, date.min), no_such=match.group()))
            elif days := days_of(kind, match, asked):
                taken.append(_Named(kind, *match.span(), days))
    for one in _ranges(asked, sorted(taken, key=lambda one: one.start)):
        yield _related(asked, one) if one.kind not in ("event", "between", "months") else one


def _events(asked: Asked) -> Iterator[tuple[int, int, date]]:
    """Yield where a question names a known event, and its day, if the archive reaches that day."""
    words, text = asked.words, asked.text
    for event in known_events():
        if asked.covered and asked.covered[1] < event.day:
            continue
        pattern = event.named(words.language, text)
        for match in pattern.finditer(text) if pattern else ():
            tail = words.event_tail.match(text, match.end())
            end = tail.end() if tail else match.end()
            if not words.event_other.match(text, end):  # "l'invasion de l'Irak"
                yield match.start(), end, event.day


def _related(asked: Asked, one: _Named) -> _Named:
    """Take in what stands before an expression: the longest of what says before, until, after, since or at."""
    before = asked.text[: one.start]
    found = [(match.start(), name) for name, pattern in asked.words.relations if (match := pattern.search(before))]
    start, name = min(found, default=(one.start, "at"))
    if name == "at" and _in_name(asked, one):
        return replace(one, relation="of")
    return replace(one, start=start, relation=name)


def _in_name(asked: Asked, one: _Named) -> bool:
    """Whether days tell which thing is meant, not when it was: "les élections de 2017", "les attentats du 13 novembre"."""
    words, before = asked.words, asked.text[: one.start]
    if one.kind == "year":
        return bool(words.year_of.search(before))
    if one.kind != "date" or one.no_such or _YEAR.search(asked.text, one.start, one.end):
        return False  # of a year, it is that thing's day
    if words.date_of and words.date_of.search(before):
        return True
    article, noun = words.dated_noun or (None, None)  # "the November 13 attacks"
    return bool(article and noun and article.search(before) and noun.match(asked.text, one.end))


def _ranges(asked: Asked, named: list[_Named]) -> Iterator[_Named]:
    """Join "entre A et B" into one expression."""
    at = 0
    while at < len(named):
        joined = _between(asked, named[at], named[at + 1]) if at + 1 < len(named) else None
        yield joined or named[at]
        at += 2 if joined else 1


def _between(asked: Asked, one: _Named, other: _Named) -> _Named | None:
    for begin, middle in () if one.no_such or other.no_such else asked.words.between:
        found = begin.search(asked.text[: one.start])
        if found and middle.fullmatch(asked.text, one.end, other.start) and one.days[0] < other.days[1]:
            return _Named("between", found.start(), other.end, (one.days[0], other.days[1]))
    return None


def _refused(kind: str, match: re.Match[str], asked: Asked) -> bool:
    """Whether an expression is what the question is about, or only looks like a time."""
    text, words = asked.text, asked.words
    before = text[: match.start()]
    if words.asked_about.match(before) or (words.asked_after.match(text, match.end()) and words.article.match(before)):
        return True
    if kind == "year":
        return not (words.year_at.search(before) or words.year_of.search(before))
    name = words.language == "fr" and bool(before.strip())  # where names are capitalised, and months are not
    if kind == "month" and not words.month_at.search(before):
        return not match.groupdict().get("year") or (name and match["month"][0].isupper())
    if kind == "month" and not match.groupdict().get("year"):
        return name and match["month"][0].isupper()
    if kind == "weekday" and not words.weekday_alone:
        return not any(pattern.search(before) for _, pattern in words.relations)
    beside = article_words_of(words.language)
    if kind == "weekday" and beside:
        earlier, later = beside.refused["weekday"]
        capital = name and match["weekday"][0].isupper()
        return capital or bool(earlier.search(before) or later.match(text, match.end()))
    return False


def _happening(asked: Asked, one: _Named) -> bool:
    """Whether something is asked to have happened, or to happen, on a day."""
    verb = tense_at(asked.text, one.start, one.end, asked.words.language)
    return verb.firm and verb.tense in (Tense.PAST, Tense.FUTURE)
