"""What a claim must not change of its source: figures, days, names, quoted words, whether it is so, and who says it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from answering.checking.attribution import bare, says, vouched
from answering.checking.datings import unproved_days, without_dates
from answering.checking.ground import Ground
from answering.checking.measures import unproved_measure
from answering.checking.named import unproved_name
from answering.checking.naming import same_sound
from answering.checking.numerals import in_digits, numerals, ordinals, unproved_figures, without_pairs
from answering.checking.polarity import (
    agrees,
    bars,
    clauses,
    contradicts,
    denies,
    ends,
    keeps_on,
    opposed,
    refuses,
    speaks_of_an_end,
    speaks_of_refusal,
    stances,
)
from answering.checking.roles import swapped
from answering.checking.speaker import wrong_speaker
from answering.comparing.comparison import counted_phrase
from answering.comparing.concepts import clashes, concepts
from answering.comparing.figures import Figure, find_figures
from answering.judging.zero import above_zero, similarity_of_unrelated
from retrieval.types import Embedder


class Reason(StrEnum):
    """Why a sentence is not proved; the value is what the JSON says."""

    MARKER = "no such passage"
    SUPPORT = "not supported"
    FIGURE = "figure not in the source"
    DAY = "date not in the source"
    NAME = "name not in the source"
    QUOTED = "quoted words not in the source"
    NEGATION = "says the opposite of the source"
    ATTRIBUTION = "states as a fact what the source attributes"
    SPEAKER = "attributed to another than the source does"
    ROLES = "names in other roles than in the source"
    LINK = "holds a link"
    INSTRUCTION = "the source speaks to a machine"
    DAYS = "about other days than asked"


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason, and what in the sentence it is about (may be empty)."""

    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


_SITE = re.compile(
    r"(?:[\w-]+\.)+(?:[a-z]{2,4}|info|site|online|news|media|example|click|link|shop)\b|(?<!\w)@\w{3,}", re.IGNORECASE
)
_NOT_SITES = re.compile(r"(?:\b\w\.)+\w?\b\.?|\d[\d.]*", re.IGNORECASE)  # U.E., a.m., 2.000
# Sentences of an article that speak to a language model prove nothing, whatever they say.
INSTRUCTS = re.compile(
    r"ignor\w+ (?:\w+ ){0,3}(?:instruction|règle|rule|consigne|prompt|anweisung|regel)|(?:system"
    r"|developer) (?:prompt|message)|prompt système"
    r"|(?:previous|prior|précédentes) (?:instructions|consignes)|you are (?:now )?(?:an?"
    r"|the) (?:\w+ )?(?:assistant|ai|model|bot|chatbot)"
    r"|(?:tu es|vous êtes) (?:maintenant |désormais )?(?:une? )?(?:assistant|ia|modèle|robot|chatbot)"
    r"|language model|modèle de langue"
    r"|игнорируй|забудь (?:все |свои )?(?:инструкц|правила)|языков\w+ модел|системн\w+ промпт|ігноруй|ignorier"
    r"|ignora las"
    r"|(?:réponds|répondez|answer|respond|reply|write|écris|écrivez|ответь|напиши|antworte"
    r"|schreibe)\b.{0,60}(?:\[\d|exactly|exactement|ровно|NO_ANSWER|instead|à la place)"
    r"|(?:to|aux?|für|для) (?:the )?(?:\w+ )?(?:ai|ia|llm|assistants?|chatbots?|ии)\b\s*:|im_start|\bINST\b"
    r"|(?:assistant|system|user)\s*:",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"«\s*([^»]+?)\s*»|“([^”]+)”|„([^“”]+)[“”]|\"([^\"]+)\"")


