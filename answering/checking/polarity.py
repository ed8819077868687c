"""Whether a claim denies what its source says, or says what the source denies.

Three signs are compared: negations ("n'a pas", "did not", "не"), verbs that deny ("refuse", "called off", "отменили"),
and words that exclude each other ("approuvé" and "rejeté", "continuent" and "ont cessé"), in French, English, Russian,
Ukrainian, German and Spanish. What a sentence denies is told clause by clause, since a long one may deny one thing and
state another. The words are in ``opposites.json`` (``lexicon``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from answering.checking.lexicon import fits, read_lists

_NEGATION = re.compile(
    r"(?<!\w)(?:(?:n['’]\s?|ne\s)(?=(?:\S+\s){0,4}?(?:pas|plus|jamais|rien|aucune?s?|nullement|guère"
    r"|personne|point|ni|aucun|pu\b))"
    r"|(?:n['’]|ne\s)\S+(?:\s\S+){0,2}?\s(?=rien|aucun)|personne(?=\sn)|rien(?=\sn)|aucune?s?(?=\s)|sans\b|ni\b|pas\b(?=\s(?:de|d['’]"
    r"|encore|une?|la|le|agress))"
    r"|non(?= (?:pas|l|la|les?|une?|des|au|à)\b)"
    r"|loin (?:de |d['’])(?=[^\W\d_]+(?:er|ir|re)\b)|far from (?=\w+ing\b)|nulle(?:ment)?\b|nul\b(?=\s[^\W\d_])"
    r"|not\b|cannot\b|no\b(?!\.)|never\b|none\b|nobody\b|nothing\b|neither\b|without\b|\w+n['’]t\b"
    r"|fail(?:ed|s|ing)?\sto\b|(?:has|have|had)\syet\sto\b|unable\b|(?:keep|keeps|kept|keeping)\s(?=(?:\S+\s){1,5}from\s\w+ing\b)"
    r"|nicht\b|kein\w*|nie\b|niemals\b|ohne\b|weder\b|nichts\b"
    r"|no\b|nunca\b|sin\b|ningun\w*|ningún\b|tampoco\b|nada\b"
    r"|не\b(?!\s(?:только|менее))|нет\b|ни\b|без\b|никогда\b|нельзя\b|ні\b|немає\b|жодн\w+|ніколи\b)",
    re.IGNORECASE,
)
# "ne peut être que", "il n'y a qu'une solution": they limit, and deny nothing. So do "non loin" and "not only".
_LIMITS = re.compile(
    r"(?<!\w)(?:без изменений|sans changement|without change|ohne änderung|sin cambios"
    r"|(?:sans|without|no) conditions?|unconditional\w*|без условий|cessez-le-feu|cease-?\s?fires?"
    r"|прекращени\w+ огня|припиненн\w+ вогню|alto el fuego"
    r"|(?:afin d['’]|pour )(?:éviter|empêcher|prévenir)|to (?:avoid|prevent|guard against)|не раз(?!\w)"
    r"|чтобы (?:избежать|не допустить|предотвратить)|para evitar"
    r"|sans (?:problèmes?|difficultés?|encombre|peine|délai|doute)|without (?:problems?|difficulty|delay|doubt)"
    r"|no doubt|без (?:проблем|перебоев|труда|промедления|сомнений|сомнения)|ohne (?:probleme|zweifel|verzug)"
    r"|sin (?:problemas?|duda|demora)|(?:n['’]|ne\s)(?:(?!\bpas\b"
    r"|\bplus\b|\bjamais\b)[^.,;]){0,30}?\bqu(?:e\b|['’]))|not only|nicht nur|no sólo|no solo"
    r"|не раньше|не ранее|not before|not until|pas avant|nicht vor|no antes|not(?= \w+ until)"
    r"|не только|не лише|не тільки|not far|non loin|pas loin|недалеко|nothing (?:else|but)|no one else|(?:can only)"
    r"|no more than|not more than|no less than|no later than|не менее|не более|pas moins|nicht weniger",
    re.IGNORECASE,
)


@cache
def _lists() -> dict[str, Any]:
    lists: dict[str, Any] = read_lists("opposites.json")
    return lists


@cache
def _opposites() -> list[list[list[str]]]:
    """Return pairs of lists of words, what says yes and what says no."""
    return [[side.split() for side in pair] for pair in _lists()["pairs"]]


@cache
def _listed(name: str) -> tuple[str, ...]:
    return tuple(_lists()[name].split())


# "libéré les otages sans tirer" denies the second part only; "resté sans signature" denies all of it.
_BE_WITHOUT = "".join(rf"(?<!{word})" for word in "est sont été reste resté is are was been remain remains".split())
_CLAUSE = re.compile(
    rf"[,;:.()]|{_BE_WITHOUT}\s(?=(?:sans|without|без|ohne|sin)\s)"
    r"|\s(?:(?<!так\s)и(?=\s)|et|mais|qui|dont|alors que|tandis que|après|and|but|which|who|while|whereas|но|а"
    r"|который\w*|und|aber"
    r"|während|y|pero|mientras|та|але|який|que|that|что|що|dass)\s|\squ['’]",
    re.IGNORECASE,
)
_INSERTED = re.compile(
    r"^(?P<head>[^,;:«»\"]+),\s"
    r"(?P<relative>(?:[^\W\d_]{1,4}\s){0,2}"
    r"(?:qui|que|qu['’]|dont|laquelle|lequel|which|who|whose|whom|котор\w+|quien|que|der|die|das"
    r"|[^\W\d_]+(?:ée?s?|ant|ed|(?:вш|ющ|ащ|ящ|нн)(?:[иыо]й|[аяу]я|[оеи]е|ые|ую|[ие]м|[иы]х|ого|его)))"
    r"(?:\s|(?<=['’]))[^,;:«»\"]+),\s"
    r"(?P<verb>(?!(?:et|mais|tandis|alors|and|but|while|а|и|но|und|aber|während|y|pero|mientras|selon)\s)"
    r"[^,;:«»\"]+)",
    re.IGNORECASE,
)
_PLACED = re.compile(r"(?:à|en|aux?|dans|in|at|on|в|во|на|im|am|nach|por|depuis|since|с|seit)\s", re.IGNORECASE)
_VERB_RU = re.compile(r"\w(?:л[аои]?|лся|лись|лась|[еёи]т|[уюая]т|тся|ть)(?!\w)")
_VERB = re.compile(
    r"(?<!\w)(?:n['’]|(?:ne|a|ont|avait|est|sont|sera|has|had|have|was|were|is|are|will|did|hat|ist|sind|ha|han)(?!\w)"
    rf"|\w+(?:ait|aient|era|eront|(?<!m)ent|ed)(?!\w))|{_VERB_RU.pattern}",
    re.IGNORECASE,
)
# "De premières négociations, également au Bélarus, n'ont ...": a verb begins behind it.
_ASIDE = re.compile(
    r"(?P<head>[^\s,;:«»\"]+(?:\s[^\s,;:«»\"]+){1,7}),\s(?P<aside>[^\s,;:«»\"]+(?:\s[^\s,;:«»\"]+){0,6}),\s"
)
_WITHOUT = re.compile(r"без\s", re.IGNORECASE)


def _no_clause(part: str, following: str) -> bool:
    """Whether a part is no clause of its own: "À Doha", or "завод с воскресенья", before "без электричества"."""
    if len(part.split()) <= 3 and _PLACED.match(part):
        return True
    return bool(_WITHOUT.match(following)) and not _VERB_RU.search(part)


_WORD = re.compile(r"[^\W\d_]+")


def negated(text: str) -> bool:
    """Whether a text denies something; what only limits ("ne ... que", "not only") does not count."""
    return bool(_NEGATION.search(_LIMITS.sub(" ", text)))


def clauses(text: str) -> list[str]:
    """Return the parts of a sentence that each may be denied or stated by itself, two words long at least.

    A relative clause between a subject and its verb stands behind them; "À Doha," belongs to what follows.
    """
    parts: list[str] = []
    text = _INSERTED.sub(r"\g<head> \g<verb>, \g<relative>", text)
    aside = _ASIDE.match(text)
    if aside and not _VERB.search(aside[0]):
        text = f"{aside['head']} {aside['aside']} {text[aside.end() :]}"
    for part in filter(None, map(str.strip, _CLAUSE.split(text))):
        if parts and (min(len(part.split()), len(parts[-1].split())) < 2 or _no_clause(parts[-1], part)):
            parts[-1] = f"{parts[-1]} {part}"
        else:
            parts.append(part)
    return parts or [text]


# "oppose la Russie à l'Otan" names the sides of something, and rejects nothing.
_SIDES = re.compile(
    r"(?<!s['’])(?<!s['’]y )oppos(?:e|ent|ait|aient|era)(?=(?: pas)? (?:l['’]|la |le |les )\w+ (?:à|aux?) )", re.I
)


def stances(text: str) -> dict[int, set[bool]]:
    """Return for each pair of opposites that a text names which of the two it means: "n'a pas cessé" is to continue."""
    found: dict[int, set[bool]] = {}
    for clause in clauses(text):
        words = _words(_SIDES.sub(" ", clause))
        meant = [(place, word) for word in words for place in _places_of(word)]
        for number in sorted({pair for (pair, _), _ in meant}):
            own = [[word for place, word in meant if place == (number, side)] for side in (0, 1)]
            apart = [word for word in words if not any(_share_words(word, one) for side in own for one in side)]
            denied = negated(_without(clause, own)) != any(
                fits(word, entry) for word in apart for entry in _listed("refusing")
            )
            for yes, side in zip((True, False), own, strict=True):
                if side:
                    found.setdefault(number, set()).add(yes != denied)
    return found


@lru_cache(maxsize=50_000)
def _places_of(word: str) -> tuple[tuple[int, int], ...]:
    """Return the pairs of opposites that a word is in, each with its side (0 or 1)."""
    return tuple(
        (number, side)
        for number, sides in enumerate(_opposites())
        for side in (0, 1)
        if any(fits(word, entry) for entry in sides[side])
    )


def _without(clause: str, meant: Sequence[Sequence[str]]) -> str:
    """Return a clause without what has a negation in it and means something itself: "sans accord"."""
    for pair in (word for side in meant for word in side if word.startswith(_WITHOUT_A)):
        clause = re.sub(pair.replace("_", r"\W+"), " ", clause, flags=re.IGNORECASE)
    return clause


_WITHOUT_A = ("sans_", "without_", "без_", "ohne_", "sin_")


def _share_words(one: str, other: str) -> bool:
    """Whether two entries (words, or two joined by an underscore) have a word in common."""
    return bool(set(one.split("_")) & set(other.split("_")))


def _words(text: str) -> list[str]:
    words = _WORD.findall(text.casefold())
    return [*words, *(f"{a}_{b}" for a, b in pairwise(words))]


def _names(text: str, listed: str) -> bool:
    return any(
        fits(word, entry) for word in _words(_SIDES.sub(" ", _LIMITS.sub(" ", text))) for entry in _listed(listed)
    )


def denies(text: str) -> bool:
    """Whether a clause denies: by a negation or a verb that does, not by both ("n'a pas refusé", "ne cesse pas")."""
    if negated(text):
        return not _names(text, "refusing") and not _names(text, "ceasing")
    return _names(text, "refusing")


def ends(clause: str) -> bool:
    """Whether a clause says that something comes to an end."""
    return _names(clause, "ceasing") and not negated(clause)


def keeps_on(clause: str) -> bool:
    """Whether a clause says that something does not come to an end: "ne cesse pas", "not to end"."""
    return _names(clause, "ceasing") and negated(clause)


def speaks_of_an_end(text: str) -> bool:
    """Whether anything in a text comes to an end, or does not."""
    return any(fits(word, entry) for word in _words(text) for entry in _listed("ending"))


def refuses(clause: str) -> bool:
    """Whether a clause denies by its verb alone: "refuse", "called off"."""
    return not negated(clause) and _names(clause, "refusing")


def speaks_of_refusal(text: str) -> bool:
    """Whether anything in a text is refused or denied, by a verb or a negation."""
    return negated(text) or _names(text, "refusing") or _names(text, "rejecting")


def bars(said: str, told: str) -> bool:
    """Whether one of two clauses denies what the other one bars: "n'ont plus accès" and "interdit l'accès"."""
    ours, theirs = _names(said, "barring"), _names(told, "barring")
    return ours != theirs and negated(told if ours else said) and not negated(said if ours else told)


def opposed(said: str, told: str) -> bool:
    """Whether a clause of one sentence means the one of two opposites, and the other sentence only the other."""
    theirs = stances(told)
    for ours in map(stances, clauses(said)):
        shared = ours.keys() & theirs.keys()
        if shared and not any(ours[pair] & theirs[pair] for pair in shared):
            return True
    return False


def agrees(said: str, told: str) -> bool:
    """Whether both mean the same one of two opposites: "n'est pas tombé" and "résiste"."""
    ours, theirs = stances(said), stances(told)
    return any(ours[pair] == theirs[pair] and len(ours[pair]) == 1 for pair in ours.keys() & theirs.keys())


def contradicts(said: str, told: str) -> bool:
    """Whether one clause denies what the other states, or means the opposite."""
    ours, theirs = stances(said), stances(told)
    shared = ours.keys() & theirs.keys()
    if shared:  # a word and its opposite settle it, whatever is denied: "n'ont pas cessé" is "continuent"
        return not any(ours[pair] & theirs[pair] for pair in shared)
    if keeps_on(said) != keeps_on(told) and all(map(speaks_of_an_end, (said, told))) and negated(said) != negated(told):
        return True
    return denies(said) != denies(told)
