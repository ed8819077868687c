"""Further sentences about one thing: a statement that was found is searched for again, without the value that it gives.

What other articles say of it may be told in other words than the question's, in passages that no search for the question
finds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from answering.asking.question import Question
from answering.comparing.copies import Printing, Sources
from answering.judging.evidence import PASSAGES, Evidence, candidates, missing_names
from answering.judging.weighing import FEATURES
from retrieval.archive import Archive
from retrieval.types import Filters

Further = Callable[[Evidence, int, int], Sequence[Evidence]]
_MISSING = FEATURES.index("names_missing")


def further(
    archive: Archive, question: Question, filters: Filters, sources: Sources, found: Evidence, start: int, end: int
) -> list[Evidence]:
    """Return the sentences of the passages that are nearest to a sentence without ``found.text[start:end]``.

    They are evidence of probability 0, which nothing weighed: to be compared with ``found``, never to answer. Of their
    features they have ``names_missing`` alone.
    """
    statement = " ".join(f"{found.text[:start]} {found.text[end:]}".split())
    if not statement:
        return []
    hits = archive.search(statement, limit=PASSAGES, filters=filters)
    vector = np.zeros_like(found.vector)
    more = []
    for hit, rank, first, last in candidates(hits):
        features = [0.0] * len(FEATURES)
        features[_MISSING] = missing_names(question.names, f"{hit.article.title}\n{hit.text}")
        more.append(Evidence(hit.article, first, last, rank, 0.0, tuple(features), vector))
    return [e for e in more if not sources.mangled(Printing(e.article, e.start, e.end))]
