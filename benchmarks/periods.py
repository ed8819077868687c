"""Questions that name days: what filtering by publication and raising passages that tell of these days gain.

    python -m benchmarks.periods [--questions 150] [--json var/benchmarks/periods.json]

Two sets. The first 4,000 of OrangeSum's articles of 2019, indexed once into ``var/benchmarks/periods-index``: a question is
made of a sentence in which a day is certain, named ("le 5 mars") or told ("jeudi", "hier"): the day, and a name and a word
of the sentence, both of which other articles have too. Halves by article; ``--questions`` of each kind and half. The five
seeds, with questions by hand (``periods_seeds.tsv``), once as they are (dated by month or not at all) and once with the days
on which they came out. Right is a passage that overlaps the sentence, or a labelled copy of its article.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np

import retrieval.searching
from answering.settings import ROOT, load_settings
from answering.times.when import Period, read_period, without_times
from benchmarks.orangesum import WORK
from benchmarks.report import write_json
from evaluation.published import is_development, orangesum_articles, orangesum_copies
from retrieval.archive import Archive
from retrieval.dates import date_range
from retrieval.encoding.bundled import prepare
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.facts.moments import Moment, find_moments
from retrieval.facts.timeline import Told
from retrieval.reading.sources import FolderSource
from retrieval.sentences import sentence_spans
from retrieval.types import Article, Filters, Hit
from training.evidence import InMemory

_YEAR, ARTICLES = "2019", 4000
_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_NAMED = re.compile(rf"(?:{'|'.join(_MONTHS)})", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ][a-zà-ÿ]{3,}")
_WORD = re.compile(r"(?<!\w)[a-zà-ÿ]{6,}(?!\w)")
_SHARED = 20  # articles that have a word: it does not give its article away
SEED_DAYS = ("2022-03-05", "2022-03-03", "2022-03-04", "2022-03-02", "2022-03-02")  # as "jeudi" and "hier" in them tell
WEIGHTS = (0.0, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, today for it, and the sentence that answers: ``text[start:end]`` of ``article``, or one of its copies."""

    question: str
    language: str
    today: date
    article: str
    start: int
    end: int
    copies: frozenset[str] = frozenset()

    def right(self, hit: Hit) -> bool:
        if hit.article.id == self.article:
            return hit.passage.start < self.end and self.start < hit.passage.end
        return hit.article.id in self.copies or self.article in hit.also_in


@dataclass(frozen=True, slots=True)
class Way:
    """One way to search: which articles, by how much passages that name the days are raised, a query with dates or without.

    ``limit``: ``published`` on days that suit, or those and ``told`` of the days by others too; empty for all.
    """

    limit: str = ""
    weight: float = 0.0
    bare: bool = False

    def __str__(self) -> str:
        parts = [
            self.limit or "all",
            f"raised by {self.weight}" if self.weight else "",
            "no dates" if self.bare else "",
        ]
        return ", ".join(filter(None, parts))


def orangesum_questions(count: int) -> dict[str, list[Asked]]:
    """Return ``count`` questions of each kind and half, the same in each run."""
    articles = _articles_of_the_year()
    shared = Counter(word for a in articles for word in set(re.findall(r"\w+", a.text)))
    copies = orangesum_copies()
    made: dict[str, list[Asked]] = {}
    for article in sorted(articles, key=lambda a: random.Random(a.id).random()):
        half = "dev" if is_development(article.id) else "test"
        for kind, asked in _questions_of(article, shared, frozenset(copies.get(article.id, ()))):
            if len(made.setdefault(f"{half}, {kind}", [])) < count:
                made[f"{half}, {kind}"].append(asked)
    return dict(sorted(made.items()))


def _questions_of(article: Article, shared: Counter[str], copies: frozenset[str]) -> Iterator[tuple[str, Asked]]:
    """Yield at most one question of each kind."""
    text, published = article.text, date.fromisoformat(article.published)
    chance = random.Random(article.id + "day")
    spans = sentence_spans(text, "fr")
    for kind in ("named", "told"):
        for moment in find_moments(text, "fr", article.published):
            named = bool(_NAMED.search(text, moment.start, moment.end))
            if named != (kind == "named") or moment.first != moment.last or abs((published - moment.first).days) > 60:
                continue
            start, end = next(span for span in spans if span[0] <= moment.start < span[1])
            words = _words(text[start : moment.start] + " " + text[moment.end : end], shared)
            if words and moment.first.year == int(_YEAR):
                question = f"Que s'est-il passé {_day(moment, chance)} pour {words[0]}, {words[1]} ?"
                yield kind, Asked(question, "fr", date(2020, 1, 15), article.id, start, end, copies)
                break


def _words(text: str, shared: Counter[str]) -> tuple[str, str] | None:
    """Return a name and a word of a sentence, the most common ones."""
    found = []
    for pattern in (_NAME, _WORD):
        common = [word for word in pattern.findall(text) if shared[word] >= _SHARED and not _NAMED.fullmatch(word)]
        if not common:
            return None
        found.append(max(common, key=lambda word: (shared[word], word)))
    return found[0], found[1]


