"""The sentence of a passage that a query is about, and the query's words in it. All is found as the search finds it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import escape

from bot.telegram.pages.split import shorten
from retrieval.ranking.lexical import field_of, terms
from retrieval.sentences import Span, sentence_spans

_WORD = re.compile(r"\w+")


def best_sentence(text: str, spans: Sequence[Span], wanted: set[str], language: str) -> int:
    """Return the index of the sentence with most of the wanted terms, the first of equals."""
    counts = _counts(text, spans, wanted, language)
    return counts.index(max(counts))


def sentences_about(text: str, query: str, language: str) -> list[Span]:
    """Return the spans of the sentences of ``text``, those with most words of a query first; never none."""
    spans = sentence_spans(text, language) or [(0, len(text))]
    counts = _counts(text, spans, set(terms(query, language)), language)
    return [span for _, span in sorted(zip(counts, spans, strict=True), key=lambda pair: -pair[0])]


def _counts(text: str, spans: Sequence[Span], wanted: set[str], language: str) -> list[int]:
    return [len(wanted.intersection(terms(text[start:end], language))) for start, end in spans]


def excerpt(text: str, query: str, language: str, limit: int) -> str:
    """Return at most ``limit`` UTF-16 units of ``text`` as HTML, the words of ``query`` in bold.

    A text that is longer begins shortly before the first of these words. Words are compared by their stems, whatever
    their accents and capitals; a language that is written without spaces has no words to make bold.
    """
    wanted = set(terms(_folded(query), language)) if field_of(language) != "cjk" else set()
    first = next((word.start() for word in _WORD.finditer(text) if _is_wanted(word[0], wanted, language)), 0)
    shown = shorten(text, limit)
    if first and len(shown) < len(text.strip()) and first > limit // 2:
        space = text.find(" ", first - limit // 3, first)
        shown = shorten(f"… {text[space + 1 if space >= 0 else first :]}", limit)
    pieces, position = [], 0
    for word in _WORD.finditer(shown):
        if _is_wanted(word[0], wanted, language):
            pieces += [escape(shown[position : word.start()], quote=False), f"<b>{escape(word[0], quote=False)}</b>"]
            position = word.end()
    return "".join([*pieces, escape(shown[position:], quote=False)])


def _is_wanted(word: str, wanted: set[str], language: str) -> bool:
    return bool(wanted) and not wanted.isdisjoint(terms(_folded(word), language))


def _folded(text: str) -> str:
    """Return ``text`` without accents, the same for what is searched and for what is found."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
