"""The scores of one question: ranking, answer, refusal (citations: ``citing.py``). Each lies in [0, 1], higher is better.

A score that does not apply to a question is left out. docs/evaluation.md defines each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from answering.types import Answer, Mode, Status
from evaluation.citing import Scores, citation_scores, is_relevant, sources_recall
from evaluation.dataset import Question
from evaluation.gold import Gold
from evaluation.short import short_cited, short_scores
from evaluation.squad import exact_match, f1, shows_any
from evaluation.systems import Found

APART = " ¶ "  # between texts that are shown one after the other
RANKING = ("recall@1", "recall@5", "recall@20", "mrr@10", "ndcg@10")


def ranking_scores(question: Question, gold: Gold, ranking: Sequence[Found]) -> Scores:
    """Return recall@1/5/20 (something right is among the first k), MRR@10 and nDCG@10, computed by trec_eval.

    Passages are ranked, and right where they overlap a gold span; without gold spans it is articles, each at the place
    of its best passage. What is right counts once, copies of an article as the article. A question put to chosen
    articles has no ranking to judge.
    """
    if not gold.unit or question.among:
        return {}
    import ir_measures

    order = list(dict.fromkeys(_name(gold, found) for found in ranking))
    wanted = {f"right {unit}": 1 for unit in gold.unit.values()}
    measured = ir_measures.iter_calc(
        list(_measures()), {"q": wanted}, {"q": {name: -float(place) for place, name in enumerate(order)}}
    )
    return {_measures()[metric.measure]: float(metric.value) for metric in measured}


def _name(gold: Gold, found: Found) -> str:
    if gold.overlaps(found.article, found.start, found.end):
        return f"right {gold.unit[found.article]}"
    return f"passage {found.article} {found.start}" if gold.spans else f"article {found.article}"


@cache
def _measures() -> dict[Any, str]:
    from ir_measures import RR, Success, nDCG

    return dict(zip((Success @ 1, Success @ 5, Success @ 20, RR @ 10, nDCG @ 10), RANKING, strict=True))


def answer_scores(question: Question, gold: Gold, answer: Answer, text_of: Callable[[str], str]) -> Scores:
    """Return the scores of an answer. ``text_of`` gives the stored text of an article id, empty for an unknown one."""
    refused = answer.status is Status.NO_EVIDENCE
    if question.answerable:
        scores = {"answered": float(not refused)} | _correctness(question, gold, answer)
        scores["right"] = scores["correct"]
        if gold.unit:
            scores["sources_recall"] = 0.0 if refused else sources_recall(question, gold, answer.citations)
    else:
        scores = {"refused": float(refused), "right": float(refused)}
    if question.wrong:
        scores["no_wrong"] = float(refused or not shows_any(shown_by(answer), question.wrong))
    return scores | ({} if refused else citation_scores(question, gold, answer, text_of) | short_cited(answer))


def failed_scores(question: Question, gold: Gold, *, retrieval_only: bool) -> Scores:
    """Return the scores of a question at which a system raised: nothing found, nothing shown, and no refusal either."""
    nothing = Answer(question.question, Status.NO_EVIDENCE, "", Mode.EXTRACTIVE, "")
    scores = {} if retrieval_only else answer_scores(question, gold, nothing, lambda _: "")
    return dict.fromkeys(ranking_scores(question, gold, []) | scores, 0.0)


def _correctness(question: Question, gold: Gold, answer: Answer) -> Scores:
    refused = answer.status is Status.NO_EVIDENCE
    shown = "" if refused else shown_by(answer)
    found = [shows_any(shown, group) for group in question.wanted]
    scores: Scores = {}
    if found:
        scores["coverage"] = sum(found) / len(found)
        right = all(found)
    else:  # known item: the right article is what was asked for
        right = any(is_relevant(gold, citation) for citation in answer.citations)
    scores["correct"] = float(right and not refused and not shows_any(shown, question.wrong))
    if question.answers:
        prediction, language = statement_of(answer)
        scores["exact_match"] = 0.0 if refused else exact_match(prediction, question.answers, language)
        scores["f1"] = 0.0 if refused else f1(prediction, question.answers, language)
        scores |= short_scores(question, answer)
    if question.sides:
        scores["sides"] = float(all(shows_any(shown, group) for group in question.sides))
        scores["sides_flagged"] = float(bool(answer.disagreements))
    elif not refused and question.wanted:
        scores["no_false_flag"] = float(not answer.disagreements)
    return scores


def shown_by(answer: Answer) -> str:
    """Return all that a person is shown: short answers and quotations that are in no claim, and the claims.

    They are set apart so that no number spans two.
    """
    claims = [claim.text for claim in answer.claims]
    more = [citation.quote for citation in answer.citations if not any(citation.quote in claim for claim in claims)]
    proved = [*claims, *more]
    short = [short.text for short in answer.short if not any(short.text in text for text in proved)]
    return APART.join([*short, *proved])


def statement_of(answer: Answer) -> tuple[str, str]:
    """Return what an answer says, to be compared word by word, and its language: its claims, or what they frame."""
    if answer.mode is Mode.EXTRACTIVE and answer.citations:
        return " ".join(citation.quote for citation in answer.citations), answer.citations[0].article.language
    return " ".join(claim.text for claim in answer.claims), answer.language
