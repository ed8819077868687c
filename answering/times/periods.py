"""What a question's words of time make of a search, and how the answer says so.

Only what tells of the days asked about is searched, and what tells of them surely comes first; where that gives no answer,
all is searched. Measured: docs/archive.md, "Questions with dates".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from answering.asking.question import Question, names_in
from answering.judging.evidence import Evidence
from answering.times.when import Period, without_times
from answering.times.when_said import days_in_words
from answering.types import Answer, SearchedPeriod
from answering.writing.frames import frame_for
from retrieval.archive import Archive
from retrieval.dates import PUBLISHED_YEARS, date_range
from retrieval.days import Days
from retrieval.facts.moments import Moment
from retrieval.facts.timeline import Told
from retrieval.types import Article, Coverage, Filters, Hit

_TOLD_OF = timedelta(days=7)  # that the first articles may tell of: 80 % of the days that news names
_PUBLISHED = date(PUBLISHED_YEARS[0], 1, 1), date(PUBLISHED_YEARS[-1], 12, 31)


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
    return Told((first, last), None if period.outside else _published(period.since, period.until))


def _published(since: date | None, until: date | None) -> tuple[str, str] | None:
    """Return days of publication as filters have them, None where no article can be of them: none is of 1585."""
    if (until and until < _PUBLISHED[0]) or (since and since > _PUBLISHED[1]):
        return None
    return _iso(since and max(since, _PUBLISHED[0])), _iso(until and min(until, _PUBLISHED[1]))


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


def tells_of(archive: Archive, article: Article, start: int, end: int, days: Days) -> bool | None:
    """Whether a sentence ``article.text[start:end]`` tells of the days; None where it names no day, and may.

    It may not where its article came out later, and its passage names a day after these and none of them: a toll of
    Friday's article about Thursday is none of Wednesday.
    """
    if moments := archive.moments(article.id, start, end):
        return _any_within(moments, days)
    published = date_range(article.published)
    if published is None or published[0] <= days[1]:
        return None
    around = [p for p in archive.passages_of(article.id) if p.start <= start and end <= p.end]
    beside = [moment for p in around for moment in archive.moments(article.id, p.start, p.end)]
    later = any(moment.first > days[1] for moment in beside)
    return False if later and not _any_within(beside, days) else None


def _any_within(moments: Sequence[Moment], days: Days) -> bool:
    return any(moment.first <= days[1] and moment.last >= days[0] for moment in moments)


def choices(
    archive: Archive, evidence: list[Evidence], told: Told | None, anywhere: bool, newest_first: bool
) -> Iterator[list[Evidence]]:
    """Yield evidence to answer from: what answers first is the answer, and the last is all that counts.

    Of days, what names others does not count; where that gave no answer (``anywhere``), all does, after what surely tells
    of them. Where the newest is wanted, a day's articles answer with those that are newer.
    """
    counting = [evidence]
    if told:
        says = [tells_of(archive, one.article, one.start, one.end, told.days) for one in evidence]
        sure = [one for one, told_of in zip(evidence, says, strict=True) if told_of]
        possible = [one for one, told_of in zip(evidence, says, strict=True) if told_of is not False]
        counting = [sure, evidence] if anywhere else [possible]
    for chosen in counting:
        if newest_first:
            for day in sorted({day_of(one.article) for one in chosen}, reverse=True):
                yield [one for one in chosen if day_of(one.article) >= day]
        yield chosen


def day_of(article: Article) -> str:
    """Return the first day that an article can be of, empty when it has no date."""
    days = date_range(article.published)
    return days[0].isoformat() if days else ""


def newest_of(hits: Sequence[Hit]) -> list[Hit]:
    """Return hits, those of the newest articles first."""
    return sorted(hits, key=lambda hit: day_of(hit.article), reverse=True)


def reported(answer: Answer, period: Period | None, asked: Told | None, dropped: bool) -> Answer:
    """Return an answer that says what was made of its question's words of time, where they had a part in it."""
    if period is None:
        return answer
    since, until = (period.first, period.last) if asked else (None, None)
    frame, notices = frame_for(answer.language), [answer.notice]
    notices += [frame.no_such_date.format(date=date) for date in period.no_such]
    if asked:
        said = days_in_words(since, until, answer.language)
        notices.append((frame.nothing_then if dropped else frame.searched_days).format(days=said))
    dates = [day_of(citation.article) for citation in answer.citations]
    if period.newest_first and dates and all(dates) and dates == sorted(dates, reverse=True):
        notices.append(frame.newest.format(last=answer.searched.last))
    searched = SearchedPeriod(_iso(since), _iso(until), dropped, period.newest_first)
    heard = asked is not None or period.newest_first
    return replace(answer, period=searched if heard else None, notice=" ".join(filter(None, notices)))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
