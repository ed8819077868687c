"""What stays out of the archive: a mark for each source whose article a person had removed, or that is too old.

A mark is the fingerprint of what the source held then. It is compared with what the source holds now, so the article stays
out until its content changes. Where that cannot be told, it stays out, and its source gets a mark of today:

- the mark is of another version of the cleaning (what stands before the ``:`` of a fingerprint);
- a page comes under another spelling of its address (``http`` and ``https``, a slash at the end), so under the same id;
- a file, or a line of one, comes with the same bytes and id from another place: its folder was moved.
"""

from __future__ import annotations

from datetime import date, timedelta

from retrieval.keeping.retention import Retention
from retrieval.storing.failures import is_page
from retrieval.storing.store import Store
from retrieval.types import Article

KEPT = timedelta(days=365)  # after which what is too old and was not met is no longer remembered: it is read once more
_RENEWED = timedelta(days=90)  # after which a meeting is noted again


class Marks:
    """The marks at the beginning of a run. ``settle`` writes the new ones."""

    def __init__(self, store: Store, retention: Retention, today: date) -> None:
        self._store, self._today = store, today
        with store.reading() as db:
            rows = db.execute("SELECT source, fingerprint, last_day, outlet, met FROM expired").fetchall()
            forgotten = db.execute("SELECT source, fingerprint, id FROM forgotten").fetchall()
        old = {source: mark for source, mark, last_day, outlet, _ in rows if retention.ended(last_day, outlet, today)}
        self._by_source = old | {source: mark for source, mark, _ in forgotten}
        self._last_met = {source: met for source, *_, met in rows}
        self._ids = {article_id for *_, article_id in forgotten if article_id}
        self._moved = {_bytes(mark): article_id for source, mark, article_id in forgotten if not is_page(source)}
        self._new: dict[str, tuple[str, str]] = {}  # fingerprint and id by source
        self._met: set[str] = set()

    def sources(self) -> dict[str, str]:
        """Return fingerprint by source of what stays out."""
        return dict(self._by_source)

    def keep_out(self, source: str, fingerprint: str, *, is_held: bool = False) -> bool:
        """Whether what a source offers stays out, as far as its fingerprint tells; ``is_held``: the archive has some of it.

        A fingerprint may end with ``+`` and what is stated of all articles of a source: a person removes contents,
        whatever is stated of them.
        """
        mark = self._by_source.get(source)
        if mark is None:
            moved = None if is_held or is_page(source) else self._moved.get(_bytes(fingerprint))
            if moved is not None:
                self._new[source] = (fingerprint, moved)
            return moved is not None
        if _version(mark) != _version(fingerprint):
            self._new[source] = (fingerprint, "")
        elif _content(mark) != _content(fingerprint):
            return False
        if source in self._last_met:
            self._met.add(source)
        return True

    def keep_out_page(self, source: str, fingerprint: str, article: Article, *, is_held: bool = False) -> bool:
        """Whether the article of a page stays out because it was removed under another spelling of its address."""
        if is_held or not is_page(source) or article.id not in self._ids:
            return False
        spelling = article.url or source
        if spelling in self._by_source:
            return spelling != source and self.keep_out(spelling, fingerprint)
        self._new[spelling] = (fingerprint, article.id)
        return True

    def settle(self) -> None:
        """Write the marks of today, and drop those of what is too old and was not met for a year."""
        today, late = self._today.isoformat(), (self._today - _RENEWED).isoformat()
        gone = (self._today - KEPT).isoformat()
        met = [source for source, day in self._last_met.items() if not day or (source in self._met and day < late)]
        if not (self._new or met or any(day and day < gone for day in self._last_met.values())):
            return
        with self._store.transaction(), self._store.reading() as db:
            for source, (fingerprint, article_id) in self._new.items():
                known = [
                    db.execute(f"UPDATE {table} SET fingerprint = ? WHERE source = ?", (fingerprint, source)).rowcount  # noqa: S608
                    for table in ("forgotten", "expired")
                ]
                if not any(known):
                    db.execute("INSERT INTO forgotten VALUES (?, ?, ?)", (source, fingerprint, article_id))
            db.executemany("UPDATE expired SET met = ? WHERE source = ?", [(today, source) for source in met])
            db.execute("DELETE FROM expired WHERE met < ?", (gone,))


def _content(fingerprint: str) -> str:
    return fingerprint.partition("+")[0]


def _version(fingerprint: str) -> str:
    return fingerprint.partition(":")[0] if ":" in fingerprint else ""


def _bytes(fingerprint: str) -> str:
    """Return the hash of a file's bytes, which no cleaning changes."""
    return _content(fingerprint).rpartition(":")[2]
