"""Readings: the figures that sentences give for what is asked, and what each of them counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from answering.asking.question import Question, names_in
from answering.comparing.concepts import EXCLUSIVE, clashes, concepts, covers
from answering.comparing.counting import (
    counted_phrase,
    hidden_names,
    is_part,
    may_be_of,
    nations_counted,
    nations_named,
    period_of,
    scope_of,
    sides_named,
    whole,
    without_attribution,
)
from answering.comparing.figures import Figure, find_figures
from answering.comparing.statements import values_of
from answering.comparing.superseded import is_superseded
from answering.judging.evidence import Evidence, missing_names
from retrieval.ranking.lexical import terms

_NEARBY = (
    400  # characters before a sentence in which its name may stand: "Kherson ... cette ville de 290.000 habitants"
)
_TOLD_BEFORE = 1000  # characters in which the one who speaks may be named
_BY_HIM = re.compile(
    r"-t-(?:il|elle)(?!\w)|(?<!\w)(?:(?:selon|d['’]après) (?:lui|elle|eux)|according to (?:him|her|them)|(?:he|she) "
    r"(?:said|says|added)|(?:laut|nach) (?:ihm|ihr|ihnen)|(?:sagte|so|erklärte) (?:er|sie)|según (?:él|ella|ellos)|"
    r"по (?:его|её|ее|их) (?:словам|данным|оценке)|за (?:його|її|їхніми|їх) (?:словами|даними))(?!\w)",
    re.IGNORECASE,
)
_SAID_IN_MANY_WORDS = frozenset(("supported",))  # "141 countries call for ..."
_UNIT = re.compile(
    r"[ \u00a0\u202f]?(?:[kcm]?m[²2³3]?|ha|kg|km/h|hectares?|kilom\w+|mètres?|met(?:er|re)s?|miles?|tonnes?|tons?|"
    r"°|кв|км|га|тонн\w*)(?!\w)",
    re.IGNORECASE,
)
_WHILE = re.compile(
    r"[ \u00a0\u202f-]?(?:ans|années?|mois|semaines?|jours?|heures?|minutes?|years?|months?|weeks?|days?|hours?|jahren?|"
    r"monaten?|wochen?|tagen?|stunden?|minuten|años|meses|semanas|días|horas|minutos|дн(?:я|ей|і|ів)|недел\w+|месяц\w*|"
    r"час(?:а|ов)|минут\w*|тиж\w+|місяц\w*|годин\w*|хвилин\w*)(?!\w)",
    re.IGNORECASE,
)
_CIVILIANS = frozenset(("civilian",))
_WORD = re.compile(r"\w+")
_HOW_MANY = re.compile(
    r"(?:combien d(?:e |['’])|how many |cuánt[oa]s |quant[ie] |wie viele |сколько |скільки )(.+)", re.IGNORECASE
)
_AND_FIGURE = re.compile(r"(?<!\w)(?:et|and|und|y|e|и|та|і)\s(?:\w+ (?:de |d['’])?)?$", re.IGNORECASE)
_ANY_NOUN = re.compile(
    r"(?:fois|personnes?|gens|temps|times|people|persons?|veces|personas|mal|раз|людей|человек|осіб)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure that a sentence gives for what is asked, with what it counts in words.

    ``scope`` holds the places in the sentence that the question does not name: a toll "in Tchernihiv" is not the
    country's. ``period`` is what limits it in time beyond the question. ``exact``: it counts just what the question names
    (see ``concepts``). ``missing`` is the share of the question's names, countries apart, that the sentence lacks.
    ``part``: it is a part of another figure.
    """

    evidence: Evidence
    figure: Figure
    counts: str
    scope: frozenset[str]
    exact: bool
    missing: float
    period: frozenset[str] = frozenset()
    part: bool = False

    @property
    def printed(self) -> str:
        return self.evidence.text[self.figure.start : self.figure.end]

    @property
    def superseded(self) -> bool:
        """Whether the sentence gives the figure as an earlier one."""
        return is_superseded(self.evidence.text, self.figure)


