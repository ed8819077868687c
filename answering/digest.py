"""What happened on given days, and what is new: questions that name nothing but a time, so that no sentence is like them.

A sentence that tells of a day asked about answers by that; the newest articles answer with their first sentences.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from answering.evidence import FEATURES, Evidence, Place, candidates
from answering.periods import within
from answering.when import Period
from retrieval.archive import Archive
from retrieval.days import Days
from retrieval.facts.timeline import Told
from retrieval.types import Filters, Hit

_EVENTS = 24  # some tell the same
_ENDS = tuple(".!?…")


def digest(archive: Archive, period: Period, told: Told | None, filters: Filters) -> list[tuple[Hit, Evidence]]:
    """Return the sentences that answer a question for a time alone, best first, each with its passage."""
    if period.newest_first:
        return _evidence(_leads(archive, within(filters, told)))
    return _evidence(_events(archive, told.days, filters)) if told else []


def _events(archive: Archive, days: Days, filters: Filters) -> Iterable[Place]:
    for rank, (hit, start) in enumerate(archive.events(days, limit=_EVENTS, filters=filters)):
        yield from ((hit, rank, *place[2:]) for place in candidates([hit]) if place[2] <= start < place[3])


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
