"""The figures that answer "how many", and those that other articles give for the same thing."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from answering.asking.question import Question
from answering.comparing.comparison import agree, comparable, differing
from answering.comparing.concepts import concepts
from answering.comparing.further import Further
from answering.comparing.readings import Reading, may_be_civilians, read_figures
from answering.judging.evidence import Evidence

_SIDE_SHARE = 0.5  # of the threshold: what counts the same in other words must be this probable to be compared
_ASKS = re.compile(
    r"(?<!\w)(?:combien|how many|how much|wie ?viele?|cuánt[oa]s?|quant[ieoa]|quant[oa]s|сколько|скільки)(?!\w)",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"(?:\s|[,;]|(?<!\w)(?:et|and|und|y|e|и|та|і|й|sur|parmi|dont|of|von|de|из|з)(?!\w))+$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A question that asks for one figure, and the readings that give it.

    The first answers. Those that differ from it come next, then those that agree.
    """

    question: Question
    readings: tuple[Reading, ...]


def asked_parts(question: Question) -> list[Question]:
    """Return the questions of which one consists: "combien de morts et combien de blessés" asks for two figures."""
    starts = [match.start() for match in _ASKS.finditer(question.text)][1:]
    if not starts:
        return [question]
    ends = [*starts, len(question.text)]
    texts = [_JOINT.sub("", question.text[a:b]) for a, b in zip([0, *starts], ends, strict=True)]
    return [replace(question, text=text) for text in texts]


def select_figures(
    question: Question, evidence: Sequence[Evidence], threshold: float, further: Further | None = None
) -> list[Counted]:
    """Return the figures that answer "how many", for each part of the question that has an answer; none: a refusal.

    A figure that its sentence calls an earlier one counts only where no other is probable enough. A sentence that answers
    several parts comes first. What counts just the same is compared whatever its probability, from ``further``, too.
    """
    read = [(part, read_figures(part, evidence)) for part in asked_parts(question)]
    joint = Counter(_place(reading) for _, readings in read for reading in readings)
    found = [_counted(part, readings, joint, threshold, further) for part, readings in read]
    return [each for each in found if each is not None]


def _place(reading: Reading) -> tuple[str, int]:
    return reading.evidence.article.id, reading.evidence.start


def _counted(
    question: Question,
    readings: list[Reading],
    joint: Counter[tuple[str, int]],
    threshold: float,
    further: Further | None,
) -> Counted | None:
    if not any(_counts_people(question, reading) for reading in readings):
        return None
    readings.sort(
        key=lambda r: (-joint[_place(r)], not r.exact, r.missing, bool(r.scope) and r.exact, -r.evidence.probability)
    )
    current = [r for r in readings if not r.superseded]
    readings = current if current and confidence_of(current[0]) >= threshold else readings
    if not readings or confidence_of(readings[0]) < threshold:
        return None
    first = readings[0]
    if further is not None:
        more = read_figures(question, further(first.evidence, first.figure.start, first.figure.end))
        known = {_place(r) for r in readings}
        readings += [r for r in more if _place(r) not in known and not r.superseded]
    alike = [r for r in readings if r is first or comparable(question, first, r)]
    best = {r.evidence.article.id: r for r in reversed(alike)}  # an article's best reading speaks for it
    kept = [r for r in alike if best[r.evidence.article.id] is r and _may_compare(r, threshold)]
    others = differing(question, kept)[1:]
    sides = (first, *others)
    agreeing = [r for r in kept if not any(r is side for side in sides) and any(agree(r, side) for side in sides)]
    return Counted(question, (*sides, *agreeing))


def _counts_people(question: Question, reading: Reading) -> bool:
    """Whether a figure counts the people whom the question names, if it names any."""
    people = concepts(question.text).get("people", frozenset())
    counted = concepts(reading.counts).get("people", frozenset())
    return people <= counted or may_be_civilians(question, reading.counts, reading.evidence)


def _may_compare(reading: Reading, threshold: float) -> bool:
    return reading.exact or confidence_of(reading) >= threshold * _SIDE_SHARE


def confidence_of(reading: Reading) -> float:
    """Return how probable it is that a figure answers. To count exactly what was asked is evidence of its own."""
    return math.sqrt(reading.evidence.probability) if reading.exact else reading.evidence.probability
