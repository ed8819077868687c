"""Inline mode: ``@bot question`` in any chat gives passages as cards. No chat model is called while somebody types.

Once a question mark ends it, it is answered from quotations, when no other is: what has a short answer stands first.
A query is kept in memory alone (``typed``) until its person continues in private: not stored, not logged, not counted as
a question. What articles print is hostile: cleaned, and escaped at the last moment.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import regex
from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from answering.types import Answer, Citation, article_json
from bot.telegram.pages.excerpts import best_sentence
from bot.telegram.pages.links import fragment_url, web_url
from bot.telegram.pages.markup import COPY_CHARACTERS, Button, to_markup
from bot.telegram.pages.notes import garbled_note
from bot.telegram.pages.render import heading, human_date
from bot.telegram.pages.short import marked_passage, shown_values, tagged
from bot.telegram.pages.split import clip, shorten, units, visible
from bot.telegram.pages.texts import Texts
from bot.telegram.shared import Shared, shared
from bot.terminal import clean, one_line
from retrieval.archive import Archive
from retrieval.errors import KiosqueError
from retrieval.ranking.lexical import terms
from retrieval.sentences import Span, sentence_spans
from retrieval.types import Article, Hit

RESULTS = 10  # articles
SECONDS = 8.0  # for a search; who types has gone on by then
ANSWER_SECONDS = 3.0  # of these, for a short answer
_ASKED = ("?", "？", "؟")
_PASSAGES = 50  # searched for, since one article may have several of the best
_LEAST = 3  # letters and digits of a query; a sign that is a syllable or a word counts for two
_SIGN = regex.compile(r"[\p{L}\p{N}]")
_WHOLE_SIGN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_WORD = re.compile(r"\w+")
_TITLE_UNITS = 150
_OUTLET_UNITS = 100
_QUOTE_UNITS = 3_000
_EXCERPT_UNITS = 160  # clients show two or three lines of a result
_ELLIPSES = 4  # units of "… " and " …"


@dataclass(frozen=True, slots=True)
class Given:
    """A short answer, as it is shown, and a citation that gives it."""

    value: str
    citation: Citation


_log = logging.getLogger("kiosque.telegram")


async def on_inline(update: Update, context: Any) -> None:
    """Answer an inline query with passages, the newest of a person's alone when several wait."""
    query, kept = update.inline_query, shared(context)
    if query is None:
        return
    user, text, texts = query.from_user.id, one_line(query.query), kept.texts(query.from_user)
    if not is_question(text):
        await reply(query, texts, "inline-hint", start="start")
        return
    async with kept.typed.turn(user, update.update_id, text) as newest:
        if not newest:
            return  # its person typed on, and their client waits for the newest only
        if not kept.typed.may_search(user):
            await reply(query, texts, "inline-wait")
            return
        try:
            async with asyncio.timeout(SECONDS):
                answer = await _quick_answer(kept, text)
                found = await kept.run(results, kept.archive, text, texts, answer)
        except Exception as exc:
            await reply(query, texts, "inline-failed")
            if not isinstance(exc, (KiosqueError, TimeoutError)):
                raise
            _log.warning("an inline search failed: %s", type(exc).__name__)
            return
        await reply(query, texts, "inline-continue" if found else "inline-none", found)


async def _quick_answer(kept: Shared, text: str) -> Answer | None:
    """Return the extractive answer to a whole question; None for any other text, when it takes too long, or fails.

    It never waits for a place: while one is made, whoever else types gets passages alone.
    """
    if not text.endswith(_ASKED) or kept.inline_workers.busy:
        return None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await kept.inline_workers.run(kept.answerer.quoting().ask, text)
    except (KiosqueError, TimeoutError):
        return None


async def reply(
    query: InlineQuery,
    texts: Texts,
    key: str,
    found: Sequence[InlineQueryResultArticle] = (),
    *,
    start: str = "ask",
) -> None:
    """Answer a query with results, and the button ``key`` above them, which sends ``/start <start>`` in private.

    Nothing is cached: the button continues with what was typed last, so the bot must hear of every query, also of one
    that is typed again; and a change of language or access holds at once. A query that is too old is let go.
    """
    button = InlineQueryResultsButton(texts(key), start_parameter=start)
    try:
        await query.answer(found, cache_time=0, is_personal=True, button=button)
    except BadRequest as exc:
        if "query is too old" not in exc.message.lower():
            raise


