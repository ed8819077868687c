"""The figures that answer "how many", and those that other articles give for the same thing."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from answering.asking.question import Question, names_in
from answering.comparing.comparison import agree, comparable, differing
from answering.comparing.concepts import concepts
from answering.comparing.further import Further
from answering.comparing.readings import Reading, may_be_civilians, read_figures
from answering.judging.evidence import Evidence, missing_names

_SIDE_SHARE = 0.5  # of the threshold: what counts the same in other words must be this probable to be compared
_ASKS = re.compile(
    r"(?<!\w)(?:combien|how many|how much|wie ?viele?|cuánt[oa]s?|quant[ieoa]|quant[oa]s|сколько|скільки)(?!\w)",
    re.IGNORECASE,
)
# "und wie viele davon sind Kinder": of those of whom was spoken before.
_OF_THESE = re.compile(
    r"(?<!\w)(?:d['’]entre eux|d['’]entre elles|parmi eux|parmi elles|of them|of those|of whom|among them|davon|darunter|"
    r"von ihnen|unter ihnen|de ell[oa]s|entre ell[oa]s|из них|среди них|з них|серед них)(?!\w)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_NAME = r"(?:l['’]|(?:la|les?|the|el|los|las)\s)?[^\W\d_a-zà-ÿа-яёґєії][\w-]+"
_TWO_NAMES = re.compile(rf"(?<![\w'’])(?P<one>{_NAME})\s(?:et|and|y|e|и|і|й|та)\s(?P<other>{_NAME})")
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
    for at, text in enumerate(texts[1:], 1):
        if _OF_THESE.search(text) and "event" not in concepts(text):
            texts[at] = f"{text} ({' '.join(_told_events(texts[at - 1]))})"
    return [replace(question, text=text) for text in texts]


def _told_events(text: str) -> list[str]:
    """Return the words of a text that say what happened: of those of whom a part is asked for."""
    return [word for word in _WORD.findall(text) if "event" in concepts(word)]


def select_figures(
    question: Question, evidence: Sequence[Evidence], threshold: float, further: Further | None = None
) -> list[Counted]:
    """Return the figures that answer "how many", for each part of the question that has an answer; none: a refusal.

    A figure that its sentence calls an earlier one counts only where no other is probable enough. A sentence that answers
    several parts comes first. What counts just the same is compared whatever its probability, from ``further``, too.
    """
    apart = _one_by_one(question)
    if apart and len(found := _figures(apart, evidence, threshold, further)) == len(apart) and _are_apart(found):
        return found
    return _figures(asked_parts(question), evidence, threshold, further)


def _figures(
    parts: Sequence[Question], evidence: Sequence[Evidence], threshold: float, further: Further | None
) -> list[Counted]:
    read = [(part, read_figures(part, evidence)) for part in parts]
    joint = Counter(_place(reading) for _, readings in read for reading in readings)
    counted = [_counted(part, readings, joint, threshold, further) for part, readings in read]
    return [each for each in counted if each is not None]


def _one_by_one(question: Question) -> list[Question]:
    """Return a question about each of two names that are joined by "and": "Combien de membres ont l'UE et l'OTAN ?"."""
    joined = _TWO_NAMES.search(question.text)
    if joined is None:
        return []
    text, parts = question.text, []
    for kept, left in (("one", "other"), ("other", "one")):
        names = question.names - names_in(f" x {joined[left]}")
        if names == question.names or not names & names_in(f" x {joined[kept]}"):
            return []  # German, where names are not told
        rest = f"{text[: joined.start()]}{joined[kept]}{text[joined.end() :]}"
        parts.append(replace(question, text=rest, names=names))
    return parts


def _are_apart(found: Sequence[Counted]) -> bool:
    """Whether each figure's sentence has the names of its own question, and lacks one of each other's."""
    if len({each.question.names for each in found}) == 1:
        return True
    for each in found:
        text = each.readings[0].evidence.text
        if missing_names(each.question.names, text):
            return False
        if not all(missing_names(other.question.names, text) for other in found if other is not each):
            return False
    return True


def _place(reading: Reading) -> tuple[str, int]:
    return reading.evidence.article.id, reading.evidence.start


def _counted(
    question: Question,
    readings: list[Reading],
    joint: Counter[tuple[str, int]],
    threshold: float,
    further: Further | None,
) -> Counted | None:
    if _OF_THESE.search(question.text):  # never those of whom it is a part
        readings = [reading for reading in readings if reading.exact]
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
    return people <= counted or may_be_civilians(question, reading.counts, reading.evidence, reading.figure)


def _may_compare(reading: Reading, threshold: float) -> bool:
    return reading.exact or confidence_of(reading) >= threshold * _SIDE_SHARE


def confidence_of(reading: Reading) -> float:
    """Return how probable it is that a figure answers. To count exactly what was asked is evidence of its own."""
    return math.sqrt(reading.evidence.probability) if reading.exact else reading.evidence.probability
