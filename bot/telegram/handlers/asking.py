"""Which messages are questions for us."""

from __future__ import annotations

import re
from typing import Any

from telegram import Bot, Message, MessageEntity, Update

from bot.telegram.handlers.smalltalk import small_talk
from bot.telegram.outgoing.delivery import Asked, answer
from bot.telegram.outgoing.sending import send
from bot.telegram.pages.markup import plain
from bot.telegram.shared import Shared, shared


def asked(message: Message, bot: Bot, kept: Shared) -> Asked | None:
    """Return the question of a message, None when it is none for us.

    In private every text is one. In groups only what mentions us, or replies to us; a mention in reply to somebody else's
    message asks about that text.
    """
    text = message.text or ""
    replied = message.reply_to_message
    if replied is not None and (replied.forum_topic_created or not (replied.text or replied.caption)):
        replied = None
    ours = replied is not None and replied.from_user is not None and replied.from_user.id == bot.id
    mentioned = _mentions(message, bot)
    if message.chat.type != "private" and not ours and not mentioned:
        return None
    if mentioned:
        text = " ".join(re.sub(rf"@{re.escape(bot.username)}\b", " ", text, flags=re.IGNORECASE).split())
    about = kept.store.answer_of_message(message.chat.id, replied.message_id) if ours and replied else None
    if replied is not None and not ours and mentioned:
        text = f"{text} {replied.text or replied.caption}".strip()
    return Asked(text, about) if re.search(r"\w", text) else None


def _mentions(message: Message, bot: Bot) -> bool:
    names = message.parse_entities([MessageEntity.MENTION]).values()
    return any(name.lower() == f"@{bot.username}".lower() for name in names)


async def on_message(update: Update, context: Any) -> None:
    """Answer a text message, when it is a question for us."""
    message, kept = update.message, shared(context)
    if message is None or message.from_user is None or message.is_automatic_forward:
        return
    question = await kept.run(asked, message, context.bot, kept)
    if question is None:
        return
    if told := small_talk(question.text):
        await send(context.bot, message, plain(kept.texts(update.effective_sender)(told)))
    else:
        await answer(update, context, question)


async def on_other(update: Update, context: Any) -> None:
    """Tell in private that a picture, a voice message and the like is no question."""
    message = update.message
    if message is not None and message.chat.type == "private":
        await send(context.bot, message, plain(shared(context).texts(update.effective_sender)("only-text")))
