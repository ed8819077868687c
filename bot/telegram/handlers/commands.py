"""The commands that anybody may give."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from html import escape
from typing import Any

from telegram import InputFile, Message, Update
from telegram.constants import ChatMemberStatus
from telegram.error import Forbidden, TelegramError

from bot.telegram.handlers.admin import ADMIN_COMMANDS
from bot.telegram.handlers.buttons import card, is_too_fast, latest
from bot.telegram.handlers.command import Command, parse
from bot.telegram.intake.workers import whole
from bot.telegram.outgoing.delivery import Asked, admitted, answer, may_look
from bot.telegram.outgoing.sending import send, show
from bot.telegram.pages.cards import hits_body, hits_page
from bot.telegram.pages.deeplinks import read_source
from bot.telegram.pages.markup import Button, Page, plain
from bot.telegram.pages.render import human_date
from bot.telegram.pages.texts import Texts, languages
from bot.telegram.shared import Asking, Shared, asker_of, sender_of, shared, topic_of
from retrieval.errors import KiosqueError
from retrieval.types import ArchiveStatus

HITS = 5  # passages of /search
_OTHERWISE = ("ask", "search", "export", "forget", "stop")  # bounded like questions, or not at all
_LISTED = 10  # outlets that /about names
_log = logging.getLogger("kiosque.telegram")


async def on_command(update: Update, context: Any) -> None:
    """Do what a command says; one that we do not know is told in private only, as other bots share groups."""
    message, kept, bot = update.message, shared(context), context.bot
    said = parse(message, bot) if message is not None else None
    if message is None or message.from_user is None or said is None:
        return
    name, rest = said
    texts = kept.texts(update.effective_sender)
    question = (
        rest if name == "ask" else kept.typed.take(sender_of(message)) if (name, rest) == ("start", "ask") else ""
    )
    if question:
        await answer(update, context, Asked(question))
        return
    if name in ADMIN_COMMANDS and sender_of(message) not in kept.settings.telegram_admins:
        if message.chat.type == "private" or "@" in (message.text or "").split()[0]:
            await send(bot, message, plain(texts("admin-only")))
        return
    if name in COMMANDS and name not in _OTHERWISE and not await may_look(message, bot, kept, texts):
        return
    command = COMMANDS.get(name) or ADMIN_COMMANDS.get(name)
    if command is None:
        if message.chat.type == "private":
            await send(bot, message, plain(texts("unknown-command")))
        return
    page = await command(message, rest, bot, kept, texts)
    if page is not None:
        await whole(send(bot, message, page))


async def _start(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page | None:
    """Greet; or show the source to which a link of ours leads."""
    link = read_source(rest, await kept.run(kept.store.key))
    if link is None:
        key = "start" if message.chat.type == "private" else "start-group"
        return plain(texts(key, bot=f"@{bot.username}") if key == "start-group" else texts(key))
    stored = await kept.run(kept.store.get, link[0])
    if stored is None:
        return plain(texts("answer-gone"))
    page = await kept.run(card, kept, stored, "s", link[1], texts, bot.username)
    if page is None:
        return plain(texts("source-gone"))
    # Its buttons belong to the chat of the answer: here it is shown without those that lead back.
    return Page(page.html, tuple(row for row in page.rows if not any(button.data for button in row)))


async def _help(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    parts = [texts("help", articles=(await kept.run(kept.archive.coverage)).articles)]
    if bot.supports_inline_queries:
        parts.append(texts("help-inline", bot=f"@{bot.username}"))
    if sender_of(message) in kept.settings.telegram_admins:
        parts.append(texts("help-admin"))
    return plain("\n\n".join(parts))


async def _usage(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    return plain(texts("ask-usage"))


async def _sources(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page | None:
    stored = await kept.run(kept.store.latest, asker_of(message))
    if stored is None or not stored.body["citations"]:
        return plain(texts("sources-none"))
    return await kept.run(card, kept, stored, "s", 1, texts, bot.username)


async def _latest(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    return await kept.run(latest, kept, 1, texts)


async def _search(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page | None:
    if not rest:
        return plain(texts("search-usage"))
    if not await admitted(message, bot, kept, texts, rest):
        return None
    hits = await kept.run(kept.archive.search, rest, limit=HITS)
    searched = await kept.run(kept.archive.coverage)
    body = await kept.run(hits_body, rest, hits, searched, texts.language, kept.archive.garbled)
    asker = asker_of(message)
    number = await kept.keep(asker.user, kept.store.save_body, asker, message.message_id, body, kept.now(), "search")
    return hits_page(number, body, texts) if number else None


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
    if outlets:
        lines.append(texts("about-outlets-title"))
    lines += [texts("about-outlet", outlet=name, articles=n) for name, n in outlets[:_LISTED]]
    if len(outlets) > _LISTED:
        lines.append(texts("about-outlets-more", n=len(outlets) - _LISTED))
    if held.updated:
        lines.append(texts("about-updated", when=human_date(held.updated, texts)))
    return "\n".join([*lines, "", texts("about-method")])


async def _lang(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    if rest.lower() in languages():
        await kept.keep(sender_of(message), kept.people.set_language, sender_of(message), rest.lower())
        return plain(Texts(rest.lower())("lang-set"))
    names = {code: Texts(code)("language-name") for code in languages()}
    if rest:
        return plain(texts("lang-unknown", languages=", ".join(names.values())))
    row = tuple(Button(name, data=f"g:{code}") for code, name in names.items())
    return Page(escape(texts("lang-choose"), quote=False), (row,))


async def _reset(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    await kept.keep(sender_of(message), kept.store.reset, asker_of(message))
    return plain(texts("reset-done"))


async def _stop(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    return plain(texts("stop-done" if await stop(kept.asking.get(sender_of(message))) else "stop-nothing"))


async def stop(asking: Asking | None) -> bool:
    """End a question that is being answered; return whether there was one."""
    if asking is None or asking.task.done():
        return False
    asking.stopped.set()
    asking.task.cancel()
    await asyncio.wait([asking.task])
    return True


async def _privacy(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    return plain(texts("privacy", model=kept.settings.chat_model or "none", days=0))


async def _export(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page | None:
    """Send one's data as a file, to oneself: a group is no place for it."""
    assert message.from_user is not None
    if not await admitted(message, bot, kept, texts, ""):  # it reads all of the file that is theirs
        return None
    data = json.dumps(await kept.run(kept.people.export, sender_of(message)), ensure_ascii=True, indent=1)
    file = InputFile(io.BytesIO(data.encode()), filename="kiosque.json")
    if message.sender_chat is not None and message.sender_chat.id == message.chat.id:
        # An anonymous administrator has no private chat, and these are the group's data.
        topic = topic_of(message) or None
        await bot.send_document(message.chat.id, file, caption=texts("export-caption"), message_thread_id=topic)
        return None
    if message.sender_chat is not None:  # nor has who writes as a channel
        return plain(texts("export-private", bot=f"@{bot.username}"))
    try:
        await bot.send_document(message.from_user.id, file, caption=texts("export-caption"))
    except Forbidden:  # they never wrote to the bot in private
        return plain(texts("export-private", bot=f"@{bot.username}"))
    return None


