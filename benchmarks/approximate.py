"""Where inverted lists begin to pay, and what they lose: exact and approximate search over the same vectors.

    python -m benchmarks.approximate [--json var/benchmarks/approximate.json]

Needs the index that ``benchmarks.orangesum`` makes. Queries are the editors' summaries, embedded.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from answering.settings import load_settings
from benchmarks.orangesum import WORK
from benchmarks.report import print_table, write_json
from evaluation.published import orangesum_summaries
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.ranking.dense import DenseIndex
from retrieval.storing.store import Store
from retrieval.types import Vectors

_SIZES = (40_000, 60_000, 80_000, 160_000)


def main() -> None:
    parser = argparse.ArgumentParser(description="Exact against approximate dense search.")
    parser.add_argument("--json", type=Path, default=WORK / "approximate.json")
    arguments = parser.parse_args()
    embedder = BundledEmbedder(load_settings().model_dir)
    queries = [embedder.embed_query(summary) for _, summary in islice(orangesum_summaries(), 300)]
    vectors = _vectors(WORK / "orangesum-index" / "archive.sqlite", embedder)
    figures: dict[str, Any] = {}
    for size in _SIZES:
        some = vectors[:size]
        exact, approximate = (_index(some, embedder.dimension, limit) for limit in (10**9, 0))
        truth, exact_ms = _search(exact, queries)
        found, approximate_ms = _search(approximate, queries)
        recall = np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found, truth, strict=True)])
        figures |= {
            f"{len(some)} exact_ms": exact_ms,
            f"{len(some)} approximate_ms": approximate_ms,
            f"{len(some)} recall@10": float(recall),
        }
        if len(some) < size:
            break
    print_table("Exact and approximate", figures)
    write_json(arguments.json, figures)


def _vectors(path: Path, embedder: BundledEmbedder) -> list[tuple[int, Vectors]]:
    store = Store(path, {})
    try:
        rows = store.passages_since(0)
        return [(row[0], np.frombuffer(row[5], np.float16).astype(np.float32)) for row in rows]
    finally:
        store.close()


def _index(vectors: Sequence[tuple[int, Vectors]], dimension: int, exact_up_to: int) -> DenseIndex:
    index = DenseIndex(WORK / "nowhere", dimension, exact_up_to)
    index.update([], vectors, 1)
    return index


def _search(index: DenseIndex, queries: Sequence[Vectors]) -> tuple[list[list[int]], float]:
    """Return the first ten of each query, and the median milliseconds."""
    found, seconds = [], []
    for query in queries:
        began = time.perf_counter()
        hits = index.search(query, 100)
        seconds.append(time.perf_counter() - began)
        found.append(hits.ids[:10])
    return found, float(np.median(seconds) * 1000)


if __name__ == "__main__":
    main()