def is_question(text: str) -> bool:
    """Whether ``text`` is long enough to be searched for: three letters or digits, or two signs of Chinese or the like."""
    return len(_SIGN.findall(text)) + len(_WHOLE_SIGN.findall(text)) >= _LEAST


def results(archive: Archive, text: str, texts: Texts, answer: Answer | None = None) -> list[InlineQueryResultArticle]:
    """Return the best passages as results, best first, one an article; before them those that give a short answer.

    Raises KiosqueError as the search does.
    """
    hits = archive.search(text, limit=_PASSAGES)
    given = _given(answer, hits) if answer else {}
    best: dict[str, Hit] = {article: hit for article, (hit, _) in given.items()}
    for hit in hits:
        best.setdefault(hit.article.id, hit)
    return [
        result(
            hit,
            text,
            texts,
            archive.garbled(hit.article.id, hit.passage.start, hit.passage.end),
            given[hit.article.id][1] if hit.article.id in given else None,
        )
        for hit in list(best.values())[:RESULTS]
    ]


def _given(answer: Answer, hits: Sequence[Hit]) -> dict[str, tuple[Hit, Given]]:
    """Return for each article of which a quotation gives a short answer the best passage that holds the quotation."""
    cited = {citation.marker: citation for citation in answer.citations}
    found: dict[str, tuple[Hit, Given]] = {}
    for value, short in zip(shown_values(each.text for each in answer.short), answer.short, strict=False):
        for citation in (cited[marker] for marker in short.markers if marker in cited):
            hit = next((hit for hit in hits if _holds(hit, citation)), None)
            if hit is not None:
                found.setdefault(hit.article.id, (hit, Given(value, citation)))
    return found


def _holds(hit: Hit, citation: Citation) -> bool:
    same = hit.article.id == citation.article.id
    return same and hit.passage.start <= citation.start and citation.end <= hit.passage.end