async def _forget(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page | None:
    if not await admitted(message, bot, kept, texts, ""):  # it rewrites the file
        return None
    sender = sender_of(message)
    yes = Button(texts("button-forget"), data=f"x:{sender}:1")
    no = Button(texts("button-cancel"), data=f"x:{sender}:0")
    return Page(escape(texts("forget-confirm"), quote=False), ((yes, no),))


async def on_forget(update: Update, context: Any) -> None:
    """Delete what is kept about a person, when they confirm it themselves."""
    query, kept = update.callback_query, shared(context)
    if query is None or not isinstance(query.message, Message):
        return
    texts = kept.texts(query.from_user)
    _, user, yes = (query.data or "").split(":")
    if not await _is_theirs(int(user), query.from_user.id, context.bot):
        await query.answer(texts("forget-not-yours"))
        return
    if yes == "1" and await is_too_fast(query, kept, texts, kept.forgets):
        return
    await query.answer()
    if yes == "1":
        kept.typed.take(int(user))
        before = kept.asking.get(int(user))
        try:
            done = texts("forget-done", answers=await kept.run(kept.people.forget, int(user)))
        except KiosqueError as exc:  # the rows are gone, and the file is rewritten at the next start
            _log.warning("erasing is put off: %s", exc)
            done = texts("forget-erasing")
        await stop(before)  # nothing of it would be kept, or sent
    else:
        done = texts("forget-cancelled")
    await show(context.bot, query.message, plain(done))


async def _is_theirs(sender: int, user: int, bot: Any) -> bool:
    """Whether a user may decide about what a sender said: their own, or, of a group's anonymous administrators, its."""
    if sender == user or sender > 0:
        return sender == user
    try:
        member = await bot.get_chat_member(sender, user)
    except TelegramError:  # a channel that the bot does not know
        return False
    return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


async def on_language(update: Update, context: Any) -> None:
    """Speak the language that a person taps."""
    query, kept = update.callback_query, shared(context)
    if query is None or not isinstance(query.message, Message):
        return
    if await is_too_fast(query, kept, kept.texts(query.from_user), kept.looks):
        return
    code = (query.data or "")[2:]
    await kept.keep(query.from_user.id, kept.people.set_language, query.from_user.id, code)
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
