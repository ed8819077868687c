"""The commands that anybody may give."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from html import escape
from typing import Any

from telegram import InputFile, Message, Update

from bot.telegram.asking import Asked, answer, plain
from bot.telegram.buttons import card, latest
from bot.telegram.cards import hits_body, hits_page
from bot.telegram.markup import Button, Page
from bot.telegram.render import human_date
from bot.telegram.sending import send, show, topic_of
from bot.telegram.shared import Shared, shared
from bot.telegram.store import Asker
from bot.telegram.texts import Texts, languages
from retrieval.types import ArchiveStatus

HITS = 5  # passages of /search
_LISTED = 10  # outlets that /about names
_DEEP_LINK = re.compile(r"s_(\d{1,18})_(\d{1,4})")

Command = Callable[[Message, str, Any, Shared, Texts], Awaitable[Page | None]]


async def on_command(update: Update, context: Any) -> None:
    """Do what a command says; one that we do not know is told in private only, as other bots share groups."""
    message, kept = update.message, shared(context)
    if message is None or message.from_user is None or not message.text:
        return
    head, *said = message.text.split(maxsplit=1)
    rest = said[0].strip() if said else ""
    name, _, target = head[1:].partition("@")
    if target and target.lower() != context.bot.username.lower():
        return
    texts = kept.texts(message.from_user)
    if name.lower() == "ask" and rest:
        await answer(update, context, Asked(rest))
        return
    command = COMMANDS.get(name.lower())
    if command is None:
        if message.chat.type == "private":
            await send(context.bot, message, plain(texts("unknown-command")))
        return
    page = await command(message, rest, context.bot, kept, texts)
    if page is not None:
        await send(context.bot, message, page)


async def _start(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page | None:
    """Greet; or show the source that a link ``?start=s_<answer>_<n>`` points to, to the one who got the answer."""
    link = _DEEP_LINK.fullmatch(rest)
    if link is None:
        key = "start" if message.chat.type == "private" else "start-group"
        return plain(texts(key, bot=f"@{bot.username}") if key == "start-group" else texts(key))
    stored = await kept.run(kept.store.get, int(link[1]))
    if stored is None or message.from_user is None or stored.asker.user != message.from_user.id:
        return plain(texts("answer-gone"))
    page = await kept.run(card, kept, stored, "s", int(link[2]), texts)
    # Its buttons belong to the chat of the answer; here it is shown without those that lead back.
    return (
        Page(page.html, tuple(row for row in page.rows if not any(b.data for b in row)))
        if page
        else plain(texts("source-gone"))
    )


async def _help(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    articles = (await kept.run(kept.archive.coverage)).articles
    return plain(texts("help", articles=articles, bot=f"@{bot.username}"))


async def _usage(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    return plain(texts("ask-usage"))


async def _sources(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page | None:
    assert message.from_user is not None
    asker = Asker(message.chat.id, topic_of(message), message.from_user.id)
    stored = await kept.run(kept.store.latest, asker)
    if stored is None or not stored.body["citations"]:
        return plain(texts("sources-none"))
    return await kept.run(card, kept, stored, "s", 1, texts)


async def _latest(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    return await kept.run(latest, kept, 1, texts)


async def _search(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    assert message.from_user is not None
    if not rest:
        return plain(texts("search-usage"))
    hits = await kept.run(kept.archive.search, rest[:1000], limit=HITS)
    searched = await kept.run(kept.archive.coverage)
    body = hits_body(rest[:1000], hits, searched, texts.language)
    asker = Asker(message.chat.id, topic_of(message), message.from_user.id)
    number = await kept.run(kept.store.save_body, asker, message.message_id, body, kept.now(), "search")
    return hits_page(number, body, texts)


async def _about(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    return plain(about(await kept.run(kept.archive.status), texts))


def about(held: ArchiveStatus, texts: Texts) -> str:
    """Return what the archive holds, in words."""
    if not held.articles:
        return texts("about-empty")
    outlets = [(name, n) for name, n in held.outlets if name]
    first, last = (human_date(day, texts) for day in (held.coverage.first, held.coverage.last))
    dates = (
        texts("about-undated")
        if not first
        else texts("about-date", date=first)
        if first == last
        else texts("about-dates", first=first, last=last)
    )
    lines = [texts("about", articles=held.articles, outlets=len(outlets)), dates]
    lines += [texts("about-outlet", outlet=name, articles=n) for name, n in outlets[:_LISTED]]
    if len(outlets) > _LISTED:
        lines.append(texts("about-outlets-more", n=len(outlets) - _LISTED))
    return "\n".join([*lines, "", texts("about-method")])


async def _lang(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    assert message.from_user is not None
    if rest.lower() in languages():
        await kept.run(kept.people.set_language, message.from_user.id, rest.lower())
        return plain(Texts(rest.lower())("lang-set"))
    names = {code: Texts(code)("language-name") for code in languages()}
    if rest:
        return plain(texts("lang-unknown", languages=", ".join(names.values())))
    row = tuple(Button(name, data=f"g:{code}") for code, name in names.items())
    return Page(escape(texts("lang-choose"), quote=False), (row,))


async def _reset(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    assert message.from_user is not None
    await kept.run(kept.store.reset, Asker(message.chat.id, topic_of(message), message.from_user.id))
    return plain(texts("reset-done"))


async def _stop(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    assert message.from_user is not None
    return plain(texts("stop-done" if await stop(kept, message.from_user.id) else "stop-nothing"))


async def stop(kept: Shared, user: int) -> bool:
    """End the question of a user that is being answered; return whether there was one."""
    task = kept.asking.get(user)
    if task is None or task.done():
        return False
    task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.wait([task])
    return True


async def _privacy(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    return plain(texts("privacy", model=kept.settings.chat_model or "none", days=0))


async def _export(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page | None:
    """Send one's data as a file, in private only: a group is no place for it."""
    assert message.from_user is not None
    data = json.dumps(await kept.run(kept.people.export, message.from_user.id), ensure_ascii=True, indent=1)
    file = InputFile(io.BytesIO(data.encode()), filename="kiosque.json")
    await bot.send_document(message.from_user.id, file, caption=texts("export-caption"))
    return None


