"""What a reader should know of a quotation besides its words, as text for a terminal: its days, its mangled words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from answering.types import Citation
from answering.writing.frames import frame_for
from bot.terminal import one_line
from retrieval.facts.timeline import worth_showing

if TYPE_CHECKING:
    from retrieval.archive import Archive


def notes_on(archive: Archive, citation: Citation, language: str) -> list[Text]:
    """Return a line for each word of time whose days the words alone do not tell ("jeudi": 2022-03-03), one for the mangled
    words, and one for the ids of the other articles that print the quotation."""
    article, text = citation.article, citation.article.text
    lines = []
    for moment in archive.moments(article.id, citation.start, citation.end):
        if worth_showing(moment, text):
            days = dict.fromkeys((moment.first.isoformat(), moment.last.isoformat()))
            lines.append(f"« {one_line(text[moment.start : moment.end])} » : {' – '.join(days)}")
    if citation.garbled:
        words = ", ".join(dict.fromkeys(one_line(text[start:end]) for start, end in citation.garbled))
        lines.append(f"{frame_for(language).garbled} ({words})")
    if citation.also_in:
        lines.append("= " + ", ".join(one_line(other) for other in citation.also_in))
    return [Text(line, style="dim") for line in dict.fromkeys(lines)]
