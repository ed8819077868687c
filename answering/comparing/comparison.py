"""Comparing what sources say: the same statement printed again, and different figures for the same thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from answering.asking.question import Question, names_in
from answering.comparing.concepts import EXCLUSIVE, clashes, concepts, covers
from answering.comparing.figures import Figure, find_figures
from answering.comparing.superseded import is_superseded
from answering.judging.evidence import Evidence, missing_names
from retrieval.facts.shingles import stands_in
from retrieval.ranking.lexical import terms

_SAME_SHINGLES = 0.5  # Jaccard similarity of word pairs from which two sentences are one statement
_TOLERANCE = 0.02  # figures closer than this are one figure, rounded
_WORD = re.compile(r"\w+")
NEGATION = re.compile(
    r"(?<!\w)(?:n(?=['’])|ne|pas|ni|aucune?|jamais|sans|not|no|never|none|without|\w+n['’]t|nicht|keine?|nie|ohne|non|né|sin"
    r"|nunca|sem|não|не|нет|ни|без|ні|немає)(?!\w)",
    re.IGNORECASE,
)
_WINDOW = 12  # words after a figure that may say what it counts
_CUT = re.compile(
    r"(?:,? (?:et|and|und|y|и|та|e|dont|including) |[;,:] )"
    r"(?:(?:plus|près|moins) d[e'’] ?|environ |au moins |about |nearly |more than |over |at least |около |более )?$",
    re.IGNORECASE,
)
# "selon l'ONU", "according to ...", "les autorités ... ont annoncé que": who says it, not what it is about.
_ATTRIBUTION = re.compile(
    r"(?:^|,\s*|\s)(?:selon|d['’]après|according to|laut|según|secondo|segundo|по данным|по словам|за даними)\s"
    r"[^.]*?(?:,|\.|$)"
    r"|^[^,.]{0,80}? (?:annoncé|déclaré|affirmé|indiqué|said|announced|сообщили|заявили) (?:que|qu['’]|that|что|що)",
    re.IGNORECASE,
)
# A name up to three words behind a preposition: "contre Tchernihiv", "dans le nord de l'Ukraine", "in Kharkiv".
_PLACE = re.compile(
    r"(?<!\w)(?:[àÀA]|aux?|en|dans|contre|sur|près|in|at|on|near|from|bei|nach|aus|nel|в|на|у|под)\s"
    r"(?:[\w'’]+\s){0,3}?(?:[ld]['’])?[^\W\d_a-zà-ÿа-яґєії][\w-]+|(?<!\w)d['’][^\W\d_a-zà-ÿа-яґєії][\w-]+"
)
# Capitals that some languages give to times: "on Friday" is no place.
_TIMES = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august|september|october"
    r"|november|december|jan|feb|aug|sept?|oct|nov|dec|(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend"
    r"|sonntag)\w*|januar|jänner|februar|märz|mai|juni|juli|oktober|dezember"
)
# "a annoncé Kiev", "a déclaré Kiev": how it is told is no part of what is told.
SAYING = re.compile(
    r"(?<!\w)(?:annonc|déclar|affirm|indiqu|précis|expliqu|ajout|rapport|dit\b|disent\b|said\b|says?\b|told\b|announc|declar"
    r"|stat(?:ed|es)\b|report(?:ed|s)\b|add(?:ed|s)\b|sagte|erklär|mitgeteilt|сообщ|заяв|сказа|повідом|dijo|declar|anunci)\w*",
    re.IGNORECASE,
)
# "500 de ses soldats": whose they are is the subject, not a country behind a preposition.
_POSSESSIVE = re.compile(
    r"(?<!\w)(?:ses|leurs?|its|their|his|seiner?|ihrer?|sus|suoi|loro|своих|своїх)(?!\w)", re.IGNORECASE
)
_OBJECT = re.compile(
    r"(?<!\w)(?:en|à|au|aux|contre|dans|sur|in|against|into|at|from|в|на|против)\s+(?:l['’]|la |le |the )?\w+|\w+-\w+"
)


_HOW_MANY = re.compile(
    r"(?:combien d(?:e |['’])|how many |cuánt[oa]s |quant[ie] |wie viele |сколько |скільки )(.+)", re.IGNORECASE
)
_ANY_NOUN = re.compile(
    r"(?:fois|personnes?|gens|temps|times|people|persons?|veces|personas|mal|раз|людей|человек|осіб)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure that a sentence gives for what is asked, with what it counts in words.

    ``scope`` holds the places in the sentence that the question does not name: a toll "in Tchernihiv" is not the
    country's. ``exact``: it counts just what the question names (see ``concepts``). ``missing`` is the share of the
    question's names, countries apart, that the sentence lacks.
    """

    evidence: Evidence
    figure: Figure
    counts: str
    scope: frozenset[str]
    exact: bool
    missing: float

    @property
    def printed(self) -> str:
        return self.evidence.text[self.figure.start : self.figure.end]

    @property
    def superseded(self) -> bool:
        """Whether the sentence gives the figure as an earlier one."""
        return is_superseded(self.evidence.text, self.figure)


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
    return _values(one.text) == _values(other.text) and _named(one) == _named(other)


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


def _values(text: str) -> set[float]:
    return {figure.value for figure in find_figures(text)}


def read_figures(question: Question, evidence: Sequence[Evidence]) -> list[Reading]:
    """Return, for each sentence, the figure that answers "how many", in the order of the evidence.

    A figure that counts something else than the question names ("soldiers" where it asks for civilians) is none, and
    neither is one from a passage that has none of the question's names.
    """
    wanted, asked = concepts(question.text), _values(question.text)
    evidence = [e for e in evidence if e.feature("names_missing") < 1 or not _local(question.names)]
    readings = []
    for candidate in evidence:
        found = [
            reading
            for figure in find_figures(candidate.text)
            if figure.value not in asked
            and not _is_garbled(candidate, figure)
            and (reading := _read(question, wanted, candidate, figure)) is not None
        ]
        if found:
            readings.append(
                max(found, key=lambda r: (r.exact, not r.superseded, _shared(question, r), -r.figure.start))
            )
    return readings


