"""What a person sees while an answer is made: "typing", or the sentences of a chat model as they are verified.

In private they are drafts; in groups, where there are none, one placeholder is edited, and becomes the answer.
A frame that cannot go at once is skipped (``pacing``): the next one holds its sentences too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from html import escape
from typing import Any

from telegram import LinkPreviewOptions, Message
from telegram.constants import ChatAction, ParseMode
from telegram.error import TelegramError

from bot.telegram.intake.workers import whole
from bot.telegram.outgoing.pacing import FRAME, Skipped
from bot.telegram.outgoing.sending import send_part
from bot.telegram.pages.markup import plain
from bot.telegram.pages.split import LIMIT, shorten_start
from bot.telegram.pages.texts import Texts
from bot.telegram.shared import Shared, topic_of

TYPING_EVERY = 4.0  # seconds: Telegram shows it for five
DRAFT_EVERY = 1.0
EDIT_EVERY = 4.0
_GOES_ON = "\n…"


class Progress:
    """Shown from ``start`` to ``stop``. With ``streams`` the sentences given to ``add`` are shown too."""

    def __init__(self, bot: Any, message: Message, kept: Shared, texts: Texts, *, streams: bool) -> None:
        self._bot, self._message, self._kept, self._texts = bot, message, kept, texts
        self._streams = streams
        self._sentences: list[str] = []
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        shows = [self._type()]
        if self._streams:
            shows.append(self._draft() if self._message.chat.type == "private" else self._edit())
        self._tasks = [asyncio.create_task(show) for show in shows]

    def add(self, sentence: str) -> None:
        """Show one more sentence. For the event loop's thread."""
        self._sentences.append(sentence)
        self._news.set()

    async def stop(self) -> None:
        """Show nothing more; what is under way ends first, so that nothing overtakes the answer."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _frame(self) -> str:
        text = "\n".join(self._sentences)
        return escape(shorten_start(text, LIMIT - len(_GOES_ON)) + _GOES_ON, quote=False)

    async def _type(self) -> None:
        chat, topic = self._message.chat.id, topic_of(self._message) or None
        while not self._sentences:
            with suppress(TelegramError):
                await self._bot.send_chat_action(chat, ChatAction.TYPING, message_thread_id=topic)
            await asyncio.sleep(TYPING_EVERY)

    async def _draft(self) -> None:
        await self._show_frames(self._send_draft, DRAFT_EVERY)

    async def _send_draft(self, frame: str) -> Any:
        return await self._bot.send_message_draft(
            self._message.chat.id,
            self._message.message_id,
            frame,
            message_thread_id=topic_of(self._message) or None,
            parse_mode=ParseMode.HTML,
        )

    async def _edit(self) -> None:
        with suppress(TelegramError):
            placeholder = await whole(self._placeholder())
            await self._show_frames(partial(self._edit_placeholder, placeholder), EDIT_EVERY)

    async def _edit_placeholder(self, placeholder: int, frame: str) -> Any:
        return await self._bot.edit_message_text(
            frame,
            chat_id=self._message.chat.id,
            message_id=placeholder,
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            rate_limit_args=FRAME,
        )

    async def _show_frames(self, show: Callable[[str], Awaitable[Any]], every: float) -> None:
        """Show the newest frame whenever there is news; one that was skipped is news still."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await whole(show(self._frame()))  # or Telegram might apply it after the answer
            except Skipped:
                self._news.set()
            except TelegramError:  # a frame that cannot be shown is no loss: the answer comes
                pass
            await asyncio.sleep(every)

    async def _placeholder(self) -> int:
        """Return the message that becomes the answer: that of an earlier run, or a new one."""
        chat, question = self._message.chat.id, self._message.message_id
        found: int = await self._kept.run(self._kept.store.placeholder, chat, question)
        if not found:
            page = plain(self._texts("thinking"))
            found = await send_part(self._bot, self._message, page, [page.html], 0)
            await self._kept.run(self._kept.store.set_placeholder, chat, question, found)
        return found


async def take_back(bot: Any, message: Message, kept: Shared) -> None:
    """Delete the placeholder of a question that gets no answer."""
    chat, question = message.chat.id, message.message_id
    placeholder = await kept.run(kept.store.placeholder, chat, question)
    if placeholder:
        with suppress(TelegramError):
            await bot.delete_message(chat, placeholder)
        await kept.run(kept.store.set_placeholder, chat, question, 0)
