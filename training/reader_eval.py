"""How well a reader reads, ranks, refuses and checks: figures on the development part, or at the very end on the test.

    python -m training.reader_eval WEIGHTS [--part dev] [--questions 300] [--json OUT]

WEIGHTS is ``cloze.pt``, ``reader.pt`` or a checkpoint of ``training.reader_train``, or the folder of an exported reader.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from answering.settings import load_settings
from evaluation.published import load_piaf, orangesum_articles, orangesum_copies, orangesum_summaries
from evaluation.squad import shows_any
from retrieval.encoding.bundled import read_weights
from training.reader_cloze import parsed, unjoined
from training.reader_data import Material, Pair
from training.reader_judge import PAIRS, Ask, auroc, balanced, judging, open_reader, quick_figures, reading, readings
from training.reader_mining import material, search
from training.reader_sources import Part, Span, part
from training.reader_tokens import Tokenizer, load_tokenizer, weights_file


def ranking(ask: Ask, tokenizer: Tokenizer, model: Path, wanted: Part, limit: int) -> dict[str, Any]:
    """Rerank what the project's search finds for PIAF's questions among all its passages, and refuse where it is taken out.

    ``refusal`` asks each question of its ten nearest passages, and of the ten without those that hold the answer.
    """
    articles, all_asked = load_piaf()
    usable = [one for one in all_asked if part(one.group) == wanted and any(text.strip() for _, text in one.answers)]
    chosen = random.Random("ranking").sample(usable, min(limit, len(usable)))
    ranked = search([a.text for a in articles], "fr", [one.text for one in chosen], model, 60)
    number = {article.id: i for i, article in enumerate(articles)}
    before, after, after_mixed, best, answerable = [], [], [], [], []
    for one, found in zip(chosen, ranked, strict=True):
        answers = [text.strip() for _, text in one.answers if text.strip()]
        lacking = [i for i in found if i != number[one.article] and not shows_any(articles[i].text, answers)]
        candidates = list(dict.fromkeys([*found[:20], *lacking[:10], number[one.article]]))
        read = readings(ask, tokenizer, [Pair(one.text, articles[i].text) for i in candidates])
        said = dict(zip(candidates, read, strict=True))
        before.append(_reciprocal(found, number[one.article]))
        ordered = sorted(found[:20], key=lambda i: (-said[i].relevant, i))
        after.append(_reciprocal(ordered, number[one.article]))
        mixed = sorted(found[:20], key=lambda i: (-(said[i].relevant + said[i].answers + said[i].margin), i))
        after_mixed.append(_reciprocal(mixed, number[one.article]))
        nine = [i for i in found if i != number[one.article]][:9]
        for passages, label in (([number[one.article], *nine], True), (lacking[:10], False)):
            if passages:
                best.append(max(said[i].answers + said[i].margin for i in passages))
                answerable.append(label)
    figures: dict[str, float] = {"questions": len(chosen)}
    for name, ranks in (("search", before), ("relevant", after), ("all_logits", after_mixed)):
        figures |= {
            f"{name}_r1": round(statistics.fmean(rank == 1 for rank in ranks), 4),
            f"{name}_mrr10": round(statistics.fmean(ranks), 4),
        }
    return figures | {
        "refusal_auroc": round(auroc(best, answerable), 4),
        "refusal_balanced": round(balanced(best, answerable), 4),
    }


def _reciprocal(ranked: Sequence[int], right: int) -> float:
    return 1 / (ranked.index(right) + 1) if right in ranked[:10] else 0.0


def headings(ask: Ask, tokenizer: Tokenizer, wanted: Part, limit: int) -> dict[str, float]:
    """Rerank the ten articles most like a heading (TF-IDF, all of OrangeSum); an article is as good as its best passage."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    copies = orangesum_copies()
    stories = [(i, text) for i, text in orangesum_summaries() if part(min(copies.get(i, {i}))) == wanted]
    chosen = random.Random("headings").sample(stories, min(limit, len(stories)))
    articles = [(row["id"], row["title"], unjoined(" ".join(row["text"].split()))) for row in orangesum_articles()]
    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2, dtype=np.float32)
    matrix = vectorizer.fit_transform(f"{title} {text}" for _, title, text in articles)
    before: list[float] = []
    after: list[float] = []
    for article_id, heading in chosen:
        right = copies.get(article_id, {article_id})
        best = np.argsort(-(matrix @ vectorizer.transform([heading]).T).toarray().ravel(), kind="stable")[:10]
        pairs, owner = [], []
        for place in best:
            article = parsed(articles[place][1], articles[place][2], "fr")
            for text in _passages(article.text, article.sentences)[:4]:
                pairs.append(Pair(heading, text))
                owner.append(int(place))
        scores: dict[int, float] = {}
        for place, said in zip(owner, readings(ask, tokenizer, pairs), strict=True):
            scores[place] = max(scores.get(place, -1e9), said.relevant)
        ranks = [[i for i in best if i in scores], sorted(scores, key=lambda i: (-scores[i], i))]
        for figures, order in zip((before, after), ranks, strict=True):
            hit = next((rank for rank, place in enumerate(order, 1) if articles[place][0] in right), 0)
            figures.append(1 / hit if hit else 0.0)
    return {
        "headings": len(chosen),
        "tfidf_mrr10": round(statistics.fmean(before), 4),
        "mrr10": round(statistics.fmean(after), 4),
    }


def _passages(text: str, sentences: Sequence[Span], words: int = 120) -> list[str]:
    """Cut an article to passages of whole sentences."""
    passages: list[str] = []
    begin = None
    for start, end in sentences:
        begin = start if begin is None else begin
        if len(text[begin:end].split()) >= words:
            passages.append(text[begin:end])
            begin = None
    if begin is not None:
        passages.append(text[begin : sentences[-1][1]])
    return passages


def all_figures(
    ask: Ask, tokenizer: Tokenizer, model: Path, judged: Material, wanted: Part, limit: int
) -> dict[str, Any]:
    """Return every figure that the reader is judged by."""
    across = {"-".join(pair): reading(ask, tokenizer, judged.xquad, *pair, limit) for pair in PAIRS}
    return {
        "part": wanted,
        "piaf": reading(ask, tokenizer, judged.piaf, "fr", "fr", limit),
        "across": across,
        "across_f1": round(statistics.fmean(figures["f1"] for figures in across.values()), 1),
        "judging": judging(ask, tokenizer, judged.piaf, limit),
        "ranking": ranking(ask, tokenizer, model, wanted, limit),
        "headings": headings(ask, tokenizer, wanted, max(5, limit // 3)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Judge a reader.")
    parser.add_argument("reader", type=Path)
    parser.add_argument("--part", choices=("dev", "test"), default="dev")
    parser.add_argument("--questions", type=int, default=300, help="of each set")
    parser.add_argument("--folder", type=Path, default=Path("var/reader"), help="where what was searched for is kept")
    parser.add_argument("--quick", action="store_true", help="only the figures of the training log")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    settings = load_settings()
    weights = read_weights(weights_file())
    tokenizer = load_tokenizer(weights, settings.model_dir)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    judged = material(arguments.folder, settings.model_dir, arguments.part)
    ask = open_reader(arguments.reader, weights, tokenizer)
    if arguments.quick:
        figures = quick_figures(ask, tokenizer, judged, arguments.questions)
    else:
        figures = all_figures(ask, tokenizer, settings.model_dir, judged, arguments.part, arguments.questions)
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
