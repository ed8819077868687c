"""What happened on given days, and what is new: questions that name nothing but a time, so that no sentence is like them.

A sentence that tells of a day asked about answers by that; the newest articles answer with their first sentences.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

from answering.judging.evidence import Evidence, Place, candidates
from answering.judging.weighing import FEATURES
from answering.times.periods import within
from answering.times.when import Period, read_period
from retrieval.archive import Archive
from retrieval.dates import date_range
from retrieval.days import Days
from retrieval.facts.moment_words import words_of
from retrieval.facts.tense import Tense, tense_at
from retrieval.facts.timeline import Told
from retrieval.types import Article, Filters, Hit

_EVENTS = 24  # some tell the same
_ENDS = tuple(".!?…")


def digest(
    archive: Archive, question: str, period: Period, told: Told | None, filters: Filters
) -> list[tuple[Hit, Evidence]]:
    """Return the sentences that answer a question for a time alone, best first, each with its passage."""
    if period.newest_first:
        return _evidence(_leads(archive, within(filters, told and printed_within(period, told))))
    if not (period.first or period.last):
        return []
    days = told.days if told else (period.first or date.min, period.last or date.max)  # which all articles are of
    return _evidence(_events(archive, days, filters)) or _evidence(_dated(archive, question, days, told, filters))


def printed_within(period: Period, told: Told) -> Told:
    """Return what came out on the days asked about, and no later: what is new then, not what is told of them."""
    first, last = (day.isoformat() if day else "" for day in (period.first, period.last))
    return Told(told.days, (first, last))


def _events(archive: Archive, days: Days, filters: Filters) -> Iterable[Place]:
    for rank, (hit, start) in enumerate(archive.events(days, limit=_EVENTS, filters=filters)):
        for place in candidates([hit]):
            if place[2] <= start < place[3] and not _may_announce(archive, hit.article, place):
                yield hit, rank, *place[2:]


def _may_announce(archive: Archive, article: Article, place: Place) -> bool:
    """Whether a sentence may tell of what was still to come: of an article without a date, one not in the past."""
    if article.published:
        return False
    moments = archive.moments(article.id, place[2], place[3])
    return any(tense_at(article.text, m.start, m.end, article.language).tense is not Tense.PAST for m in moments)


def _dated(archive: Archive, question: str, days: Days, told: Told | None, filters: Filters) -> Iterable[Place]:
    """Yield sentences that name a date within the days in a language of which articles have no moments."""
    for place in candidates(archive.search(question, limit=_EVENTS, filters=filters, told=told)):
        hit, _, start, end = place
        if words_of(hit.article.language) is None and _names(hit.article, start, end, days):
            yield place


def _names(article: Article, start: int, end: int, days: Days) -> bool:
    """Whether a sentence of an article names a date (with a figure) within the days, past on the day it came out."""
    published, text = date_range(article.published), article.text[start:end]
    if published is None:
        return False
    period = read_period(text, article.language, published[0], published)
    if period is None or period.in_name or not (period.first and period.last) or period.last > published[1]:
        return False
    figures = any(character.isdecimal() for a, b in period.spans for character in text[a:b])
    return figures and days[0] <= period.first and period.last <= days[1]


def _leads(archive: Archive, filters: Filters) -> Iterable[Place]:
    for rank, hit in enumerate(archive.newest(limit=_EVENTS, filters=filters)):
        whole = (place for place in candidates([hit]) if _is_sentence(hit.article.text[place[2] : place[3]]))
        yield from ((hit, rank, *place[2:]) for place in list(whole)[:1])


def _is_sentence(text: str) -> bool:
    return text.rstrip("»”\"')] ").endswith(_ENDS)


def _evidence(places: Iterable[Place]) -> list[tuple[Hit, Evidence]]:
    """Return each sentence once. Its probability is 1: its days, not its words, answer."""
    features, vector = (0.0,) * len(FEATURES), np.zeros(0, np.float32)
    found = {
        (hit.article.id, start): (hit, Evidence(hit.article, start, end, rank, 1.0, features, vector))
        for hit, rank, start, end in places
        if _is_sentence(hit.article.text[start:end])
    }
    return list(found.values())
