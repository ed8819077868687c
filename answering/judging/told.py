"""Sentences that tell in so many words what is asked: what somebody demands or says, who somebody is, where a place lies.

What is weighed (``weighing``) knows how near a sentence is, and a reader what answers look like; across languages both are
unsure. A sentence in which the one who is asked about does just what is asked, to just those whom the question names, is
no near miss: its odds are ``ODDS`` times higher. One that tells the same of another is a near miss, and has as much lower
odds. A rule that finds nothing of its own in a question says nothing about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from answering.asking.question import Kind, Question, shows
from answering.checking.naming import Name, find_names, same_sound, stands_in
from answering.comparing.concepts import concepts
from answering.comparing.spellings import same_name
from answering.judging.told_words import (
    ACTS,
    BEHIND_PREPOSITION,
    CLAUSE,
    DENIED,
    DETERMINERS,
    DONE_TO,
    EMPTY,
    FARTHEST_ROLE,
    FEAR,
    FEWEST_QUOTED,
    INVERTED,
    LOCATED,
    NEAR_BEHIND,
    NO_ROLE,
    PRONOUN,
    QUOTED,
    ROLE,
    SAY,
    WHERE_LIES,
    WHICH,
    WHO_IS,
)
from retrieval.ranking.lexical import terms
from retrieval.sentences import sentence_spans

ODDS = 100.0
BEFORE = 800  # characters of the article before a sentence, in which the one whom its pronoun means may stand
_READ = frozenset(("fr", "en", "de", "es", "ru", "uk"))  # the languages of the words
_ENDING, _SHORTEST_STEM = 2, 3  # letters
_KINDS = {Kind.OTHER, Kind.LIST, Kind.TIME, Kind.REASON}


@dataclass(frozen=True, slots=True)
class Telling:
    """What a question asks to be told: what ``actor`` does with words (``acts``), where ``place`` lies, or who ``who`` is.

    ``others`` are the question's other names, ``topic`` its other terms.
    """

    question: Question
    acts: tuple[re.Pattern[str], ...] = ()
    actor: tuple[Name, ...] = ()
    others: tuple[Name, ...] = ()
    topic: frozenset[str] = frozenset()
    place: Name | None = None
    who: Name | None = None


def read_telling(question: Question) -> Telling | None:
    """Return what a question asks to be told, in six languages; None for any other question."""
    if question.language not in _READ:
        return None
    names = [
        name for name in find_names(question.text, question.language) if name.key or not _opens(name, question.text)
    ]
    if where := WHERE_LIES.fullmatch(question.text):
        found = [name for name in names if where.start("place") <= name.start]
        return Telling(question, place=found[0]) if len(found) == 1 else None
    if who := WHO_IS.fullmatch(question.text):
        named = [name for name in names if name.start >= who.start("who")]
        whole = bool(named) and named[0].start == who.start("who") and not any(name.key for name in named)
        return Telling(question, who=named[-1]) if whole else None
    if question.kind not in _KINDS:
        return None
    acts = {act: verb for act, words in ACTS.items() if (verb := words.search(question.text))}
    if len(acts) > 1:
        acts.pop(SAY, None)  # "Que dit exiger Moscou ?"
    if question.kind is Kind.REASON:
        acts = {act: verb for act, verb in acts.items() if act == FEAR}  # what one fears is why one is worried
    actor = _first_subject(names, question.text, question.language)
    if not acts or not actor:
        return None
    first = min(verb.start() for verb in acts.values())
    if WHICH.match(question.text) and not (actor[0].start < first or _is_asked_for(question.text, first)):
        return None  # "Quelle organisation accuse la Russie ?"
    others = tuple(name for name in names if name not in actor and not name.weak)
    said = " ".join([*(name.text for name in (*actor, *others)), *(verb.group() for verb in acts.values())])
    worried = FEAR in acts and question.language != "de"  # what one fears stands behind the verb
    about = EMPTY.sub(" ", question.text[first:] if worried else question.text)
    topic = frozenset(terms(about, question.language)) - set(terms(said, question.language))
    return Telling(question, tuple(ACTS[act] for act in acts), actor, others, topic)


def _opens(name: Name, text: str) -> bool:
    """Whether a name is the first word of a question, which has its capital from there."""
    return not re.search(r"\w", text[: name.start])


def _is_asked_for(text: str, at: int) -> bool:
    """Whether a word of doing is the thing that is asked for: "Quelles conditions", "Which demands"."""
    return len(text[:at].split()) <= 1


def tells(telling: Telling, sentence: str, before: str, context: str, language: str, margin: float) -> bool | None:
    """Return True where a sentence tells it, False where it tells it of somebody else: Russia's demands, for Ukraine's.

    ``before`` is what its article says before it, ``context`` its passage with its title, ``language`` (ISO 639-1) theirs.
    ``margin``: by how many deviations it is more similar to the question than the mean of the candidates, which is asked
    for where the question's words cannot be looked for, as the languages differ.
    Somebody else is another country or body, or where a person is asked about another person; that a country does what
    its minister does, and the other way round, is left to the weights, as is all else: None.
    """
    if language not in _READ:
        return None
    names = find_names(sentence, language)
    if (place := telling.place) is not None:
        return any(_is_named(place, name) and LOCATED.match(sentence, name.end) for name in names) or None
    if (who := telling.who) is not None:
        return any(same_name(who.text, name.text) and _is_described(name, names, sentence) for name in names) or None
    actors = [actor for actor in _actors(telling, names, sentence, before, language) if actor]
    if any(_is(telling.actor, actor, sentence) for actor in actors):
        return _is_what_is_asked(telling, names, sentence, context, language, margin) or None
    person = not all(name.key for name in telling.actor)
    others = [any(not name.key and not name.weak if person else name.key for name in actor) for actor in actors]
    return False if others and all(others) else None


def _is_what_is_asked(
    telling: Telling, names: Sequence[Name], sentence: str, context: str, language: str, margin: float
) -> bool:
    """Whether a sentence in which the one asked about does it names whom the question names, and is on its topic."""
    if not all(stands_in(name, names, sentence) for name in telling.others):
        return False
    if telling.question.kind is Kind.TIME and not shows(Kind.TIME, sentence, telling.question):
        return False
    return _on_topic(telling, context, language, margin)


def _on_topic(telling: Telling, context: str, language: str, margin: float) -> bool:
    """Whether a passage has half of the question's other words.

    In another language these are not known: there must be none, or names beside them where it is asked when it was said.
    """
    question = telling.question
    if question.language != language:
        return margin >= 1 and (not telling.topic or (question.kind is Kind.TIME and bool(telling.others)))
    there = set(terms(context, language))
    found = sum(word in there or (language == "uk" and _is_declined(word, there)) for word in telling.topic)
    return 2 * found >= len(telling.topic)


def _is_declined(word: str, others: Iterable[str]) -> bool:
    """Whether a Ukrainian word is among others with another ending: the index has no stems of that language."""
    stem = word[: max(len(word) - _ENDING, _SHORTEST_STEM)]
    return any(other.startswith(stem) and len(other) <= len(word) + _ENDING for other in others)


def _is_described(name: Name, names: Sequence[Name], text: str) -> bool:
    """Whether what somebody is stands right before their name, or behind a comma after it, with nobody else between."""
    first = names.index(name)
    while first and text[names[first - 1].end : names[first].start] == " " and not names[first - 1].key:
        first -= 1
    start, end = names[first].start, name.end
    others = [other.end for other in names[:first] if not other.key]
    before = _STOP.split(text[max(others, default=0) : start])[-1].split()[-FARTHEST_ROLE:]
    behind = re.match(r"(?:\s[^\W\d_a-zà-ÿа-яєії][\w'’-]*)*,\s([^,]+)", text[end:])
    after = _STOP.split(behind[1])[0].split()[:FARTHEST_ROLE] if behind else []
    if BEHIND_PREPOSITION.search(text[:start]):
        before = []
    return any(_is_a_role(" ".join(part)) for part in (before, after))


_STOP = re.compile(r"[.;:!?«»“”()]")


def _is_a_role(text: str) -> bool:
    """Whether a text names a role, and no verb behind it."""
    places = [role.end() for role in ROLE.finditer(text)]
    places += [word.end() for word in re.finditer(r"[\w-]+", text) if "post" in concepts(word.group(), "posts")]
    return bool(places) and not NO_ROLE.search(text, max(places))


def _is_named(place: Name, name: Name) -> bool:
    return (bool(place.key) and place.key == name.key) or same_name(place.text, name.text)


def _is(wanted: Sequence[Name], found: Sequence[Name], text: str) -> bool:
    """Whether a run of names is the one who is asked about: a person by last name, else the country or body."""
    people = [name for name in wanted if not name.key]
    if people:
        return any(same_sound(people[-1].text, name.text) for name in found)
    return any(stands_in(name, found, text) for name in wanted if name.key)


def _actors(
    telling: Telling, names: Sequence[Name], sentence: str, before: str, language: str
) -> Iterator[Sequence[Name]]:
    """Yield who does in a sentence what the question asks about."""
    bare = _unquoted(sentence)
    for act in telling.acts:
        for verb in act.finditer(bare):
            if DENIED.search(bare[: verb.start()]) or (act is not ACTS[FEAR] and DONE_TO.search(bare[: verb.start()])):
                continue
            yield _actor(names, bare, verb, before, language)


def _actor(names: Sequence[Name], bare: str, verb: re.Match[str], before: str, language: str) -> Sequence[Name]:
    """Return the subject of a verb: behind it, in its clause, at the head of its sentence, or whom a pronoun takes up."""
    if INVERTED.search(bare[: verb.start()]):
        behind = [name for name in names if name.start > verb.end()][:1]
        if behind and NEAR_BEHIND.match(bare[verb.end() : behind[0].start]):
            return _run(names, names.index(behind[0]), bare)
    ends = [clause.end() for clause in CLAUSE.finditer(bare, 0, verb.start())]
    for start in (ends[-1] if ends else 0, 0):
        there = [name for name in names if start <= name.start and name.end <= verb.start() and bare[name.start] != " "]
        if found := _first_subject(there, bare, language):
            return found
    return _earlier(before, language) if PRONOUN.match(bare) else ()


def _earlier(before: str, language: str) -> Sequence[Name]:
    """Return the subject of the last sentence that has one, where those in between have pronouns or quote alone."""
    for start, end in reversed(sentence_spans(before, language)):
        bare = _unquoted(before[start:end])
        if found := _first_subject([n for n in find_names(bare, language) if bare[n.start] != " "], bare, language):
            return found
    return ()


def _first_subject(names: Iterable[Name], text: str, language: str) -> tuple[Name, ...]:
    """Return the first names side by side that stand behind no preposition, and are words of their own."""
    names, governed = list(names), 0  # where the last name behind a preposition ends
    for at, name in enumerate(names):
        if BEHIND_PREPOSITION.search(text[: name.start]) or (
            governed and _JOINED.fullmatch(text[governed : name.start])
        ):
            governed = name.end
            continue
        word = name.text.casefold()
        if name.weak and (word in DETERMINERS or not terms(word, language) or _is_german_noun(name, text, language)):
            continue
        return tuple(_run(names, at, text))
    return ()


# "about France and Kiev": both are behind the preposition.
_JOINED = re.compile(
    r"\s?(?:,|et|and|und|y|и|і|й|та|ou|or|oder|o|или|або|[\s-])\s?(?:l['’]|(?:la|les?|the)\s)?", re.IGNORECASE
)
_DETERMINED = re.compile(
    r"(?<!\w)(?:d(?:er|ie|as|en|em|es)|k?eine?\w?)\s(?:[a-zäöüß]+(?:e|en|er|es|em)\s)?$", re.IGNORECASE
)


def _is_german_noun(name: Name, text: str, language: str) -> bool:
    """Whether a German word with a capital is likely no name: it opens the sentence, or has an article or adjective."""
    return language == "de" and (name.start == 0 or bool(_DETERMINED.search(text[: name.start])))


def _run(names: Sequence[Name], at: int, text: str) -> Sequence[Name]:
    """Return the names that stand side by side from one on: "russe Sergueï Lavrov"."""
    end = at + 1
    while end < len(names) and text[names[end - 1].end : names[end].start] in (" ", "-", "\u00a0"):
        end += 1
    return names[at:end]


def _unquoted(text: str) -> str:
    """Return a text with blanks in the place of what it quotes: what is said in there, somebody else says."""

    def blank(match: re.Match[str]) -> str:
        quoted = match.group()
        return quoted if len(quoted.split()) < FEWEST_QUOTED else '"' + " " * (len(quoted) - 2) + '"'

    return QUOTED.sub(blank, text)
