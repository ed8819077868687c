"""The only truth: one SQLite file with articles, passages, vectors and what was removed. One transaction an article.

Every change of the archive takes the next change number. FAISS and Tantivy carry the number of the last change that they
contain, and ask ``passages_since`` and ``removed_since`` for what they lack.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from retrieval.dates import date_range
from retrieval.errors import KiosqueError
from retrieval.facts import derived
from retrieval.storing.database import DERIVED, Database
from retrieval.types import Article, Coverage, Filters, Passage, Vectors

_ARTICLE = "id, text, title, url, outlet, published, language, dated_by, pages"
_FIELDS = _ARTICLE.split(", ")


@dataclass(frozen=True, slots=True)
class Stored:
    """What indexing must know of an article that is already there."""

    id: str
    source: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage to be stored: its span, and its unit vector of shape (dimension,)."""

    start: int
    end: int
    vector: Vectors


class Store(Database):
    """What an open archive file holds, to be read and written."""

    # -- reading ------------------------------------------------------------------------------------------------

    def change(self) -> int:
        """Return the number of the last change."""
        with self._lock:
            return int(self._db.execute("SELECT value FROM meta WHERE key = 'change'").fetchone()[0])

    def updated(self) -> str:
        """Return when the last change was made (UTC, ``2026-03-02T12:00:00+00:00``), empty when that is not known."""
        with self._lock:
            row = self._db.execute("SELECT at FROM updated").fetchone()
        return str(row[0]) if row else ""

    def stored(self, prefix: str = "") -> list[Stored]:
        """Return what is stored, in order of arrival; ``prefix`` limits it to sources that begin so."""
        with self._lock:
            rows = self._db.execute("SELECT id, source, fingerprint FROM articles ORDER BY n").fetchall()
        return [Stored(*row) for row in rows if row[1].startswith(prefix)]

    def forgotten(self) -> dict[str, str]:
        """Return fingerprint by source of what a person had removed: it stays out until it changes."""
        with self._lock:
            return dict(self._db.execute("SELECT source, fingerprint FROM forgotten"))

    def article(self, article_id: str) -> Article | None:
        with self._lock:
            row = self._db.execute(f"SELECT {_ARTICLE} FROM articles WHERE id = ?", (article_id,)).fetchone()
        return _article(row) if row else None

    def articles(self) -> Iterator[Article]:
        """Yield the articles in order of id (by code points); what changes meanwhile may be missed."""
        with self._lock:
            ids = [row[0] for row in self._db.execute("SELECT id FROM articles ORDER BY id")]
        for at in range(0, len(ids), 256):
            block = ids[at : at + 256]
            marks = ",".join("?" * len(block))
            with self._lock:
                rows = self._db.execute(
                    f"SELECT {_ARTICLE} FROM articles WHERE id IN ({marks}) ORDER BY id", block
                ).fetchall()
            yield from (_article(row) for row in rows)

    def latest(self, limit: int, offset: int) -> list[Article]:
        """Return articles, the newest published first; those without a date last, then in order of id."""
        with self._lock:
            rows = self._db.execute(
                f"SELECT {_ARTICLE} FROM articles ORDER BY last_day DESC, first_day DESC, id LIMIT ? OFFSET ?",
                (limit, offset),
            ).fetchall()
        return [_article(row) for row in rows]

    def passages(self, ids: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """Return the passages that are (still) stored, by id, each with its article."""
        marks = ",".join("?" * len(ids))
        columns = ", ".join("a." + name for name in _FIELDS)
        with self._lock:
            rows = self._db.execute(
                f"SELECT p.id, p.start, p.end, {columns} FROM passages p JOIN articles a ON a.n = p.article "
                f"WHERE p.id IN ({marks})",
                [int(i) for i in ids],
            ).fetchall()
        articles = {row[3]: _article(row[3:]) for row in rows}
        return {row[0]: (Passage(row[0], row[3], row[1], row[2]), articles[row[3]]) for row in rows}

    def passages_of(self, article_id: str) -> list[Passage]:
        with self._lock:
            rows = self._db.execute(
                "SELECT p.id, p.start, p.end FROM passages p JOIN articles a ON a.n = p.article "
                "WHERE a.id = ? ORDER BY p.id",
                (article_id,),
            ).fetchall()
        return [Passage(row[0], article_id, row[1], row[2]) for row in rows]

    def vectors(self, ids: Sequence[int], dimension: int) -> Vectors:
        """Return the vectors of stored passages, shape (len(ids), dimension); a row of a vanished one is zero."""
        marks = ",".join("?" * len(ids))
        with self._lock:
            rows = dict(
                self._db.execute(
                    f"SELECT passage, vector FROM vectors WHERE passage IN ({marks})", [int(i) for i in ids]
                )
            )
        found = np.zeros((len(ids), dimension), np.float32)
        for row, number in enumerate(ids):
            if blob := rows.get(int(number)):
                found[row] = np.frombuffer(blob, np.float16)
        return found

    def passages_since(self, change: int) -> Iterator[tuple[int, int, str, str, str, bytes]]:
        """Yield (passage id, article number, title, text, language, vector bytes) of what later changes added, by id."""
        with self._lock:
            ids = [r[0] for r in self._db.execute("SELECT id FROM passages WHERE change > ? ORDER BY id", (change,))]
        for at in range(0, len(ids), 512):
            block = ids[at : at + 512]
            with self._lock:
                rows = self._db.execute(
                    "SELECT p.id, p.article, a.title, substr(a.text, p.start + 1, p.end - p.start), a.language, v.vector "
                    "FROM passages p JOIN articles a ON a.n = p.article JOIN vectors v ON v.passage = p.id "
                    f"WHERE p.id IN ({','.join('?' * len(block))}) ORDER BY p.id",
                    block,
                ).fetchall()
            yield from rows

    def removed_since(self, change: int, added_by: int | None = None) -> list[int]:
        """Return the passages removed after ``change``, in order; with ``added_by`` those that were there by then."""
        with self._lock:
            sql = "SELECT passage FROM removed WHERE change > ? AND added <= ? ORDER BY passage"
            rows = self._db.execute(sql, (change, 2**62 if added_by is None else added_by))
            return [row[0] for row in rows]

    def pruned(self) -> int:
        """Return the change up to which ``removed_since`` no longer knows what was removed, 0 where it knows all."""
        with self._lock:
            row = self._db.execute("SELECT value FROM meta WHERE key = 'pruned'").fetchone()
        return int(row[0]) if row else 0

    def count_passages(self) -> int:
        with self._lock:
            return int(self._db.execute("SELECT COUNT(*) FROM passages").fetchone()[0])

    def articles_matching(self, filters: Filters) -> list[int]:
        """Return the numbers of the articles that pass the filters, in order."""
        where, values = _where(filters)
        with self._lock:
            rows = self._db.execute(f"SELECT n FROM articles WHERE {where}", values).fetchall()
        return sorted(row[0] for row in rows)  # ordered by SQLite, it would read whole articles, not their index

    def passages_of_articles(self, numbers: Sequence[int]) -> list[int]:
        """Return the ids of all passages of these articles, in order."""
        with self._lock:
            self._db.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (n INTEGER PRIMARY KEY)")
            self._db.execute("DELETE FROM chosen")
            self._db.executemany("INSERT OR IGNORE INTO chosen VALUES (?)", [(n,) for n in numbers])
            rows = self._db.execute("SELECT p.id FROM chosen c JOIN passages p ON p.article = c.n ORDER BY p.id")
            return [row[0] for row in rows]

    def coverage(self, filters: Filters) -> Coverage:
        """Return how many articles pass the filters, and the first and last publication date among them, as printed."""
        where, values = _where(filters)
        dated = where + " AND first_day != ''"
        sql = (
            "SELECT COUNT(*), "
            f"(SELECT published FROM articles WHERE {dated} ORDER BY first_day, last_day LIMIT 1), "
            f"(SELECT published FROM articles WHERE {dated} ORDER BY last_day DESC, first_day DESC LIMIT 1) "
            f"FROM articles WHERE {where}"
        )
        with self._lock:
            articles, first, last = self._db.execute(sql, [*values, *values, *values]).fetchone()
        return Coverage(articles, first or "", last or "")

    def tally(self, column: str) -> tuple[tuple[str, int], ...]:
        """Return (value, number of articles) of ``outlet`` or ``language``, the most frequent first."""
        if column not in ("outlet", "language"):
            raise ValueError(column)
        with self._lock:
            rows = self._db.execute(f"SELECT {column}, COUNT(*) c FROM articles GROUP BY 1 ORDER BY c DESC, 1")
            return tuple((row[0], row[1]) for row in rows)

    # -- writing ------------------------------------------------------------------------------------------------

    def put(self, article: Article, source: str, fingerprint: str, passages: Iterable[NewPassage]) -> None:
        """Store an article with its passages, in place of what came from the same source or had the same id."""
        days = date_range(article.published)
        first, last = (day.isoformat() for day in days) if days else ("", "")
        with self.transaction():
            change = self.next_change()
            self.delete("source = ? OR id = ?", (source, article.id), change)
            number = self._db.execute(
                "INSERT INTO articles (id, source, fingerprint, title, text, url, outlet, published, first_day, last_day,"
                " language, dated_by, pages) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (article.id, source, fingerprint, article.title, article.text, article.url, article.outlet,
                 article.published, first, last, article.language, article.dated_by,
                 json.dumps(article.pages) if article.pages else ""),
            ).lastrowid or 0  # fmt: skip
            self._db.execute("DELETE FROM forgotten WHERE source = ?", (source,))
            for passage in passages:
                row = self._db.execute(
                    "INSERT INTO passages (article, start, end, change) VALUES (?, ?, ?, ?)",
                    (number, passage.start, passage.end, change),
                )
                vector = passage.vector.astype(np.float16).tobytes()
                self._db.execute("INSERT INTO vectors VALUES (?, ?)", (row.lastrowid, vector))
            for kind in DERIVED:
                derived.add(self._db, kind, number, article)

    def derive_missing(self) -> int:
        """Derive what archives of earlier versions lack, a transaction an article; return how many there were."""
        count = 0
        for kind in DERIVED:
            if derived.outdated(self._db, kind):
                with self.transaction():
                    derived.clear(self._db, kind)
            for number in derived.missing(self._db, kind):
                with self.transaction():
                    row = self._db.execute(f"SELECT {_ARTICLE} FROM articles WHERE n = ?", (number,)).fetchone()
                    derived.add(self._db, kind, number, _article(row))
                count += 1
        return count

    def remove_sources(self, sources: Iterable[str]) -> int:
        """Remove the articles of these sources in one transaction; return how many there were."""
        with self.transaction():
            change = self.next_change()
            return sum(self.delete("source = ?", (source,), change) for source in sources)

    def prune_removed(self, change: int) -> None:
        """Drop what was removed up to a change that both derived indexes contain. An older one is to be built anew."""
        with self._lock:
            if self._db.execute("SELECT 1 FROM removed WHERE change <= ? LIMIT 1", (change,)).fetchone():
                with self.transaction():
                    self._db.execute("DELETE FROM removed WHERE change <= ?", (change,))
                    self._db.execute("REPLACE INTO meta VALUES ('pruned', ?)", (str(change),))

    def next_change(self) -> int:
        """Begin the next change, within a transaction, and return its number."""
        self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'change'")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._db.execute("INSERT OR REPLACE INTO updated VALUES (1, ?)", (now,))
        return self.change()

    def delete(self, where: str, values: tuple[str, ...], change: int) -> int:
        """Delete articles within a transaction, as part of a change; return how many there were. ``where`` is a constant."""
        chosen = f"SELECT n FROM articles WHERE {where}"
        numbers = [row[0] for row in self._db.execute(chosen, values)]
        for kind in DERIVED:
            kind.remove(self._db, numbers)
        self._db.execute(
            f"INSERT INTO removed SELECT id, change, ? FROM passages WHERE article IN ({chosen})", (change, *values)
        )
        return self._db.execute(f"DELETE FROM articles WHERE {where}", values).rowcount


def _article(row: Sequence[Any]) -> Article:
    fields = dict(zip(_FIELDS, row, strict=True))
    return Article(**fields | {"pages": tuple(json.loads(fields["pages"] or "[]"))})


def _where(filters: Filters) -> tuple[str, list[str]]:
    clauses, values = ["1"], list[str]()
    for column, wanted in (
        ("folded(outlet)", [outlet.casefold() for outlet in filters.outlets]),
        ("language", [language.casefold() for language in filters.languages]),
        ("id", filters.article_ids),
    ):
        if wanted:
            clauses.append(f"{column} IN ({','.join('?' * len(wanted))})")
            values.extend(wanted)
    for text, clause, side in (
        (filters.since, "last_day >= ?", 0),
        (filters.until, "first_day != '' AND first_day <= ?", 1),
    ):
        if text:
            days = date_range(text)
            if days is None:
                raise KiosqueError(f"{text!r} is no date; write it as 2022, 2022-03 or 2022-03-02.")
            clauses.append(clause)
            values.append(days[side].isoformat())
    return " AND ".join(clauses), values
