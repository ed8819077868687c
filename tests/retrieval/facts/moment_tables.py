"""Hand-labelled sentences with the days that their words mean, and how many of them are found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from retrieval.facts.moments import find_moments

Labelled = tuple[str, date, date]  # the words, their first and last day


@dataclass(frozen=True, slots=True)
class Case:
    published: str
    language: str
    text: str
    expected: tuple[Labelled, ...]

    def found(self) -> tuple[Labelled, ...]:
        moments = find_moments(self.text, self.language, self.published)
        return tuple((self.text[one.start : one.end], one.first, one.last) for one in moments)


def read_cases(name: str) -> list[Case]:
    """Read a table beside this file: published, language, sentence, ``words=day; words=first..last`` or ``-``."""
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [Case(published, language, text, _labels(wanted)) for published, language, text, wanted in rows]


def _labels(wanted: str) -> tuple[Labelled, ...]:
    labels = []
    for one in wanted.split("; ") if wanted != "-" else []:
        words, _, days = one.rpartition("=")
        first, _, last = days.partition("..")
        labels.append((words, date.fromisoformat(first), date.fromisoformat(last or first)))
    return tuple(labels)


def precision_and_recall(cases: list[Case]) -> tuple[float, float]:
    """Count an expression as found when its days are right and its words share one with the label's."""
    right = given = wanted = 0
    for case in cases:
        found = case.found()
        given, wanted = given + len(found), wanted + len(case.expected)
        right += sum(any(_same(one, label) for label in case.expected) for one in found)
    return right / given, right / wanted


def _same(one: Labelled, label: Labelled) -> bool:
    return one[1:] == label[1:] and bool(set(one[0].split()) & set(label[0].split()))
