"""What an answerer knows of the conversation so far: the latest turns, oldest first. Frozen; asking returns a new one."""

from __future__ import annotations

from dataclasses import dataclass

from answering.types import Answer

MAX_TURNS = 6


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with the standalone form in which it was searched, and the text of its answer."""

    question: str
    standalone: str
    answer: str


@dataclass(frozen=True, slots=True)
class Conversation:
    turns: tuple[Turn, ...] = ()

    def followed_by(self, answer: Answer) -> Conversation:
        """Return the conversation with one more turn, keeping the latest ``MAX_TURNS``."""
        turn = Turn(answer.question, answer.standalone or answer.question, answer.text)
        return Conversation((*self.turns, turn)[-MAX_TURNS:])
