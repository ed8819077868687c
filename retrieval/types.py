"""The values that travel between packages: frozen, slotted, validated once where they are made.

One convention everywhere: offsets are code points into ``Article.text``, ``end`` is exclusive, a higher score is better.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it is stored. ``text`` is the cleaned text; every offset in the project refers to it.

    ``published`` keeps the precision that the source gave: ``2022``, ``2022-03``, ``2022-03-02`` or a full ISO 8601
    time stamp; empty when the source gives none. ``dated_by`` says where it came from: ``page`` (an HTML page's own
    metadata), ``feed``, ``sitemap``, ``header`` (the head of a text or mail, properties of a document), ``name`` (of the
    file), ``data`` (a field of JSONL); empty when unknown. ``language`` is an ISO 639-1 code or empty. ``pages`` are the
    offsets at which the pages of a PDF begin, none for anything else.
    """

    id: str
    text: str
    title: str = ""
    url: str = ""
    outlet: str = ""
    published: str = ""
    language: str = ""
    dated_by: str = ""
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article: ``article.text[start:end]``."""

    id: int
    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query.

    ``score`` orders hits (fused, higher is better); ``dense`` is the cosine similarity of query and passage, in [-1, 1];
    ``lexical`` is the BM25 score, 0 when no word of the query occurs in the passage; ``proposed_by`` says which index
    had it among its best: ``dense``, ``lexical`` or ``both``.

    Where several articles print the passage, this is the earliest of them, and ``also_in`` holds the ids of the others,
    the earliest first. The scores are those of the printing that is nearest to the query.
    """

    passage: Passage
    article: Article
    score: float
    dense: float
    lexical: float
    proposed_by: str = "both"
    also_in: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.article.text[self.passage.start : self.passage.end]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is limited to. Empty fields do not limit.

    ``since`` and ``until`` are ISO dates (``2022``, ``2022-03`` or ``2022-03-02``), both inclusive. An article dated by
    month lies in a range when any of its days does; an undated article lies in no range.
    """

    since: str = ""
    until: str = ""
    outlets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a search looked at: number of articles, and the first and last publication date among them (or empty)."""

    articles: int
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One article as a source offers it, before it is read: reading is put off until ``fingerprint`` proves it changed.

    ``key`` names the place it came from, stable between runs (absolute path, with ``#...`` inside a JSONL file).
    """

    key: str
    fingerprint: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a line of one, that could not be taken in, and why, in one sentence."""

    where: str
    reason: str


class Embedder(Protocol):
    """Turns text into unit vectors. ``name`` identifies weights and pooling: vectors of one name are comparable."""

    name: str
    dimension: int

    def embed_query(self, text: str) -> Vectors:
        """Return one vector, shape (dimension,)."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one row a text, shape (len(texts), dimension)."""
        ...


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A part of a passage that may be what is asked for: ``text[start:end]`` of the passage.

    ``probability`` in [0, 1]: that the answer is just this, among all parts of the passage and "nowhere".
    """

    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What a reader says of a question and a passage. Scores are log odds, higher is better.

    ``relevant`` ranks the passages of one question, and is comparable among these alone. ``answers``: that the passage
    holds an answer. ``margin``: the score of the best span above that of "nowhere". ``spans``: the likeliest parts, best
    first.
    """

    relevant: float
    answers: float
    margin: float
    spans: tuple[AnswerSpan, ...]


class Reranker(Protocol):
    """Says how well passages suit a question. ``name`` identifies the weights."""

    name: str

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one score a passage, higher is better, comparable among the passages of one question."""
        ...


class Reader(Reranker, Protocol):
    """Reads passages for the answer to a question, and for what supports a statement."""

    def read(self, question: str, passages: Sequence[str]) -> list[PassageReading]:
        """Return one reading a passage."""
        ...

    def support(self, statement: str, passages: Sequence[str]) -> list[float]:
        """Return for each passage the probability in [0, 1] that it says what the statement says."""
        ...


class ArticleSource(Protocol):
    """Something that articles come from, such as a folder."""

    def records(self) -> Iterable[Record | Skipped]:
        """List what the source holds now, in a stable order."""
        ...

    def read(self, record: Record) -> Article:
        """Turn a record into a clean article. Raises ``ReadError`` with a reason that a person understands."""
        ...

    def owns(self, key: str) -> bool:
        """Whether a stored key belongs to this source: one that it owns and no longer lists has vanished."""
        ...


class Progress(Protocol):
    """Told how far a long job is: the stage in a word, what is done, and how much there is (None: unknown)."""

    def __call__(self, stage: str, done: int, total: int | None) -> None: ...


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one indexing run did, counted in articles; ``passages`` is how many the archive now holds.

    ``expired`` are the ids of those of the removed ones that turned out to be too old.
    """

    added: int
    updated: int
    removed: int
    unchanged: int
    passages: int
    seconds: float
    skipped: tuple[Skipped, ...] = ()
    expired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArchiveStatus:
    """What the archive holds and how it is searched. ``dense_index`` is ``exact`` or ``approximate``; ``bytes`` on disk.

    ``updated`` is when it last changed (UTC, ISO 8601, to the second), empty when it never did.
    """

    articles: int
    passages: int
    coverage: Coverage
    outlets: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    encoder: str
    dense_index: str
    change: int
    bytes: int
    updated: str = ""
