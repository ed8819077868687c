"""Values: the parts of a sentence that a short answer shows, as a reader's spans give them.

A value is never less than what its sentence says: "352" of "plus de 352 civils" takes "plus de" with it, and what stands in
a clause with a negation is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from answering.asking.question import Kind, Question, shows
from answering.comparing.concepts import concepts
from answering.comparing.figures import Figure, find_figures
from answering.comparing.readings import Reading
from answering.comparing.statements import NEGATION
from answering.judging.evidence import Evidence
from answering.writing import shape_words as words
from answering.writing.holders import asks_for_a_person, is_no_person
from answering.writing.shape_same import same
from answering.writing.value import Value
from retrieval.facts.moments import find_moments
from retrieval.ranking.lexical import terms
from retrieval.types import AnswerSpan

# Probability from which a value is shown, likelier right than not: that its sentence answers, times the reader's that it is
# the answer there. The spans of a sentence that are one value add up: "24 février", "le 24 février".
PROBABLE = 0.5
LISTED = (
    0.15  # of an item of a list, when the items together are probable: the reader shares its probability among them
)
_LONGEST = {Kind.REASON: 240, Kind.LIST: 200, Kind.OTHER: 160}  # characters; of other kinds:
_LONGEST_NAME = 100
_COUNTED_WORDS = 6  # behind a figure, that may say what it counts


def values_in(question: Question, evidence: Evidence) -> list[Value]:
    """Return the values that a reader's spans give in a sentence, likeliest first, those that are probable enough."""
    found = [value for span in evidence.spans if (value := value_of(question, evidence, span))]
    if question.kind is Kind.LIST:
        return _items(question, evidence, found)
    merged: list[Value] = []
    for value in sorted(found, key=lambda one: -one.probability):
        at = next(
            (i for i, one in enumerate(merged) if _one_place(one, value) or same(question.kind, one, value)), None
        )
        if at is None:
            merged.append(value)
        else:
            merged[at] = _with(merged[at], merged[at].probability + value.probability)
    return [_with(one, min(one.probability, 1.0)) for one in merged if _is_sure(evidence, one.probability)]


def _is_sure(evidence: Evidence, probability: float) -> bool:
    return evidence.probability * min(probability, 1.0) >= PROBABLE


def _with(value: Value, probability: float) -> Value:
    return Value(value.evidence, value.start, value.end, probability)


def _one_place(one: Value, other: Value) -> bool:
    """Whether one value lies within the other: two readings of one place of the text."""
    outer, inner = sorted((one, other), key=lambda value: value.start - value.end)
    return outer.start <= inner.start and inner.end <= outer.end


def _items(question: Question, evidence: Evidence, found: Sequence[Value]) -> list[Value]:
    """Return the items of a list; those with nothing but a comma or "and" between them are one value."""
    if not _is_sure(evidence, sum(value.probability for value in found)):
        return []
    apart: list[Value] = []
    for value in sorted(found, key=lambda one: -one.probability):
        if value.probability >= LISTED and not any(v.start < value.end and value.start < v.end for v in apart):
            apart.append(value)
    joined: list[Value] = []
    for value in sorted(apart, key=lambda one: one.start):
        between = evidence.article.text[joined[-1].end : value.start] if joined else "."
        if re.fullmatch(
            rf"\s*(?:,\s*)?(?:{words.AND.pattern.strip()})?\s*(?:l['’]|la |le |les |the )?", between, re.IGNORECASE
        ):
            last = joined.pop()
            value = Value(evidence, last.start, value.end, min(last.probability + value.probability, 1.0))
        joined.append(value)
    return [value for value in joined if _fits(question, value)]


def value_of(question: Question, evidence: Evidence, span: AnswerSpan) -> Value | None:
    """Return a span as it can be shown: whole words, whole figures, no marks at its ends; None where it cannot."""
    if not evidence.start <= span.start < span.end <= evidence.end or not 0 <= span.probability <= 1:
        return None
    start, end = _whole(evidence, span.start - evidence.start, span.end - evidence.start, question.kind)
    start, end = _trimmed(evidence.text, start, end)
    if start >= end:
        return None
    if question.kind is Kind.PERSON and (agent := words.AGENT.match(evidence.text, start, end)):
        start = agent.end()
    if question.kind is Kind.REASON:
        start, end = _clause(evidence.text, start, end)
    value = Value(evidence, evidence.start + start, evidence.start + end, span.probability)
    return value if _fits(question, value) else None


def _whole(evidence: Evidence, start: int, end: int, kind: Kind) -> tuple[int, int]:
    """Widen a part of a sentence to whole words, figures with all that is said of them, and dates."""
    text = evidence.text
    while start > 0 and _joined(text, start):
        start -= 1
    while end < len(text) and _joined(text, end):
        end += 1
    around = [figure_place(text, figure) for figure in find_figures(text)]
    if kind is Kind.TIME:
        moments = find_moments(text, evidence.article.language, evidence.article.published)
        around += [(moment.start, moment.end) for moment in moments]
    for a, b in around:
        if a < end and start < b:
            start, end = min(start, a), max(end, b)
    return start, end