def first_failure(claim: str, language: str, ground: Ground, embedder: Embedder) -> Fault | None:
    """Return the first check that a claim fails on its ground, or None when it is proved."""
    for outlet in ground.outlets:  # "selon France 24": shown to the model, and proved by the citation itself
        claim = claim.replace(outlet, " ")
    if INSTRUCTS.search("".join(c for c in ground.quotation if unicodedata.category(c) != "Cf")):
        return Fault(Reason.INSTRUCTION)
    if sites := _sites(claim):
        return Fault(Reason.LINK, sites[0])
    if figures := _figures(claim, ground):
        return Fault(Reason.FIGURE, ", ".join(sorted(figures)))
    if measure := unproved_measure(claim, ground.near):
        return Fault(Reason.FIGURE, measure)
    if days := unproved_days(
        claim, (ground.quotation, " ".join(ground.near), ground.passage), ground.published, ground.told
    ):
        return Fault(Reason.DAY, ", ".join(sorted(days)))
    if name := unproved_name(claim, language, ground):
        return Fault(Reason.NAME, name)
    if words := _unproved_quote(claim, language, ground, embedder):
        return Fault(Reason.QUOTED, words)
    if bare(claim, ground.quotation) and not _told_by_the_author(claim, ground.quotation, embedder):
        return Fault(Reason.ATTRIBUTION)
    if who := wrong_speaker(claim, language, ground):
        return Fault(Reason.SPEAKER, who)
    if _denies(claim, ground.near, embedder):
        return Fault(Reason.NEGATION)
    if swapped(claim, language, ground, embedder):
        return Fault(Reason.ROLES)
    return None


def _sites(claim: str) -> list[str]:
    return [site for site in _SITE.findall(claim) if not _NOT_SITES.fullmatch(site)]


def _figures(claim: str, ground: Ground) -> set[str]:
    """Return the figures of a claim that its source lacks, or has for something else ("33 blessés" for "33 morts")."""
    claim = without_pairs(in_digits(without_dates(claim)))
    near = [in_digits(_AGO.sub(" ", text)) for text in ground.near]
    missing = unproved_figures(claim, near, ground.published) | {
        str(one) for one in ordinals(claim) - ordinals(" ".join(near), second=True)
    }
    if missing:
        return missing
    theirs = [(text, figure) for text in near for figure in find_figures(text)]
    for figure in find_figures(claim):
        written = claim[figure.start : figure.end]
        same = [(text, other) for text, other in theirs if abs(other.value - figure.value) <= 1e-6 * figure.value]
        counted = _counted(claim, figure)
        if (same and all(clashes(counted, _counted(text, other)) for text, other in same)) or (
            not same and not _is_vague(written) and not _printed(figure.value, near)
        ):
            missing.add(written)
    return missing


def _counted(text: str, figure: Figure) -> dict[str, frozenset[str]]:
    """Return what a figure counts; another clause behind it says nothing of that."""
    clause = _OTHER_CLAUSE.search(text, figure.end)
    return concepts(counted_phrase(text[: clause.start()] if clause else text, figure))


# "il y a trois ans" is a time for ``find_figures``, and its number may be told in a claim all the same.
_AGO = re.compile(r"(?<!\w)il y a(?=\s\w+\s(?:ans?|mois|semaines|jours|heures)(?!\w))", re.IGNORECASE)
_OTHER_CLAUSE = re.compile(
    r"[,;]\s(?:et|mais|tandis|alors|and|but|while|а|и|но|тогда|und|aber|während|y|pero|mientras)"
    r"\s(?!(?:non|not|не|nicht|no)\s)"
    r"|,\s(?=[^\W\d_]+(?:лись|лось|лась|лся|ли|ло|ла)\s)|\s(?:et qu[e'’]|and that|и что|und dass|y que)(?=[\s\w])",
    re.IGNORECASE,
)


def _is_vague(written: str) -> bool:
    """Whether a figure is one word for about so many: "des milliers" has no value to be wrong."""
    return any(figure.approximate for figure in find_figures(written))


def _printed(value: float, texts: Sequence[str]) -> bool:
    return any(float(numeral) == value for text in texts for numeral in numerals(text))


def _unproved_quote(claim: str, language: str, ground: Ground, embedder: Embedder) -> str:
    """Return words that a claim puts in quotation marks and the passage lacks; in translation, any quotation may be it."""
    for groups in _QUOTED.findall(claim):
        words = next(filter(None, groups), "")
        if _plain(words) in _plain(ground.passage) or _is_name_of(words, ground.quotation):
            continue
        if language == ground.language or not _translates(words, ground, embedder):
            return words
    return ""


def _is_name_of(words: str, quotation: str) -> bool:
    """Whether words in quotation marks are a name that the source has: «Аврора», "Aurora"."""
    parts = words.split()
    theirs = re.findall(r"(?-i:[A-ZÀ-ÞЀ-Я])[\w-]+", quotation)
    return len(parts) <= _LONGEST_NAME and all(any(same_sound(part, one) for one in theirs) for part in parts)


