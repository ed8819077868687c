"""Ask a reader, and judge how it reads and tells what answers from what does not."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from evaluation.squad import exact_match, f1
from retrieval.encoding.bundled import Weights
from training.reader_cloze import parsed
from training.reader_data import Material, Pair, asked, support
from training.reader_model import Labelled, Read, Reader, collate, read, word_rows
from training.reader_sources import Questions, Span
from training.reader_tokens import Tokenizer

LONGEST = 384  # tokens of a pair when it is judged
_LONGEST_ANSWER = 40  # tokens
PAIRS = [("en", "es"), ("ru", "es"), ("de", "es"), ("en", "ro"), ("ru", "ro"), ("de", "ro")]  # question, passage
Ask = Callable[[Sequence[Labelled]], Read]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of a pair: the best span of the passage, its score above that of "nowhere", and three logits."""

    span: Span
    margin: float
    answers: float
    relevant: float
    supported: float


def asking(model: Reader, words: Tensor, *, exact: bool = False) -> Ask:
    """Return a function that runs a PyTorch model on encoded pairs, in bfloat16 or, ``exact``, in float32."""

    @torch.inference_mode()
    def ask(pairs: Sequence[Labelled]) -> Read:
        model.eval()
        with torch.autocast(words.device.type, torch.bfloat16, enabled=not exact):
            return read(model, words, collate([[pair] for pair in pairs]).to(words.device))

    return ask


def readings(ask: Ask, tokenizer: Tokenizer, pairs: Sequence[Pair], size: int = 16) -> list[Reading]:
    """Read pairs, in batches of like length; results in the order of the pairs."""
    encoded = [Labelled.of(tokenizer, pair, LONGEST) for pair in pairs]
    order = sorted(range(len(pairs)), key=lambda i: len(encoded[i].encoded.ids))
    found: dict[int, Reading] = {}
    for begin in range(0, len(order), size):
        rows = order[begin : begin + size]
        said = ask([encoded[i] for i in rows])
        for row, i in enumerate(rows):
            length = len(encoded[i].encoded.ids)
            found[i] = _reading(encoded[i], said.spans[row, :length].cpu().numpy(), said.judgements[row].tolist())
    return [found[i] for i in range(len(pairs))]


def _reading(one: Labelled, spans: Any, judgements: list[float]) -> Reading:
    first, offsets = one.encoded.first, one.encoded.offsets
    if not len(offsets):
        return Reading((0, 0), -1e9, *judgements)
    starts, ends = spans[first : first + len(offsets), 0], spans[first : first + len(offsets), 1]
    scores = np.triu(starts[:, None] + ends[None, :]) + np.where(np.triu(np.ones((len(offsets),) * 2)) > 0, 0, -1e9)
    scores += np.where(np.tril(np.ones_like(scores), _LONGEST_ANSWER) > 0, 0, -1e9)
    start, end = np.unravel_index(int(scores.argmax()), scores.shape)
    span = int(offsets[start, 0]), int(offsets[end, 1])
    return Reading(span, float(scores[start, end] - spans[0].sum()), *judgements)


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels, scores)) if len(set(labels)) == 2 else float("nan")