def _joined(text: str, at: int) -> bool:
    """Whether a cut at ``at`` goes through a word, such as "Thomas-Greenfield"."""
    before, after = text[at - 1], text[at]
    if _in_word(before) and _in_word(after):
        return not _unspaced(before) and not _unspaced(after)
    if after in "-'’" and _in_word(before):
        return at + 1 < len(text) and _in_word(text[at + 1])
    return before in "-" and _in_word(after) and at > 1 and _in_word(text[at - 2])


def _in_word(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign).startswith("M")


def _unspaced(sign: str) -> bool:
    """Whether a sign is of a script that puts no spaces between words."""
    return unicodedata.category(sign) == "Lo" and unicodedata.east_asian_width(sign) in "WF"


def figure_place(text: str, figure: Figure) -> tuple[int, int]:
    """Return where a figure stands with what limits it: "plus de 352", "entre 300 et 400", "$5 million"."""
    start, end = figure.start, figure.end
    figures = find_figures(text)
    for one, other in pairwise(figures):
        between, before = text[one.end : other.start], text[: one.start]
        ranged = words.TO.fullmatch(between) or (words.AND.fullmatch(between) and words.BETWEEN.search(before))
        if ranged and figure in (one, other):
            start, end = one.start, other.end
            if opening := words.BETWEEN.search(before):
                start = opening.start()
    while start > 0 and text[start - 1] in "$€£₴₽":
        start -= 1
    if limited := words.APPROXIMATELY.search(text[:start]):
        start = limited.start()
    return start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Take marks and blanks off the ends; a full stop stays where it ends an abbreviation ("U.S.")."""
    while start < end and text[start] in words.EDGES:
        start += 1
    while start < end and text[end - 1] in words.EDGES:
        if text[end - 1] == "." and re.search(r"(?<!\w)(?:\w\.){2,}$", text[start:end]):
            break
        end -= 1
    return start, end


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a reason by the word that makes it one ("car", "afin de"), and to the end of its clause."""
    if before := words.BECAUSE.search(text[:start]):
        start = before.start()
    stop = words.CLAUSE_END.search(text, end)
    return _trimmed(text, start, stop.start() if stop else len(text))


def _fits(question: Question, value: Value) -> bool:
    """Whether a value has the form that its kind of question wants, and can be shown as its sentence's word."""
    text, evidence, kind = value.text, value.evidence, question.kind
    if kind is Kind.YES_NO or len(text) > _LONGEST.get(kind, _LONGEST_NAME) or words.UNSHOWN.search(text):
        return False
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text) or words.NOBODY.match(text):
        return False
    if any(a < value.end and value.start < b for a, b in evidence.garbled):
        return False
    said = set(terms(text, value.language))
    if not said or said <= set(terms(question.text, value.language)):
        return False
    if asks_for_a_person(question) and is_no_person(
        evidence.text, value.start - evidence.start, value.end - evidence.start
    ):
        return False
    if kind is Kind.NUMBER and not find_figures(text):
        return False
    if kind not in (Kind.NUMBER, Kind.TIME) and not any(sign.isalpha() for sign in text):
        return False
    if kind is Kind.TIME and not (shows(kind, text, question) or words.MORE_TIMES.search(text)):
        return False
    return kind in (Kind.REASON, Kind.OTHER) or not is_denied(evidence.text, value.start - evidence.start, question)


def is_denied(text: str, at: int, question: Question) -> bool:
    """Whether a negation stands in the clause around a place of a sentence, of which the question has none."""
    ends = [match.start() for match in words.CLAUSE_END.finditer(text)]
    start = max((end + 1 for end in ends if end < at), default=0)
    clause = text[start : min((end for end in ends if end > at), default=len(text))]
    return bool(NEGATION.search(words.NO_DENIAL.sub(" ", clause))) and not NEGATION.search(question.text)


def counted(question: Question, reading: Reading) -> Value:
    """Return the figure of a reading with the words behind it that say what it counts: "352 civils ont été tués"."""
    evidence, text = reading.evidence, reading.evidence.text
    start, end = figure_place(text, reading.figure)
    wanted = set(terms(question.text, evidence.article.language))
    others = [figure.start for figure in find_figures(text) if figure.start >= end]
    limit = min(others, default=len(text))
    at, previous = end, ""
    for _ in range(_COUNTED_WORDS):
        word = words.NEXT_WORD.match(text, at, limit)
        if word is None or words.NO_MORE.match(word.group().strip()):
            break
        at = word.end()
        pair = f"{previous} {word.group()}"
        if (
            concepts(word.group())
            or concepts(pair) != concepts(previous)
            or wanted & set(terms(word.group(), evidence.article.language))
        ):
            end = at
        previous = word.group()
    start, end = _trimmed(text, start, end)
    return Value(evidence, evidence.start + start, evidence.start + end, evidence.probability)
