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

from answering.answer_cache import CACHED, AnswerCache, Basis, Key, again, prompts_version
from answering.asked import Asked, read_asked
from answering.asking.question import read_question
from answering.asking.wide import read_wide
from answering.comparing.copies import Printing, Sources
from answering.comparing.further import further
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
    newest_of,
    reported,
    tells_of,
    within,
    without_its_times,
)
from answering.times.when import without_times
from answering.types import Answer, Mode, Status
from answering.wide.finding import Widened, widen
from answering.wide.quoting import quote_wide
from answering.writing.extractive import compose, text_of
from answering.writing.frames import frame_for
from retrieval.archive import Archive
from retrieval.facts.timeline import Told
from retrieval.types import Filters, Hit, PassageReading, Reader, Reranker

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from answering.generating.drafted import Written


@dataclass(frozen=True, slots=True)
class _Found:
    """The passages found, the evidence in them where their days alone are it, and a reader's readings of the first ones.

    ``wide``: those of a question that many articles answer together.
    """

    hits: list[Hit]
    evidence: list[Evidence] | None = None
    dated: Dated | None = None
    readings: list[PassageReading] = field(default_factory=list)
    wide: Widened | None = None


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
    ``caches``: what is asked again is answered as before, until the archive changes or a day is over (see ``answer_cache``).
    """

    def __init__(
        self,
        archive: Archive,
        chat_model: BaseChatModel | None = None,
        threshold: float | None = None,
        today: Callable[[], date] = date.today,
        reader: Reader | Reranker | None = None,
        caches: bool = False,
    ) -> None:
        self._archive, self._chat_model, self._today, self._reader = archive, chat_model, today, reader
        self._threshold = default_threshold(reads(reader)) if threshold is None else threshold
        self._sentences = SentenceVectors(archive.embedder)
        self._cache = AnswerCache() if caches else None

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
        """Return the same answerer without its chat model. They share what they keep: each is given its own answers."""
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

        Of an answer that was kept ``stages`` names ``cached`` and no search; its sentences are heard as when it was written.
        """
        stages: dict[str, float] = {}
        listener = Listener(on_sentence, cancelled)
        with _timed(stages, "total"):
            basis = Basis(self._archive.change, self._today())  # before anything is read
            with _timed(stages, "search"):
                asked = read_asked(
                    self._archive, question, conversation, filters, basis.today, partial(self._rewritten, listener)
                )
            if self._cache is None:
                answer = self._ask(asked, listener, stages).answer
            else:
                answer = self._ask_or_give_again(self._cache, basis, asked, listener, stages)
        return replace(answer, elapsed_ms=stages["total"], stages=tuple(stages.items()))

    def _ask_or_give_again(
        self, cache: AnswerCache, basis: Basis, asked: Asked, listener: Listener, stages: dict[str, float]
    ) -> Answer:
        """Answer as the same question was answered before, else ask, and keep the answer."""
        key = Key(
            asked.typed,
            asked.text,
            asked.language,
            asked.filters,
            prompts_version() if self.writes else "",
            asked.conversation.turns if self.writes else (),
        )
        kept = cache.get(basis, key)
        if kept is None:
            tried = self._ask(asked, listener, stages)
            if not tried.model_failed:
                cache.put(basis, key, tried.answer)
            return tried.answer
        stages[CACHED] = stages.pop("search")
        listener.check()
        for claim in kept.claims if kept.mode is Mode.GENERATIVE else ():
            listener.hear(text_of([claim]))
        return again(kept, asked.typed)

    def _ask(self, asked: Asked, listener: Listener, stages: dict[str, float]) -> _Tried:
        tried = self._answer(asked, listener, stages)
        answer, failed, dropped = tried.answer, tried.model_failed, False
        if asked.told and answer.status is Status.NO_EVIDENCE and not asked.only_when:
            answerer = self.quoting() if tried.model_failed else self
            anywhere = answerer._answer(replace(asked, anywhere=True), listener, stages)
            failed = failed or anywhere.model_failed
            answer = replace(anywhere.answer, notice=_joined(answer.notice, anywhere.answer.notice))
            says = [tells_of(self._archive, c.article, c.start, c.end, asked.told.days) for c in answer.citations]
            dropped = not says or not all(says)
        answer = replace(answer, question=asked.typed, standalone=asked.standalone)
        return _Tried(reported(answer, asked.period, asked.told, dropped), failed)

    def _answer(self, asked: Asked, listener: Listener, stages: dict[str, float]) -> _Tried:
        sources = Sources(self._archive, within(asked.filters, asked.limit))
        with _timed(stages, "search"):
            found = self._widened(asked) or self._search(asked)
        if self._chat_model is None or not found.hits:
            return _Tried(self._extracted(asked, found, sources, stages), False)
        with _timed(stages, "generate"):
            written = self._generate(asked, found, listener, sources)
        if written.answer is not None:
            return _Tried(written.answer, False)
        answer = self._extracted(asked, found, sources, stages)
        if written.no_answer:
            refused = answer.status is Status.NO_EVIDENCE
            return _Tried(replace(answer, mode=Mode.GENERATIVE) if refused else answer, False)
        notice = _joined(written.notice, answer.notice)
        return _Tried(replace(answer, notice=notice, verdicts=written.verdicts), True)

    def _extracted(self, asked: Asked, found: _Found, sources: Sources, stages: dict[str, float]) -> Answer:
        with _timed(stages, "extract"):
            return self._extract(asked, found, sources)

    def _rewritten(self, listener: Listener, question: str, conversation: Conversation, language: str) -> str:
        """Return a follow-up as the chat model makes it stand alone; empty without one, or where it is of no use."""
        if self._chat_model is None or not conversation.turns:
            return ""
        from answering.generating.rewriting import rewritten

        return rewritten(self._chat_model, question, conversation, language, listener.check)

    def _widened(self, asked: Asked) -> _Found | None:
        """Find passages of many articles for a question that they answer together; None for any other, or without any."""
        period = asked.period if asked.limit or asked.newest_first else None
        bare = without_times(asked.text, period) if period else asked.text
        wide = read_wide(bare)
        if wide is None:
            return None
        found = widen(self._archive, bare, wide, asked.language, self._sentences, asked.filters, asked.limit)
        return _Found(found.hits, wide=found) if found else None

    def _search(self, asked: Asked) -> _Found:
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

    def _extract(self, asked: Asked, found: _Found, sources: Sources) -> Answer:
        if found.wide is not None:
            counts = partial(self._counts, asked.limit)
            language, searched = asked.language, asked.coverage
            quoted = quote_wide(
                self._archive, asked.text, found.wide, language, self._sentences, searched, sources, counts
            )
            if quoted is not None:
                return quoted
            found = self._search(asked)
        read = read_question(asked.text, asked.language)
        compose_from = partial(
            compose,
            hits=found.hits,
            searched=asked.coverage,
            threshold=self._threshold,
            sources=sources,
            supports=self._reader.support if reads(self._reader) else None,
            further=partial(further, self._archive, read, within(asked.filters, asked.limit), sources),
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

    def _generate(self, asked: Asked, found: _Found, listener: Listener, sources: Sources) -> Written:
        """Return the chat model's verified answer, or why the extractive one is given instead."""
        from answering.generating.drafted import Written, written_from
        from answering.generating.generative import write
        from answering.generating.messages import fit, recalled
        from answering.generating.wide import write_wide

        model, hits, language = self._chat_model, found.hits, asked.language
        assert model is not None
        reader = self._reader if reads(self._reader) else None
        counts = partial(self._counts, asked.limit)
        said = recalled(model, asked.conversation)
        try:
            if found.wide is not None:
                archive = self._archive
                draft = write_wide(model, asked.text, found.wide, language, archive, listener, sources, counts, reader)
                return written_from(draft, asked)
            if asked.newest_first:
                hits = newest_of(fit(model, asked.text, hits, said, language))
            embedder = self._archive.embedder
            draft = write(model, asked.text, hits, said, language, embedder, listener, sources, counts, reader)
        except ChatModelError as exc:
            return Written(notice=f"{frame_for(language).unreachable} ({exc})")
        return written_from(draft, asked)


def _joined(*notices: str) -> str:
    return " ".join(filter(None, notices))
