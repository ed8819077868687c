"""A passage that several articles print is one source: a search gives it once, under the earliest of them.

Folding comes before ranking: a candidate that an earlier article prints gives way to the passages of that article, which
become candidates themselves and are scored as such. So no hit quotes what its article does not say, and copies that are
cut into passages at other places fold as well. A clean passage does not give way to one that garbles it, however early.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from retrieval.facts import duplicates, garbled
from retrieval.facts.duplicates import Printing
from retrieval.ranking.mending import Row, says_clean
from retrieval.storing.store import Store

Folds = Mapping[int, tuple[int, ...]]
Ranked = Row
_ROUNDS = 8  # the earliest article may have a passage that stands in another of an earlier one still


def folds(store: Store, passages: Sequence[int], change: int, articles: Sequence[int] | None = None) -> Folds:
    """Return, for each passage that an earlier article prints, the passages of the earliest one that do so together.

    ``articles`` (in order) are those that count, None for all. What came after ``change`` does not count.
    """
    found: dict[int, tuple[int, ...]] = {}
    asked = set(passages)
    unknown = sorted(asked)
    for _ in range(_ROUNDS):
        with store.reading() as db:
            printed = duplicates.printings(db, unknown, change)
            garbling = _garbling(db, printed)
        step = {}
        for passage, earlier in printed.items():
            allowed = [
                printing
                for printing in earlier
                if _among(articles, printing.article)
                and not garbling.intersection((passage, i) for i in printing.inside)
            ]
            if allowed:
                step[passage] = min(allowed, key=lambda printing: printing.place).inside
        found.update(step)
        unknown = sorted({passage for inside in step.values() for passage in inside} - asked)
        if not unknown:
            break
        asked.update(unknown)
    return found


def _garbling(db: sqlite3.Connection, printed: Mapping[int, Sequence[Printing]]) -> set[tuple[int, int]]:
    """Return the pairs of a passage and one that prints it with a sentence garbled that the passage has clean."""
    pairs = {(passage, i) for passage, earlier in printed.items() for printing in earlier for i in printing.inside}
    spoiled = garbled.sentences_of(db, sorted({i for _, i in pairs}))
    doubtful = [pair for pair in pairs if pair[1] in spoiled]
    texts = garbled.texts_of(db, sorted({passage for passage, _ in doubtful}))
    return {
        (passage, i)
        for passage, i in doubtful
        if any(says_clean(sentence, language, texts.get(passage, "")) for sentence, language in spoiled[i])
    }


def candidates(passages: Sequence[int], found: Folds) -> list[int]:
    """Return the passages to be scored, in order: those proposed, and those that they fold into."""
    return sorted({*passages, *(passage for inside in found.values() for passage in inside)})


def unfolded(ranked: Sequence[Ranked], found: Folds) -> list[tuple[int, Ranked]]:
    """Return (passage, row) of what is left of a ranking, best first, ties by id.

    A passage that stands whole in another lends it its row where that is the better one. One that lies across several
    only gives way to them: which of them says what was asked, their own scores tell.
    """
    best: dict[int, Ranked] = {}
    for row in ranked:
        passage = row[0]
        while len(inside := found.get(passage, ())) == 1:
            passage = inside[0]
        if not inside:
            best.setdefault(passage, row)
    return sorted(best.items(), key=lambda kept: (-kept[1][1], kept[0]))


def reprinted(
    store: Store, passages: Sequence[int], change: int, articles: Sequence[int] | None = None
) -> dict[int, tuple[str, ...]]:
    """Return the ids of the other articles that print each of these passages, the earliest first (see ``folds``)."""
    with store.reading() as db:
        rows = duplicates.reprints(db, passages, change)
    others: dict[int, list[tuple[str, ...]]] = {}
    for passage, article, order in rows:
        if _among(articles, article):
            others.setdefault(passage, []).append(order)
    return {passage: tuple(order[-1] for order in sorted(found)) for passage, found in others.items()}


def _among(articles: Sequence[int] | None, article: int) -> bool:
    if articles is None:
        return True
    at = bisect_left(articles, article)
    return at < len(articles) and articles[at] == article
