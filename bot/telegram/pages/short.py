"""Short answers in Telegram's HTML: the lines that open an answer, and where their values stand in its quotations."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from bot.short import places, places_quoted, presentable, without_markers
from bot.telegram.pages.split import visible
from bot.telegram.pages.texts import Texts
from bot.terminal import clean, flat

# Around a value until the rest is escaped; cleaned text holds no such characters.
_BEGINS, _ENDS = "\1", "\2"

Json = dict[str, Any]


def short_lines(body: Json, texts: Texts) -> str:
    """Return the short answers, a line each: the value in bold, its markers, how many independent articles give it if
    several do."""
    lines = []
    for value, short in _shown(body):
        markers = "".join(f" [{marker}]" for marker in short["markers"])
        sources = f" {texts('short-sources', n=short['sources'])}" if short["sources"] > 1 else ""
        lines.append(f"<b>{escape(value, quote=False)}</b>{markers}{escape(sources, quote=False)}")
    return "\n".join(lines)


def values_in(marker: int, body: Json) -> list[str]:
    """Return the short answers that the citation of a marker gives."""
    return [value for value, short in _shown(body) if marker in short["markers"]]


def marked_values(quote: str, marker: int, body: Json) -> str:
    """Return the cleaned quotation of a marker with its short answers marked, to be ``tagged``."""
    return _marked(quote, places(quote, values_in(marker, body)))


def marked_sentence(line: str, body: Json) -> str:
    """Return a cleaned sentence with the short answers marked inside the quotations that it holds, to be ``tagged``."""
    quotations = [
        (flat(without_markers(citation["quote"])).strip(), values_in(citation["marker"], body))
        for citation in body["citations"]
    ]
    return _marked(line, places_quoted(line, quotations))


def marked_passage(passage: str, quotation: str, value: str) -> str:
    """Return a cleaned passage with a value marked inside a quotation that it holds, to be ``tagged``."""
    return _marked(passage, places_quoted(passage, [(quotation, [value])]))


def shown_values(texts: Iterable[str]) -> list[str]:
    """Return the short answers of one answer as they are shown; none at all if one of them cannot be."""
    values = presentable(map(clean, texts))
    return values if all(map(visible, values)) else []


def tagged(text: str, tag: str = "b") -> str:
    """Return text as HTML, what is marked in it between tags."""
    return escape(text, quote=False).replace(_BEGINS, f"<{tag}>").replace(_ENDS, f"</{tag}>")


def _shown(body: Json) -> list[tuple[str, Json]]:
    shorts = body.get("short") or []  # earlier versions stored none
    return list(zip(shown_values(short["text"] for short in shorts), shorts, strict=False))


def _marked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces, position = [], 0
    for start, end in spans:
        pieces += [text[position:start], _BEGINS, text[start:end], _ENDS]
        position = end
    return "".join([*pieces, text[position:]])
