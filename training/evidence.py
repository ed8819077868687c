"""Fit the weights of ``answering.evidence`` on PIAF and XQuAD, and say how well they pick and refuse.

    python -m training.evidence [--questions 900] [--write]

Each question is asked of the archive that holds its answer, of the same archive without the article that does, and of
an archive on other matters. The archives are of several sizes (one encyclopaedia article, a few, all), because scores
are standardised over the archive and a small one must not look like a refusal; XQuAD gives questions in another language
than the passages. Articles are split as the evaluation splits them: the development half is fitted, the other reported.
Takes about ten minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answering.evidence import FEATURES, PASSAGES, gather
from answering.question import read_question
from answering.settings import ROOT, load_settings
from evaluation.published import Asked, is_development, load_piaf, load_xquad
from retrieval.archive import Archive
from retrieval.encoding.bundled import prepare
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.types import Article, Embedder, Record

WEIGHTS = ROOT / "answering" / "weights.json"
_PAIRS = (("en", "es"), ("ru", "es"), ("de", "ro"), ("en", "ro"), ("es", "en"), ("tr", "de"))  # question, passage


@dataclass(frozen=True, slots=True)
class Sample:
    """Candidate sentences of one question: their features, which of them answer, and whether any could."""

    features: NDArray[np.float64]
    answers: NDArray[np.bool_]
    fit: bool
    answerable: bool
    foreign: bool


@dataclass(frozen=True, slots=True)
class InMemory:
    """An article source for data that is already read."""

    articles: Sequence[Article]

    def records(self) -> Iterable[Record]:
        return [Record(a.id, a.text, str(i).encode()) for i, a in enumerate(self.articles)]

    def read(self, record: Record) -> Article:
        return self.articles[int(record.payload)]

    def owns(self, key: str) -> bool:
        return True


def samples(
    articles: list[Article], asked: list[Asked], embedder: Embedder, groups: int, limit: int, seed: int
) -> Iterator[Sample]:
    """Ask ``limit`` of the questions of archives that hold ``groups`` encyclopaedia articles each (0: all in one)."""
    shuffled = random.Random(seed)
    names = sorted({question.group for question in asked})
    shuffled.shuffle(names)
    fitted = {name for name in names if is_development(name)}
    title = {question.article: question.group for question in asked}
    blocks = [names[i : i + groups] for i in range(0, len(names), groups)] if groups else [names]
    for number, block in enumerate(blocks):
        members = [article for article in articles if title[article.id] in block]
        questions = [question for question in asked if question.group in block]
        elsewhere = [question for question in asked if len(blocks) > 1 and question.group in blocks[number - 1]]
        wanted = min(len(questions), max(1, round(limit * len(questions) / len(asked))))
        with tempfile.TemporaryDirectory() as folder, Archive(Path(folder), embedder) as archive:
            archive.index(InMemory(members))
            for question in shuffled.sample(questions, wanted):
                yield from _ask(archive, question, question.group in fitted)
            for question in shuffled.sample(elsewhere, min(len(elsewhere), wanted)):
                yield from _ask(archive, question, question.group in fitted, elsewhere=True)


def _ask(archive: Archive, asked: Asked, fit: bool, elsewhere: bool = False) -> Iterator[Sample]:
    question = read_question(asked.text, asked.language)
    hits = archive.search(asked.text, limit=PASSAGES)
    without = [hit for hit in hits if hit.article.id != asked.article]
    for kept in (without,) if elsewhere else (hits, without):
        evidence = gather(archive, question, kept)
        if not evidence:
            continue
        answers = np.array(
            [
                e.article.id == asked.article and any(e.start <= start < e.end for start, _ in asked.answers)
                for e in evidence
            ]
        )
        if kept is hits and not answers.any():
            continue  # retrieval lost it: nothing to learn about evidence
        rows = np.array([e.features for e in evidence])
        yield Sample(rows, answers, fit, kept is hits, bool(rows[0, FEATURES.index("foreign")]))


def fit_weights(data: Sequence[Sample]) -> tuple[NDArray[np.float64], float]:
    """Return weights and intercept of a logistic regression on raw features; one-language and foreign questions weigh
    the same."""
    from sklearn.linear_model import LogisticRegression

    rows = np.concatenate([sample.features for sample in data])
    answers = np.concatenate([sample.answers for sample in data])
    foreign = np.concatenate([np.full(len(sample.features), sample.foreign) for sample in data])
    weight = np.where(foreign, 0.5 / max(foreign.mean(), 1e-9), 0.5 / max((~foreign).mean(), 1e-9))
    mean, deviation = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=2000).fit((rows - mean) / deviation, answers, sample_weight=weight)
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - mean @ weights)


def report(data: Sequence[Sample], weights: NDArray[np.float64], intercept: float) -> dict[str, float]:
    """Return how often the first sentence answers, and how well the best probability tells answerable from not."""
    from sklearn.metrics import roc_auc_score, roc_curve

    scores = [1 / (1 + np.exp(-(sample.features @ weights + intercept))) for sample in data]
    first = [bool(sample.answers[s.argmax()]) for sample, s in zip(data, scores, strict=True) if sample.answerable]
    best = np.array([s.max() for s in scores])
    answerable = np.array([sample.answerable for sample in data])
    false, true, thresholds = roc_curve(answerable, best)
    balanced = (true + 1 - false) / 2
    return {
        "questions": len(first),
        "first_sentence_right": float(np.mean(first)),
        "auroc": float(roc_auc_score(answerable, best)),
        "balanced_accuracy": float(balanced.max()),
        "threshold": float(thresholds[balanced.argmax()]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the weights of the evidence features.")
    parser.add_argument("--questions", type=int, default=900, help="of PIAF; as many of XQuAD's pairs together")
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.relative_to(ROOT)}")
    arguments = parser.parse_args()
    settings = load_settings()
    prepare(settings.model_dir)
    embedder = BundledEmbedder(settings.model_dir)
    parts: dict[str, list[Sample]] = {}
    piaf = load_piaf()
    for name, groups in (("piaf, one title", 1), ("piaf, six titles", 6), ("piaf, all", 0)):
        parts[name] = list(samples(*piaf, embedder, groups, arguments.questions // 3, seed=len(parts)))
        print(name, len(parts[name]), flush=True)
    for asking, printed in _PAIRS:
        name = f"xquad {asking}-{printed}"
        limit = arguments.questions // len(_PAIRS)
        parts[name] = list(samples(*load_xquad(asking, printed), embedder, 8, limit, seed=len(parts)))
        print(name, len(parts[name]), flush=True)
    weights, intercept = fit_weights([s for part in parts.values() for s in part if s.fit])
    parts["all"] = [sample for part in parts.values() for sample in part]
    for name, judged in parts.items():
        figures = report([sample for sample in judged if not sample.fit], weights, intercept)
        print(f"{name:20}", {key: round(value, 3) for key, value in figures.items()})
    threshold = report(parts["all"], weights, intercept)["threshold"]
    shipped = {
        "weights": {name: round(float(w), 4) for name, w in zip(FEATURES, weights, strict=True)},
        "intercept": round(intercept, 4),
        "threshold": round(threshold, 3),
    }
    print(json.dumps(shipped, indent=2))
    if arguments.write:
        WEIGHTS.write_text(json.dumps(shipped, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
