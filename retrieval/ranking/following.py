"""The pair of indexes that a search reads: derived from the store, caught up by writers, followed by readers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from retrieval.errors import IndexBusy
from retrieval.ranking.dense import DenseIndex
from retrieval.ranking.lexical import LexicalIndex
from retrieval.storing.store import Store
from retrieval.types import Vectors

_log = logging.getLogger("kiosque.archive")


@dataclass(frozen=True, slots=True)
class Indexes:
    """What a search reads: both derived indexes, and the languages of the articles. Never changed, only replaced."""

    dense: DenseIndex
    lexical: LexicalIndex
    languages: tuple[str, ...]

    @property
    def change(self) -> int:
        """The last change that both contain."""
        return min(self.dense.change, self.lexical.change)

    def contain(self, change: int) -> bool:
        """Whether both are exactly at this change."""
        return self.dense.change == change == self.lexical.change


class Following:
    """The current pair of indexes of an archive folder, and the right to write there. Safe to share between threads."""

    def __init__(
        self, folder: Path, store: Store, manifest: dict[str, str], open_dense: Callable[[Path], DenseIndex]
    ) -> None:
        """Open both indexes. ``manifest`` is what the store must have been made under (see ``Store``)."""
        self._folder, self._store, self._manifest, self._open_dense = folder, store, manifest, open_dense
        self._lock = FileLock(folder / "writing.lock")
        self._replacing = threading.Lock()  # held by the one thread that makes the next indexes
        self._given_up = -1  # the change that this process could not bring the indexes to
        self._indexes = self._open()

    # -- for the writer -----------------------------------------------------------------------------------------

    @contextmanager
    def writing(self, *, rebuilding: bool = False) -> Iterator[None]:
        """Hold the right to write. Raises IndexBusy when another process holds it."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout as exc:
            raise IndexBusy(
                f"Another process is writing to the index {self._folder}; try again when it is done."
            ) from exc
        try:
            with self._replacing:
                if not rebuilding:  # another process may have rebuilt the archive since this one opened it
                    self._store.check_manifest(self._manifest)
                    self._store.derive_missing()
                yield
        finally:
            self._lock.release()

    def catch_up(self, *, afresh: bool = False) -> None:
        """Bring both derived indexes to the store's last change, and write them. For the one writer only.

        Searches go on with the old ones until the new ones, made from what is on disk, take their place.
        """
        change = self._store.change()
        if not self._indexes.contain(change) or afresh:
            self._indexes = self._made(change, afresh)
        self._store.prune_removed(change)  # whoever is behind opens what is on disk, and that is not

    def _made(self, change: int, afresh: bool) -> Indexes:
        made, pruned = self._open(), self._store.pruned()
        for derived in (made.lexical, made.dense):
            # The store is an older copy, or a power cut took the last changes of one or of the other.
            if derived.change > change or derived.change < pruned:
                derived.reset()
        if made.lexical.change != change:
            since = made.lexical.change
            # All that was removed, also what it may never have held: a kill before it wrote its number leaves it ahead.
            removed = self._store.removed_since(since) if since >= 0 else []  # a new one holds none of them
            made.lexical.update(removed, self._store.passages_since(since), change)
        if made.dense.change != change or afresh:
            self._catch_up_dense(made.dense, change, afresh)
            made.dense.save()
        return made

    def _catch_up_dense(self, dense: DenseIndex, change: int, afresh: bool) -> None:
        if dense.outgrown or afresh:
            dense.reset()
        since = dense.change
        dense.update(self._store.removed_since(since, added_by=since), self._new_vectors(since), change)

    def _new_vectors(self, since: int) -> Iterator[tuple[int, Vectors]]:
        for row in self._store.passages_since(since):
            yield row[0], np.frombuffer(row[5], np.float16).astype(np.float32)

    # -- following ----------------------------------------------------------------------------------------------

    def current(self) -> Indexes:
        """Return the indexes to search, with all that other processes have written so far.

        One thread at a time takes that up; the others go on with the indexes that there are. Raises IndexMismatch when
        another process rebuilt the archive with another encoder or chunking, or is about to.
        """
        change = self._store.check_manifest(self._manifest)
        behind = not self._indexes.contain(change) and change != self._given_up
        if behind and self._replacing.acquire(blocking=False):
            try:
                self._attempt(self._follow, change)
            finally:
                self._replacing.release()
        return self._indexes

    def repair(self) -> None:
        """Finish what a kill left behind, if that can be; where another process is writing, it will do that itself."""
        self._attempt(self._repair, self._store.change())

    def _attempt(self, follow: Callable[[int], None], change: int) -> None:
        try:
            follow(change)
        except (OSError, RuntimeError, ValueError) as exc:  # a full disk, for instance: what is there still serves
            self._given_up = change
            _log.warning("The index %s could not be brought to change %d: %s", self._folder, change, exc)

    def _follow(self, change: int) -> None:
        """Load what is written on disk, once both indexes are; while the writer is at its articles, open no file.

        An index that stays behind though nobody writes was left so by a writer that was killed: finish its work.
        """
        written = DenseIndex.last_written(self._folder / "dense")
        newer = self._indexes.dense.change < written <= change  # beyond it, the manifest may be another
        if newer and written == LexicalIndex.last_written(self._folder / "lexical"):
            found = self._open()
            if found.contain(written):  # else another writer came in between
                self._indexes = found
        self._repair(self._store.change())

    def _repair(self, change: int) -> None:
        if self._indexes.contain(change):
            return
        try:
            with self._lock.acquire(timeout=0):
                self._store.check_manifest(self._manifest)
                self.catch_up()
        except Timeout:
            return

    def _open(self) -> Indexes:
        dense = self._open_dense(self._folder / "dense")
        languages = tuple(code for code, _ in self._store.tally("language"))
        return Indexes(dense, LexicalIndex(self._folder / "lexical"), languages)
