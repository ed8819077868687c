"""From logits to the parts of a passage that may be the answer: scored, normalised, and cut as a person would quote."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.judging.pairs import Encoded, Span
from retrieval.types import AnswerSpan

LONGEST_ANSWER = 40  # tokens
MOST_SPANS = 20
NO_TOKEN = -1e9  # the margin of a passage that has no token
_CANDIDATES = 3 * MOST_SPANS  # of a window: several become one when they are cut as quotations
_LONGEST_WIDENING = 40  # characters: a longer word is a code, or another script without spaces

_NO_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # Thai to Khmer, Japanese, Chinese
_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0900-\u0903\u093a-\u094f"
_LETTER = rf"(?:[^\W_{_NO_SPACES}]|[{_MARKS}])"
# What is not quoted in half: a number with its separators and what is written on to it (20h30), a word with its accents.
WHOLE = re.compile(
    rf"(?<!\d)\d{{1,3}}(?:[ \u00a0\u202f]\d{{3}})+(?!\d)(?:,\d+)?|\d+(?:[.,]\d+)*{_LETTER}*|(?![{_MARKS}]){_LETTER}+"
)
_PAIRS = {"(": ")", "[": "]", "{": "}", "«": "»", "“": "”", "„": "“", "‘": "’", '"': '"', "'": "'"}
_OPENING, _CLOSING = set(_PAIRS), set(_PAIRS.values())
_STRAY = set(",;:!?…。、，；：！？·•|/\\*_")
_SIGNS = set(".-–—−")  # those that a number may begin with
_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]\.-?){2,}$")  # J.-C., U.S.


@dataclass(frozen=True, slots=True)
class Judged:
    """What the model says of a window: ``spans`` (tokens, 2) and ``judgements`` (3,), logits."""

    encoded: Encoded
    spans: NDArray[np.float32]
    judgements: NDArray[np.float32]


def best_spans(windows: Sequence[Judged], passage: str) -> tuple[float, tuple[AnswerSpan, ...]]:
    """Return the margin of a passage's best span, and its likeliest spans, best first; their probabilities sum to < 1.

    In one window the probability is softmax(start) x softmax(end), both over the tokens of the passage and "nowhere",
    of BERT on SQuAD 2.0 (Devlin et al. 2019). Logits of two windows have no common zero, but those above "nowhere" do:
    that an answer begins at i, and not nowhere, is told by the windows that hold i alone. So both softmaxes run over the
    whole passage, each token with the highest of its log odds (two windows see the same evidence: it counts once). A
    span is scored within one window, the one that says most for it, so it is never above what the softmaxes give it.
    """
    length = max(one.encoded.begin + len(one.encoded.offsets) for one in windows)
    odds = np.full((length, 2), -np.inf)  # log odds of start and end against "nowhere"
    scores: dict[Span, float] = {}  # of first and last token
    places = np.zeros((length, 2), np.int64)
    for one in windows:
        first, begin, count = one.encoded.first, one.encoded.begin, len(one.encoded.offsets)
        said = one.spans[first : first + count].astype(np.float64) - one.spans[0]
        odds[begin : begin + count] = np.maximum(odds[begin : begin + count], said)
        places[begin : begin + count] = one.encoded.offsets
        for start, end, score in _candidates(said):
            span = begin + start, begin + end
            scores[span] = max(score, scores.get(span, -np.inf))
    if not scores:
        return NO_TOKEN, ()
    # The 0 is "nowhere" itself.
    whole = sum(np.logaddexp.reduce(column, initial=0.0) for column in odds.T)
    quoted = _quoted(passage, {(places[i, 0], places[j, 1]): score - whole for (i, j), score in scores.items()})
    return max(scores.values()), quoted


def _candidates(odds: NDArray[np.float64]) -> list[tuple[int, int, float]]:
    """Return the best (first token, last token, score) of a window, at most ``LONGEST_ANSWER`` tokens long."""
    if not len(odds):
        return []
    ends = np.pad(odds[:, 1], (0, LONGEST_ANSWER - 1), constant_values=-np.inf)
    scores = odds[:, :1] + np.lib.stride_tricks.sliding_window_view(ends, LONGEST_ANSWER)
    flat = scores.reshape(-1)
    best = np.argpartition(-flat, min(_CANDIDATES, len(flat)) - 1)[:_CANDIDATES]
    found = [(*divmod(int(place), LONGEST_ANSWER), float(flat[place])) for place in best]
    return [(start, start + more, score) for start, more, score in found if score > -np.inf]


def _quoted(passage: str, logs: dict[Span, float]) -> tuple[AnswerSpan, ...]:
    """Return what is quoted of spans with their log probabilities; those that are one quotation add up."""
    words = [found.span() for found in WHOLE.finditer(passage)]
    summed: dict[Span, float] = defaultdict(float)
    for (start, end), log in logs.items():
        span = sensible(passage, int(start), int(end), words)
        if span is not None:
            summed[span] += float(np.exp(log))
    found = [AnswerSpan(start, end, min(probability, 1.0)) for (start, end), probability in summed.items()]
    return tuple(sorted(found, key=lambda span: (-span.probability, span.start, span.end))[:MOST_SPANS])


def sensible(text: str, start: int, end: int, words: Sequence[Span]) -> Span | None:
    """Return a span with the words at its edges whole, and without white space and stray marks there; None if no more.

    ``words`` are the places of what is not cut. Brackets and quotation marks stay where their other half is inside,
    unless they enclose the whole.
    """
    start, end = _widened(start, end, words)
    while start < end:
        before = start, end
        if _is_stray(text[start]) or (text[start] in _SIGNS and not text[start + 1 : min(start + 2, end)].isdecimal()):
            start += 1
        elif _is_stray(text[end - 1]) or (text[end - 1] in _SIGNS and not _INITIALS.search(text, start, end)):
            end -= 1
        else:
            start, end = _unpaired(text, start, end)
        if (start, end) == before:
            break
    return (start, end) if any(char.isalnum() for char in text[start:end]) else None


def _widened(start: int, end: int, words: Sequence[Span]) -> Span:
    for at, edge in ((start, 0), (end, 1)):
        number = bisect_right(words, at, key=lambda word: word[0]) - 1
        if number >= 0 and words[number][0] < at < words[number][1]:
            word = words[number]
            if abs(word[edge] - at) <= _LONGEST_WIDENING:
                start, end = (word[0], end) if edge == 0 else (start, word[1])
    return start, end


def _is_stray(char: str) -> bool:
    return char.isspace() or not char.isprintable() or char in _STRAY


def _unpaired(text: str, start: int, end: int) -> Span:
    """Drop a bracket or quotation mark at an edge that has no other half inside, or whose other half is the other edge."""
    first, last, inside = text[start], text[end - 1], text[start + 1 : end - 1]
    if end - start > 1 and _PAIRS.get(first) == last and last not in inside and first not in inside:
        return start + 1, end - 1
    if first in _CLOSING | _OPENING and (first not in _OPENING or _PAIRS[first] not in text[start + 1 : end]):
        return start + 1, end
    openers = [opener for opener, closer in _PAIRS.items() if closer == last]
    if last in _OPENING | _CLOSING and not any(opener in text[start : end - 1] for opener in openers):
        return start, end - 1
    return start, end
