"""One name in the spellings of several languages: "Charkiw", "Járkov", "Kharkiv", "Харків"."""

from __future__ import annotations

import re
from difflib import SequenceMatcher, get_close_matches

from anyascii import anyascii

from answering.checking.naming import same_sound

_SAME_NAME = 0.75  # similarity of two romanised spellings of a name
_SHORTEST_NAME = 6  # letters, to be compared by spelling; "Jean" and "Khan" are two
_SHORTEST_HEARD = 5  # letters, to be compared by sound
_CYRILLIC = re.compile(r"[а-яёґєії]")
_MANY_SPELLINGS = re.compile("ch|kh|j")  # how languages begin one name: "Charkiw", "Kharkiv", "Járkov"


def same_name(one: str, other: str) -> bool:
    """Whether two words may be one name: German writes the sound of "Kharkiv" with ch, Spanish with j."""
    if same_sound(one, other):
        return True
    a, b = _with_kh(one), _with_kh(other)
    return (
        a[:2] == b[:2] == "kh"
        and same_sound(a, b)
        and SequenceMatcher(None, a, b, autojunk=False).ratio() >= _SAME_NAME
    )


def _with_kh(word: str) -> str:
    """Return a long enough word romanised and folded, as it would begin with kh; with v for the German w."""
    plain = anyascii(word).casefold()
    opening = _MANY_SPELLINGS.match(plain) if len(plain) >= _SHORTEST_NAME else None
    return f"kh{plain[opening.end() :]}".replace("w", "v") if opening else plain


def missing_names(names: frozenset[str], context: str) -> float:
    """Return the share of names that a context lacks in any spelling: "Мединский" is there as "Medinski"."""
    if not names:
        return 0.0
    words = set(re.findall(r"\w+", context.casefold()))
    absent = names - words
    if not absent:
        return 0.0
    romanised = {anyascii(word).casefold() for word in words}
    return sum(not _spelled(name, words, romanised) for name in absent) / len(names)


def _spelled(name: str, words: set[str], romanised: set[str]) -> bool:
    """Whether a folded name is among words, or sounds as one of them in another script: "Чернигове" and "Tchernihiv"."""
    spelling = anyascii(name).casefold()
    # A short name differs from too many words by a letter: "Paris" and "pris".
    if spelling in romanised or (
        len(spelling) >= _SHORTEST_NAME and get_close_matches(spelling, romanised, 1, _SAME_NAME)
    ):
        return True
    if not (_CYRILLIC.search(name) and len(name) >= _SHORTEST_HEARD) and not (
        _MANY_SPELLINGS.match(spelling) and len(name) >= _SHORTEST_NAME
    ):
        return False
    return any(same_name(name, word) for word in words)
