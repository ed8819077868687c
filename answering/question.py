"""What a question asks for: the kind of answer, and the names and figures that its evidence must be about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from answering.figures import find_figures


class Kind(StrEnum):
    """The shape of the answer that a question wants."""

    NUMBER = "number"
    PERSON = "person"
    TIME = "time"
    PLACE = "place"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Question:
    """A question read for its evidence. ``language`` is an ISO 639-1 code or empty."""

    text: str
    language: str
    kind: Kind
    names: frozenset[str]  # capitalised words and figures that are not its first word, folded


# Question words by kind; matched as whole words, anywhere, the first kind that matches wins.
_CUES = {
    Kind.NUMBER: (
        r"combien|quel(?:le)?s? (?:est |sont |était |étaient )?(?:le |la |les )?(?:nombre|bilan|montant|coût|taux|"
        r"pourcentage)|quel(?:le)?s? (?:est|sont|était|étaient) (?:le |la |les |l['’])(?:prix|population|superficie|âge|"
        r"taille|distance|durée)|how (?:many|much|old|long|far|tall)|"
        r"what (?:is |was )?the (?:number|toll|price|cost|rate|amount|population)|death toll|wie ?viele?[rn]?|"
        r"wie (?:hoch|alt|lange?|groß|weit)|cuánt[oa]s?|quant[ie]|quant[oa]s?|сколько|скільки|ile|hoeveel|câți|câte|kaç|"
        r"bao nhiêu|quel âge|多少|几"
    ),
    Kind.TIME: (
        r"quand|en quelle année|à quelle (?:date|heure|époque)|quel(?:le)? (?:jour|mois|année|date|siècle)|depuis quand|"
        r"when|what (?:year|date|day|time)|wann|cuándo|en qué año|quando|когда|в каком году|коли|kiedy|wanneer|când|"
        r"ne zaman|khi nào|什么时候|何时"
    ),
    Kind.PLACE: (
        r"où|dans quel(?:le)? (?:ville|pays|région|lieu|endroit|département)|where|in (?:what|which) (?:city|country|place|"
        r"region)|wo|woher|wohin|dónde|dove|onde|где|куда|откуда|де|куди|gdzie|waar|unde|nerede|ở đâu|哪里|在哪"
    ),
    Kind.PERSON: (r"qui|who|whom|whose|wer|wen|wem|quién|quiénes|chi|quem|кто|кого|кому|хто|kto|wie is|cine|kim|谁"),
}
_KINDS = {kind: re.compile(rf"(?<!\w)(?:{cue})(?!\w)", re.IGNORECASE) for kind, cue in _CUES.items()}
# Chinese puts no spaces around its words.
_UNSPACED = {
    Kind.NUMBER: re.compile("多少|几个|多久"),
    Kind.TIME: re.compile("什么时候|何时|哪年|哪一年"),
    Kind.PLACE: re.compile("哪里|在哪|何处"),
    Kind.PERSON: re.compile("谁"),
}
# "selon Moscou": whose word it is, which an article may say in many ways.
_ATTRIBUTION = re.compile(
    r"(?<!\w)(?:selon|d['’]après|according to|laut|según|secondo|segundo|по данным|по словам|за даними|за словами)\s+"
    r"(?:l['’]|\w+\s+)?\w+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|all|dell|nell|sull|un)['’]", re.IGNORECASE)


def read_question(text: str, language: str) -> Question:
    """Read a question. Purely lexical: a cue of any language that is known, wherever it stands."""
    kind = next((kind for kind, cue in _KINDS.items() if cue.search(text)), Kind.OTHER)
    kind = next((kind for kind, cue in _UNSPACED.items() if cue.search(text)), kind)
    if kind is Kind.PERSON and re.search(r"(?<!\w)(?:ce|qu'est-ce|quoi) qui", text, re.IGNORECASE):
        kind = Kind.OTHER  # "ce qui", "qu'est-ce qui" ask for a thing
    names = names_in(_ATTRIBUTION.sub(" ", text))
    if language == "de":  # every noun is capitalised: only figures can be told
        names = frozenset(name for name in names if name[0].isdigit())
    return Question(text, language, kind, names)


_LEADING = re.compile(r"(?:[^\w\s]+\s*)?")  # "¿Cuántos" and "« Le" begin with their first word


def names_in(text: str) -> frozenset[str]:
    """Return what looks like a name or a figure, case-folded: capitalised words past a sentence's first, and digits."""
    found = set()
    first = _LEADING.match(text).end()  # type: ignore[union-attr]  # it matches nothing, too
    for match in _WORD.finditer(text):
        word = _ELISION.sub("", match.group())
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
