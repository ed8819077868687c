"""How many lies of a chat model get through the check, and how many true sentences stay: ``python -m evaluation.lies``.

A model's answers are read as they would come, true sentences and lies in turn: the sentences of ``lies.tsv``, true ones
in free words by hand, and lies made of them, in five parts. Which of them was looked at, and when: docs/evaluation.md.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from pathlib import Path

from answering.generating.generative import judge
from answering.judging.vectors import SentenceVectors
from answering.settings import ROOT, load_settings
from answering.types import Fate, Verdict
from answering.wiring import open_embedder
from evaluation.dataset import DataError
from retrieval.passages import passage_spans
from retrieval.reading.sources import FolderSource
from retrieval.types import Article, Embedder, Hit, Passage, Reader, Skipped, Vectors

LIES = ROOT / "evaluation" / "sets" / "lies.tsv"
TRUE = "true"
_COLUMNS = ("half", "fact", "language", "kind", "article", "marker", "anchor", "text")
_NO_MARKER = "none"
HALVES = ("open", "held", "second", "last", "fresh")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence that the model writes, true or a lie of some ``kind``.

    It cites the passage of ``article`` that holds ``anchor`` (words of its proof), or without an anchor the one that is
    nearest to it; ``marker`` says otherwise: a number that no passage has, or ``none``.
    """

    half: str
    fact: int
    language: str
    kind: str
    article: str
    marker: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line: whether it was shown, why not, and the quotation that it was shown with."""

    line: Line
    shown: bool
    reason: str
    quotation: str


def read_lines(path: Path = LIES) -> list[Line]:
    """Read the sentences. Raises DataError for a file that is not one of them."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        if tuple(rows[0]) != _COLUMNS:
            raise ValueError("wrong columns")
        return [Line(half, int(fact), *rest) for half, fact, *rest in rows[1:]]
    except (OSError, ValueError, IndexError, TypeError) as exc:
        raise DataError(f"{path} holds no lies; its columns are {', '.join(_COLUMNS)}, split by tabs.") from exc


def seed_articles(folder: Path = ROOT / "seeds") -> dict[str, Article]:
    """Return the seed articles by id."""
    source = FolderSource(folder)
    articles = [source.read(record) for record in source.records() if not isinstance(record, Skipped)]
    return {article.id: article for article in articles}


def passages_of(article: Article) -> list[Hit]:
    """Return all passages of an article, as the archive cuts them."""
    spans = passage_spans(article.text, article.language)
    return [Hit(Passage(n, article.id, start, end), article, 1.0, 0.9, 5.0) for n, (start, end) in enumerate(spans)]


