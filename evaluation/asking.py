"""One question put to a system, and judged: the row of a run that is written down."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import asdict

from answering.conversation import Conversation, Turn
from answering.types import Answer, to_json
from evaluation.dataset import Question
from evaluation.generated import Outcome, described, outcome_of, sentence_scores, support_scores
from evaluation.gold import Gold
from evaluation.journal import Row
from evaluation.scoring import answer_scores, failed_scores, ranking_scores, shown_by
from evaluation.systems import Kiosque, System
from retrieval.types import Filters, Reader

_KEPT = 20  # passages of a ranking that are written down


def ask_one(
    system: System,
    question: Question,
    gold: Gold,
    text_of: Callable[[str], str],
    *,
    retrieval_only: bool = False,
    judge: Reader | None = None,
) -> Row:
    """Ask one question, its conversation first, and return the row that is written down.

    ``judge`` says whether what a chat model wrote is supported by what it cites. A system that raises has failed the
    question: the row says how, and its scores are 0.
    """
    row: Row = {
        "system": system.name,
        "id": question.id,
        "question": question.model_dump(exclude_defaults=True),
        "answerable": question.answerable,
        "answer": None,
        "confidence": None,
    }
    try:
        return row | _asked(system, question, gold, text_of, retrieval_only, judge)
    except Exception as exc:
        scores = failed_scores(question, gold, retrieval_only=retrieval_only)
        return row | {"error": f"{type(exc).__name__}: {exc}", "ranking": [], "stages_ms": {}, "scores": scores}


def _asked(
    system: System,
    question: Question,
    gold: Gold,
    text_of: Callable[[str], str],
    retrieval_only: bool,
    judge: Reader | None,
) -> Row:
    filters = Filters(article_ids=tuple(question.among))
    conversation = Conversation()
    for earlier in question.conversation:
        if retrieval_only:
            conversation = Conversation((*conversation.turns, Turn(earlier, earlier, "")))
        else:
            conversation = conversation.followed_by(system.answer(earlier, conversation, filters))
    began = time.perf_counter()
    ranking = system.search(question.question, conversation, filters)
    searched = (time.perf_counter() - began) * 1000
    scores = ranking_scores(question, gold, ranking)
    row: Row = {"ranking": [asdict(found) for found in ranking[:_KEPT]]}
    if retrieval_only:
        row |= {"stages_ms": {"search": searched}}
    else:
        answer = system.answer(question.question, conversation, filters)
        scores |= answer_scores(question, gold, answer, text_of)
        row |= {"answer": to_json(answer), "confidence": answer.confidence, "mode": str(answer.mode)}
        row |= {"words": len(shown_by(answer).split()), "fell_back": _fell_back(answer)}
        if judge is not None:
            scores |= support_scores(answer, judge)
        if isinstance(system, Kiosque) and system.answerer.writes:
            scores |= sentence_scores(answer)
            row["generated"] = described(answer)
        row |= {"stages_ms": {**dict(answer.stages), "total": answer.elapsed_ms}}
    return row | {"scores": scores, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _fell_back(answer: Answer) -> bool:
    """Whether an answer is extractive because the chat model could not be used, or proved nothing."""
    return outcome_of(answer) in (Outcome.UNREACHABLE, Outcome.UNPROVED)
