"""The archive: articles in, hits out. The one place where store, dense index, lexical index and embedder meet."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from filelock import FileLock, Timeout

from retrieval.dense import EXACT_UP_TO, DenseIndex
from retrieval.errors import IndexBusy, KiosqueError, NotFound
from retrieval.fusion import LEXICAL_WEIGHT, Candidates, fuse
from retrieval.indexing import embed_article, index_source
from retrieval.lexical import LexicalIndex
from retrieval.passages import Chunking
from retrieval.store import Store
from retrieval.types import (
    ArchiveStatus,
    Article,
    ArticleSource,
    Coverage,
    Embedder,
    Filters,
    Hit,
    IndexReport,
    Passage,
    Progress,
    Vectors,
)

CANDIDATES = 100  # passages that each index proposes to the fusion
_SPARE = 10
_UNFINISHED = "(a rebuild that was not finished)"
_log = logging.getLogger("kiosque.archive")


@dataclass(frozen=True, slots=True)
class _Indexes:
    """What a search reads: both derived indexes, and the languages of the articles. Never changed, only replaced."""

    dense: DenseIndex
    lexical: LexicalIndex
    languages: tuple[str, ...]

    def contain(self, change: int) -> bool:
        """Whether both are exactly at this change."""
        return self.dense.change == change == self.lexical.change


class Archive:
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
    ) -> None:
        """Open or create the archive.

        Raises IndexMismatch when it was built with another encoder or chunking, unless ``rebuild`` says that it will be
        built anew (then call ``rebuild`` before anything else), KiosqueError when the folder cannot be used.
        """
        self.folder, self._embedder, self._chunking = folder, embedder, chunking
        self._exact_up_to = exact_up_to
        self._beside = ThreadPoolExecutor(4, thread_name_prefix="search")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise KiosqueError(f"The index folder {folder} cannot be made: {exc.strerror}.") from exc
        self._lock = FileLock(folder / "writing.lock")
        self._replacing = threading.Lock()  # held by the one thread that makes the next indexes
        self._given_up = -1  # the change that this process could not bring the indexes to
        self._store = Store(folder / "archive.sqlite", {} if rebuild else self._manifest())
        self._indexes = self._open_indexes()
        if not rebuild and not self._indexes.contain(self._store.change()):
            self._catch_up_if_free()

    def _manifest(self) -> dict[str, str]:
        return {"encoder": self._embedder.name, "chunking": self._chunking.name}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._beside.shutdown()
        self._store.close()

    # -- writing ------------------------------------------------------------------------------------------------

    def index(self, source: ArticleSource, progress: Progress | None = None) -> IndexReport:
        """Take in what is new or changed in a source and drop what vanished from it.

        Articles are committed one by one, so a kill loses none that was reported and the next run goes on from there.
        Raises IndexBusy when another process is indexing.
        """
        began = time.perf_counter()
        with self._writing():
            done = index_source(self._store, self._embedder, self._chunking, source, progress or _silent)
            self._catch_up()
        seconds, passages = time.perf_counter() - began, self._store.count_passages()
        return IndexReport(
            done.added, done.updated, done.removed, done.unchanged, passages, seconds, tuple(done.skipped)
        )

    def rebuild(self, progress: Progress | None = None) -> IndexReport:
        """Split and embed every stored article again, with today's encoder and chunking.

        A kill leaves an archive that only ``rebuild`` opens: half of its vectors are of one encoder, half of another.
        """
        began = time.perf_counter()
        progress = progress or _silent
        with self._writing(rebuilding=True):
            self._store.set_manifest(dict.fromkeys(self._manifest(), _UNFINISHED))
            stored = self._store.stored()
            for done, entry in enumerate(stored):
                progress("articles", done, len(stored))
                article = self._store.article(entry.id)
                if article is not None:
                    passages = embed_article(article, self._embedder, self._chunking)
                    self._store.put(article, entry.source, entry.fingerprint, passages)
            self._store.set_manifest(self._manifest())
            self._catch_up(afresh=True)
            progress("articles", len(stored), len(stored))
        seconds = time.perf_counter() - began
        return IndexReport(0, len(stored), 0, 0, self._store.count_passages(), seconds)

    def forget(self, article_id: str) -> None:
        """Remove an article for good: the next run over its source leaves it out, until its content changes.

        Raises NotFound when there is no such article, IndexBusy when another process is indexing.
        """
        with self._writing():
            if not self._store.forget(article_id):
                raise NotFound(f"There is no article {article_id!r} in the archive.")
            self._catch_up()

    @contextmanager
    def _writing(self, *, rebuilding: bool = False) -> Iterator[None]:
        try:
            self._lock.acquire(timeout=0)
        except Timeout as exc:
            raise IndexBusy(
                f"Another process is writing to the index {self.folder}; try again when it is done."
            ) from exc
        try:
            with self._replacing:
                if not rebuilding:  # another process may have rebuilt the archive since this one opened it
                    self._store.check_manifest(self._manifest())
                yield
        finally:
            self._lock.release()

    def _catch_up(self, *, afresh: bool = False) -> None:
        """Bring both derived indexes to the store's last change, and write them. For the one writer only.

        Searches go on with the old ones until the new ones, made from what is on disk, take their place.
        """
        change = self._store.change()
        if self._indexes.contain(change) and not afresh:
            return
        made = self._open_indexes()
        for derived in (made.lexical, made.dense):
            if derived.change > change:  # the store is an older copy, or a power cut took its last changes
                derived.reset()
        if made.lexical.change != change:
            since = made.lexical.change
            # All that was removed, also what it may never have held: a kill before it wrote its number leaves it ahead.
            made.lexical.update(self._store.removed_since(since), self._store.passages_since(since), change)
        if made.dense.change != change or afresh:
            self._catch_up_dense(made.dense, change, afresh)
            made.dense.save()
        self._indexes = made

    def _catch_up_dense(self, dense: DenseIndex, change: int, afresh: bool) -> None:
        if dense.outgrown or afresh:
            dense.reset()
        since = dense.change
        dense.update(self._store.removed_since(since, added_by=since), self._new_vectors(since), change)

    def _new_vectors(self, since: int) -> Iterator[tuple[int, Vectors]]:
        for row in self._store.passages_since(since):
            yield row[0], np.frombuffer(row[5], np.float16).astype(np.float32)

    # -- following ----------------------------------------------------------------------------------------------

    def _current(self) -> _Indexes:
        """Return the indexes to search, with all that other processes have written so far.

        One thread at a time takes that up; the others go on with the indexes that there are. Raises IndexMismatch when
        another process rebuilt the archive with another encoder or chunking, or is about to.
        """
        change = self._store.check_manifest(self._manifest())
        behind = not self._indexes.contain(change) and change != self._given_up
        if behind and self._replacing.acquire(blocking=False):
            try:
                self._follow(change)
            except (OSError, RuntimeError, ValueError) as exc:  # a full disk, for instance: what is there still serves
                self._given_up = change
                _log.warning("The index %s could not be brought to change %d: %s", self.folder, change, exc)
            finally:
                self._replacing.release()
        return self._indexes

    @property
    def _dense(self) -> DenseIndex:
        return self._current().dense

    @property
    def _lexical(self) -> LexicalIndex:
        return self._current().lexical

    def _follow(self, change: int) -> None:
        """Load what is written on disk, once both indexes are; while the writer is at its articles, open no file.

        An index that stays behind though nobody writes was left so by a writer that was killed: finish its work.
        """
        written = DenseIndex.last_written(self.folder / "dense")
        newer = self._indexes.dense.change < written <= change  # beyond it, the manifest may be another
        if newer and written == LexicalIndex.last_written(self.folder / "lexical"):
            found = self._open_indexes()
            if found.contain(written):  # else another writer came in between
                self._indexes = found
        if not self._indexes.contain(change):
            self._catch_up_if_free()

    def _catch_up_if_free(self) -> None:
        """Repair what a kill left behind; where another process is writing, it will do that itself."""
        try:
            with self._lock.acquire(timeout=0):
                self._store.check_manifest(self._manifest())
                self._catch_up()
        except Timeout:
            return

    def _open_indexes(self) -> _Indexes:
        dense = DenseIndex(self.folder / "dense", self._embedder.dimension, self._exact_up_to)
        languages = tuple(code for code, _ in self._store.tally("language"))
        return _Indexes(dense, LexicalIndex(self.folder / "lexical"), languages)

    # -- reading ------------------------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        filters: Filters = Filters(),
        lexical_weight: float = LEXICAL_WEIGHT,
    ) -> list[Hit]:
        """Return the best passages, best first; ties in order of passage id.

        Both indexes propose ``CANDIDATES`` passages; each candidate gets both scores exactly, and the fused one orders.
        ``lexical_weight`` in [0, 1] is the share of BM25 in it: 0 and 1 rank by one index alone, to be compared with.
        What other processes wrote is searched once they wrote it whole. Raises IndexMismatch when one rebuilt the archive
        with another encoder or chunking (and so do ``rarity``, ``main_language``, ``size`` and ``status``).
        """
        indexes = self._current()  # these, whatever is taken up meanwhile
        articles = self._store.articles_matching(filters) if filters else None
        if articles is not None and not articles:
            return []
        passages = self._store.passages_of_articles(articles) if articles is not None else None
        reach = max(CANDIDATES, limit)
        # Tantivy and SQLite work outside the interpreter's lock, and so does the encoder: side by side.
        lexical_hits = self._beside.submit(indexes.lexical.search, query, indexes.languages, reach, articles)
        vector = self._embedder.embed_query(query)
        dense = indexes.dense.search(vector, reach, passages)
        lexical = lexical_hits.result()
        ids = sorted({*dense.ids, *lexical.ids})
        bm25 = self._beside.submit(_bm25, indexes, query, ids, lexical.ids, lexical.scores)
        candidates = Candidates(ids, self._cosines(vector, ids, dense.ids, dense.scores), bm25.result())
        ranked = fuse(candidates, (dense.mean, dense.deviation), (lexical.mean, lexical.deviation), lexical_weight)
        # Another process may have removed some since the indexes were read: a few more make up for them.
        ranked = ranked[: limit + _SPARE]
        rows = self._store.passages([i for i, *_ in ranked])
        return [
            Hit(*rows[i], score, cosine, bm25, _proposed(i in dense.ids, i in lexical.ids))
            for i, score, cosine, bm25 in ranked
            if i in rows
        ][:limit]

    def _cosines(
        self, query: Vectors, ids: Sequence[int], known: Sequence[int], scores: Sequence[float]
    ) -> list[float]:
        found = dict(zip(known, scores, strict=True))
        missing = [i for i in ids if i not in found]
        found.update(zip(missing, (self._store.vectors(missing, len(query)) @ query).tolist(), strict=True))
        return [found[i] for i in ids]

    def rarity(self, words: Sequence[str], language: str) -> list[float]:
        """Return the inverse document frequency of index terms of a language (see ``lexical.terms``), each >= 0."""
        return self._lexical.rarity(words, language)

    def article(self, article_id: str) -> Article:
        """Return one article. Raises NotFound."""
        article = self._store.article(article_id)
        if article is None:
            raise NotFound(f"There is no article {article_id!r} in the archive.")
        return article

    def articles(self) -> Iterator[Article]:
        """Yield every article, in order of id, a few held at a time; one that is removed meanwhile may be left out."""
        return self._store.articles()

    def latest(self, limit: int, offset: int = 0) -> list[Article]:
        """Return articles, the newest published first, those without a date last; ``offset`` of them are passed over."""
        return self._store.latest(limit, offset)

    def passages_of(self, article_id: str) -> list[Passage]:
        """Return the passages of an article in order; none when there is no such article."""
        return self._store.passages_of(article_id)

    def coverage(self, filters: Filters = Filters()) -> Coverage:
        """Return how many articles pass the filters and which dates they span."""
        return self._store.coverage(filters)

    def status(self) -> ArchiveStatus:
        return ArchiveStatus(
            articles=self._store.coverage(Filters()).articles,
            passages=self._store.count_passages(),
            coverage=self._store.coverage(Filters()),
            outlets=self._store.tally("outlet"),
            languages=self._store.tally("language"),
            encoder=self._embedder.name,
            dense_index="exact" if self._dense.is_exact else "approximate",
            change=self._store.change(),
            bytes=_bytes_in(self.folder),
            updated=self._store.updated(),
        )

    @property
    def main_language(self) -> str:
        """The language of most articles, or empty."""
        languages = self._current().languages
        return languages[0] if languages else ""

    @property
    def size(self) -> int:
        """Number of passages that are searched."""
        return self._dense.size

    @property
    def embedder(self) -> Embedder:
        return self._embedder


def _bm25(
    indexes: _Indexes, query: str, ids: Sequence[int], known: Sequence[int], scores: Sequence[float]
) -> list[float]:
    found = dict(zip(known, scores, strict=True))
    missing = [i for i in ids if i not in found]
    found.update(zip(missing, indexes.lexical.scores(query, indexes.languages, missing).tolist(), strict=True))
    return [found[i] for i in ids]


def _bytes_in(folder: Path) -> int:
    held = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # another process may replace files meanwhile
                held += os.lstat(os.path.join(place, name)).st_size
    return held


def _proposed(dense: bool, lexical: bool) -> str:
    return "both" if dense and lexical else "dense" if dense else "lexical"


def _silent(stage: str, done: int, total: int | None) -> None:
    pass