async def _forget(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    assert message.from_user is not None
    user = message.from_user.id
    yes = Button(texts("button-forget"), data=f"x:{user}:1")
    no = Button(texts("button-cancel"), data=f"x:{user}:0")
    return Page(escape(texts("forget-confirm"), quote=False), ((yes, no),))


async def on_forget(update: Update, context: Any) -> None:
    """Delete what is kept about a person, when they confirm it themselves."""
    query, kept = update.callback_query, shared(context)
    if query is None or not isinstance(query.message, Message):
        return
    texts = kept.texts(query.from_user)
    _, user, yes = (query.data or "").split(":")
    if int(user) != query.from_user.id:
        await query.answer(texts("forget-not-yours"))
        return
    await query.answer()
    if yes == "1":
        await stop(kept, query.from_user.id)  # or its answer would be kept after all
        done = texts("forget-done", answers=await kept.run(kept.people.forget, query.from_user.id))
    else:
        done = texts("forget-cancelled")
    await show(context.bot, query.message, plain(done))


async def on_language(update: Update, context: Any) -> None:
    """Speak the language that a person taps."""
    query, kept = update.callback_query, shared(context)
    if query is None or not isinstance(query.message, Message):
        return
    code = (query.data or "")[2:]
    await kept.run(kept.people.set_language, query.from_user.id, code)
    await query.answer()
    await show(context.bot, query.message, plain(Texts(code)("lang-set")))


COMMANDS: dict[str, Command] = {
    "start": _start,
    "help": _help,
    "ask": _usage,
    "sources": _sources,
    "latest": _latest,
    "search": _search,
    "about": _about,
    "lang": _lang,
    "reset": _reset,
    "stop": _stop,
    "privacy": _privacy,
    "export": _export,
    "forget": _forget,
}
