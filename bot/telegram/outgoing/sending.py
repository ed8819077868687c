"""Pages to Telegram: split, in order, buttons on the last part."""

from __future__ import annotations

from telegram import Bot, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.telegram.pages.markup import Page, to_markup
from bot.telegram.pages.split import split
from bot.telegram.shared import topic_of

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


async def send(bot: Bot, to: Message, page: Page) -> list[int]:
    """Answer a message with a page, in groups as a reply to it; return the ids of the messages sent."""
    parts = split(page.html)
    return [await send_part(bot, to, page, parts, n) for n in range(len(parts))]


async def send_part(bot: Bot, to: Message, page: Page, parts: list[str], n: int) -> int:
    """Send one part of a page, the last with its buttons, and return the id of the message."""
    reply = ReplyParameters(to.message_id, allow_sending_without_reply=True) if to.chat.type != "private" else None
    message = await bot.send_message(
        to.chat.id,
        parts[n],
        parse_mode=ParseMode.HTML,
        link_preview_options=_NO_PREVIEW,
        reply_parameters=reply if n == 0 else None,
        message_thread_id=topic_of(to) or None,
        reply_markup=to_markup(page.rows) if n == len(parts) - 1 else None,
    )
    return message.message_id


async def become(bot: Bot, chat: int, message: int, page: Page, part: str, *, last: bool = True) -> None:
    """Turn a message of ours into a part of a page."""
    try:
        await bot.edit_message_text(
            part,
            chat_id=chat,
            message_id=message,
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_markup=to_markup(page.rows) if last else None,
        )
    except BadRequest as exc:
        if "message is not modified" not in exc.message.lower():  # a second tap on the same button
            raise


async def show(bot: Bot, message: Message, page: Page) -> None:
    """Turn a message of ours into a page. Only its first part fits: cards are one message."""
    await become(bot, message.chat.id, message.message_id, page, split(page.html)[0])
