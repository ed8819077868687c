"""What is judged: a system takes a question and gives a ranking and an answer. Ours is one; baselines are the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from answering.answerer import Answerer
from answering.conversation import Conversation
from answering.followup import standalone
from answering.types import Answer
from retrieval.archive import Archive
from retrieval.searching import CANDIDATES
from retrieval.types import Filters, Hit

OURS = "kiosque"


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
    """The answerer as every face calls it."""

    archive: Archive
    answerer: Answerer
    name: str = OURS

    def search(self, question: str, conversation: Conversation, filters: Filters) -> list[Found]:
        query = standalone(" ".join(question.split()), conversation)
        return [found(hit) for hit in self.archive.search(query, limit=CANDIDATES, filters=filters)]

    def answer(self, question: str, conversation: Conversation, filters: Filters) -> Answer:
        return self.answerer.ask(question, conversation=conversation, filters=filters)


def found(hit: Hit) -> Found:
    return Found(hit.article.id, hit.passage.start, hit.passage.end, hit.score)
