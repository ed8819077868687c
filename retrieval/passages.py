"""Cutting an article into passages: whole sentences, about 120 words, overlapping by sentences."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.sentences import Span, sentence_spans


@dataclass(frozen=True, slots=True)
class Chunking:
    """How articles are cut. ``words`` is the aim for a passage, ``overlap`` the most words that two neighbours share."""

    words: int = 120
    overlap: int = 30

    @property
    def name(self) -> str:
        return f"sentences-{self.words}-{self.overlap}-v1"


def passage_spans(text: str, language: str, chunking: Chunking = Chunking()) -> list[Span]:
    """Return the spans of the passages of ``text``, in order; together they cover every sentence.

    A passage holds whole sentences only, so one that is longer than the aim is a passage by itself. A last passage that
    would add less than a third of the aim is joined to the one before it.
    """
    sentences = sentence_spans(text, language)
    lengths = [len(text[start:end].split()) for start, end in sentences]
    most = chunking.words * 1.1
    left = sum(lengths)
    spans: list[Span] = []
    first = 0
    while first < len(sentences):
        last, words = first, lengths[first]
        while last + 1 < len(sentences) and words + lengths[last + 1] <= most:
            last += 1
            words += lengths[last]
        if left - words < chunking.words / 3:
            last = len(sentences) - 1
        spans.append((sentences[first][0], sentences[last][1]))
        following = _next_start(lengths, first, last, chunking.overlap, most)
        left -= sum(lengths[first:following])
        first = following
    return spans


def _next_start(lengths: list[int], first: int, last: int, overlap: int, most: float) -> int:
    """Return the sentence that the next passage begins with: whole sentences of at most ``overlap`` words are shared.

    None is where the sentence after them would not fit: the passage would then hold nothing that this one does not.
    """
    start = last + 1
    if start >= len(lengths):
        return start
    shared = 0
    overlap = min(overlap, int(most) - lengths[start])
    while start - 1 > first and shared + lengths[start - 1] <= overlap:
        start -= 1
        shared += lengths[start]
    return start
