"""The textbook: the pipeline of LangChain's RAG tutorial, with this project's embedder and no judgement of its own.

RecursiveCharacterTextSplitter (1000 characters, 200 shared), one vector a chunk, FAISS, the best four chunks; a chat model
gets them with the tutorial's prompt (``rlm/rag-prompt`` of LangChain's hub), and without one they are the answer. It has
no notion of a conversation, and ignores it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from answering.conversation import Conversation
from answering.generating.chat import stream_text
from answering.types import Answer, Citation, Claim, Mode
from answering.writing.extractive import text_of
from evaluation.baselines import citation, clipped, inert, milliseconds, quoted, spaced
from evaluation.systems import Found
from retrieval.archive import Archive
from retrieval.errors import KiosqueError
from retrieval.searching import CANDIDATES
from retrieval.sentences import sentence_spans
from retrieval.types import Article, Embedder, Filters, Progress

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

TOP = 4
CHUNK_SIZE, CHUNK_OVERLAP = 1000, 200  # characters
SHARD = 1_000_000  # characters of articles a shard: about 1,300 chunks, less than a minute's embedding on two cores
_BATCH = 64  # chunks embedded at a time
_SPARE = 20  # equal scores at the end of FAISS's list come in no order: a few more, and ours decides

# The tutorial's own words, blanks at the ends of its lines included.
_PROMPT = (
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to answer the "
    "question. If you don't know the answer, just say that you don't know. Use three sentences maximum and keep the "
    "answer concise.\nQuestion: {question} \nContext: {context} \nAnswer:"
)


@dataclass(frozen=True, slots=True)
class Chunks:
    """All chunks, in order of article id and place: row ``r`` is ``[start[r], end[r])`` of ``ids[article[r]]``.

    ``index`` is a faiss.IndexFlatIP of their vectors, in the same order.
    """

    ids: tuple[str, ...]
    article: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    index: Any

    def rows_of(self, articles: Iterable[str]) -> NDArray[np.int64]:
        """Return the rows of these articles, in order; ids that are not held have none."""
        wanted = set(articles)
        numbers = [number for number, name in enumerate(self.ids) if name in wanted]
        return np.flatnonzero(np.isin(self.article, numbers))


@dataclass(frozen=True, slots=True)
class Textbook:
    """Make one with ``build``; the archive must not change as long as it is used."""

    archive: Archive
    embedder: Embedder
    chunks: Chunks
    chat_model: BaseChatModel | None = None
    name: str = "textbook"

    @classmethod
    def build(
        cls,
        archive: Archive,
        embedder: Embedder,
        folder: Path,
        chat_model: BaseChatModel | None = None,
        progress: Progress | None = None,
        *,
        shard: int = SHARD,
    ) -> Textbook:
        """Split and embed every article of an archive, as far as ``folder`` does not hold that already.

        Articles are taken in runs of ``shard`` characters, each a file of its own: a killed build loses at most one.
        Raises KiosqueError when the folder cannot be used.
        """
        import faiss

        index = faiss.IndexFlatIP(embedder.dimension)
        ids: list[str] = []
        places = [np.empty((3, 0), np.int32)]
        total = archive.coverage().articles
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder / "writing.lock"):  # a second process waits, then finds all shards there
                for articles in _shards(archive.articles(), shard):
                    rows = _rows(articles, embedder, folder)
                    index.add(np.ascontiguousarray(rows["vector"], np.float32))
                    places.append(np.stack([rows["article"] + len(ids), rows["start"], rows["end"]]))
                    ids += [article.id for article in articles]
                    if progress is not None:
                        progress("textbook", len(ids), total)
        except OSError as exc:
            raise KiosqueError(
                f"The folder {folder} cannot keep the textbook's vectors: {exc.strerror or exc}; name another, or make room."
            ) from exc
        number, start, end = np.concatenate(places, axis=1)
        return cls(archive, embedder, Chunks(tuple(ids), number, start, end, index), chat_model)

    def search(self, question: str, conversation: Conversation, filters: Filters) -> list[Found]:
        return [self._found(row, score) for row, score in self._ranked(question, filters)]

    def answer(self, question: str, conversation: Conversation, filters: Filters) -> Answer:
        """Answer with the four best chunks, or in the chat model's words, each sentence under all four.

        Raises ChatModelError when the model fails: nothing stands in for it.
        """
        began = time.perf_counter()
        ranked = self._ranked(question, filters)[:TOP]
        stages = [("search", milliseconds(began))]
        citations = [self._citation(marker, row) for marker, (row, _) in enumerate(ranked, 1)]
        confidence = clipped(ranked[0][1]) if ranked else 0.0
        answer = quoted(self.archive, question, filters, citations, confidence)
        if citations and self.chat_model is not None:
            asked = time.perf_counter()
            claims = _written(self.chat_model, answer, citations)
            stages.append(("generate", milliseconds(asked)))
            answer = replace(answer, mode=Mode.GENERATIVE, claims=claims, text=text_of(claims))
        return replace(answer, elapsed_ms=milliseconds(began), stages=tuple(stages))

    def _ranked(self, question: str, filters: Filters) -> list[tuple[int, float]]:
        """Return (row, cosine) of the best chunks, best first, ties in order of rows."""
        import faiss

        if replace(filters, article_ids=()):
            raise KiosqueError(
                "The textbook pipeline can filter by article ids only; leave out dates, outlets and languages."
            )
        rows = self.chunks.rows_of(filters.article_ids) if filters else None
        limit = min(CANDIDATES + _SPARE, self.chunks.index.ntotal if rows is None else len(rows))
        if not limit:
            return []
        parameters = None if rows is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))
        query = self.embedder.embed_query(spaced(question))
        scores, found = self.chunks.index.search(query[None], limit, params=parameters)
        ranked = [(int(row), float(score)) for row, score in zip(found[0], scores[0], strict=True) if row != -1]
        return sorted(ranked, key=lambda hit: (-hit[1], hit[0]))[:CANDIDATES]

    def _found(self, row: int, score: float) -> Found:
        chunks = self.chunks
        return Found(chunks.ids[chunks.article[row]], int(chunks.start[row]), int(chunks.end[row]), score)

    def _citation(self, marker: int, row: int) -> Citation:
        place = self._found(row, 0.0)
        return citation(marker, self.archive.article(place.article), place.start, place.end)


def _written(model: BaseChatModel, answer: Answer, citations: Sequence[Citation]) -> tuple[Claim, ...]:
    """Return the sentences of the model's text, unchecked: the textbook cites what it retrieved."""
    context = "\n\n".join(c.quote for c in citations)
    text = "".join(stream_text(model, [("human", _PROMPT.format(question=answer.question, context=context))]))
    markers = tuple(c.marker for c in citations)
    return tuple(Claim(inert(text[start:end]), markers) for start, end in sentence_spans(text, answer.language))


