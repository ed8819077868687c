"""What the reader makes of the passages found: their order, and what it reads in the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from answering.judging.reranking import READ, order
from retrieval.types import Hit, PassageReading, Reader, Reranker


def reads(reader: Reader | Reranker | None) -> TypeGuard[Reader]:
    """Whether it finds answers in passages, besides ranking them."""
    return hasattr(reader, "read")


def judged(
    reader: Reader | Reranker | None, question: str, hits: Sequence[Hit]
) -> tuple[list[Hit], list[PassageReading]]:
    """Return hits, best first by what is said of the first ``READ``, and a reader's readings of these in that order."""
    if reader is None or not hits:
        return list(hits), []
    texts = [hit.text for hit in hits[:READ]]
    if not reads(reader):
        return order(hits, reader.relevance(question, texts)), []
    readings = dict(zip((hit.passage.id for hit in hits), reader.read(question, texts), strict=False))
    ordered = order(hits, [reading.relevant for reading in readings.values()])
    return ordered, [readings[hit.passage.id] for hit in ordered if hit.passage.id in readings]
