"""Ways to fuse dense and lexical scores, on PIAF (question -> passage) and OrangeSum (summary -> article).

    python -m benchmarks.fusion [--queries 1500] [--json var/benchmarks/fusion.json]

PIAF is indexed into a temporary folder; OrangeSum needs the index that ``benchmarks.orangesum`` makes.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import retrieval.searching
from answering.settings import load_settings
from benchmarks.orangesum import WORK
from benchmarks.report import write_json
from evaluation.published import load_piaf, orangesum_copies, orangesum_summaries
from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.passages import Chunking
from retrieval.ranking.fusion import Candidates, fuse
from training.evidence import InMemory

Spread = tuple[float, float]
Rule = Callable[[Candidates, Spread, Spread], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Case:
    """What both indexes proposed for a query, the article of each candidate, and the right articles."""

    candidates: Candidates
    dense: Spread
    lexical: Spread
    articles: tuple[str, ...]
    right: frozenset[str]


def collect(archive: Archive, queries: Sequence[tuple[str, frozenset[str]]]) -> list[Case]:
    """Run the product's own search and keep what it hands to the fusion."""
    cases: list[Case] = []
    right: frozenset[str] = frozenset()

    def spy(
        candidates: Candidates, dense: Spread, lexical: Spread, weight: float, foreign: Spread | None
    ) -> list[tuple[int, float, float, float]]:
        rows = archive._store.passages(candidates.ids)
        articles = tuple(rows[i][1].id for i in candidates.ids)
        cases.append(Case(candidates, dense, lexical, articles, right))
        return fuse(candidates, dense, lexical, weight, foreign)

    module: Any = retrieval.searching
    module.fuse = spy
    try:
        for query, right in queries:  # noqa: B007
            archive.search(query)
    finally:
        module.fuse = fuse
    return cases


def weighted(weight: float) -> Rule:
    def rule(c: Candidates, dense: Spread, lexical: Spread) -> NDArray[np.float64]:
        return (1 - weight) * _z(c.dense, *dense) + weight * _z(c.lexical, *lexical)

    return rule


def weighted_among_candidates(weight: float) -> Rule:
    def rule(c: Candidates, dense: Spread, lexical: Spread) -> NDArray[np.float64]:
        spread = [(float(np.mean(s)), float(np.std(s))) for s in (c.dense, c.lexical)]
        return (1 - weight) * _z(c.dense, *spread[0]) + weight * _z(c.lexical, *spread[1])

    return rule


def min_max(weight: float) -> Rule:
    def rule(c: Candidates, dense: Spread, lexical: Spread) -> NDArray[np.float64]:
        d, x = np.array(c.dense), np.array(c.lexical)
        result: NDArray[np.float64] = (1 - weight) * (d - d.min()) / (np.ptp(d) or 1) + weight * x / (x.max() or 1)
        return result

    return rule


def reciprocal_rank(k: int) -> Rule:
    def rule(c: Candidates, dense: Spread, lexical: Spread) -> NDArray[np.float64]:
        ranks = [np.argsort(np.argsort(-np.array(s), kind="stable")) + 1 for s in (c.dense, c.lexical)]
        result: NDArray[np.float64] = 1 / (k + ranks[0]) + 1 / (k + ranks[1])
        return result

    return rule


def _z(scores: Sequence[float], mean: float, deviation: float) -> NDArray[np.float64]:
    return (np.array(scores) - mean) / deviation if deviation > 1e-6 else np.zeros(len(scores))


RULES: dict[str, Rule] = {
    "dense only": weighted(0),
    "lexical only": weighted(1),
    **{f"z over the archive, {w} lexical": weighted(w) for w in (0.2, 0.3, 0.4, 0.5, 0.6)},
    **{f"z over candidates, {w} lexical": weighted_among_candidates(w) for w in (0.3, 0.5)},
    **{f"min-max, {w} lexical": min_max(w) for w in (0.3, 0.5)},
    **{f"reciprocal rank, k={k}": reciprocal_rank(k) for k in (10, 60)},
}


def judge(cases: Sequence[Case], rule: Rule) -> dict[str, float]:
    ranks = []
    for case in cases:
        scores = rule(case.candidates, case.dense, case.lexical)
        order = np.lexsort((np.array(case.candidates.ids), -scores))
        found = list(dict.fromkeys(case.articles[i] for i in order))
        ranks.append(next((n for n, article in enumerate(found, 1) if article in case.right), 10**9))
    rank = np.array(ranks, float)
    return {
        **{f"R@{k}": float((rank <= k).mean()) for k in (1, 5, 20)},
        "MRR@10": float(np.where(rank <= 10, 1 / rank, 0).mean()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Ways to fuse, compared.")
    parser.add_argument("--queries", type=int, default=1500)
    parser.add_argument("--json", type=Path, default=WORK / "fusion.json")
    arguments = parser.parse_args()
    embedder = BundledEmbedder(load_settings().model_dir)
    figures: dict[str, Any] = {}
    articles, asked = load_piaf()
    some = random.Random(0).sample(asked, min(arguments.queries, len(asked)))
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder), embedder) as archive:
        archive.index(InMemory(articles))
        figures["PIAF"] = compare(collect(archive, [(q.text, frozenset({q.article})) for q in some]))
    copies = orangesum_copies()
    with Archive(WORK / "orangesum-index", embedder, Chunking(100, 40)) as archive:
        summaries = islice(orangesum_summaries(), arguments.queries)
        wanted = [(summary, frozenset(copies.get(article, {article}))) for article, summary in summaries]
        figures["OrangeSum"] = compare(collect(archive, wanted))
    for name, table in figures.items():
        print(f"\n{name}\n  {'':32} R@1   R@5   R@20  MRR@10")
        for rule, row in table.items():
            print(f"  {rule:32} " + "  ".join(f"{value:.3f}" for value in row.values()))
    write_json(arguments.json, figures)


def compare(cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    return {name: judge(cases, rule) for name, rule in RULES.items()}


if __name__ == "__main__":
    main()
