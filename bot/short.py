"""Short answers as the faces show them. Articles print them, so they are hostile; none is ever cut.

All texts that come in here are cleaned (``bot.render.clean``) already: nothing here makes one safe.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from answering.writing.frames import FRAMES

Span = tuple[int, int]

LONGEST = 200  # characters; what is longer is no short answer, and stands in its sentence anyway

# No words of a quotation, even where it has the same.
_VERDICTS = frozenset(word.casefold() for frame in FRAMES.values() for word in (frame.yes, frame.no))
_BRACKETED = re.compile(r"\[(\d+)\]")
_INSIDE_A_NUMBER = r"[.,'’\u00a0\u202f ]"
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
)  # no blanks between words


def without_markers(text: str) -> str:
    """Return ``text`` with ``(1)`` for ``[1]``: what an article prints must not pass for a marker."""
    return _BRACKETED.sub(r"(\1)", text)


def presentable(texts: Iterable[str]) -> list[str]:
    """Return the short answers of one answer, each on one line.

    None at all if one of them is empty or longer than ``LONGEST``: without it the others would be half the truth.
    """
    values = [without_markers(" ".join(text.split())) for text in texts]
    return values if all(0 < len(value) <= LONGEST for value in values) else []


def places(text: str, values: Iterable[str]) -> list[Span]:
    """Return where ``values`` stand in ``text`` as whole words, in order, none inside another; "yes" and "no" nowhere.

    A figure is no part of a longer one, unless it stands nowhere else. Blanks of any kind are alike.
    """
    found: list[Span] = []
    for value in values:
        if value.strip() and value.casefold() not in _VERDICTS:
            found += _whole(text, value, alone=True) or _whole(text, value, alone=False)
    return _apart(found)


def places_quoted(line: str, quotations: Iterable[tuple[str, Sequence[str]]]) -> list[Span]:
    """Return where values stand in a line that quotes: each (quotation, values) counts only inside its quotation."""
    found: list[Span] = []
    for quotation, values in quotations:
        at = line.find(quotation) if quotation.strip() else -1
        if at >= 0:
            found += [(at + start, at + end) for start, end in places(quotation, values)]
    return _apart(found)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, of those that overlap the first; of those that begin together the longest."""
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _whole(text: str, value: str, *, alone: bool) -> list[Span]:
    pattern = r"\s+".join(map(re.escape, value.split()))
    if not _UNSPACED.match(value[0]) and value[0].isalnum():
        pattern = rf"(?<!\w){pattern}"
    if not _UNSPACED.match(value[-1]) and value[-1].isalnum():
        pattern = rf"{pattern}(?!\w)"
    if alone and value[0].isdigit():
        pattern = rf"(?<!\d{_INSIDE_A_NUMBER}){pattern}"
    if alone and value[-1].isdigit():
        pattern = rf"{pattern}(?!{_INSIDE_A_NUMBER}\d)"
    ends = (found.span() for found in re.finditer(pattern, text))
    return [(start, end) for start, end in ends if not unicodedata.category(text[end : end + 1] or " ").startswith("M")]
