"""The archive: articles in, hits out. The one place where store, dense index, lexical index and embedder meet."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from retrieval import duplicates, folding
from retrieval.dense import EXACT_UP_TO, DenseIndex
from retrieval.errors import KiosqueError, NotFound
from retrieval.following import Following, Indexes
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
        self._beside = ThreadPoolExecutor(4, thread_name_prefix="search")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise KiosqueError(f"The index folder {folder} cannot be made: {exc.strerror}.") from exc
        self._store = Store(folder / "archive.sqlite", {} if rebuild else self._manifest())
        self._following = Following(
            folder, self._store, self._manifest(), lambda place: DenseIndex(place, embedder.dimension, exact_up_to)
        )
        if not rebuild:
            self._following.repair()

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
        with self._following.writing():
            done = index_source(self._store, self._embedder, self._chunking, source, progress or _silent)
            self._following.catch_up()
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
        with self._following.writing(rebuilding=True):
            self._store.set_manifest(dict.fromkeys(self._manifest(), _UNFINISHED))
            stored = self._store.stored()
            for done, entry in enumerate(stored):
                progress("articles", done, len(stored))
                article = self._store.article(entry.id)
                if article is not None:
                    passages = embed_article(article, self._embedder, self._chunking)
                    self._store.put(article, entry.source, entry.fingerprint, passages)
            self._store.set_manifest(self._manifest())
            self._following.catch_up(afresh=True)
            progress("articles", len(stored), len(stored))
        seconds = time.perf_counter() - began
        return IndexReport(0, len(stored), 0, 0, self._store.count_passages(), seconds)

    def forget(self, article_id: str) -> None:
        """Remove an article for good: the next run over its source leaves it out, until its content changes.

        Raises NotFound when there is no such article, IndexBusy when another process is indexing.
        """
        with self._following.writing():
            if not self._store.forget(article_id):
                raise NotFound(f"There is no article {article_id!r} in the archive.")
            self._following.catch_up()

    # -- reading ------------------------------------------------------------------------------------------------

    @property
    def _dense(self) -> DenseIndex:
        return self._following.current().dense

    @property
    def _lexical(self) -> LexicalIndex:
        return self._following.current().lexical

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        filters: Filters = Filters(),
        lexical_weight: float = LEXICAL_WEIGHT,
        copies: bool = False,
    ) -> list[Hit]:
        """Return the best passages, best first; ties in order of passage id.

        What several articles print comes once, under the earliest of those that pass the filters, with the others in
        ``also_in``; with ``copies`` each comes for itself.

        Both indexes propose ``CANDIDATES`` passages; each candidate gets both scores exactly, and the fused one orders.
        ``lexical_weight`` in [0, 1] is the share of BM25 in it: 0 and 1 rank by one index alone, to be compared with.
        What other processes wrote is searched once they wrote it whole. Raises IndexMismatch when one rebuilt the archive
        with another encoder or chunking (and so do ``rarity``, ``main_language``, ``size`` and ``status``).
        """
        indexes = self._following.current()  # these, whatever is taken up meanwhile
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
        change = indexes.change
        folds = {} if copies else folding.folds(self._store, ids, change, articles)
        ids = folding.candidates(ids, folds)
        bm25 = self._beside.submit(_bm25, indexes, query, ids, lexical.ids, lexical.scores)
        candidates = Candidates(ids, self._cosines(vector, ids, dense.ids, dense.scores), bm25.result())
        ranked = fuse(candidates, (dense.mean, dense.deviation), (lexical.mean, lexical.deviation), lexical_weight)
        # Another process may have removed some since the indexes were read: a few more make up for them.
        kept = folding.unfolded(ranked, folds)[: limit + _SPARE]
        found = [passage for passage, _ in kept]
        rows = self._store.passages(found)
        also = {} if copies else folding.reprinted(self._store, found, change, articles)
        return [
            Hit(*rows[i], score, cosine, bm25, _proposed(by in dense.ids, by in lexical.ids), also.get(i, ()))
            for i, (by, score, cosine, bm25) in kept
            if i in rows
        ][:limit]

    def _cosines(
        self, query: Vectors, ids: Sequence[int], known: Sequence[int], scores: Sequence[float]
    ) -> list[float]:
        found = dict(zip(known, scores, strict=True))
        missing = [i for i in ids if i not in found]
        found.update(zip(missing, (self._store.vectors(missing, len(query)) @ query).tolist(), strict=True))
        return [found[i] for i in ids]

    def printed_in(self, article_id: str, start: int, end: int) -> tuple[str, ...]:
        """Return the ids of the other articles that print this part of an article, the earliest first.

        Their texts are compared with it: nearly all of its words in order, and all of its figures.
        """
        with self._store.reading() as db:
            return tuple(found[-1] for found in duplicates.quoting(db, article_id, start, end))

    def story(self, article_id: str) -> tuple[str, ...]:
        """Return the ids of the articles that tell an article's story in its words, its own among them, earliest first."""
        with self._store.reading() as db:
            return tuple(found[-1] for found in duplicates.story(db, article_id))

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
        languages = self._following.current().languages
        return languages[0] if languages else ""

    @property
    def size(self) -> int:
        """Number of passages that are searched."""
        return self._dense.size

    @property
    def embedder(self) -> Embedder:
        return self._embedder


def _bm25(
    indexes: Indexes, query: str, ids: Sequence[int], known: Sequence[int], scores: Sequence[float]
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
