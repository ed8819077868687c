"""The archive: articles in, hits out. The one place where store, dense index, lexical index and embedder meet."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from retrieval.errors import KiosqueError, NotFound
from retrieval.indexing import embed_article, index_source
from retrieval.keeping import removal
from retrieval.keeping.marks import Marks
from retrieval.keeping.retention import Retention
from retrieval.passages import Chunking
from retrieval.ranking.dense import EXACT_UP_TO, DenseIndex
from retrieval.ranking.following import Following
from retrieval.searching import Searching
from retrieval.storing.store import Store
from retrieval.types import ArticleSource, Embedder, IndexReport, Progress

if TYPE_CHECKING:
    from retrieval.keeping.importing import Imported

_UNFINISHED = "(a rebuild that was not finished)"
_log = logging.getLogger("kiosque.archive")


class Archive(Searching):
    """An open archive folder: ``archive.sqlite`` and what is derived from it. A context manager.

    Many processes may search at a time; one may write (a lock file says so, and dies with its process). An open archive
    follows what others write. Safe to share between threads.
    """

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        chunking: Chunking = Chunking(),
        *,
        exact_up_to: int = EXACT_UP_TO,
        rebuild: bool = False,
        retention: Retention = Retention(),
    ) -> None:
        """Open or create the archive. What is older than ``retention`` keeps is not taken in; ``expired`` names the rest.

        Raises IndexMismatch when it was built with another encoder or chunking, unless ``rebuild`` says that it will be
        built anew (then call ``rebuild`` before anything else), KiosqueError when the folder cannot be used.
        """
        self._chunking, self._retention = chunking, retention
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise KiosqueError(f"The index folder {folder} cannot be made: {exc.strerror}.") from exc
        self._manifest = {"encoder": embedder.name, "chunking": chunking.name}
        store = Store(folder / "archive.sqlite", {} if rebuild else self._manifest)
        following = Following(
            folder, store, self._manifest, lambda place: DenseIndex(place, embedder.dimension, exact_up_to)
        )
        super().__init__(folder, store, following, embedder)
        if not rebuild:
            following.repair()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._beside.shutdown()
        self._store.close()

    @property
    def change(self) -> tuple[int, int]:
        """The numbers of the last change that is stored, and of the last that searches know: equal while no run is on.

        As long as neither grows, whatever is asked of the archive gives the same.
        """
        return self._store.change(), self._following.current().change

    def index(self, source: ArticleSource, progress: Progress | None = None, *, origin: str = "") -> IndexReport:
        """Take in what is new or changed in a source and drop what vanished from it.

        Articles are committed one by one, so a kill loses none that was reported and the next run goes on from there.
        What cannot be read is set aside, under the name ``origin`` (see ``failures``).
        Raises IndexBusy when another process is indexing, KiosqueError when the archive or its indexes cannot be written.
        """
        began = time.perf_counter()
        with self._following.writing():
            done = index_source(
                self._store, self._embedder, self._chunking, source, progress or _silent, origin, self._retention
            )
            self._catch_up()
        seconds, passages = time.perf_counter() - began, self._store.count_passages()
        skipped, expired = tuple(done.skipped), tuple(done.expired)
        return IndexReport(done.added, done.updated, done.removed, done.unchanged, passages, seconds, skipped, expired)

    def rebuild(self, progress: Progress | None = None) -> IndexReport:
        """Split and embed every stored article again, with today's encoder and chunking.

        A kill leaves an archive that only ``rebuild`` opens: half of its vectors are of one encoder, half of another.
        """
        began = time.perf_counter()
        progress = progress or _silent
        with self._following.writing(rebuilding=True):
            self._store.set_manifest(dict.fromkeys(self._manifest, _UNFINISHED))
            stored = self._store.stored()
            for done, entry in enumerate(stored):
                progress("articles", done, len(stored))
                article = self._store.article(entry.id)
                if article is not None:
                    passages = embed_article(article, self._embedder, self._chunking)
                    self._store.put(article, entry.source, entry.fingerprint, passages)
            self._store.set_manifest(self._manifest)
            self._following.catch_up(afresh=True)
            progress("articles", len(stored), len(stored))
        seconds = time.perf_counter() - began
        return IndexReport(0, len(stored), 0, 0, self._store.count_passages(), seconds)

    def forget(self, article_id: str) -> None:
        """Remove an article for good, as ``remove`` does. Raises NotFound when there is no such article, IndexBusy."""
        if not self.remove([article_id]):
            raise NotFound(f"There is no article {article_id!r} in the archive.")

    def remove(self, article_ids: Sequence[str], *, too_old: bool = False) -> int:
        """Remove articles for good and erase their bytes; return how many there were.

        The next run over their sources leaves them out: until their content changes, or, if they are ``too_old``, as long
        as the settings say so. A kill loses none that is gone; the next run that writes erases what is left of it. Raises
        IndexBusy when another process is indexing, KiosqueError when there is no room for that.
        """
        if not article_ids:
            return 0
        with self._following.writing():
            removed = removal.remove(self._store, article_ids, too_old=too_old)
            self._catch_up(removing=True)
        return removed

    def matching(self, *, ids: Sequence[str] = (), urls: Sequence[str] = (), outlets: Sequence[str] = ()) -> list[str]:
        """Return the ids of the articles that have one of these ids, addresses or outlets, in order of arrival."""
        return removal.matching(self._store, ids, urls, outlets)

    def expired(self, today: date) -> list[str]:
        """Return the ids of the articles that are older than they may be, in order of arrival."""
        return removal.expired(self._store, self._retention, today)

    def take_in(
        self,
        lines: Iterable[tuple[int, bytes | None]],
        progress: Progress | None = None,
        *,
        replace: bool = False,
    ) -> Imported:
        """Take in the numbered lines of an export (``importing.lines_of``); ``replace`` lets them change articles.

        Articles are committed one by one, and those that are there already are unchanged: after a kill the next run goes on.
        Raises IndexBusy when another process is indexing.
        """
        from retrieval.keeping.importing import Importing  # with all that reads files: not for those who only ask

        today = datetime.now(UTC).date()
        with self._following.writing():
            run = Importing(
                self._store,
                lambda article: embed_article(article, self._embedder, self._chunking),
                Marks(self._store, self._retention, today),
                lambda article: self._retention.is_over(article, today),
                replace=replace,
            )
            run.run(lines, progress or _silent)
            self._catch_up()
        return run.done

    def _catch_up(self, *, removing: bool = False) -> None:
        """Bring the derived indexes up to date, and erase what was removed. For the one writer only.

        A run that removes waits for that, and raises KiosqueError where it cannot be done; any other only tries, at most
        once an hour: an archive is fed all the same.
        """
        left = removal.left_to_erase(self._store)
        erasing = left is not None and (removing or removal.is_due(self._store))
        afresh = False
        try:
            if erasing and left == "all":
                # After a kill the indexes may be up to date, and the words of what was deleted still in Tantivy's.
                afresh = self._following.current().contain(self._store.change())
                shutil.rmtree(self.folder / "lexical", ignore_errors=True)
            self._following.catch_up(afresh=afresh)
        except (OSError, RuntimeError, ValueError) as exc:
            raise KiosqueError(
                f"The index {self.folder} cannot be written: {exc}; free space, then run again."
            ) from exc
        if not erasing:
            return
        try:
            removal.erased_indexes(self._store)
            if not removal.erase(self._store, removal.PATIENCE if removing else removal.BRIEF):
                _log.warning("What was removed from %s is erased when no other process reads it.", self.folder)
        except KiosqueError as exc:
            if removing:
                raise
            _log.warning("%s", exc)


def _silent(stage: str, done: int, total: int | None) -> None:
    pass
