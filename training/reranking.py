"""Fit what a reader's relevance weighs against the search's score (``answering.judging.reranking``), and say what it gains.

    python -m training.reranking [--reader FOLDER] [--questions 300] [--news 3000] [--write]

Questions of the part that no reader was trained on (``evaluation.published.part``): PIAF in the whole of PIAF, XQuAD
across languages and in one, and the editors' summaries of OrangeSum in a sample of its articles. Their first hits are
read once; the weight with the best MRR@10, mean over the sets, is kept. About twenty minutes on two free cores.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from answering.judging.reading import part_read
from answering.judging.reranking import READ, WEIGHTS, default_weight, order
from answering.settings import ROOT, load_settings
from evaluation.published import (
    load_piaf,
    load_xquad,
    orangesum_articles,
    orangesum_copies,
    orangesum_summaries,
    part,
)
from retrieval.archive import Archive
from retrieval.encoding.bundled import prepare
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.judging.bundled_reader import WEIGHTS as READER
from retrieval.judging.bundled_reader import BundledReader
from retrieval.types import Article, Embedder, Hit, Reranker
from training.evidence import InMemory

TRIED = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
_PAIRS = (("en", "es"), ("ru", "ro"), ("de", "en"), ("en", "en"))  # question, passage
_DEPTH = 10  # ranks that count
Asked = tuple[str, frozenset[str]]  # a question, and the ids of the articles that answer it


@dataclass(frozen=True, slots=True)
class Read:
    """A question's hits as the search gave them, the relevance of the first ``READ`` of them, and the right articles."""

    hits: list[Hit]
    relevance: list[float]
    right: frozenset[str]


def read(articles: Sequence[Article], asked: Iterable[Asked], embedder: Embedder, reader: Reranker) -> list[Read]:
    """Ask an archive of these articles, and read what it finds."""
    found = []
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder), embedder) as archive:
        archive.index(InMemory(articles))
        for question, right in asked:
            hits = archive.search(question, limit=_DEPTH)
            spans = [part_read(question, hit.text, hit.article.language, rank) for rank, hit in enumerate(hits[:READ])]
            texts = [hit.text[start:end] for hit, (start, end) in zip(hits, spans, strict=False)]
            found.append(Read(hits, reader.relevance(question, texts), right))
    return found


def judge(asked: Sequence[Read], weight: float, passages: int = READ) -> tuple[float, float]:
    """Return R@1 and MRR@10 with a weight, where the first ``passages`` are read."""
    gains = []
    for one in asked:
        ranked = order(one.hits, one.relevance[:passages], weight)
        gains.append(next((1 / rank for rank, hit in enumerate(ranked, 1) if hit.article.id in one.right), 0.0))
    return statistics.fmean(gain == 1 for gain in gains), statistics.fmean(gains)


def best_weight(sets: Sequence[Sequence[Read]]) -> float:
    """Return the weight with the best MRR@10, mean over the sets; the smallest of equals."""
    return max(TRIED, key=lambda weight: (statistics.fmean(judge(one, weight)[1] for one in sets), -weight))


def news(limit: int, size: int) -> tuple[list[Article], list[Asked]]:
    """Return ``size`` of OrangeSum's articles with those that the summaries belong to, and the summaries."""
    copies = orangesum_copies()
    stories = [(text, frozenset(copies.get(own, {own}))) for own, text in orangesum_summaries()]
    asked = _some([one for one in stories if part(min(one[1])) == "dev"], limit)
    wanted = {number for _, right in asked for number in right}
    rows = [row for row in orangesum_articles() if row["text"].strip()]
    random.Random(0).shuffle(rows)
    kept = [row for row in rows if row["id"] in wanted]
    kept += [row for row in rows if row["id"] not in wanted][: max(size - len(kept), 0)]
    return [Article(**row) for row in kept], asked


def _some(asked: Sequence[Asked], limit: int) -> list[Asked]:
    return random.Random(0).sample(asked, min(limit, len(asked)))


def material(questions: int, articles: int) -> Iterable[tuple[str, Sequence[Article], list[Asked]]]:
    """Yield each set's name, articles and questions: ``questions`` at most; ``articles`` of OrangeSum, 0: without it."""
    loaded = {"piaf": load_piaf(), **{f"xquad {a}-{b}": load_xquad(a, b) for a, b in _PAIRS}}
    for name, (passages, asked) in loaded.items():
        unseen = [(one.text, frozenset({one.article})) for one in asked if part(one.group) == "dev"]
        yield name, passages, _some(unseen, questions)
    if articles:
        yield "orangesum", *news(questions, articles)


def table(sets: dict[str, list[Read]], weight: float) -> str:
    """Return R@1 and MRR@10 of each set: by weight, and for the best of them by how many passages are read."""
    lines = [f"{'':14}" + "".join(f"{name:>15}" for name in sets)]
    rows = [(f"weight {tried}", tried, READ) for tried in TRIED]
    rows += [(f"{passages} read", weight, passages) for passages in range(2, READ, 2)]
    for title, tried, passages in rows:
        figures = (judge(one, tried, passages) for one in sets.values())
        lines.append(f"{title:14}" + "".join(f"{first:9.3f} {mean:.3f}" for first, mean in figures))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the weight of a reader's relevance.")
    parser.add_argument("--reader", type=Path, default=READER, help="folder of an exported reader")
    parser.add_argument("--questions", type=int, default=300, help="of each set at most")
    parser.add_argument("--news", type=int, default=3000, help="articles of OrangeSum; 0: without them")
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.relative_to(ROOT)}")
    arguments = parser.parse_args()
    settings = load_settings()
    prepare(settings.model_dir)
    embedder = BundledEmbedder(settings.model_dir, settings.threads)
    reader = BundledReader(settings.model_dir, arguments.reader, settings.threads)
    sets = {}
    for name, articles, asked in material(arguments.questions, arguments.news):
        sets[name] = read(articles, asked, embedder, reader)
        print(f"{name}: {len(asked)} questions, {len(articles)} articles", flush=True)
    weight = best_weight(list(sets.values()))
    print(table(sets, weight))
    print(f"best weight {weight}, so far {default_weight()}, reader {reader.name}")
    if arguments.write:
        shipped = {"weight": weight, "reader": reader.name}
        WEIGHTS.write_text(json.dumps(shipped, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