def _day(moment: Moment, chance: random.Random) -> str:
    day, month = moment.first, _MONTHS[moment.first.month - 1]
    first = "1er" if day.day == 1 else str(day.day)
    if chance.random() < 0.2:
        return f"en {month} {day.year}"
    return f"le {first} {month} {day.year}" if chance.random() < 0.8 else f"le {first} {month}"


def seed_questions(articles: Sequence[Article]) -> list[Asked]:
    """Return the questions by hand: today, language, question, article (its number), words of the sentence."""
    asked = []
    for line in Path(__file__).with_name("periods_seeds.tsv").read_text("utf-8").splitlines():
        today, language, question, number, quote = line.split("\t")
        article = articles[int(number)]
        start = article.text.index(quote)
        asked.append(Asked(question, language, date.fromisoformat(today), article.id, start, start + len(quote)))
    return asked


def judge(archive: Archive, questions: Sequence[Asked], way: Way) -> dict[str, float]:
    module: Any = retrieval.searching
    usual, module.DAYS_WEIGHT = module.DAYS_WEIGHT, way.weight
    coverage = archive.coverage()
    ends = date_range(coverage.first), date_range(coverage.last)
    covered = (ends[0][0], ends[1][1]) if ends[0] and ends[1] else None
    try:
        ranks = []
        for asked in questions:
            period = read_period(asked.question, asked.language, asked.today, covered)
            hits = search(archive, asked.question, period, way)
            ranks.append(next((rank for rank, hit in enumerate(hits, 1) if asked.right(hit)), 0))
    finally:
        module.DAYS_WEIGHT = usual
    at = np.where(np.array(ranks) > 0, ranks, np.inf)
    return {
        "n": len(ranks),
        "recall@1": float((at <= 1).mean()),
        "recall@5": float((at <= 5).mean()),
        "recall@12": float((at <= 12).mean()),
        "mrr@10": float(np.where(at <= 10, 1 / at, 0).mean()),
    }


def search(archive: Archive, question: str, period: Period | None, way: Way) -> list[Hit]:
    if period is None:
        return archive.search(question, limit=12)
    query = without_times(question, period) if way.bare else question
    window = _iso(period.since), _iso(period.until)
    days = period.first or date.min, period.last or date.max
    told = None
    if way.limit == "told":
        told = Told(days, None if period.outside else window)
    elif way.weight:
        told = Told(days, ("", ""))
    return archive.search(
        query, limit=12, filters=Filters(*window) if way.limit == "published" else Filters(), told=told
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def main() -> None:
    parser = argparse.ArgumentParser(description="Search for what happened on given days.")
    parser.add_argument("--questions", type=int, default=150)
    parser.add_argument("--json", type=Path, default=WORK / "periods.json")
    arguments = parser.parse_args()
    settings = load_settings()
    prepare(settings.model_dir)
    embedder = BundledEmbedder(settings.model_dir)
    ways = [Way(*parts) for parts in product(("", "published", "told"), WEIGHTS, (False, True))]
    figures: dict[str, Any] = {}
    with Archive(WORK / "periods-index", embedder) as archive:
        archive.index(InMemory(_articles_of_the_year()))
        for name, questions in orangesum_questions(arguments.questions).items():
            figures[name] = _table(name, archive, questions, ways)
    for name, days in (("seeds as they are", ("",) * 5), ("seeds with their days", SEED_DAYS)):
        with tempfile.TemporaryDirectory() as folder, Archive(Path(folder), embedder) as archive:
            archive.index(InMemory(_seeds(days)))
            figures[name] = _table(name, archive, seed_questions(_seeds(days)), ways)
    write_json(arguments.json, figures)


def _articles_of_the_year() -> list[Article]:
    rows = (row for row in orangesum_articles() if row["published"].startswith(_YEAR))
    return [Article(**row) for row in islice(rows, ARTICLES)]


def _seeds(days: Sequence[str]) -> list[Article]:
    source = FolderSource(ROOT / "seeds")
    articles = [source.read(record) for record in source.records()]  # type: ignore[arg-type]  # none is skipped
    return [replace(article, published=day or article.published) for article, day in zip(articles, days, strict=True)]


def _table(name: str, archive: Archive, questions: Sequence[Asked], ways: Sequence[Way]) -> dict[str, dict[str, float]]:
    print(f"\n{name}, {len(questions)} questions: recall@1, @5, @12, mrr@10", flush=True)
    table = {}
    for way in ways:
        found = table[str(way)] = judge(archive, questions, way)
        print(
            "  ".join(f"{found[key]:.3f}" for key in ("recall@1", "recall@5", "recall@12", "mrr@10")), way, flush=True
        )
    return table


if __name__ == "__main__":
    main()
