"""Statements: sentences that say one thing, whoever prints them, and copies, which are one source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from answering.asking.question import names_in
from answering.comparing.figures import find_figures
from answering.judging.evidence import Evidence
from retrieval.facts.shingles import stands_in
from retrieval.ranking.lexical import terms

_SAME_SHINGLES = 0.5  # Jaccard similarity of word pairs from which two sentences are one statement
_WORD = re.compile(r"\w+")
NEGATION = re.compile(
    r"(?<!\w)(?:n(?=['’])|ne|pas|ni|aucune?|jamais|sans|not|no|never|none|without|\w+n['’]t|nicht|keine?|nie|ohne|non|né|sin"
    r"|nunca|sem|não|не|нет|ни|без|ні|немає)(?!\w)",
    re.IGNORECASE,
)
# "a annoncé Kiev", "a déclaré Kiev": how it is told is no part of what is told.
SAYING = re.compile(
    r"(?<!\w)(?:annonc|déclar|affirm|indiqu|précis|expliqu|ajout|rapport|dit\b|disent\b|said\b|says?\b|told\b|announc|declar"
    r"|stat(?:ed|es)\b|report(?:ed|s)\b|add(?:ed|s)\b|sagte|erklär|mitgeteilt|сообщ|заяв|сказа|повідом|dijo|declar|anunci)\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence to quote as the earliest article has it, ``repeated`` by others in the same words.

    ``alike`` say the same in other words: they make no second statement, and are no copies of this one.
    """

    evidence: Evidence
    repeated: tuple[Evidence, ...] = ()
    alike: tuple[Evidence, ...] = ()


def same_statement(one: Evidence, other: Evidence) -> bool:
    """Whether two sentences are one statement: most of their word pairs agree, and all figures, names and negations.

    One may say more than the other, but not something else in its place: "relaxé" for "condamné".
    """
    a, b = _shingles(one.text), _shingles(other.text)
    if not a or not b or len(a & b) < _SAME_SHINGLES * len(a | b):
        return False
    said, told = _told(one), _told(other)
    if said - told and told - said:
        return False
    return values_of(one.text) == values_of(other.text) and _named(one) == _named(other)


def _told(evidence: Evidence) -> frozenset[str]:
    """Return the terms of a sentence without figures, which are compared by value, and verbs of saying."""
    found = terms(SAYING.sub(" ", evidence.text), evidence.article.language)
    return frozenset(term for term in found if not term[0].isdigit())


def _named(evidence: Evidence) -> frozenset[str]:
    """Return the names of a sentence, its first word among them unless that says nothing, and its negations."""
    language, negations = evidence.article.language, (word.casefold() for word in NEGATION.findall(evidence.text))
    return frozenset(n for n in names_in(" " + evidence.text) if terms(n, language)) | frozenset(negations)


def _shingles(text: str) -> set[tuple[str, str]]:
    return set(pairwise(_WORD.findall(text.casefold())))


def values_of(text: str) -> set[float]:
    """Return what the figures of a text are worth."""
    return {figure.value for figure in find_figures(text)}


def are_copies(one: Evidence, other: Evidence) -> bool:
    """Whether each article prints the other's sentence too: copies differ no more than an article from itself."""
    return all(stands_in(a.text, b.article.text) for a, b in ((one, other), (other, one)))
