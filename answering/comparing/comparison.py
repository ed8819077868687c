"""Comparing what sources say: figures for the same thing, over the same scope, that differ."""

from __future__ import annotations

import re
from collections.abc import Sequence

from answering.asking.question import Question
from answering.comparing.concepts import EXCLUSIVE, concepts
from answering.comparing.counting import counted_phrase as counted_phrase
from answering.comparing.counting import nations_named, without_attribution
from answering.comparing.figures import same_value
from answering.comparing.readings import Reading, own_names
from answering.comparing.statements import are_copies
from retrieval.ranking.lexical import terms

_SHORTEST = 4  # letters of a word that is compared
_WORD = re.compile(r"\w+")
# "des centaines", "dozens": any figure of that order is one of them.
_SEVERAL = re.compile(
    r"\w*(?:aines|milliers|dozens|hundreds|thousands|dutzende|hunderte|tausende|cientos|десятки|сотни|тысячи)", re.I
)
_SEVERAL_MOST = 50  # times as much, at most: "des milliers" is 2,000 for us, and may be up to 100,000


def differing(question: Question, readings: Sequence[Reading]) -> list[Reading]:
    """Return the readings of different articles that give different figures for what the first one counts.

    Empty when all agree.
    """
    if not readings:
        return []
    first, *others = readings
    sides = [first]
    for other in others:
        if comparable(question, first, other) and all(_differ(side, other) for side in sides):
            sides.append(other)
    return sides if len(sides) > 1 else []


def comparable(question: Question, one: Reading, other: Reading) -> bool:
    """Whether two readings count the same thing, over the same scope, of what the question is about.

    To count just what it names is enough where that is an event or people; otherwise both sentences must hold the
    question's own names and count the same noun. A sentence need not repeat names that its passage holds ("L'explosion a
    fait 33 morts").
    """
    if one.scope != other.scope or one.figure.percent != other.figure.percent or one.exact != other.exact:
        return False
    if one.period != other.period or one.part != other.part:
        return False
    if _people(one) != _people(other):  # the children among the wounded are not the wounded
        return False
    if not _about_the_names(question, one, other) or not _as_much_about(question, one, other):
        return False
    if one.exact and any(group in concepts(question.text) for group in EXCLUSIVE):
        return True
    nouns = [next(iter(terms(r.counts, r.evidence.article.language)), "") for r in (one, other)]
    return bool(nouns[0]) and nouns[0] == nouns[1] and bool(own_names(question.names))


def _people(reading: Reading) -> frozenset[str]:
    return concepts(reading.counts).get("people", frozenset())


def _about_the_names(question: Question, one: Reading, other: Reading) -> bool:
    """Whether both sentences hold the question's names, or their passages do.

    Where one lacks more of them than the other, both must have another word of the question: what happened ("explosion").
    Else "352 civilians were killed" would be compared with a town's toll, for a passage that names the town elsewhere.
    """
    if any(r.missing and r.evidence.feature("names_missing") for r in (one, other)):
        return False
    ours, theirs = _topics(question, one, other)
    named = set(terms(" ".join(question.names), one.evidence.article.language))
    return one.missing == other.missing or bool(ours & theirs - named)


def _as_much_about(question: Question, one: Reading, other: Reading) -> bool:
    """Whether ``other`` has at least half of those words of the question that ``one`` has, what is counted apart.

    In another language than the question's, where these are not known, both must be about what it names: its names, or its
    nations in their articles, or else share most of the words of one.
    """
    ours, theirs = _topics(question, one, other)
    if 2 * len(ours & theirs) < len(ours):
        return False
    if all(r.evidence.article.language == question.language for r in (one, other)) or own_names(question.names):
        return True
    nations = nations_named(without_attribution(question.text))
    if nations:
        return all(nations <= nations_named(r.evidence.article.text) for r in (one, other))
    own, others = _own_words(one), _own_words(other)
    return 2 * len(own & others) > min(len(own), len(others))


def _own_words(reading: Reading) -> frozenset[str]:
    """Return the terms of a sentence that say neither how many nor of what."""
    words = " ".join(word for word in _WORD.findall(reading.evidence.text) if not concepts(word) and word.isalpha())
    return frozenset(term for term in terms(words, reading.evidence.article.language) if len(term) >= _SHORTEST)


def _topics(question: Question, *readings: Reading) -> list[set[str]]:
    """Return, for each reading, the terms of the question in its sentence, what is counted apart.

    A sentence in another language than the question has none of its words: of one, none is asked for.
    """
    language = readings[0].evidence.article.language
    if any(r.evidence.article.language != question.language for r in readings):
        return [set() for _ in readings]
    words = _WORD.findall(without_attribution(question.text))
    asked = set(terms(" ".join(word for word in words if not concepts(word)), language))
    return [asked.intersection(terms(r.evidence.text, language)) for r in readings]


def _differ(one: Reading, other: Reading) -> bool:
    if one.evidence.article.id == other.evidence.article.id or are_copies(one.evidence, other.evidence):
        return False
    return not agree(one, other)


def agree(one: Reading, other: Reading) -> bool:
    """Whether two readings give one figure, be it rounded, or in a word such as "des centaines"."""
    if one.figure.percent != other.figure.percent:
        return False
    return same_value(one.figure, other.figure) or _is_several(one, other) or _is_several(other, one)


def _is_several(one: Reading, other: Reading) -> bool:
    value = one.figure.value
    return bool(_SEVERAL.match(one.printed)) and value / 2 <= other.figure.value <= value * _SEVERAL_MOST
