"""A reader without weights, for tests: it finds what the rules that it is given tell it to find."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from retrieval.types import AnswerSpan, PassageReading

_LEFT = 0.1  # of the probability: "nowhere"


class RuledReader:
    """For a question, the spans are where its patterns match, the first pattern's first; shared words make the rest.

    ``rules`` are patterns by question; a question without rules has no span. ``heard`` collects the questions and
    statements that it was given.
    """

    name = "ruled"

    def __init__(self, rules: Mapping[str, Sequence[str]]) -> None:
        self._rules = rules
        self.heard: list[str] = []

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        self.heard.append(question)
        return [self._shared(question, passage) for passage in passages]

    def read(self, question: str, passages: Sequence[str]) -> list[PassageReading]:
        self.heard.append(question)
        return [self._reading(question, passage) for passage in passages]

    def support(self, statement: str, passages: Sequence[str]) -> list[float]:
        self.heard.append(statement)
        return [self._shared(statement, passage) for passage in passages]

    def _reading(self, question: str, passage: str) -> PassageReading:
        places = [found.span() for rule in self._rules.get(question, ()) for found in re.finditer(rule, passage)]
        places = list(dict.fromkeys(place for place in places if place[0] < place[1]))[:20]
        # Each has half of what the one before it left; "nowhere" keeps its part.
        spans = tuple(AnswerSpan(*place, (1 - _LEFT) / 2 ** (rank + 1)) for rank, place in enumerate(places))
        found = 4.0 if spans else -4.0
        return PassageReading(self._shared(question, passage), found, found, spans)

    def _shared(self, one: str, other: str) -> float:
        """Return the share of the words of one that stand in the other."""
        wanted = set(_words(one))
        return len(wanted & set(_words(other))) / len(wanted) if wanted else 0.0


def _words(text: str) -> list[str]:
    return [word[:6] for word in re.findall(r"\w{3,}|\d+", text.casefold())]
