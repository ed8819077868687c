"""Whether two values are one: other words for a figure, another spelling of a name, a day that both mean."""

from __future__ import annotations

import re
from difflib import get_close_matches

from anyascii import anyascii

from answering.asking.question import Kind, names_in
from answering.comparing.figures import Figure, find_figures, same_value
from answering.writing import shape_words as words
from answering.writing.value import Value
from retrieval.days import Days
from retrieval.facts.moments import find_moments
from retrieval.ranking.lexical import terms

_SAME_NAME = 0.75  # similarity of two romanised spellings of a name, as ``evidence`` has it
_SHORTEST_NAME = 6


def same(kind: Kind, one: Value, other: Value) -> bool:
    """Whether two values are one: other words for a figure, other spellings of a name, a day that both mean."""
    ours, theirs = find_figures(one.text), find_figures(other.text)
    if ours and theirs and kind is not Kind.TIME:
        if len(ours) != len(theirs) or not all(map(same_figure, ours, theirs)):
            return False
        if kind is Kind.NUMBER:
            return True
    if kind is Kind.TIME and (days := (days_of(one), days_of(other))) and days[0] and days[1]:
        return _within(days[0], days[1]) or _within(days[1], days[0])
    if kind is Kind.PERSON and (a := names_of(one)) and (b := names_of(other)):
        return _are_one_name(a, b) and _are_as_near(one, other)
    if one.text.casefold() == other.text.casefold():  # the terms of two languages may differ
        return True
    a, b = _terms(one), _terms(other)
    return len(a) == len(b) and _all_close(a, b)


def same_figure(one: Figure, other: Figure) -> bool:
    return one.percent == other.percent and same_value(one, other)


def _are_as_near(one: Value, other: Value) -> bool:
    """Whether both names belong to somebody else, or none: "le porte-parole de Zelensky" is not Zelensky."""
    return bool(words.OF.search(one.text)) == bool(words.OF.search(other.text))


def _terms(value: Value) -> frozenset[str]:
    """Return the terms of a value, its figures as digits ("deux villes", "2 villes"), romanised and folded."""
    text = value.text
    for figure in reversed(find_figures(text)):
        text = f"{text[: figure.start]}{figure.value:.9g}{text[figure.end :]}"
    return frozenset(anyascii(word).casefold() for word in terms(text, value.language))


def names_of(value: Value) -> frozenset[str]:
    """Return the capitalised words of a value, romanised and folded; not its articles."""
    names = names_in(" " + value.text)
    return frozenset(anyascii(name).casefold() for name in names if terms(name, value.language))


def is_bare_name(value: Value) -> bool:
    """Whether a value is a name and no more; German nouns look like names, and are none."""
    named = names_in(" " + value.text)
    others = " ".join(word for word in re.findall(r"\w+", value.text) if word.casefold() not in named)
    return value.language != "de" and bool(names_of(value)) and not terms(others, value.language)


def _are_one_name(one: frozenset[str], other: frozenset[str]) -> bool:
    fewer, more = sorted((one, other), key=len)
    return bool(fewer) and _all_close(fewer, more)


def _all_close(fewer: frozenset[str], more: frozenset[str]) -> bool:
    """Whether each word is among the others, a long one maybe spelt otherwise."""
    return all(
        word in more
        or (len(word) >= _SHORTEST_NAME and word.isalpha() and bool(get_close_matches(word, more, 1, _SAME_NAME)))
        for word in fewer
    )


def days_of(value: Value) -> Days | None:
    """Return the days that a value means, by its article's date; None where that is not certain."""
    evidence = value.evidence
    for moment in find_moments(evidence.text, evidence.article.language, evidence.article.published):
        if moment.start < value.end - evidence.start and value.start - evidence.start < moment.end:
            return moment.first, moment.last
    return None


def _within(one: Days, other: Days) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]
