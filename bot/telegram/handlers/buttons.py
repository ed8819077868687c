"""Taps on buttons. Their data says all (``s:<answer>:<n>``), so they work after a restart and under old messages."""

from __future__ import annotations

import re
from typing import Any

from telegram import CallbackQuery, Message, Update

from bot.telegram.intake.looks import Looks
from bot.telegram.outgoing.delivery import linker
from bot.telegram.outgoing.sending import show
from bot.telegram.pages.cards import latest_page, nearest_card, other_sources_page, source_card, stands_in, stored_page
from bot.telegram.pages.markup import Page
from bot.telegram.pages.notes import notes_on
from bot.telegram.pages.texts import Texts
from bot.telegram.shared import Shared, shared
from bot.telegram.storage.store import StoredAnswer
from retrieval.errors import NotFound
from retrieval.types import Article

_DATA = re.compile(r"([a-z]):(\d{1,18})(?::(-?\d{1,9}))?")
PAGE = 5  # articles of /latest


async def on_tap(update: Update, context: Any) -> None:
    """Show what a button stands for; a button that stands for nothing any more is told."""
    query, kept = update.callback_query, shared(context)
    if query is None:
        return
    texts = kept.texts(query.from_user)
    if await is_too_fast(query, kept, texts, kept.looks):
        return
    match = _DATA.fullmatch(query.data or "")
    if match is None or not isinstance(query.message, Message):
        await query.answer(texts("button-too-old"))
        return
    kind, number, n = match[1], int(match[2]), int(match[3] or 0)
    if kind == "f":
        await _rate(query, kept, texts, number, n)
    elif kind == "l":
        await query.answer()
        await show(context.bot, query.message, await kept.run(latest, kept, number, texts))
    else:
        await _card(query, query.message, context.bot, kept, texts, kind, number, n)


async def is_too_fast(query: CallbackQuery, kept: Shared, texts: Texts, looks: Looks) -> bool:
    """Return whether somebody tapped too often, and tell them so."""
    seconds = looks.wait(query.from_user.id)
    if seconds:
        kept.metrics.refused("rate-limit")
        await query.answer(texts("rate-limit", seconds=seconds))
    return seconds > 0


async def _rate(query: CallbackQuery, kept: Shared, texts: Texts, number: int, value: int) -> None:
    stored = await kept.run(kept.store.get, number)
    chat = query.message.chat.id if query.message is not None else 0
    if value not in (1, -1) or stored is None or stored.asker.chat != chat:  # its number can be guessed
        await query.answer(texts("answer-gone"))
        return
    now = await kept.keep(query.from_user.id, kept.store.rate, number, query.from_user.id, value)
    await query.answer(texts({1: "feedback-up", -1: "feedback-down"}[now]) if now else None)


async def _card(
    query: CallbackQuery, message: Message, bot: Any, kept: Shared, texts: Texts, kind: str, number: int, n: int
) -> None:
    stored = await kept.run(kept.store.get, number)
    # An answer is shown in the chat where it was given: its number can be guessed.
    if stored is None or stored.asker.chat != message.chat.id:
        await query.answer(texts("answer-gone"))
        return
    page = await kept.run(card, kept, stored, kind, n, texts, bot.username)
    if page is None:
        await query.answer(texts("source-gone"))
        return
    await query.answer()
    await show(bot, message, page)


def card(kept: Shared, stored: StoredAnswer, kind: str, n: int, texts: Texts, username: str) -> Page | None:
    """Return what a button of an answer shows, None when there is no such thing."""
    body = stored.body
    if kind == "a":
        articles = kept.archive.coverage().articles
        return stored_page(stored.id, body, texts, articles=articles, link=linker(kept, username, stored.id))
    if kind == "o":
        cited = {citation["article_id"] for citation in body["citations"]}
        hits = [hit for hit in kept.archive.search(stored.standalone, limit=20) if hit.article.id not in cited]
        return other_sources_page(
            stored.id, body, list({hit.article.id: hit for hit in reversed(hits)}.values())[::-1], texts
        )
    listed = body["citations"] if kind in "sh" else body["nearest"] if kind == "n" else []
    if not 1 <= n <= len(listed):
        return None
    citation = listed[n - 1]
    article = _article(kept, citation["article_id"])
    if kind == "n":
        return nearest_card(stored.id, body, n, article, texts)
    notes: tuple[str, ...] = ()
    if article is not None and stands_in(article, citation):
        notes = notes_on(kept.archive, article, citation["start"], citation["end"], texts)
    return source_card(stored.id, body, n, article, texts, notes)


def latest(kept: Shared, page: int, texts: Texts) -> Page:
    """Return a page of the newest articles, counted from 1; the nearest there is for one that is not."""
    pages = max(1, -(-kept.archive.coverage().articles // PAGE))
    page = min(max(page, 1), pages)
    return latest_page(kept.archive.latest(PAGE, (page - 1) * PAGE), page, pages, texts)


def _article(kept: Shared, article_id: str) -> Article | None:
    try:
        return kept.archive.article(article_id)
    except NotFound:
        return None
