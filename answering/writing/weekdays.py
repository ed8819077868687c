"""Days by their names alone: "jeudi", "am Freitag", "la veille"; where no date says which one it was."""

from __future__ import annotations

import re

from answering.judging.evidence import Evidence
from answering.writing.shape_same import days_of
from answering.writing.value import Value
from retrieval.facts.moments import find_moments

_WEEKDAYS = (
    "lundi|monday|montag|lunes|lunedì|segunda-feira|понедельник[а-я]*|понеділ[а-яіїє]*",
    "mardi|tuesday|dienstag|martes|martedì|terça-feira|вторник[а-я]*|вівтор[а-яіїє]*",
    "mercredi|wednesday|mittwoch|miércoles|mercoledì|quarta-feira|сред[ауеы]|серед[ауи]",
    "jeudi|thursday|donnerstag|jueves|giovedì|quinta-feira|четверг[а-я]*|четвер[а-яіїє]*",
    "vendredi|friday|freitag|viernes|venerdì|sexta-feira|пятниц[а-я]*|п['’]ятниц[а-яіїє]*",
    "samedi|saturday|samstag|sonnabend|sábado|sabato|суббот[а-я]*|субот[а-яіїє]*",
    "dimanche|sunday|sonntag|domingo|domenica|воскресень[а-я]*|неділ[а-яіїє]*",
)
_DAY = re.compile("|".join(rf"(?P<d{n}>(?<!\w)(?:{names})(?!\w))" for n, names in enumerate(_WEEKDAYS)), re.IGNORECASE)
_EVE = re.compile(
    r"(?<!\w)(?:la veille|the (?:day|night|evening) before|the previous day|a day earlier|am vortag|tags zuvor|"
    r"(?:el|la) (?:día|noche) anterior|la víspera|il giorno prima|na véspera|накануне|днём ранее|напередодні)(?!\w)",
    re.IGNORECASE,
)
_LEAST = 0.05  # of a reader's probability on one of several times of a sentence
_CLEAR = 2.0  # times as much as on the next one


def weekdays_in(text: str) -> set[int]:
    """Return the weekdays that a text names, 0 for Monday."""
    return {_number(match) for match in _DAY.finditer(text)}


def _number(match: re.Match[str]) -> int:
    return int((match.lastgroup or "d0")[1:])


def weekday_of(value: Value) -> int | None:
    """Return the weekday that a value means: by its date, its name, or as the day before the one its sentence names."""
    days = days_of(value)
    if days is not None:
        return days[0].weekday() if days[0] == days[1] else None
    text, start = value.evidence.text, value.start - value.evidence.start
    end = start + len(value.text)
    named = [match for match in _DAY.finditer(text) if match.start() < end and start < match.end()]
    if named:
        return _number(named[0])
    if any(match.start() < end and start < match.end() for match in _EVE.finditer(text)):
        before = [match for match in _DAY.finditer(text) if match.end() <= start]
        return (_number(before[-1]) - 1) % 7 if before else None
    return None


def time_of(evidence: Evidence) -> tuple[int, int] | None:
    """Return where a sentence says when, as offsets in it: its only time, or the one that a reader points at."""
    text = evidence.text
    found = [(m.start, m.end) for m in find_moments(text, evidence.article.language, evidence.article.published)]
    for match in (*_DAY.finditer(text), *_EVE.finditer(text)):
        if not any(a < match.end() and match.start() < b for a, b in found):
            found.append(match.span())
    if len(found) < 2:
        return found[0] if found else None
    weights = dict.fromkeys(found, 0.0)
    for span in evidence.spans:
        start, end = span.start - evidence.start, span.end - evidence.start
        touched = [place for place in found if place[0] < end and start < place[1]]
        if len(touched) == 1:
            weights[touched[0]] += span.probability
    (best, most), (_, next_most) = sorted(weights.items(), key=lambda one: -one[1])[:2]
    return best if most >= max(_LEAST, _CLEAR * next_most) else None
