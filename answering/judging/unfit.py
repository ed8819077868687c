"""Sentences that cannot be the answer, by plain rules: what is asked by its name, its number or its kind is not there.

What is weighed (``weighing``) takes a sentence about the same matter for an answer; these rules know what is certain: who
asks for a minister's name is not told it by a sentence without one, the Russian delegation is not the Ukrainian one, and
the second round is not the third. A rule that finds nothing of its own in a question says nothing about it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from anyascii import anyascii

from answering.asking.question import Kind, Question
from answering.checking.naming import Name, find_names, same_sound, stands_in
from answering.checking.numerals import ordinals
from answering.comparing.figures import find_figures
from answering.judging.timed_words import ASKS_HOW_LONG, LASTING, TIMED
from answering.judging.unfit_words import (
    AGE,
    AGED,
    ANYTHING,
    ASKED_MATTERS,
    ASKS_WHO,
    ASKS_WHO_LEADS,
    BEFORE_THINGS,
    CLAUSE,
    FEWEST_LISTED,
    FIGHT,
    LONGEST_GAP,
    LONGEST_OFFICE,
    MATTERS,
    MINISTER,
    NAMES_NEXT,
    NATIONS_ASKED,
    NO_NOUN,
    OFFICES,
    OTHERWISE,
    PORTFOLIOS,
    PREMIER,
    READ,
    SENTENCE_END,
    SHORTEST_NOUN,
    TITLED,
    WORD,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rules found in a question; empty where they have nothing to say.

    ``office``: what the person holds whose name is asked for; ``nations`` are those of it, or those whose vote is asked
    for; ``leads``: it is asked who leads what is ``held``. ``held``: what belongs to which nations, by the beginning of
    its noun; ``numbered``: the nouns of ``ordinals``, likewise. ``places``: those whose people are counted. ``listed``: of
    how many countries the names are asked for. ``timed``: what a sentence that tells when, or how long, has a word of.
    """

    language: str
    names: tuple[Name, ...]
    leads: bool
    office: tuple[re.Pattern[str], ...]
    nations: tuple[Name, ...]
    held: dict[str, frozenset[str]]
    ordinals: frozenset[int]
    numbered: frozenset[str]
    places: tuple[Name, ...]
    matters: tuple[re.Pattern[str], ...]
    age: bool
    listed: int
    timed: re.Pattern[str] | None

    @property
    def empty(self) -> bool:
        return not (self.office or self.held or self.ordinals or self.matters or self.age or self.listed or self.timed)


def read_wanted(question: Question) -> Wanted:
    """Return what the rules find in a question: purely lexical, in French, English, German, Spanish, Russian, Ukrainian."""
    names = tuple(find_names(question.text, question.language))
    office = _office(question.text)
    matters = [MATTERS[matter] for matter, asked in ASKED_MATTERS.items() if _holds(asked, question.text)]
    return Wanted(
        question.language,
        names,
        office == [ANYTHING],
        tuple(map(_pattern, office)),
        tuple(name for name in names if _nation(name)) if office or MATTERS["vote"] in matters else (),
        _held(question.text, names),
        frozenset(ordinals(question.text)),
        _numbered(question.text),
        tuple(name for name in names if not name.weak) if MATTERS["inhabitants"] in matters else (),
        tuple(map(_pattern, matters)),
        bool(AGE.search(question.text)),
        _listed(question),
        LASTING if ASKS_HOW_LONG.search(question.text) else TIMED if question.kind is Kind.TIME else None,
    )


def unfit(wanted: Wanted, sentence: str, around: str, context: str, language: str) -> bool:
    """Whether a sentence cannot answer.

    ``around`` is the sentence with what stands beside it, ``context`` its passage with its title; ``language`` (ISO 639-1)
    is theirs.
    """
    if wanted.empty or language not in READ:
        return False
    return (
        _names_nobody(wanted, sentence, around, context.partition("\n")[0], language)
        or _of_another_nation(wanted, sentence, language)
        or _of_another_number(wanted, sentence, context)
        or _of_another_place(wanted, sentence, around, language)
        or not all(matter.search(context) for matter in wanted.matters)
        or not _names_all(wanted.nations, context, language)
        or (wanted.age and not AGED.search(around))
        or (wanted.timed is not None and not wanted.timed.search(sentence))
        or (wanted.listed > 0 and _named_in(around[around.index(sentence) :], wanted, language) < wanted.listed)
    )


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


def _holds(words: str, text: str) -> bool:
    return bool(_pattern(words).search(text))


def _office(text: str) -> list[str]:
    """Return what a text must tell of to name who holds the office that is asked about; nothing where none is."""
    asks = ASKS_WHO.search(text)
    if not asks and ASKS_WHO_LEADS.search(text):
        return [ANYTHING]
    who = CLAUSE.split(asks["who"])[0] if asks else ""
    if not who or len(who.split()) > LONGEST_OFFICE:
        return []
    minister = MINISTER if _holds(r"\w*(?:minist|министр|міністр)\w*", who) and not _holds(PREMIER, who) else ""
    if minister:
        compound = re.sub(r"(?i)ministers?$|ministerin$", " ", " ".join(WORD.findall(who)))
        return [words for words in PORTFOLIOS.values() if _holds(words, who) or _holds(words, compound)][:1]
    return [told for asked, told in OFFICES.items() if _holds(asked, who)][:1]