def read_figures(question: Question, evidence: Sequence[Evidence]) -> list[Reading]:
    """Return, for each sentence, the figure that answers "how many", in the order of the evidence.

    A figure that counts something else than the question names ("soldiers" where it asks for civilians) is none, and
    neither is one from a passage that has none of the question's names, or one that another side gives than it asks.
    """
    wanted, asked = concepts(without_attribution(question.text)), values_of(question.text)
    by = sides_named(question.text)
    hidden = hidden_names(question, evidence)
    question = replace(question, names=question.names | hidden)
    readings = []
    for candidate in evidence:
        if candidate.feature("names_missing") >= 1 and own_names(question.names) and not _takes_up(question, candidate):
            continue
        if hidden and missing_names(hidden, _context(candidate)):
            continue
        if by and (told_by := sides_named(candidate.text)) and not by & told_by:
            continue
        found = [
            reading
            for figure in find_figures(candidate.text)
            if figure.value not in asked
            and not _is_garbled(candidate, figure)
            and (reading := _read(question, wanted, candidate, figure)) is not None
        ]
        if found:
            readings.append(
                max(found, key=lambda r: (r.exact, not r.superseded, not r.part, _shared(question, r), -r.figure.start))
            )
    return readings


def _takes_up(question: Question, evidence: Evidence) -> bool:
    """Whether a sentence is told by a pronoun that stands for a name of the question: "Selon lui", and he before."""
    text = evidence.article.text[max(evidence.start - _TOLD_BEFORE, 0) : evidence.start]
    return bool(_BY_HIM.search(evidence.text)) and missing_names(own_names(question.names), text) < 1


def _context(evidence: Evidence) -> str:
    return evidence.article.text[max(evidence.start - _NEARBY, 0) : evidence.end]


def _is_garbled(evidence: Evidence, figure: Figure) -> bool:
    """Whether a mangled word is part of a figure ("300 mil1ions"): who knows what it was."""
    start, end = evidence.start + figure.start, evidence.start + figure.end
    return any(a < end and start < b for a, b in evidence.garbled)


def _read(question: Question, wanted: dict[str, frozenset[str]], evidence: Evidence, figure: Figure) -> Reading | None:
    text = evidence.text
    counts = counted_phrase(text, figure)
    # What happened is often said elsewhere in the sentence: "parmi ces blessés, 14 seraient des enfants".
    counted = concepts(counts)
    present = {**_only(concepts(text), "event"), **counted}
    if "event" in counted and "people" not in counted:  # "cinq pays s'y opposant et 35 s'abstenant"
        present = {**_only(concepts(text), "thing"), **present}
    if (
        clashes(wanted, present)
        or _counts_things(wanted, counted)
        or _measures(wanted, text, figure)
        or _lasts(question, text, figure)
    ):
        return None
    nations = nations_counted(without_attribution(question.text))
    if nations and "people" in wanted and not may_be_of(nations, text, counts):
        return None
    exact, part = covers(wanted, present), is_part(text, figure)
    civilians = may_be_civilians(question, counts, evidence, figure)
    if not exact and not _may_be_meant(question, wanted, evidence) and not civilians:
        return None
    if part and not (exact and "people" in wanted):
        return None
    scope = scope_of(whole(text, figure), question)
    named = nations_named(text) or any(not name[0].isdigit() for name in names_in(text))
    if not (scope or named or question.names):  # "Les blessés sont au nombre de 18": those of the town before
        scope = scope_of(evidence.article.text[max(evidence.start - _NEARBY, 0) : evidence.start], question)
    period = period_of(whole(text, figure), evidence.article.published, question.text)
    missing = _lacking(question, text)
    return Reading(evidence, figure, counts, scope, exact, missing, period, part)


