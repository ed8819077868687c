"""Which days a passage tells of: the words of time in each article, with the days they mean, kept in the archive's file.

A table of its own, filled in the transaction of each article (``derived``): the article's text stays as it was printed.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from retrieval.days import Days
from retrieval.facts.moments import VERSION as RULES
from retrieval.facts.moments import Moment, find_moments
from retrieval.types import Article

NAME, VERSION = "moments", RULES
TOLD_WITHIN = timedelta(days=3)  # 73 % of the days that news names are of its own day or the three before it
TABLES: dict[str, tuple[str, ...]] = {
    "moments": (
        "CREATE TABLE IF NOT EXISTS moments (article INTEGER REFERENCES articles (n) ON DELETE CASCADE,"
        " start INTEGER, end INTEGER NOT NULL, first_day TEXT NOT NULL, last_day TEXT NOT NULL,"
        " PRIMARY KEY (article, start)) WITHOUT ROWID",
        "CREATE INDEX IF NOT EXISTS moments_days ON moments (first_day, last_day)",
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a search is limited to: what tells of ``days`` (first and last, both meant).

    That is what came out on the days ``published`` (ISO, both meant, empty for an open end; None for none), and articles of
    any other day that name a day within ``days``: they announce, or look back.
    """

    days: Days
    published: tuple[str, str] | None


_YEAR = re.compile(r"(?<![0-9])[12][0-9]{3}(?![0-9])")


def add(db: sqlite3.Connection, number: int, article: Article) -> None:
    """Note the moments of a stored article; its title counts for nothing."""
    found = find_moments(article.text, article.language, article.published)
    rows = [(number, one.start, one.end, one.first.isoformat(), one.last.isoformat()) for one in found]
    db.executemany("INSERT INTO moments VALUES (?, ?, ?, ?, ?)", rows)


def remove(db: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Nothing stands between articles: their rows go with them."""


def moments_in(db: sqlite3.Connection, article_id: str, start: int, end: int) -> tuple[Moment, ...]:
    """Return the moments that lie whole in ``text[start:end]`` of an article, in order."""
    rows = db.execute(
        "SELECT m.start, m.end, m.first_day, m.last_day FROM moments m JOIN articles a ON a.n = m.article"
        " WHERE a.id = ? AND m.start >= ? AND m.end <= ? ORDER BY m.start",
        (article_id, start, end),
    )
    return tuple(Moment(row[0], row[1], date.fromisoformat(row[2]), date.fromisoformat(row[3])) for row in rows)


def worth_showing(moment: Moment, text: str) -> bool:
    """Whether a reader of an article's ``text`` cannot tell the days from the words alone: they name no year."""
    return not _YEAR.search(text, moment.start, moment.end)


def telling_of(db: sqlite3.Connection, passages: Sequence[int], days: Days, *, silent: bool = False) -> frozenset[int]:
    """Return which of these passages tell of the days: a moment of theirs lies within them.

    With ``silent`` also those without any moment, of articles that came out on these days or within three days after.
    """
    told = days[1] + min(TOLD_WITHIN, date.max - days[1])
    rows = db.execute(
        "SELECT p.id FROM passages p JOIN articles a ON a.n = p.article"
        " WHERE p.id IN (SELECT value FROM json_each(:passages)) AND ("
        "EXISTS (SELECT 1 FROM moments m WHERE m.article = p.article AND m.start >= p.start AND m.end <= p.end"
        " AND m.first_day >= :first AND m.last_day <= :last)"
        " OR :silent AND a.first_day >= :first AND a.last_day <= :told AND NOT EXISTS"
        " (SELECT 1 FROM moments m WHERE m.article = p.article AND m.start >= p.start AND m.end <= p.end))",
        {"passages": json.dumps(passages), **_named(days), "told": told.isoformat(), "silent": silent},
    )
    return frozenset(row[0] for row in rows)


def articles_telling_of(db: sqlite3.Connection, days: Days) -> set[int]:
    """Return the numbers of the articles with a moment that lies within the days."""
    sql = "SELECT article FROM moments WHERE first_day BETWEEN :first AND :last AND last_day <= :last"
    return {row[0] for row in db.execute(sql, _named(days))}


def suiting(db: sqlite3.Connection, passages: Sequence[int], told: Told) -> list[int]:
    """Return which of these passages are of articles that ``told`` limits a search to, in order of id."""
    since, until = told.published or ("", "")
    rows = db.execute(
        "SELECT p.id FROM passages p JOIN articles a ON a.n = p.article"
        " WHERE p.id IN (SELECT value FROM json_each(:passages)) AND ("
        ":dated AND a.last_day >= :since AND (:until = '' OR a.first_day <> '' AND a.first_day <= :until)"
        # The plus keeps SQLite from reading all moments of wide days for each passage, instead of its article's few.
        " OR EXISTS (SELECT 1 FROM moments m WHERE m.article = p.article"
        " AND +m.first_day >= :first AND m.last_day <= :last)) ORDER BY p.id",
        {"passages": json.dumps(passages), "since": since, "until": until, "dated": told.published is not None}
        | _named(told.days),
    )
    return [row[0] for row in rows]


def events(
    db: sqlite3.Connection, days: Days, change: int, articles: Sequence[int] | None, limit: int
) -> list[tuple[int, int]]:
    """Return (passage, offset of the moment in its article) of what is told to have been within the days.

    Told means by an article of the same day or a later one, or by an undated one, which may announce it. What stands
    first in its article comes first, as news begins with what matters. ``articles`` are those that count, None for all;
    what came after ``change`` does not.
    """
    rows = db.execute(
        # By itself SQLite reads all moments in the order of GROUP BY.
        "SELECT MIN(p.id), m.start FROM moments m INDEXED BY moments_days CROSS JOIN articles a ON a.n = m.article"
        " CROSS JOIN passages p ON p.article = m.article AND p.start <= m.start AND p.end >= m.end AND p.change <= :change"
        " WHERE m.first_day BETWEEN :first AND :last AND m.last_day <= :last"
        " AND (a.last_day = '' OR a.last_day >= m.last_day)"
        " AND (:articles IS NULL OR a.n IN (SELECT value FROM json_each(:articles)))"
        " GROUP BY m.article, m.start ORDER BY m.start, m.article LIMIT :limit",
        {"change": change, "articles": _listed(articles), "limit": limit, **_named(days)},
    )
    return [(row[0], row[1]) for row in rows]


def newest(db: sqlite3.Connection, change: int, articles: Sequence[int] | None, limit: int) -> list[int]:
    """Return the first passages of the dated articles that came out last, the newest first (see ``events``)."""
    rows = db.execute(
        "SELECT (SELECT MIN(p.id) FROM passages p WHERE p.article = a.n AND p.change <= :change) AS passage"
        " FROM articles a WHERE a.first_day <> '' AND passage IS NOT NULL"
        " AND (:articles IS NULL OR a.n IN (SELECT value FROM json_each(:articles)))"
        " ORDER BY a.first_day DESC, a.last_day DESC, a.published DESC, a.n DESC LIMIT :limit",
        {"change": change, "articles": _listed(articles), "limit": limit},
    )
    return [row[0] for row in rows]


def _listed(articles: Sequence[int] | None) -> str | None:
    return None if articles is None else json.dumps(articles)


def _named(days: Days) -> dict[str, str]:
    return {"first": days[0].isoformat(), "last": days[1].isoformat()}
