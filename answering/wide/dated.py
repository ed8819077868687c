"""A timeline: sentences in the order of the days that they tell of, where that is certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from answering.comparing.copies import Printing
from answering.times.when import read_period
from answering.wide.sentences import Quotable
from answering.wide.words import day_heading, words_for
from retrieval.archive import Archive
from retrieval.dates import date_range
from retrieval.days import Days
from retrieval.facts.duplicates import order
from retrieval.facts.moment_words import words_of
from retrieval.types import Article

LINES = 12
_ENOUGH, _FILLED = (
    5,
    8,
)  # with fewer lines that tell their own days, others come under that of their article, up to so many
LONGEST = 31  # days: what tells of more tells of no event


@dataclass(frozen=True, slots=True)
class Dated:
    """A sentence under the days that it tells of; ``published``: it names none, they are those of its article."""

    sentence: Quotable
    days: Days | None
    published: bool = False

    def heading(self, language: str) -> str:
        words = words_for(language)
        if self.days is None:
            return words.undated
        told = day_heading(*self.days, language)
        return words.published.format(day=told) if self.published else told


def timeline(archive: Archive, sentences: Sequence[Quotable]) -> list[Dated]:
    """Return the most relevant sentences (best first) in the order of their days; those without a date come last."""
    told = [Dated(one, days_told(archive, one.printing)) for one in sentences]
    dated = [one for one in told if one.days][:LINES]
    if len(dated) < _ENOUGH:
        others = [
            Dated(one.sentence, date_range(one.sentence.evidence.article.published), True)
            for one in told
            if not one.days
        ]
        dated += others[: _FILLED - len(dated)]
    return sorted(dated, key=_place)


def _place(one: Dated) -> tuple[date, date, bool, tuple[str, ...], int]:
    """Return what lines are ordered by: a toll "since 24 February" is of the last of its days."""
    first, last = one.days or (date.max, date.max)
    evidence = one.sentence.evidence
    return last, first, one.published, order(evidence.article), evidence.start


def days_told(archive: Archive, one: Printing) -> Days | None:
    """Return the shortest days that a sentence tells of, the first of such; None where that is unsure."""
    found = [(moment.first, moment.last) for moment in archive.moments(one.article.id, one.start, one.end)]
    if not found and words_of(one.article.language) is None:
        found = _read(one.article, one.text)
    found = [days for days in found if (days[1] - days[0]).days <= LONGEST]
    return min(found, key=lambda days: days[1] - days[0], default=None)


def _read(article: Article, text: str) -> list[Days]:
    """Return the days of a date with a figure, in a language of which articles have no moments."""
    published = date_range(article.published)
    if published is None:
        return []
    period = read_period(text, article.language, published[0], published)
    if period is None or period.in_name or not (period.first and period.last):
        return []
    figures = any(character.isdecimal() for start, end in period.spans for character in text[start:end])
    return [(period.first, period.last)] if figures else []