def balanced(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Return the best balanced accuracy that any threshold gives: an upper bound, being chosen on what it is judged on."""
    from sklearn.metrics import roc_curve

    false, true, _ = roc_curve(labels, scores)
    return float(((true + 1 - false) / 2).max())


def reading(
    ask: Ask, tokenizer: Tokenizer, questions: Questions, asking_in: str, printed_in: str, limit: int
) -> dict[str, float]:
    """Return F1 and exact match in [0, 100], given the right passage whole."""
    usable = [one for one in questions.asked if printed_in in one.spans]
    chosen = random.Random(f"{asking_in}{printed_in}").sample(usable, min(limit, len(usable)))
    pairs = [Pair(one.texts[asking_in], questions.passages[one.passage][printed_in]) for one in chosen]
    found = readings(ask, tokenizer, pairs)
    scores = []
    for one, pair, got in zip(chosen, pairs, found, strict=True):
        wanted = [pair.passage[start:end] for start, end in one.spans[printed_in]]
        said = pair.passage[got.span[0] : got.span[1]]
        scores.append((f1(said, wanted, printed_in), exact_match(said, wanted, printed_in)))
    return {"f1": _percent(score for score, _ in scores), "em": _percent(score for _, score in scores)}


def _percent(values: Any) -> float:
    return round(100 * statistics.fmean(values), 1)


def drawn(questions: Questions, limit: int) -> list[tuple[Pair, ...]]:
    """Return groups made as those of training are: questions with a hard wrong passage, statements and changed ones."""
    rng = random.Random("judging")
    tries = (asked(rng, questions) for _ in range(4 * limit))
    groups = list(islice((made for made in tries if made), limit))
    for _ in range(limit):
        number, other = rng.randrange(len(questions.passages)), rng.randrange(len(questions.passages))
        language = rng.choice(sorted(questions.passages[number]))
        texts = [parsed(questions.titles[i], questions.passages[i][language], language) for i in (number, other)]
        if made := support(rng, *texts):
            groups.append(made)
    return groups


def judging(ask: Ask, tokenizer: Tokenizer, questions: Questions, limit: int) -> dict[str, float]:
    """Return how well pairs of ``drawn`` are told apart: AUROCs of the logits, and of the margin where the first is.

    ``first``: share of questions whose right passage is more relevant than its wrong one.
    """
    groups = drawn(questions, limit)
    pairs = [pair for made in groups for pair in made]
    said = dict(zip(map(id, pairs), readings(ask, tokenizer, pairs), strict=True))

    def of(name: str, label: str) -> float:
        known = [pair for pair in pairs if getattr(pair, label) is not None]
        return auroc([getattr(said[id(p)], name) for p in known], [bool(getattr(p, label)) for p in known])

    ranked = [
        said[id(made[0])].relevant > max(said[id(pair)].relevant for pair in made[1:])
        for made in groups
        if made[0].relevant and all(pair.relevant is False for pair in made[1:])
    ]
    figures = {"answers": of("answers", "answers"), "margin": of("margin", "answers")}
    figures |= {"supported": of("supported", "supported"), "first": statistics.fmean(ranked)}
    return {name: round(value, 4) for name, value in figures.items()}


def calibration(ask: Ask, tokenizer: Tokenizer, questions: Questions, limit: int) -> dict[str, dict[str, float]]:
    """Return what turns logits into probabilities that a passage answers, and that it supports: weights by name.

    A logistic regression on pairs of ``drawn``. ``brier`` and ``balanced_accuracy`` (at probability .5) are those of a
    regression that was fitted without the pairs it is judged on, question by question.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    groups = drawn(questions, limit)
    pairs = [(number, pair) for number, made in enumerate(groups) for pair in made]
    said = readings(ask, tokenizer, [pair for _, pair in pairs])
    found = {}
    for label, names in (("answers", ("answers", "margin", "relevant")), ("supported", ("supported",))):
        known = [i for i, (_, pair) in enumerate(pairs) if getattr(pair, label) is not None]
        rows = np.array([[getattr(said[i], name) for name in names] for i in known])
        labels = np.array([bool(getattr(pairs[i][1], label)) for i in known])
        model = LogisticRegression(max_iter=2_000).fit(rows, labels)
        held_out = cross_val_predict(
            LogisticRegression(max_iter=2_000), rows, labels, groups=[pairs[i][0] for i in known], cv=GroupKFold(5),
            method="predict_proba",
        )[:, 1]  # fmt: skip
        found[label] = {
            **{name: round(float(weight), 5) for name, weight in zip(names, model.coef_[0], strict=True)},
            "intercept": round(float(model.intercept_[0]), 5),
            "brier": round(float(np.mean((held_out - labels) ** 2)), 4),
            "balanced_accuracy": round(
                statistics.fmean(float(np.mean((held_out > 0.5)[labels == s] == s)) for s in (0, 1)), 4
            ),
        }
    return found


def quick_figures(ask: Ask, tokenizer: Tokenizer, dev: Material, limit: int = 120) -> dict[str, Any]:
    """Return the figures that are looked at while a reader learns: a few minutes on two cores."""
    pairs = [pair for pair in PAIRS if set(pair) <= set(dev.xquad.passages[0])]
    across = [reading(ask, tokenizer, dev.xquad, *pair, max(1, limit // len(pairs)))["f1"] for pair in pairs]
    return {
        "piaf": reading(ask, tokenizer, dev.piaf, "fr", "fr", limit),
        "across_f1": round(statistics.fmean(across), 1),
        "judging": judging(ask, tokenizer, dev.piaf, limit),
    }


def open_reader(path: Path, weights: Weights, tokenizer: Tokenizer) -> Ask:
    """Return what asks the reader in a file of ``training.reader_train`` or in an exported folder."""
    if path.is_dir():
        from training.reader_export import exported

        return exported(path, word_rows(weights), weights)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    kept = torch.load(path, map_location=device, weights_only=True)
    model = Reader(weights, kept["plan"]["layers"]).to(device)
    model.load_state_dict(kept["model"])
    return asking(model, word_rows(weights).to(device))
