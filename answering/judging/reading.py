"""What the reader makes of the passages found: their order, and what it reads in the first of them.

It reads in two steps, so that a question keeps to its time: the first passages whole, and of the others the part that
shares most words with the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeGuard

from answering.judging.reranking import READ, order
from retrieval.language import QUESTION_MINIMUM, detect_language
from retrieval.ranking.lexical import terms
from retrieval.sentences import Span, sentence_spans
from retrieval.types import Hit, PassageReading, Reader, Reranker

WHOLE = 4  # passages read from end to end
PART = 60  # words read of each other one


def reads(reader: Reader | Reranker | None) -> TypeGuard[Reader]:
    """Whether it finds answers in passages, besides ranking them."""
    return hasattr(reader, "read")


def judged(
    reader: Reader | Reranker | None, question: str, hits: Sequence[Hit]
) -> tuple[list[Hit], list[PassageReading]]:
    """Return hits, best first by what is said of the first ``READ``, and a reader's readings of these in that order."""
    if reader is None or not hits:
        return list(hits), []
    spans = [part_read(question, hit.text, hit.article.language, rank) for rank, hit in enumerate(hits[:READ])]
    texts = [hit.text[start:end] for hit, (start, end) in zip(hits, spans, strict=False)]
    if not reads(reader):
        return order(hits, reader.relevance(question, texts)), []
    found = map(_moved, reader.read(question, texts), spans)
    readings = dict(zip((hit.passage.id for hit in hits), found, strict=False))
    ordered = order(hits, [reading.relevant for reading in readings.values()])
    return ordered, [readings[hit.passage.id] for hit in ordered if hit.passage.id in readings]


def part_read(question: str, text: str, language: str, rank: int) -> Span:
    """Return what is read of a passage at a rank (0 is the best), as a span of its text; ``language`` is the passage's.

    Behind the first ``WHOLE`` it is the sentences in a row, of at most ``PART`` words together, that hold most of the
    question's words, the first of equals. In another language words tell nothing, and it is the whole passage.
    """
    whole = 0, len(text)
    if rank < WHOLE or len(text.split()) <= PART:
        return whole
    wanted = frozenset(terms(question, language))
    sentences = sentence_spans(text, language)
    shared = [wanted & set(terms(text[start:end], language)) for start, end in sentences]
    if not any(shared) and detect_language(question, QUESTION_MINIMUM) != language:
        return whole
    runs = [_run(sentences, first, text) for first in range(len(sentences))]
    first, last = max(runs, key=lambda run: (len(frozenset().union(*shared[run[0] : run[1] + 1])), -run[0]))
    return sentences[first][0], sentences[last][1]


def _run(sentences: Sequence[Span], first: int, text: str) -> tuple[int, int]:
    """Return the first and last sentence of the longest run that begins with one and has at most ``PART`` words."""
    last = first
    while last + 1 < len(sentences) and len(text[sentences[first][0] : sentences[last + 1][1]].split()) <= PART:
        last += 1
    return first, last


def _moved(reading: PassageReading, span: Span) -> PassageReading:
    """Return a reading of a part of a passage with the places of its spans in the passage."""
    spans = tuple(replace(one, start=one.start + span[0], end=one.end + span[0]) for one in reading.spans)
    return replace(reading, spans=spans)
