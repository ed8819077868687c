"""Where the right answers stand in the stored articles: the offsets of a data folder, moved to the cleaned text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from evaluation.dataset import DataError, DataSet, Question, Relevant
from retrieval.archive import Archive
from retrieval.errors import NotFound
from retrieval.text import normalise

_AROUND = 300  # characters on either side of a span that tell two places apart


@dataclass(frozen=True, slots=True)
class Gold:
    """The articles that answer a question.

    ``unit`` numbers them, copies of an article with its own number. ``spans`` holds where in an article the answer
    stands; an article without any is right as a whole.
    """

    unit: dict[str, int] = field(default_factory=dict)
    spans: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    def overlaps(self, article: str, start: int, end: int) -> bool:
        """Whether a span of an article is right: it overlaps a gold span, or the article has none."""
        if article not in self.unit:
            return False
        spans = self.spans.get(article, ())
        return not spans or any(start < gold_end and gold_start < end for gold_start, gold_end in spans)


def gold_of(data: DataSet, archive: Archive) -> tuple[dict[str, Gold], int]:
    """Return the gold of each question by id, and how many spans the cleaning of the articles has lost.

    Raises DataError when an article is not in the archive, a quote is not in its article, or a span is outside of it.
    """
    raw = _raw_texts(data)
    stored: dict[str, str] = {}

    def text_of(article: str, question: Question) -> str:
        if article not in stored:
            try:
                stored[article] = archive.article(article).text
            except NotFound as exc:
                raise DataError(
                    f"{data.place(question)}: {data.articles} holds no article {article!r}, or it could not be read."
                ) from exc
        return stored[article]

    gold, lost = {}, 0
    for question in data.questions:
        for article in question.among:
            text_of(article, question)
        gold[question.id], missing = _gold(data, question, text_of, raw)
        lost += missing
    return gold, lost


def _gold(
    data: DataSet, question: Question, text_of: Callable[[str, Question], str], raw: dict[str, str]
) -> tuple[Gold, int]:
    unit: dict[str, int] = {}
    spans: dict[str, list[tuple[int, int]]] = {}
    lost = 0
    for relevant in question.relevant:
        text = text_of(relevant.article, question)
        for copy in relevant.copies:
            text_of(copy, question)
        unit = _united(unit, {relevant.article, *relevant.copies})
        try:
            span = _span(relevant, raw.get(relevant.article, text), text)
        except ValueError as exc:
            raise DataError(f"{data.place(question)}: {exc}.") from exc
        if span:
            spans.setdefault(relevant.article, []).append(span)
        elif relevant.start is not None:
            lost += 1
    return Gold(unit, {article: tuple(found) for article, found in spans.items()}), lost


def _united(unit: dict[str, int], story: set[str]) -> dict[str, int]:
    """Return the units with the articles of a story in one, and so are those that shared a unit with any of them."""
    met = {unit[article] for article in story if article in unit}
    number = min(met, default=max(unit.values(), default=-1) + 1)
    return {article: number if old in met else old for article, old in unit.items()} | dict.fromkeys(story, number)


def _span(relevant: Relevant, raw: str, text: str) -> tuple[int, int] | None:
    """Return the span in the stored text; None when the whole article is meant, or the span was cleaned away."""
    if relevant.quote is not None:
        start = text.find(relevant.quote)
        if start < 0:
            raise ValueError(f"the quote {relevant.quote[:60]!r} is not in the article {relevant.article!r}")
        return start, start + len(relevant.quote)
    if relevant.start is None or relevant.end is None:
        return None
    if relevant.end > len(raw):
        raise ValueError(f"the span {relevant.start} to {relevant.end} lies outside the article {relevant.article!r}")
    return moved(raw, text, relevant.start, relevant.end)


def moved(raw: str, text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where ``raw[start:end]`` stands in ``text``, the same article cleaned; None when it does not.

    Blanks may have changed, and lines may be gone. Of several places the one with the most of the same text around it
    is taken, and of equal ones the one nearest to where it was.
    """
    if raw == text:
        return start, end
    words = normalise(raw[start:end]).split()
    if not words:
        return None
    before = _visible(normalise(raw[max(0, start - _AROUND) : start]))[::-1]
    after = _visible(normalise(raw[end : end + _AROUND]))
    expected = len(normalise(raw[:start]))

    def likeness(place: re.Match[str]) -> tuple[int, int]:
        start, end = place.span(1)
        before_it, after_it = _visible(text[max(0, start - _AROUND) : start])[::-1], _visible(text[end : end + _AROUND])
        same = _same_beginning(before, before_it) + _same_beginning(after, after_it)
        return same, -abs(start - expected)

    pattern = r"\s+".join(map(re.escape, words))
    found = re.finditer(f"(?=({pattern}))", text)  # looking ahead finds places that overlap, too
    best = max(found, key=likeness, default=None)
    return best.span(1) if best else None


def _visible(text: str) -> str:
    return "".join(text.split())


def _same_beginning(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _raw_texts(data: DataSet) -> dict[str, str]:
    """Return the texts of ``articles.jsonl`` that offsets refer to; none where the articles are files."""
    wanted = {r.article for question in data.questions for r in question.relevant if r.start is not None}
    if not wanted or data.articles.suffix != ".jsonl":
        return {}
    return {str(row["id"]): row["text"] for row in _objects(data.articles) if str(row.get("id")) in wanted}


def _objects(path: Path) -> Iterable[dict[str, Any]]:
    with path.open("rb") as file:  # json knows a byte order mark when it sees bytes
        for line in file:
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                continue  # indexing has told of it
            if isinstance(row, dict) and isinstance(row.get("text"), str):
                yield row
