"""Undoing hard line breaks: lines cut at a column by a mail program or a PDF are joined into their paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from retrieval.text import ends_sentence

_BROKEN = re.compile(r"([^\W\d_]+(?:[-'’][^\W\d_]+)*)-\Z")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_BULLET = re.compile(r"(?:[-–—•*▪●◦·»>]|\d{1,3}[.)])\s")
# A hyphen at a line's end after, or before, one of these is part of the word: "peut-être", "porte-parole", "dit-il".
_PREFIXES = (
    "peut porte vice ex au là ci non mi sous contre avant après demi sans lui elle eux moi toi soi nous vous celui "
    "celle ceux celles russo ukraino franco anglo américano germano israélo sino euro afro gréco austro co self well"
)
_PRONOUNS = "t il elle on ils elles je tu nous vous ce ci là même mêmes moi toi le la les lui leur y en"
_BEFORE, _AFTER = frozenset(_PREFIXES.split()), frozenset(_PRONOUNS.split())


def looks_wrapped(text: str) -> bool:
    """Whether the lines of ``text`` were cut at a column: none is long, most are full, many start in lower case."""
    lines = text.split("\n")
    width = max(map(len, lines))
    pairs = [(a, b) for a, b in pairwise(lines) if a and b]
    if not 30 <= width <= 140 or len(pairs) < 3:
        return False
    full = sum(len(a) >= 0.6 * width for a, _ in pairs)
    running = sum(b[0].islower() and not ends_sentence(a) for a, b in pairs)
    return full >= 0.6 * len(pairs) and running >= 0.4 * len(pairs)


def join_wrapped(lines: Sequence[str]) -> str:
    """Join lines into paragraphs, one a line; a blank line and a line that is not full end one.

    A word cut by a hyphen at a line's end is made whole; the rest of the text decides whether the hyphen belongs to it.
    """
    return join_lines(lines)[0]


def join_lines(lines: Sequence[str]) -> tuple[str, list[int]]:
    """Do what ``join_wrapped`` does, and return beside the text where in it each line begins."""
    lengths = sorted(len(line) for line in lines if line)
    width = lengths[int(len(lengths) * 0.9)] if lengths else 0
    words = frozenset(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(lines).casefold()))
    pieces: list[str] = []
    starts: list[int] = []
    length, previous = 0, ""
    for line in lines:
        rest = line
        if pieces and _continues(previous, line, width):
            if _cut_word(previous, line):
                word = _word(line)
                length -= len(pieces[-1])
                pieces[-1] = _mend(pieces[-1], line, words)
                length += len(pieces[-1])
                rest = line[len(word) :]
                starts.append(length - len(word))
            else:
                pieces.append(" ")
                length += 1
                starts.append(length)
        else:
            if pieces:
                pieces.append("\n")
                length += 1
            starts.append(length)
        pieces.append(rest)
        length += len(rest)
        previous = line
    return "".join(pieces), starts


def _continues(previous: str, line: str, width: int) -> bool:
    if not previous or not line or _BULLET.match(line):
        return False
    if line[0].islower() or _cut_word(previous, line):
        return not ends_sentence(previous) or len(previous) >= 0.6 * width
    return len(previous) >= (0.85 if ends_sentence(previous) else 0.7) * width


def _word(line: str) -> str:
    match = _FIRST_WORD.match(line)
    return match[0] if match else ""


def _cut_word(previous: str, line: str) -> bool:
    return bool(_BROKEN.search(previous[-60:])) and bool(_word(line))


def _mend(before: str, line: str, words: frozenset[str]) -> str:
    """Return ``before`` (which ends in a hyphen) with the first word of ``line`` joined to it."""
    after = _word(line)
    match = _BROKEN.search(before[-60:])
    left = match[1].casefold() if match else ""
    joined, hyphenated = left + after.casefold(), f"{left}-{after.casefold()}"
    if joined in words:
        return before[:-1] + after
    kept = hyphenated in words or "-" in left or after[0].isupper() or left in _BEFORE or after.casefold() in _AFTER
    return before + after if kept else before[:-1] + after
