"""A question in a chat: which messages are one, who may ask, and how the answer is made and sent."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import Any

from telegram import Bot, Message, MessageEntity, Update
from telegram.constants import ChatAction
from telegram.error import TelegramError

from answering.conversation import Conversation
from answering.types import Answer
from bot.telegram.markup import Page
from bot.telegram.render import answer_page
from bot.telegram.sending import send, topic_of
from bot.telegram.shared import Shared, shared
from bot.telegram.store import Asker, StoredAnswer, turn

LONGEST = 1000  # characters of a question


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the answer of ours that it replies to."""

    text: str
    about: StoredAnswer | None = None


def plain(text: str) -> Page:
    """Return a page of interface text."""
    return Page(escape(text, quote=False))


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
    return Asked(text, about) if text.strip() else None


def _mentions(message: Message, bot: Bot) -> bool:
    names = message.parse_entities([MessageEntity.MENTION]).values()
    return any(name.lower() == f"@{bot.username}".lower() for name in names)


async def on_message(update: Update, context: Any) -> None:
    """Answer a text message, when it is a question for us."""
    message, kept = update.message, shared(context)
    if message is None or message.from_user is None:
        return
    question = await kept.run(asked, message, context.bot, kept)
    if question is not None:
        await answer(update, context, question)


async def answer(update: Update, context: Any, question: Asked) -> None:
    """Answer a question of ``update.message``, within the limits; ``/stop`` ends it."""
    message, kept, bot = update.message, shared(context), context.bot
    if message is None or message.from_user is None:
        return
    user, texts = message.from_user, kept.texts(message.from_user)
    if len(question.text) > LONGEST:
        await send(bot, message, plain(texts("question-too-long", limit=LONGEST)))
        return
    if len(kept.asking) >= kept.settings.telegram_queue:
        await send(bot, message, plain(texts("busy")))
        return
    limit = kept.people.may_ask(user.id, kept.now(), kept.settings)
    if limit:
        text = (
            texts("daily-limit", limit=kept.settings.telegram_per_day)
            if limit == "day"
            else texts("rate-limit", seconds=60)
        )
        await send(bot, message, plain(text))
        return
    kept.people.note_question(user.id, kept.now())
    task = asyncio.create_task(_answer(update, bot, kept, question))
    kept.asking[user.id] = task
    try:
        await task
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if current is not None and current.cancelling():
            # We are being shut down: the update is kept, and handled again.
            task.cancel()
            raise
    finally:
        kept.asking.pop(user.id, None)


async def _answer(update: Update, bot: Bot, kept: Shared, question: Asked) -> None:
    message = update.message
    assert message is not None
    assert message.from_user is not None
    asker = Asker(message.chat.id, topic_of(message), message.from_user.id)
    typing = asyncio.create_task(_typing(bot, message))
    try:
        found = await kept.run(_ask, kept, asker, question)
        number = await kept.run(kept.store.save, asker, message.message_id, found, kept.now())
        stored = await kept.run(kept.store.get, number)
        articles = await kept.run(lambda: kept.archive.coverage().articles)
    finally:
        typing.cancel()
    if stored is None or not await kept.run(kept.inbox.claim_answer, update.update_id):
        return  # forgotten, or answered, meanwhile
    page = answer_page(number, stored.body, kept.texts(message.from_user), articles=articles)
    # From here on it is sent whole, /stop or not: half an answer would be worse than one too many.
    await asyncio.shield(_send_answer(update, bot, kept, page, number))


async def _send_answer(update: Update, bot: Bot, kept: Shared, page: Page, number: int) -> None:
    assert update.message is not None
    try:
        sent = await send(bot, update.message, page)
    except TelegramError:
        await kept.run(kept.inbox.answered, update.update_id)  # blocked, or gone: nobody waits for it any more
        raise
    await kept.run(kept.store.sent, number, update.message.chat.id, sent)
    await kept.run(kept.inbox.answered, update.update_id)


def _ask(kept: Shared, asker: Asker, question: Asked) -> Answer:
    """Ask with what was said before: the answer that is replied to, else the conversation."""
    if question.about is not None:
        conversation = Conversation((turn(question.about),))
    else:
        hours = kept.settings.telegram_conversation_hours
        conversation = kept.store.conversation(asker, kept.now() - hours * 3600)
    return kept.answerer.ask(question.text, conversation=conversation)


async def _typing(bot: Bot, message: Message) -> None:
    """Show that we are at it, again every four seconds, for as long as Telegram shows it."""
    while True:
        with suppress(TelegramError):
            await bot.send_chat_action(message.chat.id, ChatAction.TYPING, message_thread_id=topic_of(message) or None)
        await asyncio.sleep(4)
