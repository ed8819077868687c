"""The file of an archive: its tables, how it is opened and checked, and transactions on it. SQLite in WAL mode."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.errors import IndexMismatch, KiosqueError
from retrieval.facts import derived, duplicates, garbled, timeline
from retrieval.facts.derived import Derived

DERIVED: tuple[Derived, ...] = (duplicates, timeline, garbled)
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
    language TEXT NOT NULL, dated_by TEXT NOT NULL, pages TEXT NOT NULL,
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
# Keys of sketches fall anywhere in their table: with 32 MB of it at hand, and as much of log, an article takes half as long.
_SETTINGS = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;
PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 8000;
"""
# No part of the schema's number: archives that were made before get these when they are opened.
_LATER = (
    "CREATE TABLE IF NOT EXISTS updated (row INTEGER PRIMARY KEY CHECK (row = 1), at TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS expired (source TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, last_day TEXT NOT NULL,"
    " outlet TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS failed (key TEXT PRIMARY KEY, origin TEXT NOT NULL, reason TEXT NOT NULL,"
    " first REAL NOT NULL, last REAL NOT NULL, tries INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS visits (url TEXT PRIMARY KEY, source TEXT NOT NULL, fingerprint TEXT NOT NULL,"
    " etag TEXT NOT NULL, last_modified TEXT NOT NULL, mark TEXT NOT NULL, visited TEXT NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS visits_visited ON visits (visited)",
    "CREATE TABLE IF NOT EXISTS synced (place TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID",
    derived.TABLE,
    *(statement for kind in DERIVED for statements in kind.TABLES.values() for statement in statements),
)
# By table; texts that are empty where nothing is known. ``expired.met`` is a day.
_LATER_COLUMNS = {"articles": ("dated_by", "pages"), "forgotten": ("id",), "expired": ("met",)}


def is_of_one_article(exc: Exception) -> bool:
    """Whether something unexpected may be an article's own, so that the others can go on; not where the archive fails."""
    if isinstance(exc, sqlite3.Error):
        return isinstance(exc, (sqlite3.DataError, sqlite3.IntegrityError))
    return not isinstance(exc, (KiosqueError, MemoryError))


class Database:
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
            self._db.executescript(_SETTINGS)
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
        self._add_later()

    def _add_later(self) -> None:
        for statement in _LATER:
            self._db.execute(statement)
        for table, columns in _LATER_COLUMNS.items():
            there = {row[1] for row in self._db.execute(f"PRAGMA table_info({table})")}
            if missing := [name for name in columns if name not in there]:
                with self.transaction():
                    for name in missing:
                        self._db.execute(f"ALTER TABLE {table} ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")

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

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database, for one thread at a time, to be read (see ``duplicates``)."""
        with self._lock:
            yield self._db

    def close(self) -> None:
        with self._lock:
            self._db.close()
