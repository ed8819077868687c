"""Facts derived from articles, kept beside them in SQLite: who prints what, which days are spoken of, what is no language.

Each kind is a module of this form. The store calls ``add`` in the transaction that stores an article and ``remove`` in the
one that deletes it. What was derived by another ``VERSION``, or before there was such a module, is derived again when the
archive is next written to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Protocol

from retrieval.types import Article

# Which articles a kind has seen. An article that gives no fact has no row in the kind's own tables.
TABLE = (
    "CREATE TABLE IF NOT EXISTS derived (name TEXT, article INTEGER REFERENCES articles (n) ON DELETE CASCADE,"
    " PRIMARY KEY (name, article)) WITHOUT ROWID"
)


class Derived(Protocol):
    """One kind. ``TABLES`` maps each of its tables, dependent ones first, to the statements that make it."""

    NAME: str
    VERSION: str
    TABLES: dict[str, tuple[str, ...]]

    def add(self, db: sqlite3.Connection, number: int, article: Article) -> None:
        """Derive from a stored article (``number`` is its ``articles.n``) whose passages are stored, too."""
        ...

    def remove(self, db: sqlite3.Connection, numbers: Sequence[int]) -> None:
        """Prepare for the deletion of these articles, to be called before it. Rows may cascade."""
        ...


def outdated(db: sqlite3.Connection, kind: Derived) -> bool:
    """Whether what is held of a kind was derived by another version."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", ("derived " + kind.NAME,)).fetchone()
    return bool(row != (kind.VERSION,))


def clear(db: sqlite3.Connection, kind: Derived) -> None:
    """Drop all that is held of a kind, and note today's version."""
    for table in kind.TABLES:
        db.execute(f"DELETE FROM {table}")
    db.execute("DELETE FROM derived WHERE name = ?", (kind.NAME,))
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", ("derived " + kind.NAME, kind.VERSION))


def add(db: sqlite3.Connection, kind: Derived, number: int, article: Article) -> None:
    """Derive from one article."""
    kind.add(db, number, article)
    db.execute("INSERT INTO derived VALUES (?, ?)", (kind.NAME, number))


def missing(db: sqlite3.Connection, kind: Derived) -> list[int]:
    """Return the numbers of the articles that a kind has not seen, in order of arrival."""
    seen = "SELECT article FROM derived WHERE name = ?"
    return [row[0] for row in db.execute(f"SELECT n FROM articles WHERE n NOT IN ({seen}) ORDER BY n", (kind.NAME,))]
