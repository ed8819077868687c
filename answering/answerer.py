"""The answerer: what every face calls. Question and conversation in, verified Answer out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from answering.asking.followup import standalone
from answering.asking.question import read_question
from answering.comparing.copies import Printing, Sources, rests_on_garbled
from answering.conversation import Conversation
from answering.errors import ChatModelError
from answering.judging.evidence import PASSAGES, Dated, Evidence, gather
from answering.judging.reading import judged, reads
from answering.judging.vectors import SentenceVectors
from answering.judging.weighing import default_threshold
from answering.listening import Listener
from answering.times.digest import digest
from answering.times.periods import (
    choices,
    days_covered,
    newest_of,
    reported,
    tells_of,
    told,
    within,
    without_its_times,
)
from answering.times.when import Period, asks_only_when, read_period
from answering.types import Answer, Mode, Status
from answering.writing.extractive import compose, text_of
from answering.writing.frames import frame_for
from retrieval.archive import Archive
from retrieval.facts.timeline import Told
from retrieval.language import QUESTION_MINIMUM, detect_language
from retrieval.types import Coverage, Filters, Hit, PassageReading, Reader, Reranker

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as it is searched: its language, what it says of time, and among which articles.

    ``told``: only what tells of these days counts; once that gave no answer (``anywhere``), it comes first. ``coverage``
    is that of the filters that were asked for.
    """

    text: str
    language: str
    period: Period | None
    told: Told | None
    conversation: Conversation
    filters: Filters
    coverage: Coverage
    anywhere: bool = False

    @property
    def limit(self) -> Told | None:
        """What the search is limited to."""
        return None if self.anywhere else self.told

    @property
    def only_when(self) -> bool:
        """Whether it asks for nothing but a time."""
        return self.period is not None and asks_only_when(self.text, self.language, self.period)

    @property
    def newest_first(self) -> bool:
        return self.period is not None and self.period.newest_first


@dataclass(frozen=True, slots=True)
class _Found:
    """The passages found, the evidence in them where their days alone are it, and a reader's readings of the first ones."""

    hits: list[Hit]
    evidence: list[Evidence] | None = None
    dated: Dated | None = None
    readings: list[PassageReading] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Tried:
    """An answer, and whether the chat model was asked for it and could not be used."""

    answer: Answer
    model_failed: bool


@contextmanager
def _timed(stages: dict[str, float], name: str) -> Iterator[None]:
    """Add how many milliseconds a stage took."""
    began = time.perf_counter()
    yield
    stages[name] = stages.get(name, 0.0) + (time.perf_counter() - began) * 1000