class Remembering:
    """An embedder that embeds each text once."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.dimension = embedder.name, embedder.dimension
        self._embedder, self._vectors = embedder, SentenceVectors(embedder)

    def embed_query(self, text: str) -> Vectors:
        return self._embedder.embed_query(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts)


def measure(
    lines: Sequence[Line], articles: dict[str, Article], embedder: Embedder, reader: Reader | None = None
) -> list[Outcome]:
    """Have each line written and judged: one answer for each fact and language, true sentences and lies in turn."""
    passages = {article.id: passages_of(article) for article in articles.values()}
    ordered = sorted(lines, key=lambda line: (line.fact, line.language))
    outcomes: list[Outcome] = []
    for (_, language), group in groupby(ordered, key=lambda line: (line.fact, line.language)):
        outcomes += _answer(_in_turn(list(group)), language, passages, embedder, reader)
    return outcomes


def _in_turn(lines: Sequence[Line]) -> list[Line]:
    true = [line for line in lines if line.kind == TRUE]
    false = [line for line in lines if line.kind != TRUE]
    return [line for pair in zip_longest(true, false) for line in pair if line]


def _answer(
    lines: Sequence[Line], language: str, passages: dict[str, list[Hit]], embedder: Embedder, reader: Reader | None
) -> list[Outcome]:
    """Return what became of the lines of one answer; a line that is there twice, with two markers, is two answers."""
    outcomes = []
    rest: list[Line] = []
    told: list[Line] = []
    for line in lines:
        (rest if any(line.text == other.text for other in told) else told).append(line)
    shown: list[Hit] = []
    written = []
    for line in told:
        hit = cited(line, passages[line.article], embedder)
        if hit not in shown:
            shown.append(hit)
        number = line.marker or str(shown.index(hit) + 1)
        written.append(line.text if number == _NO_MARKER else f"{line.text} [{number}]")
    draft = judge("\n\n".join(written), shown, language, embedder, reader)
    verdicts = {_plain(verdict.sentence): verdict for verdict in draft.verdicts}
    quotations = {citation.marker: citation.quote for citation in draft.citations}
    for line in told:
        verdict = verdicts.get(_plain(line.text), Verdict(line.text, Fate.REMOVED, "not read"))
        quotation = " ".join(quotations[marker] for marker in verdict.markers)
        outcomes.append(Outcome(line, verdict.fate is not Fate.REMOVED, verdict.reason, quotation))
    return outcomes + (_answer(rest, language, passages, embedder, reader) if rest else [])


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def cited(line: Line, passages: Sequence[Hit], embedder: Embedder) -> Hit:
    """Return the passage that a line cites, of those of its article."""
    if line.anchor:
        return next(hit for hit in passages if line.anchor in hit.text)
    likeness = embedder.embed_passages([hit.text for hit in passages]) @ embedder.embed_passages([line.text])[0]
    return passages[int(likeness.argmax())]


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the shares shown, by kind, language and half, as a Markdown table."""
    kinds = list(dict.fromkeys(outcome.line.kind for outcome in outcomes))
    kinds.sort(key=lambda kind: kind == TRUE)
    languages = sorted({outcome.line.language for outcome in outcomes})
    head = ["shown", *HALVES, *languages, "all"]
    rows = [_row(kind, [o for o in outcomes if o.line.kind == kind], languages) for kind in kinds if kind != TRUE]
    rows.append(_row("**all lies**", [o for o in outcomes if o.line.kind != TRUE], languages))
    rows.append(_row("**true sentences**", [o for o in outcomes if o.line.kind == TRUE], languages))
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(name: str, outcomes: Sequence[Outcome], languages: Sequence[str]) -> list[str]:
    halves = [[o for o in outcomes if o.line.half == half] for half in HALVES]
    parts = [*halves, *([o for o in outcomes if o.line.language == code] for code in languages), outcomes]
    return [name, *map(_shown_of, parts)]


def _shown_of(outcomes: Sequence[Outcome]) -> str:
    shown = sum(outcome.shown for outcome in outcomes)
    return f"{shown}/{len(outcomes)} ({100 * shown / len(outcomes):.1f} %)" if outcomes else "–"


def rightly_quoted(outcomes: Sequence[Outcome]) -> float:
    """Return the share of shown true sentences whose quotation holds the words that prove them."""
    shown = [outcome for outcome in outcomes if outcome.line.kind == TRUE and outcome.shown]
    return sum(outcome.line.anchor in outcome.quotation for outcome in shown) / len(shown) if shown else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; with ``--reader`` the bundled reader helps, with ``--wrong`` what went wrong is listed."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.lies", description=main.__doc__)
    parser.add_argument("--reader", action="store_true", help="judge with the bundled reader, too")
    parser.add_argument("--half", choices=HALVES, action="append", help="only these facts; may be given twice")
    parser.add_argument(
        "--wrong", action="store_true", help="list lies that were shown and true sentences that were not"
    )
    options = parser.parse_args(arguments)
    settings = load_settings()
    embedder = Remembering(open_embedder(settings))
    reader: Reader | None = None
    if options.reader:
        from retrieval.judging.bundled_reader import BundledReader

        reader = BundledReader(settings.model_dir)
    lines = [line for line in read_lines() if line.half in (options.half or HALVES)]
    outcomes = measure(lines, seed_articles(), embedder, reader)
    print(table(outcomes))
    print(f"\nTrue sentences shown with the quotation that proves them: {100 * rightly_quoted(outcomes):.1f} %")
    if options.wrong:
        for one in outcomes:
            if one.shown == (one.line.kind != TRUE):
                print(f"{one.line.kind}\t{one.line.language}\t{one.line.text}\t{one.reason or one.quotation}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
