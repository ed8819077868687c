"""What a question's words of time make of a search, and how the answer says so.

Only what tells of the days asked about is searched, and what tells of them surely comes first; where that gives no answer,
all is searched. Measured: docs/archive.md, "Questions with dates".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from answering.frames import frame_for
from answering.question import Question, names_in
from answering.types import Answer, SearchedPeriod
from answering.when import Period, without_times
from answering.when_said import days_in_words
from retrieval.dates import date_range
from retrieval.days import Days
from retrieval.facts.timeline import Told
from retrieval.types import Coverage, Filters

_TOLD_OF = timedelta(days=7)  # that the first articles may tell of: 80 % of the days that news names


def days_covered(coverage: Coverage) -> Days | None:
    """Return the first and the last day of which there are articles; None when none has a date."""
    first, last = date_range(coverage.first), date_range(coverage.last)
    return (first[0], last[1]) if first and last else None


def told(period: Period | None, covered: Days | None) -> Told | None:
    """Return what a search makes of a period: None where it is part of a name, or all articles are of that time."""
    if period is None or period.in_name or not (period.first or period.last):
        return None
    first, last = period.first or date.min, period.last or date.max
    if covered and first <= covered[0] and covered[1] <= last:
        return None
    if covered and not period.outside:  # "avant jeudi" is asked of what the archive is about, not of all history
        first, last = period.first or covered[0] - _TOLD_OF, period.last or covered[1]
    return Told((first, last), None if period.outside else (_iso(period.since), _iso(period.until)))


def within(filters: Filters, told: Told | None) -> Filters:
    """Return filters limited to the days of publication that suit, never wider than they are."""
    if told is None or told.published is None:
        return filters
    theirs = date_range(filters.since), date_range(filters.until)
    since, until = told.published
    since = max(since, theirs[0][0].isoformat() if theirs[0] else "")
    ends = [day for day in (until, theirs[1][1].isoformat() if theirs[1] else "") if day]
    return replace(filters, since=since, until=min(ends, default=""))


def without_its_times(question: Question, period: Period) -> Question:
    """Return a question for passages that tell of its days: its words of time and their names are not missing there."""
    said = " ".join(question.text[start:end] for start, end in period.spans)
    return replace(question, text=without_times(question.text, period), names=question.names - names_in(f" {said}"))


def reported(answer: Answer, period: Period | None, asked: Told | None, dropped: bool) -> Answer:
    """Return an answer that says what was made of its question's words of time, where they had a part in it."""
    if period is None or not (asked or period.newest_first):
        return answer
    since, until = (period.first, period.last) if asked else (None, None)
    frame, notices = frame_for(answer.language), [answer.notice]
    if asked:
        said = days_in_words(since, until, answer.language)
        notices.append((frame.nothing_then if dropped else frame.searched_days).format(days=said))
    dates = [citation.article.published for citation in answer.citations]
    if period.newest_first and dates and all(dates):
        notices.append(frame.newest.format(last=answer.searched.last))
    return replace(
        answer,
        period=SearchedPeriod(_iso(since), _iso(until), dropped, period.newest_first),
        notice=" ".join(filter(None, notices)),
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