class Answerer:
    """Answers from one archive; with a chat model where one is given, else in the archive's own sentences.

    ``threshold`` in [0, 1] is the probability of evidence from which a question is answered; None: the measured one.
    ``reader`` reads the passages found, and orders them; a reranker that is no reader only orders them.
    ``today`` gives the day from which questions count ("hier").
    """

    def __init__(
        self,
        archive: Archive,
        chat_model: BaseChatModel | None = None,
        threshold: float | None = None,
        today: Callable[[], date] = date.today,
        reader: Reader | Reranker | None = None,
    ) -> None:
        self._archive, self._chat_model, self._today, self._reader = archive, chat_model, today, reader
        self._threshold = default_threshold(reads(reader)) if threshold is None else threshold
        self._sentences = SentenceVectors(archive.embedder)

    @property
    def writes(self) -> bool:
        """Whether a chat model writes the answers."""
        return self._chat_model is not None

    @property
    def reader(self) -> Reader | Reranker | None:
        """What orders and reads the passages found."""
        return self._reader

    @property
    def threshold(self) -> float:
        """The probability of evidence from which a question is answered."""
        return self._threshold

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

        A question that names days is answered from what tells of them; where that gives no answer, from all that the
        filters allow. ``period`` and ``notice`` say so. An unreachable chat model is no failure: the extractive answer
        comes instead and its ``notice`` says so. ``cancelled`` is asked at each piece of text of a chat model. Raises
        Cancelled once it says so.
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
        with _timed(stages, "search"):
            coverage = self._archive.coverage(filters)
        language = self._language(question, conversation)
        covered = days_covered(coverage)
        read = partial(read_period, language=language, today=self._today(), covered=covered)
        searched_as = standalone(question, conversation, read)
        period = read(searched_as)
        asked = _Asked(searched_as, language, period, told(period, covered), conversation, filters, coverage)
        tried = self._answer(asked, listener, stages)
        answer, dropped = tried.answer, False
        if asked.told and answer.status is Status.NO_EVIDENCE and not asked.only_when:
            again = self.quoting() if tried.model_failed else self
            anywhere = again._answer(replace(asked, anywhere=True), listener, stages).answer
            answer = replace(anywhere, notice=_joined(answer.notice, anywhere.notice))
            says = [tells_of(self._archive, c.article, c.start, c.end, asked.told.days) for c in answer.citations]
            dropped = not says or not all(says)
        answer = replace(answer, question=question, standalone=searched_as if searched_as != question else "")
        return reported(answer, period, asked.told, dropped)

    def _language(self, question: str, conversation: Conversation) -> str:
        """Return the question's language; where it does not tell, that of the last question, then the archive's own."""
        for text in (question, *(turn.question for turn in reversed(conversation.turns))):
            if code := detect_language(text, QUESTION_MINIMUM):
                return code
        return self._archive.main_language

    def _answer(self, asked: _Asked, listener: Listener, stages: dict[str, float]) -> _Tried:
        sources = Sources(self._archive, within(asked.filters, asked.limit))
        with _timed(stages, "search"):
            found = self._search(asked)
        answer, notice = None, ""
        written = self._chat_model is not None and bool(found.hits)
        if written:
            with _timed(stages, "generate"):
                answer, notice = self._generate(asked, found, listener, sources)
        failed = written and answer is None
        if answer is None:
            with _timed(stages, "extract"):
                answer = self._extract(asked, found, sources)
        return _Tried(replace(answer, notice=_joined(notice, answer.notice)), failed)

    def _search(self, asked: _Asked) -> _Found:
        """Find passages for a question; its words of time are looked for as such only where they are nothing more."""
        period = asked.period
        if period is None:
            return self._judged(asked.text, self._archive.search(asked.text, limit=PASSAGES, filters=asked.filters))
        if asked.only_when:
            alone = digest(self._archive, asked.text, period, asked.told, asked.filters)
            passages_of = {hit.passage.id: hit for hit, _ in alone}
            return _Found(list(passages_of.values())[:PASSAGES], [evidence for _, evidence in alone])
        if asked.limit is None and not (period.newest_first or period.no_such):
            return self._judged(asked.text, self._archive.search(asked.text, limit=PASSAGES, filters=asked.filters))
        bare = without_its_times(read_question(asked.text, asked.language), period)
        hits = self._archive.search(bare.text, limit=PASSAGES, filters=asked.filters, told=asked.limit)
        passages = [hit.passage.id for hit in hits]
        telling = frozenset(passages)
        if asked.limit:
            telling = self._archive.telling_of(passages, asked.limit.days, silent=True)
        return replace(self._judged(bare.text, hits), dated=Dated(bare, telling))

    def _judged(self, question: str, hits: list[Hit]) -> _Found:
        """Return hits as the reader orders them, with its readings of the first."""
        ordered, readings = judged(self._reader, question, hits)
        return _Found(ordered, readings=readings)

    def _extract(self, asked: _Asked, found: _Found, sources: Sources) -> Answer:
        read = read_question(asked.text, asked.language)
        compose_from = partial(
            compose,
            hits=found.hits,
            searched=asked.coverage,
            threshold=self._threshold,
            sources=sources,
            supports=self._reader.support if reads(self._reader) else None,
        )
        if found.evidence is not None:
            return compose_from(read, found.evidence)
        evidence = gather(self._archive, read, found.hits, self._sentences, sources, found.dated, found.readings)
        if found.dated:
            read = replace(read, names=found.dated.question.names)
        for chosen in choices(self._archive, evidence, asked.told, asked.anywhere, asked.newest_first):
            answer = compose_from(read, chosen)
            if answer.status is not Status.NO_EVIDENCE:
                break
        return answer

    def _counts(self, told: Told | None, part: Printing) -> bool:
        """Whether a quotation may answer: it names no other days than those asked about."""
        return not told or tells_of(self._archive, part.article, part.start, part.end, told.days) is not False

    def _generate(
        self, asked: _Asked, found: _Found, listener: Listener, sources: Sources
    ) -> tuple[Answer | None, str]:
        """Return the chat model's verified answer, or None and why the extractive one is given instead."""
        from answering.generating.generative import write
        from answering.generating.messages import fit

        frame, model = frame_for(asked.language), self._chat_model
        assert model is not None
        hits = newest_of(fit(found.hits)) if asked.newest_first else found.hits
        try:
            draft = write(
                model,
                asked.text,
                hits,
                asked.conversation,
                asked.language,
                self._archive.embedder,
                listener,
                sources,
                partial(self._counts, asked.limit),
            )
        except ChatModelError as exc:
            return None, f"{frame.unreachable} ({exc})"
        if draft.no_answer:
            refusal = self._extract(asked, found, sources)
            if refusal.status is Status.NO_EVIDENCE:
                return replace(refusal, mode=Mode.GENERATIVE), ""
            return refusal, ""
        if not draft.claims:
            return None, frame.unproved
        notices = [draft.interrupted] if draft.interrupted else []
        if draft.dropped:
            notices.append(frame.dropped.format(n=draft.dropped))
        if rests_on_garbled(draft.claims, draft.citations):
            notices.append(frame.garbled)
        answer = Answer(
            question=asked.text,
            status=Status.PARTIAL if draft.interrupted else Status.ANSWERED,
            text=text_of(draft.claims),
            mode=Mode.GENERATIVE,
            language=asked.language,
            claims=draft.claims,
            citations=draft.citations,
            verdicts=draft.verdicts,
            searched=asked.coverage,
            confidence=1.0,
        )
        return answer, _joined(*notices)


def _joined(*notices: str) -> str:
    return " ".join(filter(None, notices))
