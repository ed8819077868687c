"""Answers that were given already, kept in memory for as long as nothing changed that they depend on.

In memory only: what is kept are the values themselves, so nothing has to be read back; a restart empties it, and with it
whatever other code wrote; and no quotation outlives its article in a file that a removal would have to reach too.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from threading import Lock

from answering.conversation import Turn
from answering.types import Answer, Status
from prompts import PLACEHOLDERS, load_prompt
from retrieval.types import Filters

CACHED = "cached"  # the stage of an answer that was kept, in place of all others


@dataclass(frozen=True, slots=True)
class Basis:
    """What all answers depend on besides what is asked: ``Archive.change``, and the day from which "hier" counts."""

    change: tuple[int, int]
    today: date


@dataclass(frozen=True, slots=True)
class Key:
    """What is asked, and of whom. ``question`` and ``standalone`` are ``folded``.

    ``prompts`` is the ``prompts_version`` of a chat model that writes the answer, and ``turns`` are what it may be shown of
    the conversation; both empty where the archive is quoted.
    """

    question: str
    standalone: str
    language: str
    filters: Filters = Filters()
    prompts: str = ""
    turns: tuple[Turn, ...] = ()


class AnswerCache:
    """At most ``most`` answers, which quote articles of at most ``characters`` together; those not asked for longest go.

    It belongs to one answerer, whose archive, threshold, reader and chat model stay what they are. Safe to share between
    threads. It holds answers of one basis: another one empties it.
    """

    def __init__(self, most: int = 256, characters: int = 20_000_000) -> None:
        self._most, self._characters = most, characters
        self._basis: Basis | None = None
        self._answers: OrderedDict[Key, tuple[Answer, int]] = OrderedDict()
        self._held = 0
        self._lock = Lock()

    def get(self, basis: Basis, key: Key) -> Answer | None:
        """Return the answer that was given, None when there is none on this basis."""
        with self._lock:
            if not self._follows(basis) or key not in self._answers:
                return None
            self._answers.move_to_end(key)
            return self._answers[key][0]

    def put(self, basis: Basis, key: Key, answer: Answer) -> bool:
        """Keep an answer made on ``basis``, if it was not broken off and nothing changed meanwhile; tell whether it is kept.

        What stands in for an answer of a chat model that failed is not to be put here: the model may be back.
        """
        size = _size(answer)
        if answer.status is Status.PARTIAL or size > self._characters:
            return False
        with self._lock:
            if self._basis != basis:  # of before a change, or never looked for
                return False
            if key in self._answers:
                self._held -= self._answers.pop(key)[1]
            self._answers[key] = answer, size
            self._held += size
            while len(self._answers) > self._most or self._held > self._characters:
                self._held -= self._answers.popitem(last=False)[1][1]
            return True

    def clear(self) -> None:
        with self._lock:
            self._answers.clear()
            self._held = 0

    def __len__(self) -> int:
        return len(self._answers)

    def _follows(self, basis: Basis) -> bool:
        """Go over to another basis, emptied; False for one from before a change that was seen already."""
        if self._basis is not None and basis.change < self._basis.change:
            return False
        if self._basis != basis:
            self._basis = basis
            self._answers.clear()
            self._held = 0
        return True


def prompts_version() -> str:
    """Return what changes with the text of any prompt there is: 12 hex digits. Raises PromptError."""
    versions = " ".join(f"{name}={load_prompt(name).version}" for name in sorted(PLACEHOLDERS))
    return sha256(versions.encode()).hexdigest()[:12]


def again(answer: Answer, question: str) -> Answer:
    """Return a kept answer as the answer to the same question, asked now."""
    return replace(answer, question=question, elapsed_ms=0.0, stages=())


def _size(answer: Answer) -> int:
    articles = {article.id: article for article in (*(c.article for c in answer.citations), *answer.nearest)}
    return len(answer.text) + sum(len(article.text) for article in articles.values())
