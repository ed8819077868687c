"""What leaves the archive for good: articles that a person takes out, and those that are older than the archive keeps.

An article that leaves is remembered by where it came from, so that the next run over its source leaves it out: what a
person took out until its content changes, what grew too old as long as the settings say so. Of what it said nothing stays:
``archive.sqlite`` is rewritten, and the derived indexes are built anew (Tantivy keeps the words of deleted documents).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from retrieval.dates import date_range
from retrieval.errors import KiosqueError
from retrieval.keeping.retention import Retention
from retrieval.storing.store import Store
from retrieval.types import Article

BATCH = 200  # articles of one transaction: other processes read meanwhile, and a kill loses no more than that
PATIENCE = 30.0  # seconds to wait for others who read the file, before erasing is left to the next run
_NOTE = "erase"  # key in meta: articles were removed, and their bytes are still in the file


def matching(store: Store, ids: Sequence[str], urls: Sequence[str], outlets: Sequence[str]) -> list[str]:
    """Return the ids of the articles that have one of these ids, addresses or outlets, in order of arrival.

    An address is the one that the article states, or the one that it was fetched from.
    """
    wanted_ids, wanted_urls = frozenset(ids), frozenset(urls)
    wanted_outlets = {outlet.casefold() for outlet in outlets}
    with store.reading() as db:
        rows = db.execute("SELECT id, url, source, outlet FROM articles ORDER BY n")
        return [
            article
            for article, url, source, outlet in rows
            if article in wanted_ids or {url, source} & wanted_urls or outlet.casefold() in wanted_outlets
        ]


def expired(store: Store, retention: Retention, today: date) -> list[str]:
    """Return the ids of the articles that are older than they may be, in order of arrival."""
    with store.reading() as db:
        rows = db.execute("SELECT id, last_day, outlet FROM articles WHERE last_day <> '' ORDER BY n")
        return [article for article, last_day, outlet in rows if retention.ended(last_day, outlet, today)]


def remove(store: Store, article_ids: Sequence[str], *, too_old: bool = False) -> int:
    """Take articles out and remember their sources; return how many there were. ``erase`` must follow.

    A kill loses none of the batches that are done; the same call again does the rest.
    """
    return sum(
        _remove(store, article_ids[at : at + BATCH], too_old=too_old) for at in range(0, len(article_ids), BATCH)
    )


def _remove(store: Store, article_ids: Sequence[str], *, too_old: bool) -> int:
    with store.transaction(), store.reading() as db:
        remembered = 0
        for article in article_ids:
            remembered += _remember(db, article, too_old=too_old)
        if not remembered:
            return 0
        db.execute("INSERT OR IGNORE INTO meta VALUES (?, '')", (_NOTE,))
        change = store.next_change()
        return sum(store.delete("id = ?", (article,), change) for article in article_ids)


def _remember(db: sqlite3.Connection, article: str, *, too_old: bool) -> int:
    if not too_old:
        sql = "INSERT OR REPLACE INTO forgotten SELECT source, fingerprint FROM articles WHERE id = ?"
        return db.execute(sql, (article,)).rowcount
    sql = "INSERT OR REPLACE INTO expired SELECT source, fingerprint, last_day, outlet FROM articles WHERE id = ?"
    return db.execute(sql, (article,)).rowcount


def leave_out(store: Store, source: str, fingerprint: str, article: Article) -> None:
    """Remember that what a source holds now is too old, so that no later run has to read it to find that out."""
    days = date_range(article.published)
    row = (source, fingerprint, days[1].isoformat() if days else "", article.outlet)
    with store.transaction(), store.reading() as db:
        db.execute("INSERT OR REPLACE INTO expired VALUES (?, ?, ?, ?)", row)


def left_out(store: Store, retention: Retention, today: date) -> dict[str, str]:
    """Return fingerprint by source of what stays out: what was removed for good, and what is too old by these settings."""
    with store.reading() as db:
        rows = db.execute("SELECT source, fingerprint, last_day, outlet FROM expired")
        old = {source: mark for source, mark, last_day, outlet in rows if retention.ended(last_day, outlet, today)}
    return old | store.forgotten()


def must_erase(store: Store) -> bool:
    """Whether articles were removed whose bytes may still be in the files of the archive."""
    with store.reading() as db:
        return db.execute("SELECT 1 FROM meta WHERE key = ?", (_NOTE,)).fetchone() is not None


def erase(store: Store) -> bool:
    """Rewrite ``archive.sqlite`` without what was removed, and empty its log; False while another process reads it.

    ``must_erase`` holds until it has succeeded. Takes time, and free space on the disk, in proportion to the file. Raises
    KiosqueError when that space is not there.
    """
    # Not the store's own: by that one other threads go on reading.
    db = sqlite3.connect(store.path, isolation_level=None, timeout=PATIENCE)
    try:
        db.execute("VACUUM")
        if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            return False
        db.execute("DELETE FROM meta WHERE key = ?", (_NOTE,))
    except sqlite3.OperationalError as exc:
        raise KiosqueError(
            f"What was removed is no longer found, but its bytes could not be erased from {store.path} ({exc}); that is "
            "tried again when the archive is next written to."
        ) from exc
    finally:
        db.close()
    return True
