"""The answerer: what every face calls. Question and conversation in, verified Answer out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from answering.conversation import Conversation
from answering.errors import ChatModelError
from answering.evidence import PASSAGES, default_threshold, gather
from answering.extractive import compose, text_of
from answering.followup import standalone
from answering.frames import frame_for
from answering.listening import Listener
from answering.question import read_question
from answering.types import Answer, Mode, Status
from answering.vectors import SentenceVectors
from retrieval.archive import Archive
from retrieval.language import QUESTION_MINIMUM, detect_language
from retrieval.types import Coverage, Filters, Hit

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@contextmanager
def _timed(stages: dict[str, float], name: str) -> Iterator[None]:
    """Note how many milliseconds a stage took."""
    began = time.perf_counter()
    yield
    stages[name] = (time.perf_counter() - began) * 1000


class Answerer:
    """Answers from one archive; with a chat model where one is given, else in the archive's own sentences.

    ``threshold`` in [0, 1] is the probability of evidence from which a question is answered; None: the measured one.
    """

    def __init__(
        self, archive: Archive, chat_model: BaseChatModel | None = None, threshold: float | None = None
    ) -> None:
        self._archive, self._chat_model = archive, chat_model
        self._threshold = default_threshold() if threshold is None else threshold
        self._sentences = SentenceVectors(archive.embedder)

    @property
    def writes(self) -> bool:
        """Whether a chat model writes the answers."""
        return self._chat_model is not None

    def quoting(self) -> Answerer:
        """Return the same answerer without its chat model."""
        other = copy(self)
        other._chat_model = None
        return other

    def ask(
        self,
        question: str,
        *,
        conversation: Conversation = Conversation(),
        filters: Filters = Filters(),
        on_sentence: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Answer:
        """Answer a question. ``on_sentence`` is given each sentence of a chat model once it is verified.

        An unreachable chat model is no failure: the extractive answer comes instead and its ``notice`` says so.
        ``cancelled`` is asked at each piece of text of a chat model. Raises Cancelled once it says so.
        """
        stages: dict[str, float] = {}
        with _timed(stages, "total"):
            answer = self._ask(question, conversation, filters, Listener(on_sentence, cancelled), stages)
        return replace(answer, elapsed_ms=stages["total"], stages=tuple(stages.items()))

    def _ask(
        self,
        question: str,
        conversation: Conversation,
        filters: Filters,
        listener: Listener,
        stages: dict[str, float],
    ) -> Answer:
        question = " ".join(question.split())
        searched_as = standalone(question, conversation)
        language = self._language(question, conversation)
        with _timed(stages, "search"):
            hits = self._archive.search(searched_as, limit=PASSAGES, filters=filters)
            coverage = self._archive.coverage(filters)
        answer = None
        notice = ""
        if self._chat_model is not None and hits:
            with _timed(stages, "generate"):
                answer, notice = self._generate(question, searched_as, language, hits, coverage, conversation, listener)
        if answer is None:
            with _timed(stages, "extract"):
                answer = self._extract(searched_as, language, hits, coverage)
        return replace(
            answer,
            question=question,
            notice=notice or answer.notice,
            standalone=searched_as if searched_as != question else "",
        )

    def _language(self, question: str, conversation: Conversation) -> str:
        """Return the question's language; where it does not tell, that of the last question, then the archive's own."""
        for text in (question, *(turn.question for turn in reversed(conversation.turns))):
            if code := detect_language(text, QUESTION_MINIMUM):
                return code
        return self._archive.main_language

    def _extract(self, question: str, language: str, hits: list[Hit], coverage: Coverage) -> Answer:
        read = read_question(question, language)
        evidence = gather(self._archive, read, hits, self._sentences)
        return compose(read, evidence, hits, coverage, self._threshold)

    def _generate(
        self,
        question: str,
        searched_as: str,
        language: str,
        hits: list[Hit],
        coverage: Coverage,
        conversation: Conversation,
        listener: Listener,
    ) -> tuple[Answer | None, str]:
        """Return the chat model's verified answer, or None and why the extractive one is given instead."""
        from answering.generative import write

        frame = frame_for(language)
        assert self._chat_model is not None
        try:
            draft = write(self._chat_model, searched_as, hits, conversation, language, self._archive.embedder, listener)
        except ChatModelError as exc:
            return None, f"{frame.unreachable} ({exc})"
        if draft.no_answer:
            refusal = self._extract(searched_as, language, hits, coverage)
            if refusal.status is Status.NO_EVIDENCE:
                return replace(refusal, mode=Mode.GENERATIVE), ""
            return refusal, ""
        if not draft.claims:
            return None, frame.unproved
        told = [draft.interrupted] if draft.interrupted else []
        if draft.dropped:
            told.append(frame.dropped.format(n=draft.dropped))
        answer = Answer(
            question=question,
            status=Status.PARTIAL if draft.interrupted else Status.ANSWERED,
            text=text_of(draft.claims),
            mode=Mode.GENERATIVE,
            language=language,
            claims=draft.claims,
            citations=draft.citations,
            searched=coverage,
            confidence=1.0,
        )
        return answer, " ".join(told)
