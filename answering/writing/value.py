"""A value: the part of a sentence that a short answer shows, verbatim."""

from __future__ import annotations

from dataclasses import dataclass

from answering.judging.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Value:
    """An answer: ``article.text[start:end]`` of its evidence. ``probability`` in [0, 1]: that it is, given the passage."""

    evidence: Evidence
    start: int
    end: int
    probability: float

    @property
    def text(self) -> str:
        return self.evidence.article.text[self.start : self.end]

    @property
    def language(self) -> str:
        return self.evidence.article.language


@dataclass(frozen=True, slots=True)
class Stated:
    """Values that the writer is sure of without a reader's spans; ``alone``: nothing else of the sentences is a value."""

    values: tuple[Value, ...] = ()
    alone: bool = False