def result(
    hit: Hit, query: str, texts: Texts, garbled: Sequence[Span] = (), given: Given | None = None
) -> InlineQueryResultArticle:
    """Return a passage as a result: what the list shows of it, and the message that it becomes when it is picked.

    ``garbled`` are its mangled words, as offsets in the article's text; the message names those that it quotes.
    With a short answer that is ``given`` in it, this is the title, and opens the message.
    Both are in the language of ``texts``, except for what the article prints. The message carries no callback button:
    a tap would not say in which chat.
    """
    article, text = hit.article, hit.text
    spans = sentence_spans(text, article.language) or [(0, len(text))]
    wanted = set(terms(query, article.language))
    first = best_sentence(text, spans, wanted, article.language)
    if given:
        place = given.citation.start - hit.passage.start
        first = next((k for k, (start, end) in enumerate(spans) if start <= place < end), first)
    part = _part(text, spans, first, _QUOTE_UNITS)
    copied = _copied(text, spans, _part(text, spans, first, COPY_CHARACTERS - _ELLIPSES))
    address = fragment_url(article.url, text[slice(*part)])
    words = [text[a:b] for a, b in _within(garbled, hit.passage.start, part)]
    opening = (Button(texts("button-open"), url=address),) if address else ()
    copying = (Button(texts("button-copy"), copy=copied),) if copied else ()
    named = _line(_outlet(article) or _title(article) or heading(article_json(article), texts), article, texts)
    described = ("⚠️ " if words else "") + _excerpt(text, spans, first, wanted, article.language)
    return InlineQueryResultArticle(
        id=str(hit.passage.id),
        title=given.value if given else named,
        description=(f"{named}\n{described}" if given else described) or None,
        url=web_url(article.url) or None,
        input_message_content=InputTextMessageContent(
            _message(article, address, _quoted(text, spans, part), words, texts, given),
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
        reply_markup=to_markup([(*opening, *copying)]),
    )


def _within(garbled: Sequence[Span], offset: int, part: Span) -> list[Span]:
    """Return those of an article's mangled words that a part of its passage at ``offset`` holds, as offsets in that."""
    moved = ((start - offset, end - offset) for start, end in garbled)
    return [(start, end) for start, end in moved if part[0] <= start and end <= part[1]]


def _message(
    article: Article, address: str, quote: str, garbled: Sequence[str], texts: Texts, given: Given | None
) -> str:
    """Return the short answer, the title, linked to the passage, outlet and date, the quotation, and its mangled words, as
    HTML."""
    title, outlet = _title(article), _outlet(article)
    named = escape(title or outlet or heading(article_json(article), texts), quote=False)
    linked = f'<a href="{escape(address)}">{named}</a>' if address else named
    line = escape(_line(outlet if title else "", article, texts), quote=False)
    value = f"<b>{escape(given.value, quote=False)}</b>" if given else ""
    if given:
        quote = marked_passage(quote, _lines(given.citation.quote), given.value)
    quoted = tagged(texts("quotation", quote=quote)) if quote else ""
    head = f"{linked}\n{line}" if line else linked
    note = f"<i>{escape(garbled_note(garbled, texts), quote=False)}</i>" if quoted and garbled else ""
    return "\n\n".join(part for part in (value, head, quoted, note) if part)


def _line(named: str, article: Article, texts: Texts) -> str:
    return " · ".join(part for part in (named, human_date(article.published, texts)) if part)


def _title(article: Article) -> str:
    return _printed(article.title, _TITLE_UNITS)


def _outlet(article: Article) -> str:
    return _printed(article.outlet, _OUTLET_UNITS)


def _printed(text: str, limit: int) -> str:
    """Return a title or an outlet as it can be shown, "" when nothing of it can be seen."""
    shown = shorten(one_line(text), limit)
    return shown if visible(shown) else ""


def _part(text: str, spans: Sequence[Span], first: int, limit: int) -> Span:
    """Return the span of ``text`` to quote within ``limit`` units: all of it, else whole sentences from ``first`` on.

    A single sentence that is longer is cut before a word.
    """
    start, end = spans[0][0], spans[-1][1]
    if units(text[start:end]) <= limit:
        return start, end
    start, end = spans[first]
    if units(text[start:end]) > limit:
        kept = clip(text[start:end], limit)
        whole = kept.rsplit(None, 1)[0] if kept else ""
        return start, start + len(whole if len(whole) * 2 > len(kept) else kept)
    for _, stop in spans[first + 1 :]:
        if units(text[start:stop]) > limit:
            break
        end = stop
    return start, end


def _quoted(text: str, spans: Sequence[Span], part: Span) -> str:
    """Return ``text`` at ``part`` as printed, line by line, with an ellipsis at each end where the passage goes on."""
    lines = _lines(text[slice(*part)])
    before, after = "… " if part[0] > spans[0][0] else "", " …" if part[1] < spans[-1][1] else ""
    return f"{before}{lines}{after}" if lines else ""


def _copied(text: str, spans: Sequence[Span], part: Span) -> str:
    """Return ``text`` at ``part`` to be pasted elsewhere: whole sentences as they are, only a cut one with an ellipsis."""
    lines = _lines(text[slice(*part)])
    return lines if not lines or any(part[1] == end for _, end in spans) else f"{lines} …"


def _lines(text: str) -> str:
    lines = "\n".join(line.strip() for line in clean(text).split("\n") if line.strip())
    return lines if visible(lines) else ""


def _excerpt(text: str, spans: Sequence[Span], first: int, wanted: set[str], language: str) -> str:
    """Return the beginning of the sentence ``first`` and what follows on one line; of a long one, from before the first
    word that is wanted."""
    start, end = spans[first]
    words = (word for word in _WORD.finditer(text, start, end) if wanted.intersection(terms(word[0], language)))
    found = next(words, None)
    if found is not None and found.end() - start > _EXCERPT_UNITS - _ELLIPSES:
        space = text.find(" ", max(start, found.start() - _EXCERPT_UNITS // 2), found.start())
        start = space + 1 if space >= 0 else found.start()
    shown = shorten(one_line(text[start:]), _EXCERPT_UNITS - _ELLIPSES)
    return f"{'… ' if start > spans[0][0] else ''}{shown}" if visible(shown) else ""