# -- splitting and embedding, shard by shard ------------------------------------------------------------------------


def spans_of(texts: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return (number of the text, start, end) of every chunk, in order, as LangChain's splitter cuts them."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP, add_start_index=True)
    spans = []
    for chunk in splitter.create_documents(list(texts), [{"number": number} for number in range(len(texts))]):
        number, start = chunk.metadata["number"], chunk.metadata["start_index"]
        # It looks its chunks up in the text again, and says -1 where it does not find one.
        if start >= 0 and chunk.page_content.strip():
            spans.append((number, start, start + len(chunk.page_content)))
    return spans


def _shards(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    """Yield articles in runs of ``size`` characters or a little more."""
    shard: list[Article] = []
    characters = 0
    for article in articles:
        shard.append(article)
        characters += len(article.text)
        if characters >= size:
            yield shard
            shard, characters = [], 0
    if shard:
        yield shard


def _layout(dimension: int) -> np.dtype[Any]:
    return np.dtype([("article", "<i4"), ("start", "<i4"), ("end", "<i4"), ("vector", "<f2", (dimension,))])


def _rows(shard: Sequence[Article], embedder: Embedder, folder: Path) -> NDArray[Any]:
    """Return the chunks of a shard with their vectors (see ``_layout``), articles counted within it.

    Read from ``folder`` where they lie there, else made and written; half precision either way.
    """
    path = folder / f"{_key(shard, embedder)}.npy"
    layout = _layout(embedder.dimension)
    try:
        with path.open("rb") as file:  # not np.load, which opens a zip as well
            rows: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    except (FileNotFoundError, ValueError, EOFError):  # not there, or damaged: it can be made again
        rows = np.empty(0)
    if rows.dtype == layout:
        return rows
    spans = spans_of([article.text for article in shard])
    rows = np.zeros(len(spans), layout)
    for at in range(0, len(spans), _BATCH):
        batch = spans[at : at + _BATCH]
        rows["vector"][at : at + _BATCH] = embedder.embed_passages(
            [shard[n].text[start:end] for n, start, end in batch]
        )
    for column, values in zip(("article", "start", "end"), np.array(spans, np.int32).reshape(-1, 3).T, strict=True):
        rows[column] = values
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        np.save(file, rows, allow_pickle=False)
    os.replace(temporary, path)
    return rows


def _key(shard: Sequence[Article], embedder: Embedder) -> str:
    """Hash all that the rows of a shard depend on."""
    digest = blake2b(digest_size=16)
    settings = (embedder.name, str(CHUNK_SIZE), str(CHUNK_OVERLAP), version("langchain-text-splitters"))
    for part in (*settings, *(part for article in shard for part in (article.id, article.text))):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()
