"""Comparing texts: exact match and token F1 as SQuAD's script computes them, and whether a text shows another.

SQuAD (Rajpurkar et al. 2016, evaluate-v2.0.py) lower-cases and drops punctuation and articles. Articles of other
languages follow MLQA's script (Lewis et al. 2020); the French ones, FQuAD's (d'Hoffschmidt et al. 2020).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

_ARTICLES = {
    "en": "a an the",
    "fr": "le la les l un une des du d",
    "es": "un una unos unas el la los las",
    "de": "ein eine einen einem eines einer der die das den dem des",
}
_MANY = re.compile(r"\s+")
_TYPOGRAPHIC = str.maketrans("’‘ʼ«»“”„‐–—−", "'''" + '"""""' + "----")
_NO_SPACES = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"  # Thai, Japanese, Chinese: words are not set apart
_UNSPACED = re.compile(f"[{_NO_SPACES}]")
# Vowel signs and accents of other scripts are part of a word, though not of \w.
_MARKS = "".join(char for char in map(chr, range(0x300, 0xE00)) if unicodedata.category(char)[0] == "M")
_OF_A_WORD = f"(?:[^\\W{_NO_SPACES}]|[{_MARKS}])"
_WORDLY = re.compile(_OF_A_WORD)
# What makes digits part of a longer number: "1,33", "33.000", and blanks between groups of three ("498" in "2 498").
_POINT_BEFORE, _POINT_AFTER = r"(?<!\d[.,])", r"(?![.,]\d)"
_GROUP_BEFORE, _GROUP_AFTER = r"(?<!\b\d )(?<!\b\d\d )(?<!\b\d\d\d )", r"(?! \d{3}(?!\d))"


def normalise(text: str, language: str = "fr") -> str:
    """Return a text as SQuAD compares it: lower case, no punctuation, no articles of the language, single spaces."""
    text = unicodedata.normalize("NFKC", text).casefold()
    # Punctuation becomes a space, so that the French "l'armée" loses its article.
    spaced = "".join(" " if unicodedata.category(char)[0] in "PS" else char for char in text)
    if _UNSPACED.search(spaced):
        spaced = _UNSPACED.sub(lambda match: f" {match[0]} ", spaced)  # a character is a token, as in MLQA
    articles = set(_ARTICLES.get(language, "").split())
    return " ".join(word for word in spaced.split() if word not in articles)


def exact_match(prediction: str, answers: Iterable[str], language: str = "fr") -> float:
    """Return 1 when the prediction equals one of the answers after ``normalise``, else 0."""
    return float(normalise(prediction, language) in _normalised(answers, language))


def f1(prediction: str, answers: Iterable[str], language: str = "fr") -> float:
    """Return the best token F1 in [0, 1] of the prediction against any of the answers; 0 where there is none."""
    predicted = normalise(prediction, language).split()
    return max((_f1(predicted, answer.split()) for answer in _normalised(answers, language)), default=0.0)


def _normalised(answers: Iterable[str], language: str) -> list[str]:
    """Return what there is to equal; an answer of which nothing is left counts only where all are so, as in SQuAD."""
    wanted = [normalise(answer, language) for answer in answers]
    return [answer for answer in wanted if answer] or wanted


def _f1(predicted: list[str], wanted: list[str]) -> float:
    if not predicted or not wanted:
        return float(predicted == wanted)
    common = sum((Counter(predicted) & Counter(wanted)).values())
    precision, recall = common / len(predicted), common / len(wanted)
    return 2 * precision * recall / (precision + recall) if common else 0.0


def plain(text: str) -> str:
    """Return a text with case, blanks and typographic signs made uniform; no word is dropped."""
    return _MANY.sub(" ", unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHIC)).strip().casefold()


def shows(text: str, wanted: str) -> bool:
    """Whether ``wanted`` stands in a text as whole words, after ``plain``; "33" is not in "33.000", nor in "133"."""
    needle, hay = plain(wanted), plain(text)
    if not needle:
        return False
    before = f"(?<!{_OF_A_WORD})" if in_word(needle[0]) else ""
    after = f"(?!{_OF_A_WORD})" if in_word(needle[-1]) else ""
    if needle[0].isdigit():
        before += _POINT_BEFORE + (_GROUP_BEFORE if re.match(r"\d{3}(?!\d)", needle) else "")
    if needle[-1].isdigit():
        after += _POINT_AFTER + (_GROUP_AFTER if re.search(r"(?<!\d)\d{1,3}$", needle) else "")
    return re.search(before + re.escape(needle) + after, hay) is not None


def shows_any(text: str, alternatives: Iterable[str]) -> bool:
    return any(shows(text, alternative) for alternative in alternatives)


def in_word(char: str) -> bool:
    """Whether a character is part of a word of a script that sets words apart: another such beside it goes on with it."""
    return _WORDLY.match(char) is not None
