"""A comparison: the best sentences of each side, or, where no sides are named, what each source says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answering.asking.wide import Wide
from answering.comparing.figures import find_figures
from answering.wide.finding import holds, names_of
from answering.wide.sentences import Quotable
from answering.wide.spoken import speaker_of
from answering.writing.extractive import source_name
from answering.writing.frames import frame_for
from retrieval.ranking.lexical import terms

EACH, SOURCES = 3, 8
_NAMED, _SAID = 0.2, 0.2  # what a side's name in a sentence, and the side as its speaker, count beside relevance
_COUNTS = re.compile(
    r"bilans?|chiffres?|nombres?|pertes|combien|tolls?|figures|numbers?|casualties|losses|count|zahl\w*|bilanz|"
    r"opferzahl\w*|verluste|"
    r"cifras?|números?|balances?|bajas|pérdidas|числ\w*|цифр\w*|потер\w*|количеств\w*|кількіст\w*|втрат\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sided:
    """Sentences of one side. ``heading`` is its name as it was asked for, or the source's."""

    heading: str
    sentences: tuple[Quotable, ...]


def compared(wide: Wide, sentences: Sequence[Quotable], language: str) -> list[Sided]:
    """Return the sides with their best sentences, in the order of the question; a side without any has none."""
    if not wide.sides:
        return _by_source(wide, sentences, language)
    names = [names_of(side.name, language) for side in wide.sides]
    chosen: list[list[tuple[float, Quotable]]] = [[] for _ in wide.sides]
    for one in sentences:
        article = one.evidence.article
        speaker = speaker_of(one.text, article.language)
        scores = []
        for at, side in enumerate(wide.sides):
            named = _has(side.name, names[at], one.text, article.language)
            said = speaker is not None and _has(side.name, names[at], speaker.label, article.language)
            scores.append((named, one.relevance[at] + _NAMED * named + _SAID * said))
        best = max(range(len(scores)), key=lambda at: (scores[at][1], -at))
        if scores[best][0]:
            chosen[best].append((scores[best][1], one))
    ranked = [sorted(found, key=lambda pair: -pair[0])[:EACH] for found in chosen]
    return [Sided(side.name, tuple(one for _, one in found)) for side, found in zip(wide.sides, ranked, strict=True)]


def _has(words: str, names: Sequence[object], text: str, language: str) -> bool:
    """Whether a text names a side: its name in any spelling, or all of its words."""
    if names:
        return any(holds(name, text, language) for name in names)  # type: ignore[arg-type]
    wanted = set(terms(words, language))
    return bool(wanted) and wanted <= set(terms(text, language))


def _by_source(wide: Wide, sentences: Sequence[Quotable], language: str) -> list[Sided]:
    """Return what each speaker, or else each article, says; of counts, only sentences with a figure."""
    counts, found = _COUNTS.search(wide.topic) is not None, dict[str, Quotable]()
    for one in sentences:
        article = one.evidence.article
        if counts and not find_figures(one.text):
            continue
        speaker = speaker_of(one.text, article.language)
        found.setdefault(speaker.label if speaker else source_name(article, frame_for(language)), one)
    return [Sided(heading, (one,)) for heading, one in list(found.items())[:SOURCES]]
