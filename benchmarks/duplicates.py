"""Finding copies in OrangeSum, 36,152 French news articles: how long an article takes, and which pairs are found.

    python -m benchmarks.duplicates [--json var/benchmarks/duplicates.json]

The articles are stored without vectors, then the copies are found as an old archive's are, a transaction an article: that is
what de-duplication adds to indexing. Pairs are judged by the labelled groups (``duplicate_groups.jsonl``). A pair of which
neither article is in a group says nothing, because a share of the groups is kept back.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.report import print_table, write_json
from evaluation.published import orangesum_articles, orangesum_copies
from retrieval.facts import derived, duplicates
from retrieval.facts.shingles import Shingle, shingles
from retrieval.passages import passage_spans
from retrieval.storing.store import Store
from retrieval.types import Article

WORK = Path("var") / "benchmarks"
_MARKS = (1_000, 10_000, 36_000)  # articles in the archive, around which the time for one more is taken
_AROUND = 500
_HALF = 0.5

Pair = tuple[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description="Finding copies in OrangeSum: speed, precision, recall.")
    parser.add_argument("--json", type=Path, default=WORK / "duplicates.json")
    arguments = parser.parse_args()
    articles = [Article(**row) for row in orangesum_articles()]
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "archive.sqlite", {})
        store_all(store, articles)
        figures = timed(store)
        found = pairs_of(stories(store))
        store.close()
    figures |= judged(found, orangesum_copies(), {article.id: article.text for article in articles})
    print_table("Copies in OrangeSum", figures)
    write_json(arguments.json, figures)


def store_all(store: Store, articles: Sequence[Article]) -> None:
    """Store the articles and their passages, and nothing of copies: an archive from before they were looked for."""
    with store.transaction(), store.reading() as db:
        for number, article in enumerate(articles, 1):
            row = (number, article.id, article.id, article.title, article.published, article.published, article.text)
            db.execute(
                "INSERT INTO articles (n, id, source, fingerprint, title, url, outlet, published, first_day, last_day,"
                " language, dated_by, pages, text) VALUES (?, ?, ?, '', ?, '', '', ?, '', ?, 'fr', '', '', ?)",
                row,
            )
            spans = passage_spans(article.text, article.language)
            db.executemany(
                "INSERT INTO passages (article, start, end, change) VALUES (?, ?, ?, 1)", [(number, *s) for s in spans]
            )


def timed(store: Store) -> dict[str, float]:
    """Find the copies; return the seconds that took, and the milliseconds an article among a thousand and more.

    Where copies are found they are compared passage by passage, which takes longer; of the others, the median tells
    whether looking them up grows with the archive.
    """
    seconds, alone = list[float](), list[bool]()
    processor = time.process_time()
    with store.reading() as db:
        for number in derived.missing(db, duplicates):
            began = time.perf_counter()
            with store.transaction():
                (text,) = db.execute("SELECT text FROM articles WHERE n = ?", (number,)).fetchone()
                derived.add(db, duplicates, number, Article(id="", text=text))
            seconds.append(time.perf_counter() - began)
            alone.append(db.execute("SELECT 1 FROM links WHERE one = ? LIMIT 1", (number,)).fetchone() is None)
        rows = {table: db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ("sketches", "printed")}
    took, without = np.array(seconds) * 1000, np.array(alone)
    figures = {
        "articles": len(took),
        "seconds": float(took.sum()) / 1000,
        "processor_seconds": time.process_time() - processor,
        "slowest_ms": float(took.max()),
    }
    for mark in _MARKS:
        around = slice(mark - _AROUND, mark + _AROUND)
        figures[f"ms_an_article_at_{mark}"] = float(took[around].mean())
        figures[f"ms_an_article_without_copies_at_{mark}"] = float(np.median(took[around][without[around]]))
        figures[f"share_without_copies_at_{mark}"] = float(without[around].mean())
    return figures | {f"rows_{table}": count for table, count in rows.items()}


def stories(store: Store) -> list[tuple[str, ...]]:
    """Return the articles of each story of more than one."""
    with store.reading() as db:
        ids = [row[0] for row in db.execute("SELECT DISTINCT a.id FROM links l JOIN articles a ON a.n = l.one")]
        found = {tuple(order[-1] for order in duplicates.story(db, article)) for article in ids}
    return [members for members in found if len(members) > 1]


def pairs_of(groups: Iterable[Iterable[str]]) -> set[Pair]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def judged(found: set[Pair], copies: dict[str, set[str]], texts: dict[str, str]) -> dict[str, float]:
    """Return precision and recall of pairs: over all, and over those that share at least half of their shingles."""
    labelled = pairs_of(copies.values())
    told = {pair for pair in found if pair[0] in copies or pair[1] in copies}
    both = {pair for pair in found if pair[0] in copies and pair[1] in copies}
    cut = {article: shingles(texts[article]) for pair in labelled | told for article in pair}
    half = {(a, b) for a, b in labelled | told if _resemblance(cut[a], cut[b]) >= _HALF}
    contained = {(a, b) for a, b in labelled | told if _containment(cut[a], cut[b]) >= _HALF}
    return {
        "pairs_found": len(found),
        "pairs_found_of_labelled_articles": len(told),
        "pairs_labelled": len(labelled),
        "pairs_labelled_that_share_half": len(labelled & half),
        "precision": len(told & labelled) / len(told),
        "precision_sharing_half": len(told & labelled & half) / len(told & half),
        "precision_both_labelled": len(both & labelled) / len(both),
        "recall": len(found & labelled) / len(labelled),
        "recall_sharing_half": len(found & labelled & half) / len(labelled & half),
        "recall_sharing_half_of_the_shorter": len(found & labelled & contained) / len(labelled & contained),
    }


def _resemblance(one: frozenset[Shingle], other: frozenset[Shingle]) -> float:
    return len(one & other) / len(one | other)


def _containment(one: frozenset[Shingle], other: frozenset[Shingle]) -> float:
    return len(one & other) / min(len(one), len(other))


if __name__ == "__main__":
    main()
