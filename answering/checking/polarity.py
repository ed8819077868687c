"""Whether a claim denies what its source says, or says what the source denies.

Two signs are compared: negations ("n'a pas", "did not", "не") and words that exclude each other ("approuvé" and
"rejeté", "continuent" and "ont cessé"), in French, English, Russian, Ukrainian, German and Spanish. What a sentence
denies is told clause by clause, since a long one may deny one thing and state another.
"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

_NEGATION = re.compile(
    r"(?<!\w)(?:(?:n['’]\s?|ne\s)(?=(?:\S+\s){0,4}?(?:pas|plus|jamais|rien|aucune?s?|nullement|guère"
    r"|personne|point|ni|aucun|pu\b))"
    r"|(?:n['’]|ne\s)\S+(?:\s\S+){0,2}?\s(?=rien|aucun)|aucune?s?(?=\s)|sans\b|ni\b|pas\b(?=\s(?:de|d['’]"
    r"|encore|une?|la|le|agress))"
    r"|not\b|cannot\b|no\b(?!\.)|never\b|none\b|nobody\b|nothing\b|neither\b|without\b|\w+n['’]t\b"
    r"|fail(?:ed|s|ing)?\sto\b|unable\b"
    r"|nicht\b|kein\w*|nie\b|niemals\b|ohne\b|weder\b|nichts\b"
    r"|no\b|nunca\b|sin\b|ningun\w*|ningún\b|tampoco\b|nada\b"
    r"|не\b(?!\s(?:только|менее))|нет\b|ни\b|без\b|никогда\b|нельзя\b|ні\b|немає\b|жодн\w+|ніколи\b)",
    re.IGNORECASE,
)
# "ne peut être que", "il n'y a qu'une solution": they limit, and deny nothing. So do "non loin" and "not only".
_LIMITS = re.compile(
    r"(?<!\w)(?:(?:sans|without) conditions?|unconditional\w*|без условий|(?:n['’]|ne\s)(?:(?!\bpas\b"
    r"|\bplus\b|\bjamais\b)[^.,;]){0,30}?\bqu(?:e\b|['’]))|not only|nicht nur|no sólo|no solo"
    r"|не только|не лише|не тільки|not far|non loin|pas loin|недалеко|nothing (?:else|but)|no one else|(?:can only)"
    r"|no more than|not more than|no less than|no later than|не менее|не более|pas moins|nicht weniger",
    re.IGNORECASE,
)


@cache
def _opposites() -> list[list[list[str]]]:
    """Return pairs of beginnings of words, what says yes and what says no; ``$`` ends a whole word."""
    data = json.loads(Path(__file__).with_name("opposites.json").read_text("utf-8"))
    return [[side.split() for side in pair] for pair in data]


_CLAUSE = re.compile(
    r"[,;:.()]|\s(?:et|mais|qui|dont|alors que|tandis que|après|and|but|which|who|while|whereas|и|но|а"
    r"|который\w*|und|aber"
    r"|während|y|pero|mientras|та|але|який|que|that|что|що|dass)\s|\squ['’]",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")


def negated(text: str) -> bool:
    """Whether a text denies something; what only limits ("ne ... que", "not only") does not count."""
    return bool(_NEGATION.search(_LIMITS.sub(" ", text)))


def clauses(text: str) -> list[str]:
    """Return the parts of a sentence that each may be denied or stated by itself, two words long at least."""
    parts: list[str] = []
    for part in filter(None, map(str.strip, _CLAUSE.split(text))):
        if parts and min(len(part.split()), len(parts[-1].split())) < 2:
            parts[-1] = f"{parts[-1]} {part}"
        else:
            parts.append(part)
    return parts or [text]


def stances(text: str) -> dict[int, set[bool]]:
    """Return for each pair of opposites that a text names which of the two it means: "n'a pas cessé" is to continue."""
    found: dict[int, set[bool]] = {}
    for clause in clauses(text):
        words = _WORD.findall(clause.casefold())
        pairs = {f"{a}_{b}" for a, b in pairwise(words)}
        denied = negated(clause)
        for number, sides in enumerate(_opposites()):
            for yes, side in zip((True, False), sides, strict=True):
                if any(_is(word, entry) for entry in side for word in (*words, *pairs)):
                    found.setdefault(number, set()).add(yes != denied)
    return found


def _is(word: str, entry: str) -> bool:
    return word == entry[:-1] if entry.endswith("$") else word.startswith(entry)


def contradicts(said: str, told: str) -> bool:
    """Whether one clause denies what the other states, or means the opposite."""
    ours, theirs = stances(said), stances(told)
    shared = ours.keys() & theirs.keys()
    if shared:  # a word and its opposite settle it, whatever is denied: "n'ont pas cessé" is "continuent"
        return not any(ours[pair] & theirs[pair] for pair in shared)
    return negated(said) != negated(told)
