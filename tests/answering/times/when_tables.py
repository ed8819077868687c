"""Hand-labelled questions with the days that they ask about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from answering.times.when import Period, read_period

Read = tuple[str, date | None, date | None, bool]  # the words ("a|b"), first and last day, newest first
NOTHING: Read = ("", None, None, False)


@dataclass(frozen=True, slots=True)
class Case:
    today: date
    covered: tuple[date, date] | None
    language: str
    question: str
    expected: Read

    def period(self) -> Period | None:
        return read_period(self.question, self.language, self.today, self.covered)

    def found(self) -> Read:
        period = self.period()
        if period is None:
            return NOTHING
        words = "|".join(self.question[start:end] for start, end in period.spans)
        return words, period.first, period.last, period.newest_first


def read_cases(name: str) -> list[Case]:
    """Read a table beside this file: today, first day, last day, language, question, words, days, newest."""
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return [_case(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def _case(today: str, first: str, last: str, language: str, question: str, words: str, days: str, newest: str) -> Case:
    covered = (date.fromisoformat(first), date.fromisoformat(last)) if first else None
    begin, _, end = days.partition("..")
    expected = ("" if words == "-" else words, _day(begin), _day(end), newest == "newest")
    return Case(date.fromisoformat(today), covered, language, question, expected)


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None
