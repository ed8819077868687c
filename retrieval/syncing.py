"""Run a list of sources, one after the other: each one's failure is its own."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from time import monotonic

from filelock import FileLock, Timeout

from retrieval.archive import Archive
from retrieval.errors import IndexBusy, KiosqueError, ReadError
from retrieval.reading.sources import FolderSource
from retrieval.storing.database import Database
from retrieval.storing.failures import DAY, Failures, is_page
from retrieval.storing.store import Store
from retrieval.types import Article, ArticleSource, IndexReport, Progress, Record, Skipped
from retrieval.web.addresses import shown
from retrieval.web.fetch_errors import FetchError

_log = logging.getLogger("kiosque.syncing")
MOST = 500  # articles of a web address at a time
LONGEST = 900.0  # seconds for one source, after which the others have their turn; it goes on in the next run
RETRIED = "pages that failed before"
LOSS = 20  # articles that a folder may lose at once, be they more than half of it
_TURNS_KEPT = 2 * 366 * DAY  # twice as long as the longest time between two turns
_COUNTS = ("added", "updated", "removed", "unchanged")
_LEFT_ALONE = "{place} failed lately, or its site asked to be left alone; `kiosque status --failed` says until when."

Pages = Callable[[str, int, str], Iterator[ArticleSource]]
"""Fetches what lies at a web address, at most so many articles, and yields it in parts (see ``collecting.collect``).

The third is the address of the source that named it, empty for a source itself.
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A place to take articles from: an absolute path, or a web address in normal form.

    ``outlet`` and ``language`` (ISO 639-1) are stated of the articles that have none. It is asked when ``every`` seconds
    have passed since it last was, and for at most ``most`` articles of the web at a time.
    """

    place: str
    name: str
    outlet: str = ""
    language: str = ""
    every: float = 0.0
    most: int = MOST


@dataclass(frozen=True, slots=True)
class Outcome:
    """What running one source did, in articles, and in one sentence what kept it from running to its end."""

    source: str
    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    failed: int = 0
    seconds: float = 0.0
    error: str = ""
    expired: tuple[str, ...] = ()  # ids of those of the removed ones that turned out to be too old

    @property
    def worked(self) -> bool:
        """Whether anything of the source could be read, or there was nothing to be read."""
        counted = self.added or self.updated or self.removed or self.unchanged
        return bool(counted) or not (self.failed or self.error)


def sync(
    archive: Archive,
    sources: Sequence[Source],
    pages: Pages,
    progress: Progress | None = None,
    *,
    clock: Callable[[], float] = time.time,
) -> Iterator[Outcome]:
    """Run the sources whose turn it is, then ask for the pages that failed before and that no source named again.

    Yields an outcome for each source that was run, then one for those pages, if there were any. Raises IndexBusy when
    another process syncs or writes, KiosqueError when the archive cannot be written; what was yielded before holds.
    """
    failures, turns = Failures(archive.store, clock), Turns(archive.store, clock)
    with _alone(archive):
        for source in sources:
            if turns.has_come(source):
                began = clock()
                if failures.waits(source.place):
                    yield Outcome(source.name, error=_LEFT_ALONE.format(place=shown(source.place)))
                    continue
                outcome = _run(archive, source, _batches(archive, source, sources, pages), progress)
                if not outcome.error:
                    turns.note(source, began)
                yield outcome
        retried = _retry(archive, sources, failures, pages, progress)
        if retried is not None:
            yield retried


def _batches(archive: Archive, source: Source, sources: Sequence[Source], pages: Pages) -> Iterator[ArticleSource]:
    if is_page(source.place):
        return pages(source.place, source.most, "")
    return iter([_Folder(source.place, [each.place for each in sources], archive.store)])


class Turns:
    """When each source was last asked, kept in the archive's file."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def has_come(self, source: Source) -> bool:
        if not source.every:
            return True
        with self._database.reading() as db:
            row = db.execute("SELECT at FROM synced WHERE place = ?", (source.place,)).fetchone()
        # A run that begins a little earlier than the last one did must not put off by a whole period. A time in the
        # future is that of a clock that was wrong.
        return row is None or not 0 <= self._clock() - row[0] < 0.95 * source.every

    def note(self, source: Source, at: float) -> None:
        if source.every:
            with self._database.transaction(), self._database.reading() as db:
                db.execute("INSERT OR REPLACE INTO synced VALUES (?, ?)", (source.place, at))
                db.execute("DELETE FROM synced WHERE at < ?", (at - _TURNS_KEPT,))  # another list may have its own


def _retry(
    archive: Archive, sources: Sequence[Source], failures: Failures, pages: Pages, progress: Progress | None
) -> Outcome | None:
    """Ask for the pages whose turn has come, unless they are sources, or their source is no longer among ours."""
    by_place = {source.place: source for source in sources}
    nobody = Source("", RETRIED)
    began, outcomes = monotonic(), list[Outcome]()
    for failure in failures.due():
        if failure.key in by_place or (failure.origin and failure.origin not in by_place):
            continue
        source = by_place.get(failure.origin, nobody)
        outcome = _run(archive, source, pages(failure.key, 1, failure.origin), progress)
        if outcome.error and not outcome.failed:  # it did not get as far as the archive, which notes what fails there
            failures.settle({failure.key: outcome.error}, (), lambda key: False)
        if replace(outcome, seconds=0.0) != Outcome(source.name):  # its host is left alone
            outcomes.append(outcome)
        if monotonic() - began > LONGEST:
            break
    if not outcomes:
        return None
    totals = {name: sum(getattr(each, name) for each in outcomes) for name in (*_COUNTS, "failed", "seconds")}
    totals["failed"] += sum(1 for each in outcomes if each.error and not each.failed)
    return Outcome(RETRIED, **totals, expired=tuple(each for outcome in outcomes for each in outcome.expired))


