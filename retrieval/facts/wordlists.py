"""Which words a language has: lists of a few hundred thousand words as Bloom filters, 12 bits a word.

A filter (Bloom 1970) never misses a word that was put in, and takes about 3 in 1,000 others for one of them: here that
only means that a mangled word goes unnoticed. ``training/words.py`` makes the files; ``words/README.md`` has the licence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path

LANGUAGES = ("de", "en", "fr")  # on clean news or encyclopaedias, at most one sentence in twenty has a word beyond them
SHORTEST = 5  # letters: shorter words are in no list, and count as known
_FOLDER = Path(__file__).with_name("words")
_BITS, _HASHES = 12, 8  # a word


@dataclass(frozen=True, slots=True)
class WordList:
    """Words in lower case; ``bits`` holds eight bits a byte, the lowest first."""

    bits: bytes

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and all(self.bits[p >> 3] >> (p & 7) & 1 for p in _places(word, len(self.bits)))

    @classmethod
    def of(cls, words: Sequence[str]) -> WordList:
        bits = bytearray(max(1, len(words) * _BITS // 8))
        for word in words:
            for place in _places(word, len(bits)):
                bits[place >> 3] |= 1 << (place & 7)
        return cls(bytes(bits))


@lru_cache(maxsize=200_000)  # an archive says the same words again and again
def is_word(word: str, language: str) -> bool:
    """Whether a word in lower case is one of ``language``; where there is no list of it, every word is."""
    return len(word) < SHORTEST or language not in LANGUAGES or word in _list_of(language)


@cache
def _list_of(language: str) -> WordList:
    return WordList((_FOLDER / f"{language}.bloom").read_bytes())


def _places(word: str, size: int) -> Iterator[int]:
    """Yield the places of a word's bits, by double hashing (Kirsch and Mitzenmacher 2006)."""
    digest = blake2b(word.encode("utf-8", "replace"), digest_size=16).digest()
    first, step = int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little") | 1
    for number in range(_HASHES):
        yield (first + number * step) % (8 * size)
