"""What an open archive can be asked: which passages answer a query, what its articles are, and what is known of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from retrieval.days import Days
from retrieval.errors import NotFound
from retrieval.facts import duplicates, garbled, timeline
from retrieval.facts.moments import Moment
from retrieval.facts.timeline import Told
from retrieval.language import QUESTION_MINIMUM, detect_language
from retrieval.ranking import folding, languages, mending
from retrieval.ranking.dense import DenseIndex
from retrieval.ranking.following import Following, Indexes
from retrieval.ranking.fusion import Candidates, fuse
from retrieval.ranking.languages import is_foreign
from retrieval.ranking.lexical import LexicalIndex
from retrieval.sentences import Span
from retrieval.storing.store import Store
from retrieval.types import ArchiveStatus, Article, Coverage, Embedder, Filters, Hit, Passage, Vectors

CANDIDATES = 100  # passages that each index proposes to the fusion
DAYS_WEIGHT = 2.0  # in the unit of fused scores: deviations
_SPARE = 10
_WIDE = (
    0.9  # share of the archive's articles: to list so many for the indexes costs more than to leave some out afterwards
)


class Searching:
    """The reading half of an open archive (see ``archive.Archive``). Safe to share between threads."""

    def __init__(self, folder: Path, store: Store, following: Following, embedder: Embedder) -> None:
        self.folder, self._store, self._following, self._embedder = folder, store, following, embedder
        self._beside = ThreadPoolExecutor(4, thread_name_prefix="search")
        self._groups: tuple[int, dict[str, languages.Group | None]] = (-1, {})  # of a change, by language

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
        lexical_weight: float | None = None,
        copies: bool = False,
        told: Told | None = None,
    ) -> list[Hit]:
        """Return the best passages, best first; ties in order of passage id.

        With ``told``, only articles that tell of its days are searched (see ``timeline``), and passages that name one of
        them are raised by ``DAYS_WEIGHT``.

        What several articles print comes once, under the earliest of those that pass the filters, with the others in
        ``also_in``; with ``copies`` each comes for itself. A garbled passage comes below the clean one that says the same.

        Both indexes propose ``CANDIDATES`` passages; each candidate gets both scores exactly, and the fused one orders.
        The share of BM25 in it is small where query and passage are in different languages (see ``fusion``), where
        cosines, too, are taken above another mean (see ``languages``). ``lexical_weight`` in [0, 1] is one share
        for all, and nothing else: 0 and 1 rank by one index alone, to be compared with.
        What other processes wrote is searched once they wrote it whole. Raises IndexMismatch when one rebuilt the archive
        with another encoder or chunking (and so do ``rarity``, ``main_language``, ``size`` and ``status``).
        """
        indexes = self._following.current()  # these, whatever is taken up meanwhile
        wide = told is not None and self._is_wide(told)
        articles = self._articles(filters, None if wide else told)
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
        if told and wide:
            with self._store.reading() as db:
                ids = timeline.suiting(db, ids, told)
        change = indexes.change
        folds = {} if copies else folding.folds(self._store, ids, change, articles)
        ids = folding.candidates(ids, folds)
        bm25 = self._beside.submit(_bm25, indexes, query, ids, lexical.ids, lexical.scores)
        cosines, spread = self._cosines(vector, ids, dense.ids, dense.scores), (dense.mean, dense.deviation)
        lexical_spread = (lexical.mean, lexical.deviation)
        if lexical_weight is None:
            asked = detect_language(query, QUESTION_MINIMUM)
            own, others = languages.spreads(self._group(indexes, asked), vector, spread, indexes.dense.size)
            candidates = Candidates(ids, cosines, bm25.result(), self._foreign(indexes, asked, ids))
            ranked = fuse(candidates, own, lexical_spread, foreign_spread=others)
        else:
            ranked = fuse(Candidates(ids, cosines, bm25.result()), spread, lexical_spread, lexical_weight)
        ranked = self._raised(ranked, told) if told else ranked
        # Another process may have removed some since the indexes were read: a few more make up for them.
        kept = mending.lowered(self._store, folding.unfolded(ranked, folds), limit + _SPARE)[: limit + _SPARE]
        found = [passage for passage, _ in kept]
        rows = self._store.passages(found)
        also = {} if copies else folding.reprinted(self._store, found, change, articles)
        return [
            Hit(*rows[i], score, cosine, bm25, _proposed(by in dense.ids, by in lexical.ids), also.get(i, ()))
            for i, (by, score, cosine, bm25) in kept
            if i in rows
        ][:limit]

    def _articles(self, filters: Filters, told: Told | None) -> list[int] | None:
        """Return the numbers of the articles to search, in order; None for all."""
        allowed = self._store.articles_matching(filters) if filters else None
        if told is None:
            return allowed
        found = set(self._store.articles_matching(Filters(*told.published))) if told.published else set[int]()
        with self._store.reading() as db:
            found |= timeline.articles_telling_of(db, told.days)
        return sorted(found if allowed is None else found.intersection(allowed))

    def _is_wide(self, told: Told) -> bool:
        """Whether nearly all articles came out on the days that suit."""
        if told.published is None or not any(told.published):
            return told.published is not None
        then = self._store.coverage(Filters(*told.published)).articles
        return then >= _WIDE * self._store.coverage(Filters()).articles

    def _raised(self, ranked: list[folding.Ranked], told: Told) -> list[folding.Ranked]:
        telling = self.telling_of([row[0] for row in ranked], told.days)
        raised = [(row[0], row[1] + DAYS_WEIGHT * (row[0] in telling), *row[2:]) for row in ranked]
        return sorted(raised, key=lambda row: (-row[1], row[0]))

    def _cosines(
        self, query: Vectors, ids: Sequence[int], known: Sequence[int], scores: Sequence[float]
    ) -> list[float]:
        found = dict(zip(known, scores, strict=True))
        missing = [i for i in ids if i not in found]
        found.update(zip(missing, (self._store.vectors(missing, len(query)) @ query).tolist(), strict=True))
        return [found[i] for i in ids]

    def _foreign(self, indexes: Indexes, asked: str, ids: Sequence[int]) -> frozenset[int]:
        """Return those of the passages that are in another language than was asked in."""
        if not any(is_foreign(asked, language) for language in indexes.languages):
            return frozenset()
        with self._store.reading() as db:
            spoken = languages.languages_of(db, ids)
        return frozenset(i for i in ids if is_foreign(asked, spoken.get(i, "")))

    def _group(self, indexes: Indexes, language: str) -> languages.Group | None:
        """Return the passages in one of several languages of the archive; None where it has no other, or not this one."""
        if len(indexes.languages) < 2 or language not in indexes.languages:
            return None
        with self._store.reading() as db:
            if self._groups[0] != indexes.change:
                self._groups = indexes.change, {}
            found = self._groups[1]
            if language not in found:
                found[language] = languages.group(db, language, self._embedder.dimension)
            return found[language]

    def printed_in(self, article_id: str, start: int, end: int, filters: Filters = Filters()) -> tuple[str, ...]:
        """Return the ids of the other articles that print this part of an article, the earliest first.

        Their texts are compared with it: all of its words, one after the other. Those that do not pass the filters are left
        out.
        """
        with self._store.reading() as db:
            found = duplicates.quoting(db, article_id, start, end)
        allowed = set(self._store.articles_matching(filters)) if filters and found else None
        return tuple(order[-1] for order, number in found if allowed is None or number in allowed)

    def garbled(self, article_id: str, start: int, end: int) -> tuple[Span, ...]:
        """Return the (start, end) of the mangled words in ``text[start:end]`` of an article (see ``mangled``), in order."""
        with self._store.reading() as db:
            return garbled.words_in(db, article_id, start, end)

    def clean_version(
        self, article_id: str, start: int, end: int, filters: Filters = Filters()
    ) -> tuple[Article, int, int] | None:
        """Return where the sentence ``text[start:end]`` of an article stands without its mangled words.

        None where that is nowhere, or only in articles that do not pass the filters. Raises NotFound.
        """
        articles = self._store.articles_matching(filters) if filters else None
        current = self._following.current()
        return mending.find_clean(self._store, current, self.article(article_id), start, end, articles)

    def story(self, article_id: str) -> tuple[str, ...]:
        """Return the ids of the articles that tell an article's story in its words, its own among them, earliest first."""
        with self._store.reading() as db:
            return tuple(found[-1] for found in duplicates.story(db, article_id))

    def moments(self, article_id: str, start: int, end: int) -> tuple[Moment, ...]:
        """Return the words of time in ``text[start:end]`` of an article and the days they mean, where that is certain."""
        with self._store.reading() as db:
            return timeline.moments_in(db, article_id, start, end)

    def events(self, days: Days, *, limit: int = 10, filters: Filters = Filters()) -> list[tuple[Hit, int]]:
        """Return what is told to have been within the days (see ``timeline.events``): passages, and where the moment begins.

        No query ranks them, so their scores are 0.
        """
        change, articles = self._following.current().change, self._articles(filters, None)
        with self._store.reading() as db:
            found = timeline.events(db, days, change, articles, limit)
        rows = self._store.passages([passage for passage, _ in found])
        return [(Hit(*rows[passage], 0.0, 0.0, 0.0), start) for passage, start in found if passage in rows]

    def newest(self, *, limit: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """Return the first passages of the dated articles that came out last, the newest first; their scores are 0."""
        change, articles = self._following.current().change, self._articles(filters, None)
        with self._store.reading() as db:
            found = timeline.newest(db, change, articles, limit)
        rows = self._store.passages(found)
        return [Hit(*rows[passage], 0.0, 0.0, 0.0) for passage in found if passage in rows]

    def telling_of(self, passages: Sequence[int], days: Days, *, silent: bool = False) -> frozenset[int]:
        """Return which of these passages (their ids) tell of the days (see ``timeline.telling_of``)."""
        with self._store.reading() as db:
            return timeline.telling_of(db, passages, days, silent=silent)

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

    @property
    def store(self) -> Store:
        """The open file, for what is kept in it beside the articles (``failures``, ``visits``, ``syncing``)."""
        return self._store


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
