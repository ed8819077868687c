"""Search over OrangeSum, 36,152 French news articles in about 150,000 passages: speed, memory and ranking.

    python -m benchmarks.orangesum [--queries 1500] [--json var/benchmarks/orangesum.json]

The first run indexes (about half an hour on two cores; it goes on where it was cut off) into ``var/benchmarks``. Passages
are cut at 100 words with up to 40 shared here, to have as many as the target names; the product's are longer.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from answering.settings import ROOT, load_settings
from benchmarks.report import percentiles, print_table, write_json
from evaluation.published import orangesum_articles, orangesum_copies, orangesum_summaries
from retrieval.archive import Archive
from retrieval.encoding.bundled import prepare
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.passages import Chunking
from retrieval.reading.sources import FolderSource

WORK = ROOT / "var" / "benchmarks"


def articles_file() -> Path:
    """Return OrangeSum's articles in the ingest format, unpacked once."""
    target = WORK / "orangesum" / "articles.jsonl"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(".tmp")
        with temporary.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(article, ensure_ascii=False) + "\n" for article in orangesum_articles())
        temporary.replace(target)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description="Search over OrangeSum: speed, memory, ranking.")
    parser.add_argument("--queries", type=int, default=1500)
    parser.add_argument("--json", type=Path, default=WORK / "orangesum.json")
    arguments = parser.parse_args()
    settings = load_settings()
    prepare(settings.model_dir)
    embedder = BundledEmbedder(settings.model_dir)
    source = FolderSource(articles_file())
    with Archive(WORK / "orangesum-index", embedder, Chunking(100, 40)) as archive:
        print("indexing (the first run takes long)", flush=True)
        first = archive.index(source, _show)
        second = archive.index(source, _show)
        print(f"\nfirst run {first.seconds:.0f} s ({first.added} added), unchanged {second.seconds:.1f} s", flush=True)
    with Archive(WORK / "orangesum-index", embedder, Chunking(100, 40)) as archive:
        figures = measure(archive, arguments.queries)
    figures |= {"index_unchanged_s": second.seconds}
    if first.added:
        figures |= {"index_s": first.seconds, "passages_per_s": first.passages / first.seconds}
    print_table("OrangeSum", figures)
    write_json(arguments.json, figures)


def measure(archive: Archive, queries: int) -> dict[str, Any]:
    """Ask the editors' summaries for their articles; time each, query embedding included."""
    summaries = list(islice(orangesum_summaries(), queries))
    copies = orangesum_copies()
    for _, summary in summaries[:20]:
        archive.search(summary)  # the first searches read the files
    seconds, ranks = [], []
    for article_id, summary in summaries:
        began = time.perf_counter()
        hits = archive.search(summary, limit=50)
        seconds.append(time.perf_counter() - began)
        right = copies.get(article_id, {article_id})
        found = list(dict.fromkeys(hit.article.id for hit in hits))
        ranks.append(next((i for i, article in enumerate(found, 1) if article in right), 0))
    position = np.array(ranks, float)
    found_at = np.where(position > 0, position, np.inf)
    return {
        "passages": archive.size,
        "dense_index": archive.status().dense_index,
        **percentiles("search_ms", np.array(seconds) * 1000),
        "resident_mb": _resident_mb(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "recall@1": float((found_at <= 1).mean()),
        "recall@5": float((found_at <= 5).mean()),
        "recall@20": float((found_at <= 20).mean()),
        "mrr@10": float(np.where(found_at <= 10, 1 / found_at, 0).mean()),
    }


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _show(stage: str, done: int, total: int | None) -> None:
    if done % 500 == 0:
        print(f"\r{stage} {done}", end="", flush=True)


if __name__ == "__main__":
    main()
