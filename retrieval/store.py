"""The only truth: one SQLite file with articles, passages, vectors and what was removed. WAL, one transaction an article.

Every change of the archive takes the next change number. FAISS and Tantivy carry the number of the last change that they
contain, and ask ``passages_since`` and ``removed_since`` for what they lack.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from retrieval.dates import date_range
from retrieval.errors import IndexMismatch, KiosqueError
from retrieval.types import Article, Coverage, Filters, Passage, Vectors

SCHEMA = 1
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    title TEXT NOT NULL, url TEXT NOT NULL, outlet TEXT NOT NULL,
    published TEXT NOT NULL, first_day TEXT NOT NULL, last_day TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL  -- last: SQLite reads a row up to the column that it needs
);
CREATE INDEX articles_dates ON articles (first_day, last_day, published);
CREATE INDEX articles_language ON articles (language);
CREATE INDEX articles_outlet ON articles (outlet);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (n) ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL,
    change INTEGER NOT NULL
);
CREATE INDEX passages_article ON passages (article);
CREATE INDEX passages_change ON passages (change);
CREATE TABLE vectors (passage INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE, vector BLOB NOT NULL);
CREATE TABLE removed (passage INTEGER PRIMARY KEY, added INTEGER NOT NULL, change INTEGER NOT NULL);
CREATE INDEX removed_change ON removed (change);
CREATE TABLE forgotten (source TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) WITHOUT ROWID;
"""
# When the last change was made. No part of the schema's number: archives that were made before it get it when opened.
_UPDATED = "CREATE TABLE IF NOT EXISTS updated (row INTEGER PRIMARY KEY CHECK (row = 1), at TEXT NOT NULL)"


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


