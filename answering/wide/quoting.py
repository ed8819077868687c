"""A wide question answered without a chat model: each line is a sentence of the archive, under its day, speaker or side."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from answering.asking.wide import Wanted
from answering.comparing.copies import Printing, Sources, rests_on_garbled
from answering.types import Answer, Citation, Claim, Mode, Status
from answering.wide.central import central
from answering.wide.dated import timeline
from answering.wide.finding import Embed, Widened
from answering.wide.sentences import Quotable, once, quotable
from answering.wide.sided import compared
from answering.wide.spoken import sayings
from answering.wide.words import Words, words_for
from answering.writing.extractive import source_name, text_of
from answering.writing.frames import frame_for
from retrieval.archive import Archive
from retrieval.ranking.languages import is_foreign
from retrieval.types import Coverage

# From which share of the most relevant sentence's relevance another belongs to the answer; whoever speaks of a topic need
# not name it again.
_FLOOR, _FLOOR_SAID = 0.42, 0.33
_ABOVE = (
    0.75  # deviations above the mean of all that it must be, too, in another language: there all are nearly as relevant
)
_BRACKETED = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the answer: a sentence, under a heading that may be empty."""

    heading: str
    sentence: Quotable


def quote_wide(
    archive: Archive,
    question: str,
    widened: Widened,
    language: str,
    embed: Embed,
    searched: Coverage,
    sources: Sources = Sources(),
    counts: Callable[[Printing], bool] = lambda quotation: True,
) -> Answer | None:
    """Return the extractive answer to a wide question, None where no sentence can be quoted for it.

    Each claim is one verbatim sentence with its citation, headed by its day, its speaker or its side. ``partial`` where
    one of the sides has none, which ``notice`` says. Only quotations that ``counts`` lets through are lines.
    """
    words = words_for(language)
    sentences = [one for one in quotable(archive, widened, language, embed, sources) if counts(one.printing)]
    lines, missing = _lines(archive, widened, language, sentences)
    if not lines:
        return None
    citations = tuple(
        sources.cite(marker, [line.sentence.printing, *line.sentence.copies]) for marker, line in enumerate(lines, 1)
    )
    claims = tuple(
        Claim(_text(line.heading, citation, language, words), (citation.marker,))
        for line, citation in zip(lines, citations, strict=True)
    )
    frame = frame_for(language)
    notices = [words.missing.format(sides=", ".join(missing)) if missing else ""]
    notices.append(frame.garbled if rests_on_garbled(claims, citations) else "")
    return Answer(
        question=question,
        status=Status.PARTIAL if missing else Status.ANSWERED,
        text=text_of(claims),
        mode=Mode.EXTRACTIVE,
        language=language,
        claims=claims,
        citations=citations,
        searched=searched,
        confidence=widened.confidence,
        notice=" ".join(filter(None, notices)),
    )


def _lines(
    archive: Archive, widened: Widened, language: str, sentences: Sequence[Quotable]
) -> tuple[list[Line], list[str]]:
    """Return the lines, and the sides of which there are none."""
    wide = widened.wide
    floor = _FLOOR_SAID if wide.wanted is Wanted.SAYINGS else _FLOOR
    relevant = once(_relevant(sentences, floor, language) if any(wide.topics) else sentences)
    if wide.wanted is Wanted.TIMELINE:
        return [Line(one.heading(language), one.sentence) for one in timeline(archive, relevant)], []
    if wide.wanted is Wanted.SAYINGS:
        said = sayings(relevant)
        return [Line(one.label, sentence) for one in said for sentence in one.sentences], []
    if wide.wanted is Wanted.COMPARISON:
        sides = compared(wide, relevant, language)
        lines = [Line(side.heading, sentence) for side in sides for sentence in side.sentences]
        return lines, [side.heading for side in sides if not side.sentences]
    return [Line("", one) for one in central(relevant)], []


def _relevant(sentences: Sequence[Quotable], share: float, language: str) -> list[Quotable]:
    """Return the sentences that are about a topic, most relevant first."""
    if not sentences:
        return []
    kept: dict[int, Quotable] = {}
    for column in zip(*(one.relevance for one in sentences), strict=True):
        best = max(column)
        floor, above = share * best, min(best, float(np.mean(column) + _ABOVE * np.std(column)))
        for at, relevance in enumerate(column):
            foreign = is_foreign(language, sentences[at].evidence.article.language)
            if relevance >= (max(floor, above) if foreign else floor):
                kept[at] = sentences[at]
    return [kept[at] for at in sorted(kept)]


def _text(heading: str, citation: Citation, language: str, words: Words) -> str:
    """Return a line: the quotation under its heading, with its source where it is in another language."""
    frame = frame_for(language)
    quote = _BRACKETED.sub(r"(\1)", citation.quote)  # what an article prints must not pass for a marker
    heading = _BRACKETED.sub(r"(\1)", heading)
    if is_foreign(language, citation.article.language):
        return frame.printed.format(source=heading or source_name(citation.article, frame), quote=quote)
    return words.headed.format(heading=heading, line=quote) if heading else quote
