"""Evidence made by hand: sentences of tiny articles, with the probability that a test gives them."""

from __future__ import annotations

import numpy as np

from answering.asking.question import Question, read_question
from answering.judging.evidence import Evidence
from answering.judging.weighing import FEATURES
from retrieval.types import Article


def article(article_id: str, *sentences: str, published: str = "", language: str = "fr", outlet: str = "") -> Article:
    return Article(article_id, " ".join(sentences), outlet=outlet, published=published, language=language)


def evidence(source: Article, sentence: str = "", probability: float = 0.9, rank: int = 0, **values: float) -> Evidence:
    """Return a sentence of an article (the whole text by default) as evidence; features not named are 0."""
    start = source.text.index(sentence) if sentence else 0
    end = start + len(sentence) if sentence else len(source.text)
    features = tuple(values.get(name, 0.0) for name in FEATURES)
    return Evidence(source, start, end, rank, probability, features, np.zeros(4, np.float32))


def said(sentence: str, where: str = "a", probability: float = 0.9, published: str = "") -> Evidence:
    """Return a sentence as the only one of its article."""
    return evidence(article(where, sentence, published=published), probability=probability)


def asked(text: str, language: str = "fr") -> Question:
    return read_question(text, language)
