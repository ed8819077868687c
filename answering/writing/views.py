"""Views: how each of two sides judges one thing, where the question asks for both."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from answering.asking.question import Question
from answering.comparing.concepts import concepts
from answering.comparing.statements import SAYING
from answering.judging.evidence import Evidence
from answering.writing.value import Value

_VIEW = re.compile(
    r"(?<!\w)(?:comment .*(?:jug|voi[te]|évalu|appréci|perçoi|considèr|qualifi|accueill)|que pens|"
    r"quel(?:le)?s? (?:est|sont) (?:l['’]avis|l['’]opinion|la position|les avis|les positions|les points de vue)"
    r"|how .*(?:see\b|view|judge|assess|rate\b|evaluat|regard|describe|consider)|what .*think"
    r"|wie .*(?:bewert|beurteil|sehen|sieht|schätz|einschätz)|was (?:denk|halt|mein)"
    r"|cómo .*(?:valor|ven?\b|juzg|eval[uú]|calific|consider)|qué (?:opin|piens)"
    r"|come .*(?:giudic|valut|ved|consider)|(?:che )?cosa pens|como .*(?:avali|v[eê]e?m?\b|julg|consider)|o que pens"
    r"|как .*(?:оцени|вид[яи]т|рассматрив|восприн)|что .*думают|як .*(?:оціню|оцінил|бач|розгляда|сприйм)|що .*думають)",
    re.IGNORECASE,
)
# "avec la Russie", "pour l'Ukraine": of whom it is told, not who tells it.
_ABOUT = re.compile(
    r"(?<!\w)(?:avec|en|à|au|aux|contre|dans|sur|pour|entre|with|in|at|against|to|for|on|between|mit|gegen|für|nach|con|en|para|"
    r"contra|с|со|в|на|против|для|з|із|у|проти)\s(?:l['’]|la |le |les |the |der |dem |die |el )?[^\W\d_]+",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"|„[^“”]*[“”]")
_LABEL = re.compile(r"[^:«»“”\"]{2,40}\s?:\s")
_THAT = re.compile(r"(?<!\w)(?:que|qu['’]|that|dass|che|что|що)(?:\s|(?<=['’]))", re.IGNORECASE)
_EDGES = ' «»“”„".,;:\u00a0\u202f'


def sides_asked(question: Question) -> frozenset[str]:
    """Return the two nations or more whose views a question asks for; none where it asks for no views."""
    if not _VIEW.search(question.text):
        return frozenset()
    named = _nations(_ABOUT.sub(" ", question.text))
    return named if len(named) > 1 else frozenset()


def views(question: Question, statements: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Value]:
    """Return what each of the sides that a question names says itself, one sentence a side; none unless all are found.

    The first side's sentence is the likeliest of ``statements``; another side's is, of its own words, the one most like it.
    """
    asked = sides_asked(question)
    first = next((e for e in statements if len(speaker_of(e.text) & asked) == 1), None)
    if first is None:
        return []
    found = [_view(first)]
    for side in sorted(asked - speaker_of(first.text)):
        own = [e for e in evidence if speaker_of(e.text) == {side}]
        if not own:
            return []
        found.append(_view(max(own, key=lambda e: (_likeness(first, e), e.probability))))
    return found if all(found) and len(found) > 1 else []


def _likeness(one: Evidence, other: Evidence) -> float:
    return round(float(np.dot(one.vector, other.vector)), 6)


def _nations(text: str) -> frozenset[str]:
    found = concepts(text)
    return found.get("nation", frozenset()) | found.get("capital", frozenset())


def speaker_of(text: str) -> frozenset[str]:
    """Return the nations whose word a sentence gives: that of "Kiev : ...", or of whoever says what is said or quoted."""
    label = _LABEL.match(text)
    if label is not None:
        return _nations(_ABOUT.sub(" ", label.group()))
    if not SAYING.search(text) and not _QUOTED.search(text):
        return frozenset()
    told = _QUOTED.sub(" ", text)
    that = _THAT.search(told)
    return _nations(_ABOUT.sub(" ", told[: that.start()] if that else told))


def _view(evidence: Evidence) -> Value:
    """Return what a sentence quotes, or tells behind "that"; all of it where it does neither."""
    text = evidence.text
    quoted, that = _QUOTED.search(text), _THAT.search(text)
    start, end = 0, len(text)
    if quoted is not None:
        start, end = quoted.span()
    elif that is not None:
        start = that.end()
    while start < end and text[start] in _EDGES:
        start += 1
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    return Value(evidence, evidence.start + start, evidence.start + end, evidence.probability)