class Store:
    """One open archive file. Safe to share between threads; writing is for one process at a time (see ``Archive``)."""

    def __init__(self, path: Path, manifest: dict[str, str]) -> None:
        """Open or create ``path``.

        Raises IndexMismatch when it was made with another manifest, KiosqueError when it cannot be opened.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        except sqlite3.OperationalError as exc:
            raise KiosqueError(f"The index {path} cannot be opened: {exc}.") from exc
        try:
            self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;")
            self._db.create_function("folded", 1, str.casefold, deterministic=True)
            self._create_or_check(manifest)
        except sqlite3.DatabaseError as exc:
            self._db.close()
            raise KiosqueError(f"The index {path} cannot be opened: {exc}.") from exc
        except BaseException:
            self._db.close()
            raise

    def _create_or_check(self, manifest: dict[str, str]) -> None:
        wanted = {"schema": str(SCHEMA), **manifest}
        with self.transaction():
            if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                for statement in _TABLES.split(";\n"):
                    self._db.execute(statement)
                self._db.executemany("INSERT INTO meta VALUES (?, ?)", [*wanted.items(), ("change", "0")])
        self.check_manifest(wanted)
        self._db.execute(_UPDATED)

    def check_manifest(self, wanted: dict[str, str]) -> int:
        """Return the number of the last change, when it was made under ``wanted``; else raise IndexMismatch."""
        with self._lock:
            found = dict(self._db.execute("SELECT key, value FROM meta"))
        for key, value in wanted.items():
            if found.get(key) == value:
                continue
            if key == "schema":
                raise IndexMismatch(
                    f"The index in {self.path.parent} was made by another version of Kiosque; delete that folder, "
                    "then run: kiosque index SOURCE..."
                )
            raise IndexMismatch(
                f"The index in {self.path.parent} was built with {key} {found.get(key, 'unknown')!r}, "
                f"but {value!r} is set; build it again with: kiosque index --rebuild"
            )
        return int(found["change"])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Raises KiosqueError when the disk is full or the file cannot be written."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield
                except BaseException:
                    if self._db.in_transaction:  # SQLite has rolled back by itself when the disk is full
                        self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
            except sqlite3.OperationalError as exc:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise KiosqueError(f"The index {self.path} cannot be written: {exc}.") from exc

    def set_manifest(self, manifest: dict[str, str]) -> None:
        with self.transaction():
            self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", manifest.items())

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
        return Article(*row) if row else None

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
            yield from (Article(*row) for row in rows)

    def latest(self, limit: int, offset: int) -> list[Article]:
        """Return articles, the newest published first; those without a date last, then in order of id."""
        with self._lock:
            rows = self._db.execute(
                f"SELECT {_ARTICLE} FROM articles ORDER BY last_day DESC, first_day DESC, id LIMIT ? OFFSET ?",
                (limit, offset),
            ).fetchall()
        return [Article(*row) for row in rows]

    def passages(self, ids: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """Return the passages that are (still) stored, by id, each with its article."""
        marks = ",".join("?" * len(ids))
        columns = ", ".join("a." + name for name in _ARTICLE.split(", "))
        with self._lock:
            rows = self._db.execute(
                f"SELECT p.id, p.start, p.end, {columns} FROM passages p JOIN articles a ON a.n = p.article "
                f"WHERE p.id IN ({marks})",
                [int(i) for i in ids],
            ).fetchall()
        articles = {row[3]: Article(*row[3:]) for row in rows}
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

    def count_passages(self) -> int:
        with self._lock:
            return int(self._db.execute("SELECT COUNT(*) FROM passages").fetchone()[0])

    def articles_matching(self, filters: Filters) -> list[int]:
        """Return the numbers of the articles that pass the filters, in order."""
        where, values = _where(filters)
        with self._lock:
            rows = self._db.execute(f"SELECT n FROM articles WHERE {where} ORDER BY n", values)
            return [row[0] for row in rows]

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
            change = self._next_change()
            self._remove("source = ? OR id = ?", (source, article.id), change)
            number = self._db.execute(
                "INSERT INTO articles (id, source, fingerprint, title, text, url, outlet, published, first_day, last_day,"
                " language) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (article.id, source, fingerprint, article.title, article.text, article.url, article.outlet,
                 article.published, first, last, article.language),
            ).lastrowid  # fmt: skip
            self._db.execute("DELETE FROM forgotten WHERE source = ?", (source,))
            for passage in passages:
                row = self._db.execute(
                    "INSERT INTO passages (article, start, end, change) VALUES (?, ?, ?, ?)",
                    (number, passage.start, passage.end, change),
                )
                vector = passage.vector.astype(np.float16).tobytes()
                self._db.execute("INSERT INTO vectors VALUES (?, ?)", (row.lastrowid, vector))

    def remove_sources(self, sources: Iterable[str]) -> int:
        """Remove the articles of these sources in one transaction; return how many there were."""
        with self.transaction():
            change = self._next_change()
            return sum(self._remove("source = ?", (source,), change) for source in sources)

    def forget(self, article_id: str) -> bool:
        """Remove an article and remember its source, so that indexing leaves it out; return whether it was there."""
        with self.transaction():
            noted = self._db.execute(
                "INSERT OR REPLACE INTO forgotten SELECT source, fingerprint FROM articles WHERE id = ?", (article_id,)
            )
            return bool(noted.rowcount and self._remove("id = ?", (article_id,), self._next_change()))

    def _next_change(self) -> int:
        self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'change'")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._db.execute("INSERT OR REPLACE INTO updated VALUES (1, ?)", (now,))
        return self.change()

    def _remove(self, where: str, values: tuple[str, ...], change: int) -> int:
        chosen = f"SELECT n FROM articles WHERE {where}"
        self._db.execute(
            f"INSERT INTO removed SELECT id, change, ? FROM passages WHERE article IN ({chosen})", (change, *values)
        )
        return self._db.execute(f"DELETE FROM articles WHERE {where}", values).rowcount

    def close(self) -> None:
        with self._lock:
            self._db.close()


_ARTICLE = "id, text, title, url, outlet, published, language"


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
