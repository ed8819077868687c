"""Answers made by hand, and the articles that they cite, for the tests of their scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from answering.types import Answer, Citation, Claim, Disagreement, Mode, Status
from answering.writing.extractive import text_of
from evaluation.dataset import Question
from evaluation.gold import Gold
from evaluation.scoring import answer_scores
from retrieval.types import Article, PassageReading

BILAN = Article(
    "bilan", "Le bilan est lourd. « 33 morts » à Tchernihiv, selon la mairie.\n2 040 réfugiés.", language="fr"
)
AUTRE = Article("autre", "La mairie parle de 47 morts à Tchernihiv. Les secours arrivent.", language="fr")
LOIN = Article("loin", "Le lynx vit dans le Jura. La mairie parle de 47 morts à Tchernihiv.", language="fr")
TEXTS = {article.id: article.text for article in (BILAN, AUTRE, LOIN)}
near = pytest.approx


class ByWords:
    """A judge to whom a text supports a statement when it holds all its words."""

    name = "by words"

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        raise NotImplementedError

    def read(self, question: str, passages: Sequence[str]) -> list[PassageReading]:
        raise NotImplementedError

    def support(self, statement: str, passages: Sequence[str]) -> list[float]:
        wanted = set(re.findall(r"\w+", statement))
        return [0.4 if wanted <= set(re.findall(r"\w+", text)) else 0.39 for text in passages]


def cite(article: Article, quote: str, marker: int = 1, also_in: tuple[str, ...] = ()) -> Citation:
    start = article.text.index(quote)
    return Citation(marker, article, start, start + len(quote), also_in)


def answer(
    *citations: Citation,
    claims: Sequence[Claim] | None = None,
    status: Status = Status.ANSWERED,
    mode: Mode = Mode.EXTRACTIVE,
    language: str = "fr",
    disagreements: tuple[Disagreement, ...] = (),
) -> Answer:
    """Return an answer that claims each quotation, unless told what it claims."""
    said = tuple(Claim(c.quote, (c.marker,)) for c in citations) if claims is None else tuple(claims)
    return Answer("?", status, text_of(said), mode, language, said, citations, disagreements)


REFUSAL = answer(status=Status.NO_EVIDENCE)


def question(answerable: bool = True, **fields: Any) -> Question:
    if answerable and not fields.keys() & {"answers", "relevant", "all_of", "sides"}:
        fields["relevant"] = [{"article": "bilan"}]
    return Question.model_validate({"id": "q", "question": "?", "answerable": answerable} | fields)


def score(asked: Question, given: Answer, gold: Gold = Gold()) -> dict[str, float]:
    return answer_scores(asked, gold, given, lambda article: TEXTS.get(article, ""))


BOTH = answer(cite(BILAN, "« 33 morts » à Tchernihiv"), cite(AUTRE, "47 morts", 2))
GOLD = Gold({"bilan": 0, "copie": 0}, {"bilan": ((20, 32),)})  # « 33 morts »
