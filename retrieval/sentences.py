"""Sentence spans: Wikimedia's ``sentencex`` on each line, with its cuts repaired where French news breaks them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

Span = tuple[int, int]

# A cut right after one of these is no sentence end: "M. Guterres", "L'U.E. a", "Vladimir V. Poutine", "J.-C. Dupont".
_TITLES = "M MM Mme Mmes Mlle Mlles Dr Drs Pr Prof Me Mgr St Ste Sr Jr Mr Mrs Ms Sen Rep Gov Gen Gén Col Cdt Cap Lt Sgt"
_ABBREVIATIONS = "al av bd boul cf env ex hab ibid réf rév tél vs éd г гг им ул"
# Words of their own, so an abbreviation only before a figure: "vol. 2", but "les passagers du vol. Le pilote".
_NUMBERED = "art chap fig max min no n° nos p pp par vol"
_BEFORE = r"(?:^|[\s(«\"“'’\-–.])"
_NO_END = re.compile(rf"{_BEFORE}(?:{'|'.join((_TITLES + ' ' + _ABBREVIATIONS).split())}|[A-ZÀ-ÞА-Я])\.$")
_NO_END_BEFORE_FIGURE = re.compile(rf"{_BEFORE}(?:{'|'.join(_NUMBERED.split())})\.$")
_LOOK_BACK = 24  # characters: longer than any abbreviation above
_STARTS_LOWER = re.compile(r"[\s»”\")\]]*[^\W\d_]")
_CLOSERS = "»”\"’')]."
LONGEST = 2_000  # characters: a run of text longer than this without an end is a list or a broken file, not a sentence
_BLOCK = 20_000  # characters given to the splitter at a time: on a hostile line its time grows with the square


def sentence_spans(text: str, language: str) -> list[Span]:
    """Return the (start, end) of every sentence, in order and disjoint; white space belongs to none of them.

    ``language`` is an ISO 639-1 code, or empty for the general rules. A line break always ends a sentence: a headline
    is a sentence of its own. A run of more than ``LONGEST`` characters is cut at a space.
    """
    spans: list[Span] = []
    position = 0
    for line in text.split("\n"):
        spans.extend(_split_line(text, position, line, language))
        position += len(line) + 1
    return spans


def _split_line(text: str, offset: int, line: str, language: str) -> list[Span]:
    merged: list[Span] = []
    for begin, stop in _pieces(line, language or "en"):
        start, end = _trim(text, offset + begin, offset + stop)
        if start == end:
            continue
        if merged and _continues(text[max(merged[-1][0], merged[-1][1] - _LOOK_BACK) : merged[-1][1]], text[start:end]):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return [part for span in merged for part in _cap(text, *span)]


def _pieces(line: str, language: str) -> Iterator[Span]:
    """Yield the splitter's own spans of a line, with the white space around them."""
    position = 0
    while position < len(line):
        block = line[position : position + _BLOCK]
        block_end = position + len(block)
        pieces = [piece for piece in sentencex.segment(language, block) if piece]
        if block_end < len(line) and pieces and len(pieces[-1]) < _BLOCK // 2:
            pieces.pop()  # it may go on past the block: the next one begins with it
        for piece in pieces:
            start = line.index(piece, position)
            position = start + len(piece)
            yield start, position
        if not pieces:
            position = block_end


def _continues(before: str, piece: str) -> bool:
    """Whether ``piece`` goes on with the sentence that ends in ``before`` although the splitter cut there."""
    if not piece.strip(_CLOSERS + " "):
        return True
    if _NO_END.search(before) or (piece[0].isdigit() and _NO_END_BEFORE_FIGURE.search(before)):
        return True
    first = _STARTS_LOWER.match(piece)
    return first is not None and piece[first.end() - 1].islower()


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _cap(text: str, start: int, end: int) -> list[Span]:
    spans = []
    while end - start > LONGEST:
        cut = text.rfind(" ", start + 1, start + LONGEST)
        cut = cut if cut > start else start + LONGEST
        spans.append(_trim(text, start, cut))
        start, end = _trim(text, cut, end)
    return [*spans, (start, end)]
