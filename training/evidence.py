"""Fit the weights of ``answering.judging.evidence`` on PIAF and XQuAD, and say how well they pick and refuse.

    python -m training.evidence [--questions 900] [--reader] [--write]

Each question is asked of the archive that holds its answer, of the same archive without the article that does, and of
an archive on other matters. The archives are of several sizes (one encyclopaedia article, a few, all), because scores
are standardised over the archive and a small one must not look like a refusal; XQuAD gives questions in another language
than the passages. Articles are split as the evaluation splits them: the development half is fitted, the other reported.

With ``--reader`` the features that the reader gives are fitted too, on the share of the development half that the reader
was not trained on (``evaluation.published.part``): of its own training passages it is too sure.
Takes about ten minutes on two cores, twenty with the reader.
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

from answering.asking.question import read_question
from answering.judging.evidence import PASSAGES, gather
from answering.judging.reading import judged
from answering.judging.weighing import FEATURES
from answering.settings import ROOT, load_settings
from evaluation.published import Asked, is_development, load_piaf, load_xquad, part
from retrieval.archive import Archive
from retrieval.encoding.bundled import prepare
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.judging.bundled_reader import BundledReader
from retrieval.types import Article, Embedder, Reader, Record

WEIGHTS = ROOT / "answering" / "judging" / "weights.json"
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


@dataclass(frozen=True, slots=True)
class Asking:
    """How questions are asked: with which models, and how many of each set."""

    embedder: Embedder
    reader: Reader | None
    limit: int

    def fits(self, group: str) -> bool:
        """Whether the questions of a group are fitted."""
        return part(group) == "dev" if self.reader else is_development(group)

    def leaves_out(self, group: str) -> bool:
        return self.reader is not None and part(group) == "train"


def samples(
    articles: list[Article], asked: list[Asked], asking: Asking, groups: int, limit: int, seed: int
) -> Iterator[Sample]:
    """Ask ``limit`` of the questions of archives that hold ``groups`` encyclopaedia articles each (0: all in one).

    As many of those that are fitted as of the others.
    """
    shuffled = random.Random(seed)
    names = sorted({question.group for question in asked})
    shuffled.shuffle(names)
    fitted = {name for name in names if asking.fits(name)}
    chosen = _chosen([one for one in asked if not asking.leaves_out(one.group)], fitted, limit, shuffled)
    title = {question.article: question.group for question in asked}
    blocks = [names[i : i + groups] for i in range(0, len(names), groups)] if groups else [names]
    for number, block in enumerate(blocks):
        members = [article for article in articles if title[article.id] in block]
        questions = [question for question in chosen if question.group in block]
        elsewhere = [question for question in chosen if len(blocks) > 1 and question.group in blocks[number - 1]]
        if not questions and not elsewhere:
            continue
        with tempfile.TemporaryDirectory() as folder, Archive(Path(folder), asking.embedder) as archive:
            archive.index(InMemory(members))
            for question in questions:
                yield from _ask(archive, asking.reader, question, question.group in fitted)
            for question in elsewhere:
                yield from _ask(archive, asking.reader, question, question.group in fitted, elsewhere=True)


def _chosen(asked: Sequence[Asked], fitted: set[str], limit: int, shuffled: random.Random) -> list[Asked]:
    parts = [[one for one in asked if (one.group in fitted) is wanted] for wanted in (True, False)]
    return [one for each in parts for one in shuffled.sample(each, min(len(each), limit // 2))]


def _ask(archive: Archive, reader: Reader | None, asked: Asked, fit: bool, elsewhere: bool = False) -> Iterator[Sample]:
    question = read_question(asked.text, asked.language)
    hits, readings = judged(reader, asked.text, archive.search(asked.text, limit=PASSAGES))
    read = dict(zip((hit.passage.id for hit in hits), readings, strict=False))
    without = [hit for hit in hits if hit.article.id != asked.article]
    for kept in (without,) if elsewhere else (hits, without):
        evidence = gather(archive, question, kept, readings=[read[h.passage.id] for h in kept if h.passage.id in read])
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
    parser.add_argument("--reader", action="store_true", help="fit what the reader says, too")
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.relative_to(ROOT)}")
    arguments = parser.parse_args()
    settings = load_settings()
    prepare(settings.model_dir)
    embedder = BundledEmbedder(settings.model_dir)
    reader = BundledReader(settings.model_dir) if arguments.reader else None
    asking = Asking(embedder, reader, arguments.questions)
    parts: dict[str, list[Sample]] = {}
    piaf = load_piaf()
    for name, groups in (("piaf, one title", 1), ("piaf, six titles", 6), ("piaf, all", 0)):
        parts[name] = list(samples(*piaf, asking, groups, arguments.questions // 3, seed=len(parts)))
        print(name, len(parts[name]), flush=True)
    for question_in, printed_in in _PAIRS:
        name = f"xquad {question_in}-{printed_in}"
        limit = arguments.questions // len(_PAIRS)
        parts[name] = list(samples(*load_xquad(question_in, printed_in), asking, 8, limit, seed=len(parts)))
        print(name, len(parts[name]), flush=True)
    fitted = [s for found in parts.values() for s in found if s.fit]
    weights, intercept = fit_weights(fitted)
    parts["all"] = [sample for found in parts.values() for sample in found]
    for name, found in parts.items():
        figures = report([sample for sample in found if not sample.fit], weights, intercept)
        print(f"{name:20}", {key: round(value, 3) for key, value in figures.items()})
    threshold = report(fitted, weights, intercept)["threshold"]
    shipped = {
        "weights": {name: round(float(w), 4) for name, w in zip(FEATURES, weights, strict=True)},
        "intercept": round(intercept, 4),
        "threshold": round(threshold, 3),
    }
    print(json.dumps(shipped, indent=2))
    if arguments.write:
        kept = json.loads(WEIGHTS.read_text("utf-8"))
        kept["reader" if arguments.reader else "similarity"] = shipped
        WEIGHTS.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