def _names_nobody(wanted: Wanted, sentence: str, around: str, title: str, language: str) -> bool:
    """Whether the name of who holds an office is not there, or not the office, or not its country."""
    if not wanted.office:
        return False
    people = [name for name in find_names(sentence, language) if _may_be_somebody(name, sentence, language)]
    if not all(office.search(sentence) for office in wanted.office):  # who has another office here is another
        people = [name for name in people if not TITLED.search(sentence[: name.start])]
    if all(any(same_sound(name.text, asked.text) for asked in wanted.names) for name in people):
        return True
    if not all(office.search(around) for office in wanted.office):
        return True
    if wanted.leads and language == wanted.language and wanted.held and not wanted.held.keys() & _nouns(sentence):
        return True
    return not _names_all(wanted.nations, f"{title}\n{around}", language)


def _may_be_somebody(name: Name, text: str, language: str) -> bool:
    """Whether a name may be a person's: it is no country, and behind no word that stands before things and places.

    A word that opens a sentence is one only before what names go before; of German nouns with a capital none can be told.
    """
    if name.key or (name.weak and language != "de" and not NAMES_NEXT.match(text, name.end)):
        return False
    return not BEFORE_THINGS.search(text[: name.start])


def _nouns(text: str) -> set[str]:
    return {_noun(word) for word in WORD.findall(text)}


def _names_all(names: Sequence[Name], text: str, language: str) -> bool:
    found = find_names(text, language) if names else []
    return all(stands_in(name, found, text) for name in names)


def _nation(name: Name) -> str:
    group, _, key = name.key.partition("/")
    return key if group in ("nation", "capital") else ""


def _held(text: str, names: Sequence[Name], capitals: bool = False) -> dict[str, frozenset[str]]:
    """Return which nations what belongs to: "la délégation russe", "the Russian delegation", "die Armee der Ukraine".

    ``capitals``: what is a capital's, too, as papers say: "Kiev demande".
    """
    found: dict[str, set[str]] = {}
    for name in names:
        nation = _nation(name)
        if not nation or (name.key.startswith("capital/") and not capitals):
            continue
        before = WORD.findall(text[: name.start])[: -LONGEST_GAP - 1 : -1]
        owner = takewhile(lambda word: word.casefold() not in OTHERWISE, before)
        behind = re.match(r"\s\w+", text[name.end :])  # no other clause's word: "en Ukraine, réclame"
        for word in (*owner, *WORD.findall(behind.group() if behind else "")):
            if noun := _noun(word):
                found.setdefault(noun, set()).add(nation)
    return {noun: frozenset(keys) for noun, keys in found.items()}


def _noun(word: str) -> str:
    """Return the beginning of a word that two languages may share, or "" for one that is too short, or a name."""
    if FIGHT.match(word):
        return "fight"
    plain = re.sub("[^a-z]", "", anyascii(word).casefold())
    beginning = plain[:SHORTEST_NOUN]
    return beginning if len(beginning) == SHORTEST_NOUN and beginning not in NO_NOUN else ""


def _of_another_nation(wanted: Wanted, sentence: str, language: str) -> bool:
    """Whether what is asked about belongs to other nations there: "la délégation russe" for the Ukrainian one."""
    if not wanted.held:
        return False
    names = find_names(sentence, language)
    others, all_of_them = _held(sentence, names), _held(sentence, names, capitals=True)
    return any(noun in others and not keys & all_of_them[noun] for noun, keys in wanted.held.items())


def _of_another_number(wanted: Wanted, sentence: str, context: str) -> bool:
    """Whether it tells of the second where the third is asked about.

    Either of the second of the same, or of one of which there is no third in the whole passage.
    """
    told = ordinals(sentence)
    if not wanted.ordinals or not told or wanted.ordinals & told:
        return False
    return bool(wanted.numbered & _numbered(sentence)) or not wanted.ordinals & ordinals(context)


def _numbered(text: str) -> frozenset[str]:
    """Return the beginnings of the nouns behind the ordinals of a text: "troisième round des pourparlers"."""
    words = WORD.findall(text)
    near = (words[at + 1 : at + 1 + LONGEST_GAP] for at, word in enumerate(words) if ordinals(word))
    return frozenset(filter(None, (_noun(word) for some in near for word in some)))


def _of_another_place(wanted: Wanted, sentence: str, around: str, language: str) -> bool:
    """Whether the people of a town are asked for and it tells of another: only by its name can they be told apart."""
    if not wanted.places:
        return False
    if not any(stands_in(place, find_names(around, language), around) for place in wanted.places):
        return True
    names = [name for name in find_names(sentence, language) if not name.weak and not name.key]
    return bool(names) and not any(stands_in(place, names, sentence) for place in wanted.places)


def _listed(question: Question) -> int:
    """Return how many countries are to be named, where a question says so and they are several; else 0."""
    asked = NATIONS_ASKED.search(question.text) if question.kind is Kind.LIST else None
    figures = find_figures(asked["number"] + "x") if asked else []
    number = int(figures[0].value) if figures else 0
    return number if FEWEST_LISTED <= number <= 20 else 0


def _named_in(text: str, wanted: Wanted, language: str) -> int:
    """Return how many names that may be countries a sentence of a text has at most, besides those of the question."""
    return max(len(_countries(each, wanted, language)) for each in SENTENCE_END.split(text))


def _countries(text: str, wanted: Wanted, language: str) -> set[str]:
    """Return the countries of a text, and the names of one word that may be some: "Emmanuel Macron" is none."""
    names = find_names(text, language)
    paired = {name.start for one, other in pairwise(names) if other.start - one.end == 1 for name in (one, other)}
    found = [name for name in names if _nation(name) or not (name.key or name.weak or name.start in paired)]
    return {_nation(name) or name.text for name in found if not stands_in(name, wanted.names, "")}
