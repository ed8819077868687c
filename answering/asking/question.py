"""What a question asks for: the kind of answer, and the names and figures that its evidence must be about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from answering.asking.shape import kind_of
from answering.asking.shape_cues import Kind as Kind
from answering.asking.shape_cues import cue_of
from answering.comparing.figures import find_figures


@dataclass(frozen=True, slots=True)
class Question:
    """A question read for its evidence. ``language`` is an ISO 639-1 code or empty.

    ``kind`` is what it wants, by how it is built. ``cue`` is the first of number, time, place and person of which a question
    word stands anywhere in it, else OTHER: what the features of evidence were fitted on.
    """

    text: str
    language: str
    kind: Kind
    names: frozenset[str]  # capitalised words and figures that are not its first word, folded
    cue: Kind = Kind.OTHER


# "selon Moscou": whose word it is, which an article may say in many ways.
_ATTRIBUTION = re.compile(
    r"(?<!\w)(?:selon|d['’]après|according to|laut|según|secondo|segundo|по данным|по словам|за даними|за словами)\s+"
    r"(?:l['’]|\w+\s+)?\w+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|all|dell|nell|sull|un)['’]", re.IGNORECASE)


def read_question(text: str, language: str) -> Question:
    """Read a question. Purely lexical: the words that ask, in the languages that are known, and where they stand."""
    names = names_in(_ATTRIBUTION.sub(" ", text))
    if language == "de":  # every noun is capitalised: only figures can be told
        names = frozenset(name for name in names if name[0].isdigit())
    return Question(text, language, kind_of(text, language), names, cue_of(text))


# Things by their initials, which another language spells out: "TV tower", "la tour de télévision".
_NO_NAMES = frozenset("TV CEO PM MP MPs GDP PIB BIP ВВП PC IT AI IA KI VIP CCTV EV HQ PDG ТВ".split())
_LEADING = re.compile(r"(?:[^\w\s]+\s*)?")  # "¿Cuántos" and "« Le" begin with their first word


def names_in(text: str) -> frozenset[str]:
    """Return what looks like a name or a figure, case-folded: capitalised words past a sentence's first, and digits."""
    found = set()
    first = _LEADING.match(text).end()  # type: ignore[union-attr]  # it matches nothing, too
    for match in _WORD.finditer(text):
        word = _ELISION.sub("", match.group())
        if word in _NO_NAMES:
            continue
        if word[0].isdigit():
            found.add(word.casefold())
        elif word[0].isupper() and (match.start() > first or word != match.group()):
            found.update(part for part in re.split(r"[-'’]", word.casefold()) if len(part) > 1)
    return frozenset(found)


def shows(kind: Kind, sentence: str, question: Question) -> bool:
    """Whether a sentence holds something of the kind that is asked for, besides what the question itself says."""
    if kind is Kind.NUMBER:
        return bool(find_figures(sentence))
    if kind in (Kind.PERSON, Kind.PLACE):
        return bool(names_in(" " + sentence) - question.names)
    if kind is Kind.TIME:
        return bool(_TIME.search(sentence))
    return True


_TIME = re.compile(
    r"\b\d{4}\b|\b\d{1,2}[ :hH.]\d{2}\b|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|hier|demain|aujourd'hui|aujourd’hui|veille|semaine|siècle|heures?|"
    r"jours?|mois|ans?|années?|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|"
    r"june|july|august|september|october|november|december|yesterday|today|tomorrow|century|year|week|"
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|januar|februar|märz|jahr|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|siglo|año|"
    r"январ\w*|феврал\w*|март\w*|апрел\w*|ма[яй]|июн\w*|июл\w*|август\w*|сентябр\w*|октябр\w*|ноябр\w*|декабр\w*|год\w*)\b",
    re.IGNORECASE,
)