def _is_garbled(evidence: Evidence, figure: Figure) -> bool:
    """Whether a mangled word is part of a figure ("300 mil1ions"): who knows what it was."""
    start, end = evidence.start + figure.start, evidence.start + figure.end
    return any(a < end and start < b for a, b in evidence.garbled)


def _read(question: Question, wanted: dict[str, frozenset[str]], evidence: Evidence, figure: Figure) -> Reading | None:
    counts = counted_phrase(evidence.text, figure)
    # What happened is often said elsewhere in the sentence: "parmi ces blessés, 14 seraient des enfants".
    present = {**_only(concepts(evidence.text), "event"), **concepts(counts)}
    if clashes(wanted, present) or not _belongs(wanted, evidence.text, counts):
        return None
    if not covers(wanted, present) and not _names_the_noun(question, evidence):
        return None
    return Reading(
        evidence,
        figure,
        counts,
        scope_of(evidence.text, question),
        covers(wanted, present),
        missing_names(_local(question.names), evidence.text),
    )


def _nations(found: dict[str, frozenset[str]]) -> frozenset[str]:
    """Return the nations that are named, by themselves or by their capital, as papers do."""
    return found.get("nation", frozenset()) | found.get("capital", frozenset())


def _only(found: dict[str, frozenset[str]], group: str) -> dict[str, frozenset[str]]:
    return {group: found[group]} if group in found else {}


def _names_the_noun(question: Question, evidence: Evidence) -> bool:
    """Whether a sentence has the noun behind "how many"; taken for granted where that noun says or tells nothing."""
    language = evidence.article.language
    asked = _HOW_MANY.search(question.text)
    if asked is None or question.language != language or _ANY_NOUN.match(asked[1]):
        return True
    noun = next(iter(terms(asked[1], language)), "")
    return not noun or noun in terms(evidence.text, language)


def _local(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name in names if "nation" not in concepts(name))


def _belongs(wanted: dict[str, frozenset[str]], sentence: str, counts: str) -> bool:
    """Whether the people who are counted may be of the nation that the question names ("Ukrainian soldiers")."""
    nations = _nations(wanted)
    if not nations or "people" not in wanted:
        return True
    named = _nations(concepts(counts))
    if not named and _POSSESSIVE.search(counts):
        named = _nations(concepts(_OBJECT.sub(" ", sentence)))
    return bool(nations & named) if named else True


def counted_phrase(text: str, figure: Figure) -> str:
    """Return the words that say what a figure counts: those after it, up to the next figure's conjunction.

    Where nothing countable follows ("est passé à 33."), those before it.
    """
    after = text[figure.end :]
    cut = next((f for f in find_figures(after) if _CUT.search(after[: f.start])), None)
    if cut is not None:
        after = _CUT.sub("", after[: cut.start])
    following = " ".join(after.split()[:_WINDOW])
    named = concepts(following)
    return (
        following
        if "event" in named or "people" in named or "thing" in named
        else f"{text[: figure.start]} {following}"
    )


def scope_of(text: str, question: Question) -> frozenset[str]:
    """Return the names behind a preposition that limit a sentence beyond its question, case-folded."""
    places = " ".join(" x " + match.group() for match in _PLACE.finditer(_ATTRIBUTION.sub(" ", text)))
    return frozenset(
        name
        for name in names_in(places) - question.names
        if not name[0].isdigit()
        and not _TIMES.fullmatch(name)
        and "nation" not in concepts(name)  # the whole country limits nothing
    )


def _shared(question: Question, reading: Reading) -> int:
    language = reading.evidence.article.language
    return len(set(terms(question.text, language)) & set(terms(reading.counts, language)))


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
    if _people(one) != _people(other):  # the children among the wounded are not the wounded
        return False
    if not _about_the_names(question, one, other) or not _as_much_about(question, one, other):
        return False
    if one.exact and any(group in concepts(question.text) for group in EXCLUSIVE):
        return True
    nouns = [next(iter(terms(r.counts, r.evidence.article.language)), "") for r in (one, other)]
    return bool(nouns[0]) and nouns[0] == nouns[1] and bool(_local(question.names))


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
    """Whether ``other`` has at least half of those words of the question that ``one`` has, what is counted apart."""
    ours, theirs = _topics(question, one, other)
    return 2 * len(ours & theirs) >= len(ours)


def _topics(question: Question, *readings: Reading) -> list[set[str]]:
    """Return, for each reading, the terms of the question in its sentence, what is counted apart."""
    language = readings[0].evidence.article.language
    asked = set(terms(" ".join(word for word in _WORD.findall(question.text) if not concepts(word)), language))
    return [asked.intersection(terms(r.evidence.text, language)) for r in readings]


def _differ(one: Reading, other: Reading) -> bool:
    if one.evidence.article.id == other.evidence.article.id or are_copies(one.evidence, other.evidence):
        return False
    return not same_value(one.figure, other.figure)


def same_value(one: Figure, other: Figure) -> bool:
    """Whether two figures are one, be it rounded."""
    a, b = one.value, other.value
    return abs(a - b) <= _TOLERANCE * max(abs(a), abs(b))


def are_copies(one: Evidence, other: Evidence) -> bool:
    """Whether each article prints the other's sentence too: copies differ no more than an article from itself."""
    return all(stands_in(a.text, b.article.text) for a, b in ((one, other), (other, one)))
