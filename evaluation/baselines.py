"""What any archive search could do, so that every figure of ours has a neighbour: passages quoted whole, no judgement.

A baseline answers each question on its own: it has no notion of a conversation, and ignores it. Filters hold. It refuses
only where it finds nothing at all.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from answering.conversation import Conversation
from answering.types import Answer, Citation, Claim, Mode, Status
from answering.writing.extractive import searched_line, text_of
from answering.writing.frames import frame_for
from evaluation.systems import Found, System, found
from retrieval.archive import Archive
from retrieval.errors import KiosqueError
from retrieval.language import QUESTION_MINIMUM, detect_language
from retrieval.searching import CANDIDATES
from retrieval.sentences import sentence_spans
from retrieval.types import Article, Filters, Hit

_HALFWAY = 10.0  # a BM25 score that counts as a confidence of one half; only the order of questions hangs on it
_BRACKETED = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class TopPassage:
    """Ranks by one index alone and answers with its best passage, whole. Ignores the conversation.

    ``bm25`` finds only passages that share a word with the question, and its score has no upper bound: s / (s + 10)
    brings it into [0, 1) without changing the order of two questions. ``dense`` gives its cosine, cut to [0, 1].
    """

    archive: Archive
    name: Literal["bm25", "dense"]

    def search(self, question: str, conversation: Conversation, filters: Filters) -> list[Found]:
        return [replace(found(hit), score=self._score(hit)) for hit in self._hits(question, filters)]

    def answer(self, question: str, conversation: Conversation, filters: Filters) -> Answer:
        began = time.perf_counter()
        hits = self._hits(question, filters)[:1]
        stages = (("search", milliseconds(began)),)
        citations = [citation(1, hit.article, hit.passage.start, hit.passage.end) for hit in hits]
        confidence = max((self._confidence(hit) for hit in hits), default=0.0)
        answer = quoted(self.archive, question, filters, citations, confidence)
        return replace(answer, elapsed_ms=milliseconds(began), stages=stages)

    def _hits(self, question: str, filters: Filters) -> list[Hit]:
        """Return what this index proposed, in the order of its own scores; ties by passage."""
        weight = 1.0 if self.name == "bm25" else 0.0
        hits = self.archive.search(spaced(question), limit=CANDIDATES, filters=filters, lexical_weight=weight)
        by = "lexical" if self.name == "bm25" else "dense"
        own = [hit for hit in hits if hit.proposed_by in (by, "both")]  # the other index proposes to every search
        return sorted(own, key=lambda hit: (-self._score(hit), hit.passage.id))

    def _score(self, hit: Hit) -> float:
        return hit.lexical if self.name == "bm25" else hit.dense

    def _confidence(self, hit: Hit) -> float:
        return hit.lexical / (hit.lexical + _HALFWAY) if self.name == "bm25" else clipped(hit.dense)


@dataclass(frozen=True, slots=True)
class LeadSentence:
    """Ranks as the archive does and answers with the first sentence of the best passage. Ignores the conversation."""

    archive: Archive
    name: str = "lead"

    def search(self, question: str, conversation: Conversation, filters: Filters) -> list[Found]:
        hits = self.archive.search(spaced(question), limit=CANDIDATES, filters=filters)
        return [found(hit) for hit in hits]

    def answer(self, question: str, conversation: Conversation, filters: Filters) -> Answer:
        began = time.perf_counter()
        hits = self.archive.search(spaced(question), limit=1, filters=filters)
        stages = (("search", milliseconds(began)),)
        confidence = max((clipped(hit.dense) for hit in hits), default=0.0)
        answer = quoted(self.archive, question, filters, [_lead(hit) for hit in hits], confidence)
        return replace(answer, elapsed_ms=milliseconds(began), stages=stages)


def baseline(name: str, archive: Archive) -> System:
    """Return the baseline of that name. Raises KiosqueError when there is none."""
    systems: tuple[System, ...] = (TopPassage(archive, "bm25"), TopPassage(archive, "dense"), LeadSentence(archive))
    for system in systems:
        if system.name == name:
            return system
    raise KiosqueError(f"There is no baseline {name!r}; name {', '.join(s.name for s in systems)}.")


def _lead(hit: Hit) -> Citation:
    start, end = sentence_spans(hit.text, hit.article.language)[0]
    return Citation(1, hit.article, hit.passage.start + start, hit.passage.start + end)


def quoted(
    archive: Archive, question: str, filters: Filters, citations: Sequence[Citation], confidence: float
) -> Answer:
    """Return the answer that says each citation's quotation and nothing else; without any, that nothing was found."""
    language = detect_language(question, QUESTION_MINIMUM) or archive.main_language
    searched = archive.coverage(filters)
    claims = tuple(Claim(inert(c.quote), (c.marker,)) for c in citations)
    frame = frame_for(language)
    return Answer(
        question=spaced(question),
        status=Status.ANSWERED if claims else Status.NO_EVIDENCE,
        text=text_of(claims) if claims else f"{frame.nothing} {searched_line(searched, frame)}",
        mode=Mode.EXTRACTIVE,
        language=language,
        claims=claims,
        citations=tuple(citations),
        searched=searched,
        confidence=confidence,
    )


def citation(marker: int, article: Article, start: int, end: int) -> Citation:
    """Return the citation of ``article.text[start:end]``, without the blanks at its ends."""
    quote = article.text[start:end]
    start += len(quote) - len(quote.lstrip())
    return Citation(marker, article, start, start + len(quote.strip()))


def inert(text: str) -> str:
    """Take from a text what could pass for a marker of ours: "[1]" becomes "(1)"."""
    return _BRACKETED.sub(r"(\1)", text)


def spaced(question: str) -> str:
    """Return a question as every face passes it on: on one line, with single spaces."""
    return " ".join(question.split())


def clipped(cosine: float) -> float:
    return min(max(cosine, 0.0), 1.0)


def milliseconds(began: float) -> float:
    """Return the time since ``began``, a reading of ``time.perf_counter``."""
    return (time.perf_counter() - began) * 1000
