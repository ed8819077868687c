"""Which sentences have mangled words (see ``mangled``): kept in the archive's file, in the transaction of each article.

A function of each article alone, so no order of arrival, removal or kill can make it wrong. That is why the words of other
articles do not count as known, although that would spare a sixth of the false alarms: a story that is printed five
times would clear its own mangled words. Where the clean version of a sentence stands is looked for when it is needed
(``mending``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain

from retrieval.facts.mangled import mangled_spans
from retrieval.sentences import Span, sentence_spans
from retrieval.types import Article

NAME, VERSION = "garbled", "words-v1"  # of the rules in ``mangled`` and the lists: one that changes them changes this
MOST_TEXT = 200_000  # characters that are judged, so that the time for one article is bounded
TABLES: dict[str, tuple[str, ...]] = {
    "garbled": (
        "CREATE TABLE IF NOT EXISTS garbled (article INTEGER REFERENCES articles (n) ON DELETE CASCADE,"
        " start INTEGER, end INTEGER NOT NULL, spans TEXT NOT NULL, PRIMARY KEY (article, start)) WITHOUT ROWID",
    ),
}


def add(db: sqlite3.Connection, number: int, article: Article) -> None:
    """Note the garbled sentences of a stored article; its title counts for nothing."""
    rows = [(number, start, end, json.dumps(spans)) for start, end, spans in _garbled(article)]
    db.executemany("INSERT INTO garbled VALUES (?, ?, ?, ?)", rows)


def remove(db: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Nothing stands between articles: their rows go with them."""


def _garbled(article: Article) -> Iterator[tuple[int, int, list[Span]]]:
    """Yield start and end of each garbled sentence and of its mangled words, all of them offsets in the article's text."""
    for start, end in sentence_spans(article.text[:MOST_TEXT], article.language):
        spans = mangled_spans(article.text[start:end], article.language)
        if spans:
            yield start, end, [(start + a, start + b) for a, b in spans]


def words_in(db: sqlite3.Connection, article_id: str, start: int, end: int) -> tuple[Span, ...]:
    """Return the (start, end) of the mangled words that lie in ``text[start:end]`` of an article, in order."""
    rows = db.execute(
        "SELECT g.spans FROM garbled g JOIN articles a ON a.n = g.article"
        " WHERE a.id = ? AND g.start < ? AND g.end > ? ORDER BY g.start",
        (article_id, end, start),
    )
    spans = chain.from_iterable(json.loads(row[0]) for row in rows)
    return tuple((a, b) for a, b in spans if start <= a and b <= end)


def sentences_of(db: sqlite3.Connection, passages: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return, for each of these passages that has some, its garbled sentences, each with the article's language."""
    rows = db.execute(
        "SELECT p.id, substr(a.text, g.start + 1, g.end - g.start), a.language FROM passages p"
        " JOIN garbled g ON g.article = p.article AND g.start >= p.start AND g.end <= p.end"
        " JOIN articles a ON a.n = p.article WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY p.id, g.start",
        (json.dumps(passages),),
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for passage, sentence, language in rows:
        found.setdefault(passage, []).append((sentence, language))
    return found


def texts_of(db: sqlite3.Connection, passages: Sequence[int]) -> dict[int, str]:
    """Return the texts of the passages that are (still) stored, by id."""
    rows = db.execute(
        "SELECT p.id, substr(a.text, p.start + 1, p.end - p.start) FROM passages p JOIN articles a ON a.n = p.article"
        " WHERE p.id IN (SELECT value FROM json_each(?))",
        (json.dumps(passages),),
    )
    return dict(rows.fetchall())
