"""Refusal with hard unanswerables: the same question, with and without the passages that answer it.

A question is put to the ten passages that the archive finds for it, then to the ten that it would find if it had none
that holds the answer: near in all but that. Nothing but the answer tells the two apart, so whoever goes by the subject
stays at one half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from answering.asking.question import read_question
from answering.judging.evidence import gather
from answering.judging.reading import judged
from answering.judging.vectors import SentenceVectors
from evaluation.dataset import Question
from evaluation.figures import confidences
from evaluation.gold import Gold
from evaluation.journal import Row
from evaluation.squad import shows_any
from retrieval.archive import Archive
from retrieval.language import QUESTION_MINIMUM, detect_language
from retrieval.types import Hit, PassageReading, Reader

TOP = 10  # passages that a question is put to
_REACH = 50  # passages searched, so that ten remain without those that hold the answer
Confidence = Callable[[str, Sequence[Hit]], float]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the best passages found for it (``whole``), and the best of those that lack its answer."""

    id: str
    question: str
    whole: tuple[Hit, ...]
    lacking: tuple[Hit, ...]


def cases(questions: Sequence[Question], gold: Mapping[str, Gold], archive: Archive) -> Iterator[Case | None]:
    """Yield the case of each answerable question that has ``answers``; None where the right passage is not found.

    A passage holds the answer where it overlaps a gold span or shows one of the answers, whatever it says with it.
    """
    for question in questions:
        if not question.answerable or not question.answers:
            continue
        right = gold[question.id]
        hits = archive.search(question.question, limit=_REACH)
        found = {hit.passage.id for hit in hits if _overlaps(right, hit)}
        lacking = [h for h in hits if h.passage.id not in found and not shows_any(h.text, question.answers)]
        if found.isdisjoint(hit.passage.id for hit in hits[:TOP]) or not lacking:
            yield None
        else:
            yield Case(question.id, question.question, tuple(hits[:TOP]), tuple(lacking[:TOP]))


def _overlaps(gold: Gold, hit: Hit) -> bool:
    return gold.overlaps(hit.article.id, hit.passage.start, hit.passage.end)


class Remembering:
    """A reader that reads a passage once for a question, as long as the question stays the same."""

    def __init__(self, reader: Reader) -> None:
        self.name, self._reader = reader.name, reader
        self._known: dict[tuple[str, str], PassageReading] = {}

    def read(self, question: str, passages: Sequence[str]) -> list[PassageReading]:
        if any(asked != question for asked, _ in self._known):
            self._known.clear()
        new = [text for text in dict.fromkeys(passages) if (question, text) not in self._known]
        if new:
            read = self._reader.read(question, new)
            self._known.update(((question, text), reading) for text, reading in zip(new, read, strict=True))
        return [self._known[question, text] for text in passages]

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        return [reading.relevant for reading in self.read(question, passages)]

    def support(self, statement: str, passages: Sequence[str]) -> list[float]:
        return self._reader.support(statement, passages)


def by_reader(reader: Reader) -> Confidence:
    """Return the reader's own confidence: the greatest probability that one of the passages holds an answer."""

    def confidence(question: str, hits: Sequence[Hit]) -> float:
        readings = reader.read(question, [hit.text for hit in hits])
        return max((_probability(reading.answers) for reading in readings), default=0.0)

    return confidence


def _probability(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(log_odds, -500, 500))))


def by_evidence(archive: Archive, reader: Reader | None) -> Confidence:
    """Return the answerer's confidence: the probability of the best sentence, weighed as the answerer weighs it."""
    embed = SentenceVectors(archive.embedder)

    def confidence(question: str, hits: Sequence[Hit]) -> float:
        language = detect_language(question, QUESTION_MINIMUM) or archive.main_language
        ordered, readings = judged(reader, question, hits)
        found = gather(archive, read_question(question, language), ordered, embed, readings=readings)
        return max((evidence.probability for evidence in found), default=0.0)

    return confidence


def refusals(case: Case, confidence: Confidence, threshold: float) -> list[Row]:
    """Return two rows of a case: with the answer, where it is to be answered, and without, where it is to be refused."""
    rows: list[Row] = []
    for answerable, hits in ((True, case.whole), (False, case.lacking)):
        value = confidence(case.question, hits)
        answered = value >= threshold
        scores = {"answered": float(answered)} if answerable else {"refused": float(not answered)}
        rows.append({"id": case.id, "answerable": answerable, "confidence": value, "scores": scores})
    return rows


def best_threshold(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Return the threshold with the best balanced accuracy, and that accuracy: an upper bound, and no result.

    It is chosen on the questions that it is judged on. The lowest of equally good ones; without rows of both sorts,
    (0, 0.5).
    """
    right, wrong = (np.sort(values) for values in confidences(rows))
    if not len(right) or not len(wrong):
        return 0.0, 0.5
    thresholds = np.unique(np.concatenate([right, wrong]))
    answered = 1 - np.searchsorted(right, thresholds) / len(right)
    refused = np.searchsorted(wrong, thresholds) / len(wrong)
    balanced = (answered + refused) / 2
    best = int(np.argmax(balanced))
    return float(thresholds[best]), float(balanced[best])
