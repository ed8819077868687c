"""Pages to Telegram: split, in order, buttons on the last part."""

from __future__ import annotations

from telegram import Bot, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.telegram.markup import Page, to_markup
from bot.telegram.split import split

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def topic_of(message: Message) -> int:
    """Return the forum topic of a message, 0 when it is in none (a chain of replies is no topic)."""
    return (message.message_thread_id or 0) if message.is_topic_message else 0


async def send(bot: Bot, to: Message, page: Page) -> list[int]:
    """Answer a message with a page, in groups as a reply to it; return the ids of the messages sent."""
    sent: list[int] = []
    parts = split(page.html)
    for number, part in enumerate(parts, 1):
        reply = ReplyParameters(to.message_id, allow_sending_without_reply=True) if to.chat.type != "private" else None
        message = await bot.send_message(
            to.chat.id,
            part,
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_parameters=reply if number == 1 else None,
            message_thread_id=topic_of(to) or None,
            reply_markup=to_markup(page.rows) if number == len(parts) else None,
        )
        sent.append(message.message_id)
    return sent


async def show(bot: Bot, message: Message, page: Page) -> None:
    """Turn a message of ours into a page. Only its first part fits: cards are one message."""
    try:
        await bot.edit_message_text(
            split(page.html)[0],
            chat_id=message.chat.id,
            message_id=message.message_id,
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_markup=to_markup(page.rows),
        )
    except BadRequest as exc:
        if "message is not modified" not in exc.message.lower():  # a second tap on the same button
            raise
