"""What leaves the archive for good: articles that a person takes out, and those that are older than the archive keeps.

An article that leaves is remembered by where it came from and by its id, so that the next run over its source leaves it
out (``marks``): what a person took out until its content changes, what grew too old as long as the settings say so. Of what
it said nothing stays:
``archive.sqlite`` is rewritten, and the derived indexes are built anew (Tantivy keeps the words of deleted documents).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Literal

from retrieval.dates import date_range
from retrieval.errors import KiosqueError
from retrieval.keeping.retention import Retention
from retrieval.storing.store import Store
from retrieval.types import Article

BATCH = 200  # articles of one transaction: other processes read meanwhile, and a kill loses no more than that
PATIENCE = 30.0  # seconds to wait for others who read the file, before erasing is left to the next run
BRIEF = 1.0  # the same for a run that has something else to do
AGAIN = 3600.0  # seconds after a try of such a run before the next one
_NOTE = (
    "erase"  # key in meta: articles were removed, and their bytes are still there. Its value: what is left, when tried
)

Left = Literal["all", "file"]


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
        _note(db, "all", _tried(db))
        change = store.next_change()
        return sum(store.delete("id = ?", (article,), change) for article in article_ids)


def _remember(db: sqlite3.Connection, article: str, *, too_old: bool) -> int:
    if not too_old:
        sql = "INSERT OR REPLACE INTO forgotten SELECT source, fingerprint, id FROM articles WHERE id = ?"
        return db.execute(sql, (article,)).rowcount
    sql = "INSERT OR REPLACE INTO expired SELECT source, fingerprint, last_day, outlet, ? FROM articles WHERE id = ?"
    return db.execute(sql, (_today(), article)).rowcount


def leave_out(store: Store, source: str, fingerprint: str, article: Article) -> None:
    """Remember that what a source holds now is too old, so that no later run has to read it to find that out."""
    days = date_range(article.published)
    row = (source, fingerprint, days[1].isoformat() if days else "", article.outlet, _today())
    with store.transaction(), store.reading() as db:
        db.execute("INSERT OR REPLACE INTO expired VALUES (?, ?, ?, ?, ?)", row)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


# -- erasing --------------------------------------------------------------------------------------------------------


def left_to_erase(store: Store) -> Left | None:
    """Say where the bytes of removed articles may still be: everywhere, in ``archive.sqlite`` alone, or nowhere."""
    with store.reading() as db:
        row = db.execute("SELECT value FROM meta WHERE key = ?", (_NOTE,)).fetchone()
    if row is None:
        return None
    return "file" if row[0].startswith("file ") else "all"


def is_due(store: Store) -> bool:
    """Whether a run that has something else to do is to try it: not within an hour of the last try."""
    with store.reading() as db:
        return not 0 <= time.time() - _tried(db) < AGAIN  # a try in the future is that of a clock that was wrong


def erased_indexes(store: Store) -> None:
    """Note that the derived indexes no longer hold what was removed."""
    with store.transaction(), store.reading() as db:
        _note(db, "file", _tried(db))


def erase(store: Store, patience: float) -> bool:
    """Rewrite ``archive.sqlite`` without what was removed, and empty its log; False while another process reads it.

    ``left_to_erase`` says "file" until it has succeeded. Waits ``patience`` seconds for others. Takes time, and free space,
    in proportion to the file: on its disk for the log, and where SQLite keeps temporary files (``SQLITE_TMPDIR``, else
    ``/var/tmp`` or ``/tmp``) for a copy. Raises KiosqueError when that space is not there.
    """
    with store.transaction(), store.reading() as db:
        _note(db, "file", time.time())
    try:
        # Not the store's own: by that one other threads go on reading.
        own = sqlite3.connect(store.path, isolation_level=None, timeout=patience)
        try:
            # The note stands in the log now, so this tells of every reader, before anything is rewritten in vain.
            if _is_busy(own):
                return False
            own.execute("VACUUM")
            if _is_busy(own):
                return False
            own.execute("DELETE FROM meta WHERE key = ?", (_NOTE,))
        finally:
            own.close()
    except sqlite3.OperationalError as exc:
        raise KiosqueError(
            f"What was removed is no longer found, but its bytes could not be erased from {store.path} ({exc}); that takes "
            "free space of the size of that file beside it and in SQLITE_TMPDIR (if not set: /var/tmp or /tmp), and is "
            "tried again when the archive is written to."
        ) from exc
    return True


def _is_busy(db: sqlite3.Connection) -> bool:
    return bool(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])


def _note(db: sqlite3.Connection, left: Left, tried: float) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_NOTE, f"{left} {int(tried)}"))


def _tried(db: sqlite3.Connection) -> float:
    """Return when erasing was last tried, in seconds since 1970; 0 where it was not."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (_NOTE,)).fetchone()
    return float(row[0].partition(" ")[2] or 0) if row else 0.0