_LONGEST_NAME = 3  # words


def _translates(words: str, ground: Ground, embedder: Embedder) -> bool:
    """Whether words in quotation marks are like some that the source has in quotation marks, in its language."""
    whole = [part for text in ground.near for groups in _QUOTED.findall(text) for part in groups if part]
    theirs = [*whole, *(part for quoted in whole for part in re.split(r"[,;.:]\s", quoted) if len(part.split()) > 2)]
    if not theirs:
        return False
    vectors = embedder.embed_passages([words, *theirs])
    zero = similarity_of_unrelated(embedder, ground.language, vectors[0])
    return above_zero(float((vectors[1:] @ vectors[0]).max()), zero) >= _TRANSLATED


_TRANSLATED = 0.35  # likeness, 0 for unrelated and 1 for equal


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _told_by_the_author(claim: str, quotation: str, embedder: Embedder) -> bool:
    """Whether a claim is of what the quotation says in its author's own name, clearly more than of what it attributes."""
    own = vouched(quotation)
    if len(own.split()) < _LEAST_OWN:
        return False
    rest = " ".join(part for part in re.split(r",\s", quotation) if part.strip(" ,.;") not in own) or quotation
    claimed, told, attributed = embedder.embed_passages([claim, own, rest])
    return float(claimed @ told) > float(claimed @ attributed) + _CLEARLY_OWN


_LEAST_OWN = 5  # words
_CLEARLY_OWN = 0.05  # of likeness


def _denies(claim: str, near: Sequence[str], embedder: Embedder) -> bool:
    """Whether a clause of the claim denies what the clause of its source that is most like it says, or the reverse."""
    ours, quoted = _telling(clauses(claim)), _telling(clauses(near[0]))
    theirs = quoted + _telling([clause for text in near[1:] for clause in clauses(text)])
    told = " ".join(near)
    if any(map(ends, ours)) and not speaks_of_an_end(told):
        return True
    if opposed(claim, near[0]):
        return True
    if (
        not any(denies(each) or keeps_on(each) for each in (*ours, *theirs))
        and not stances(claim).keys() & stances(told).keys()
    ):
        return False
    vectors = embedder.embed_passages([*ours, *theirs, " ".join(ours)])
    likeness = vectors[: len(ours)] @ vectors[len(ours) : -1].T
    likeness[:, len(quoted) :] -= _AS_LIKE  # what stands beside the quotation must be nearer than it
    nearest = [theirs[at] for at in likeness.argmax(axis=1).tolist()]
    denied = False  # by the clause before: "n'ont pas confirmé que A est mort"
    for said, other, near_it in zip(ours, nearest, likeness, strict=True):
        settled = agrees(said, near[0]) or (refuses(said) and speaks_of_refusal(near[0]))
        settled = settled or (denied and denies(other)) or bars(said, other)
        if denies(said) and not stances(said).keys() & stances(other).keys():
            almost = [
                each for each, one in zip(quoted, near_it.tolist(), strict=False) if one > near_it.max() - _AS_LIKE
            ]
            settled = settled or any(map(denies, almost))
        if not settled and contradicts(said, other):
            return True
        denied = denies(said)
    whole = quoted[int((vectors[len(ours) : len(ours) + len(quoted)] @ vectors[-1]).argmax())]
    return denies(whole) and not any(map(denies, ours)) and not agrees(claim, near[0]) and not bars(claim, whole)


_AS_LIKE = 0.02  # of likeness: clauses that are as near as the nearest one


def _telling(parts: Sequence[str]) -> list[str]:
    """Return the clauses that say more than who says it."""
    return [part for part in parts if denies(part) or not (says(part) and _only_says(part))] or list(parts)


def _only_says(part: str) -> bool:
    return len(part.split()) < 6 or bool(_SPEAKER_LAST.match(part))


# "a déclaré le conseiller de ...", "написал член делегации ..."
_SPEAKER_LAST = re.compile(
    r"(?:a|ont|avait|avaient)\s\w+(?:é|it|is)\s|(?:на)?пи(?:сал|шет)|с(?:казал|ообщ)|заяв|отмет|поясн|рассказ|добав|объяв",
    re.IGNORECASE,
)
