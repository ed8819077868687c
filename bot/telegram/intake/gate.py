"""Who may use the bot: one gate before every update, also before buttons and inline queries."""

from __future__ import annotations

from typing import Any

from telegram import Chat, Update, User
from telegram.ext import ApplicationHandlerStop

from bot.telegram.handlers.inline import reply
from bot.telegram.intake.order import ARRIVAL
from bot.telegram.outgoing.sending import send
from bot.telegram.pages.markup import plain
from bot.telegram.pages.texts import Texts
from bot.telegram.shared import Shared, shared

_NO_CODES = ("", "start", "ask")  # what the buttons of inline mode send


async def gate(update: Update, context: Any) -> None:
    """Let an update through, or answer it politely and raise ApplicationHandlerStop; also when that fails."""
    kept, sender, chat = shared(context), update.effective_sender, update.effective_chat
    if sender is None:
        return
    if kept.people.forgotten.since(sender.id, ARRIVAL.get().at):
        raise ApplicationHandlerStop  # it waited, and was dropped
    place = chat.id if chat is not None else sender.id
    try:
        await kept.run(kept.people.language, sender.id)  # from here on it is in memory: no handler waits for the disk
        if await kept.run(kept.people.is_allowed, sender.id, place, kept.settings):
            return
        await _refuse(update, context, kept, sender)
    except Exception as error:  # python-telegram-bot would go on to the next group
        await context.application.process_error(update, error)
    raise ApplicationHandlerStop


async def _refuse(update: Update, context: Any, kept: Shared, sender: User | Chat) -> None:
    """Say why not. Groups are not told: they would be at every message."""
    kept.metrics.refused("not-allowed")
    texts = kept.texts(sender)
    if update.callback_query is not None:
        await update.callback_query.answer(texts("not-allowed", id=str(sender.id)), show_alert=True)
    elif update.inline_query is not None:
        await reply(update.inline_query, texts, "inline-not-allowed", start="start")
    elif update.message is not None and update.message.chat.type == "private":
        told = await kept.keep(sender.id, _told, update, kept, texts, sender.id)
        if told is not None:
            await send(context.bot, update.message, plain(told))


def _told(update: Update, kept: Shared, texts: Texts, user: int) -> str:
    """Return what somebody is told who may not ask: by invitation, a code after /start lets them in."""
    assert update.message is not None
    if kept.settings.telegram_access != "invite":
        return texts("not-allowed", id=str(user))
    command, _, code = (update.message.text or "").partition(" ")
    if command != "/start" or code.strip() in _NO_CODES:
        return texts("invite-needed")
    refused = kept.people.redeem(user, code.strip(), kept.settings, kept.now())
    return texts("invite-wrong") if refused else texts("invite-accepted")
