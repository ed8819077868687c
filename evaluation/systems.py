"""What is judged: a system takes a question and gives a ranking and an answer. Ours is one; baselines are the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from answering.answerer import Answerer
from answering.asking.followup import standalone
from answering.conversation import Conversation
from answering.judging.reading import judged
from answering.types import Answer
from retrieval.archive import Archive
from retrieval.searching import CANDIDATES
from retrieval.types import Filters, Hit, Reader, Reranker

OURS = "kiosque"
FUSION = "fusion"  # the same without its reader
Rank = Callable[[str, Filters], list[Hit]]


@dataclass(frozen=True, slots=True)
class Found:
    """A passage in a ranking: ``[start, end)`` of an article's stored text; a higher score is better."""

    article: str
    start: int
    end: int
    score: float


class System(Protocol):
    """Something that answers from an archive."""

    @property
    def name(self) -> str: ...

    def search(self, question: str, conversation: Conversation, filters: Filters) -> list[Found]:
        """Return up to ``CANDIDATES`` passages, best first."""
        ...

    def answer(self, question: str, conversation: Conversation, filters: Filters) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Kiosque:
    """The answerer as every face calls it.

    ``rank`` gives up to ``CANDIDATES`` hits for a question in the order in which the answerer reads them; by default it
    is the archive's own.
    """

    archive: Archive
    answerer: Answerer
    name: str = OURS
    rank: Rank | None = None

    def search(self, question: str, conversation: Conversation, filters: Filters) -> list[Found]:
        query = standalone(" ".join(question.split()), conversation)
        if self.rank is None:
            hits = self.archive.search(query, limit=CANDIDATES, filters=filters)
        else:
            hits = self.rank(query, filters)
        return [found(hit) for hit in hits]

    def answer(self, question: str, conversation: Conversation, filters: Filters) -> Answer:
        return self.answerer.ask(question, conversation=conversation, filters=filters)


def as_read(archive: Archive, reader: Reader | Reranker) -> Rank:
    """Return the ranking of an answerer with a reader: the archive's, the first hits in the order it reads them."""

    def rank(question: str, filters: Filters) -> list[Hit]:
        return judged(reader, question, archive.search(question, limit=CANDIDATES, filters=filters))[0]

    return rank


def found(hit: Hit) -> Found:
    return Found(hit.article.id, hit.passage.start, hit.passage.end, hit.score)