def _run(archive: Archive, source: Source, batches: Iterator[ArticleSource], progress: Progress | None) -> Outcome:
    began, done, reasons, error, expired = monotonic(), Counter[str](), list[str](), "", list[str]()
    try:
        for batch in batches:
            report = archive.index(_Stating(batch, source), progress, origin=source.place)
            done.update(_counts(report))
            expired += report.expired
            reasons = reasons or [skipped.reason for skipped in report.skipped[:1]]
            if isinstance(batch, _Folder):
                error = batch.refused
            elif monotonic() - began > LONGEST:
                error = f"It took more than {LONGEST / 60:.0f} minutes; it goes on in the next run."
                break
    except (ReadError, FetchError) as exc:
        error = str(exc)
    except (KiosqueError, MemoryError, sqlite3.Error):
        raise  # that is the archive's trouble, and every other source would have it too
    except Exception as exc:
        _log.warning("A source failed unexpectedly.", exc_info=exc)
        error = f"It failed unexpectedly ({type(exc).__name__}); the log has more."
    outcome = Outcome(source.name, **done, seconds=monotonic() - began, error=error, expired=tuple(expired))
    if outcome.worked or error:
        return outcome
    several = f"None of its {done['failed']} articles could be read."
    return replace(outcome, error=reasons[0] if done["failed"] == 1 else several)


def _counts(report: IndexReport) -> dict[str, int]:
    return {name: getattr(report, name) for name in _COUNTS} | {"failed": len(report.skipped)}


@contextmanager
def _alone(archive: Archive) -> Iterator[None]:
    """Keep other runs away: two would ask every site twice. The lock dies with its process."""
    lock = FileLock(archive.folder / "syncing.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as exc:
        raise IndexBusy(
            f"Another kiosque sync is feeding the index {archive.folder}; try again when it is done."
        ) from exc
    try:
        yield
    finally:
        lock.release()


class _Folder(FolderSource):
    """A folder without what lies in other sources of the list, which may state other things of it.

    It is taken to be away when it is empty, or most of it is gone: a disk that is not mounted leaves an empty folder
    behind, where other files may lie. ``refused`` then says what was not removed.
    """

    def __init__(self, place: str, others: Sequence[str], store: Store) -> None:
        super().__init__(place)
        self._place, self._empty, self._store = place, f"{place}{os.sep}", store
        inner = (each for each in others if each != place and not is_page(each) and super(_Folder, self).owns(each))
        self._inner = {each: FolderSource(each) for each in inner}
        self.refused = ""

    def records(self) -> Iterator[Record | Skipped]:
        listed = set[str]()
        for record in super().records():
            where = record.where if isinstance(record, Skipped) else record.key
            if isinstance(record, Skipped) and where == self._empty:
                raise ReadError(f"{record.reason.rstrip('.')}; what came from it is kept.")
            if self._is_anothers(where):
                continue
            listed.add(where)
            yield record
        self._check_losses(listed)

    def owns(self, key: str) -> bool:
        return not self.refused and super().owns(key) and not self._is_anothers(key)

    def _is_anothers(self, where: str) -> bool:
        """Whether a place lies in a source within this one; a line of a file is ``press.jsonl:12``."""
        return any(source.owns(where) or where.startswith(f"{place}:") for place, source in self._inner.items())

    def _check_losses(self, listed: AbstractSet[str]) -> None:
        """Own nothing from now on, so that nothing of it is removed, where too much is gone."""
        held = [each.source for each in self._store.stored(self._place) if self.owns(each.source)]
        gone = sum(listed.isdisjoint(_heads(key)) for key in held)
        if gone > LOSS and 2 * gone > len(held):
            self.refused = (
                f"{gone:,} of its {len(held):,} articles are gone, and were kept: its disk may be away; "
                f"run `kiosque index {self._place}` to remove them."
            )


def _heads(key: str) -> list[str]:
    """Return a key and what it may lie in: a folder or a packed file that could not be opened."""
    return [key, *(key[: end.start()] for end in re.finditer("[#/:]", key))]


class _Stating:
    """A source whose articles get an outlet and a language where they have none."""

    def __init__(self, source: ArticleSource, stated: Source) -> None:
        self._source, self._outlet, self._language = source, stated.outlet, stated.language
        said = f"{stated.outlet}\n{stated.language}".encode("utf-8", "replace")
        # In the fingerprint: what is stated otherwise one day is stated of what is already stored, too. Not of pages:
        # what was seen on the web is known by its fingerprint, and all would have to be asked for again.
        is_marked = (stated.outlet or stated.language) and not is_page(stated.place)
        self._mark = "+" + blake2b(said, digest_size=4).hexdigest() if is_marked else ""

    def records(self) -> Iterable[Record | Skipped]:
        for record in self._source.records():
            yield replace(record, fingerprint=record.fingerprint + self._mark) if isinstance(record, Record) else record

    def read(self, record: Record) -> Article:
        article = self._source.read(record)
        outlet, language = article.outlet or self._outlet, article.language or self._language
        return replace(article, outlet=outlet, language=language)

    def owns(self, key: str) -> bool:
        return self._source.owns(key)
