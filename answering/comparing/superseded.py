"""Figures that hold no more: "un précédent bilan faisait état de 33 morts", "passé à 47, contre 33 auparavant"."""

from __future__ import annotations

import re

from answering.comparing.figures import Figure, find_figures

_COUNT = (
    r"(?:bilans?|chiffres?|décomptes?|tolls?|counts?|figures?|tally|numbers?|estimates?|zahl(?:en)?|bilanz|angaben)"
)
_EARLIER = re.compile(
    r"(?<!\w)(?:(?:précédente?s?|antérieure?s?|previous|earlier|prior|bisherigen?|früheren?|vorherigen?) (?:\w+ ){0,2}"
    rf"{_COUNT}|{_COUNT} (?:\w+ )?(?:précédente?s?|antérieure?s?)|предыдущ\w+|попередн\w+)(?!\w)",
    re.IGNORECASE,
)
_FROM = re.compile(r"(?<!\w)(?:passée?s? de|up from|(?:rose|risen|raised) from|gegenüber)\s*$", re.IGNORECASE)
_BEFORE_THAT = re.compile(
    r"\W*(?:\w+\W+){0,3}?(?:auparavant|précédemment|jusqu['’]alors|previously|zuvor|ранее|раніше)(?!\w)", re.IGNORECASE
)


def is_superseded(text: str, figure: Figure) -> bool:
    """Whether a sentence gives one of its figures as an earlier one.

    What stands between two figures tells of the later one, but for "auparavant" right behind the earlier.
    """
    figures = find_figures(text)
    before = text[max((f.end for f in figures if f.end <= figure.start), default=0) : figure.start]
    following = min((f.start for f in figures if f.start >= figure.end), default=len(text))
    after = text[figure.end : following]
    said = before if following < len(text) else f"{before} | {after}"
    return bool(_EARLIER.search(said) or _FROM.search(before) or _BEFORE_THAT.match(after))