def _counts_things(wanted: dict[str, frozenset[str]], counts: dict[str, frozenset[str]]) -> bool:
    """Whether a figure counts things ("290.000 habitants") where the question asks for others, or how many were killed."""
    if "thing" not in counts or any(group in counts for group in EXCLUSIVE):
        return False
    asked = wanted.get("thing", frozenset())
    return not asked & counts["thing"] if asked else any(group in wanted for group in EXCLUSIVE)


def _measures(wanted: dict[str, frozenset[str]], text: str, figure: Figure) -> bool:
    """Whether a figure is a length, an area or a weight where people or things are counted: "28 163 km2 sur trois États"."""
    return any(group in wanted for group in (*EXCLUSIVE, "thing")) and _UNIT.match(text, figure.end) is not None


def _lasts(question: Question, text: str, figure: Figure) -> bool:
    """Whether a figure counts days or years, for which a question does not ask: "en deux jours à 29 morts"."""
    asked = _HOW_MANY.search(question.text)
    return asked is not None and not _WHILE.match(f" {asked[1]}") and _WHILE.match(text, figure.end) is not None


def _only(found: dict[str, frozenset[str]], group: str) -> dict[str, frozenset[str]]:
    return {group: found[group]} if group in found else {}


def may_be_civilians(question: Question, counts: str, evidence: Evidence, figure: Figure) -> bool:
    """Whether those whom a figure counts may be the civilians whom a question asks for, in a passage on its places.

    "18 blessés" in a text about the attack of a town may be, and in "352 civils tués et 2 040 blessés"; soldiers or
    children never are.
    """
    wanted, counted = concepts(question.text), concepts(counts)
    if wanted.get("people") != _CIVILIANS or "people" in counted:
        return False
    if not wanted.get("event", frozenset()) <= counted.get("event", frozenset()):
        return False
    if _beside_civilians(evidence.text, figure):
        return True
    return bool(own_names(question.names)) and not evidence.feature("names_missing")


def _beside_civilians(text: str, figure: Figure) -> bool:
    """Whether "and" joins a figure to one of civilians, and a word for what happened to them is all that follows it."""
    earlier = [other for other in find_figures(text) if other.end <= figure.start]
    between = text[earlier[-1].end : figure.start] if earlier else ""
    following = _WORD.match(text, figure.end + 1)
    joined = _AND_FIGURE.search(between) and following and "event" in concepts(following.group())
    return bool(joined) and concepts(between).get("people") == _CIVILIANS


def _may_be_meant(question: Question, wanted: dict[str, frozenset[str]], evidence: Evidence) -> bool:
    """Whether a sentence may count what is asked in words that are not known: it has the noun behind "how many".

    In another language that cannot be told; what happened ("died") must be said there.
    """
    language = evidence.article.language
    if question.language != language:
        return not wanted.get("event", frozenset()) - _SAID_IN_MANY_WORDS or "event" in concepts(evidence.text)
    asked = _HOW_MANY.search(question.text)
    if asked is None or _ANY_NOUN.match(asked[1]):
        return True
    noun = next(iter(terms(asked[1], language)), "")
    return not noun or noun in terms(evidence.text, language)


def own_names(names: frozenset[str]) -> frozenset[str]:
    """Return names that are no country's: what happened there happened in one place."""
    return frozenset(name for name in names if "nation" not in concepts(name))


def _lacking(question: Question, text: str) -> float:
    """Return the share of a question's names that a text lacks, countries and bodies that it names otherwise apart."""
    bodies = concepts(text, "posts").get("field", frozenset())
    names = own_names(question.names)
    return missing_names(frozenset(name for name in names if not _bodies(name) & bodies), text)


def _bodies(name: str) -> frozenset[str]:
    """Return the body that a name is, such as "ONU", which is "Nations unies", too."""
    return concepts(name, "posts").get("field", frozenset())


def _shared(question: Question, reading: Reading) -> int:
    language = reading.evidence.article.language
    return len(set(terms(question.text, language)) & set(terms(reading.counts, language)))
