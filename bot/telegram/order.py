"""The order in which updates are handled: those of one lane one after the other, different lanes side by side."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Coroutine
from typing import Any

from telegram import MessageEntity, Update
from telegram.constants import ChatType
from telegram.ext import BaseUpdateProcessor

Lane = tuple[str, int, int]  # ("thread", chat, thread) or, in groups, ("sender", chat, user)


class Lanes(BaseUpdateProcessor):
    """A lane is a chat and thread; in groups the messages of one sender are in order across its threads too.

    ``concurrent`` bounds how many lanes run at once; what waits in a lane takes no place from another. Callback and
    inline queries, changes of the bot's own membership, /stop, and what belongs to no chat run at once, outside of
    that bound: a bot that is busy still answers a tap, and can be stopped.
    """

    def __init__(self, concurrent: int = 256) -> None:
        if concurrent < 1:
            raise ValueError(f"at least 1 update must run at a time, not {concurrent}")
        # The base class would count updates that wait in a lane as running: one busy chat could stop all the others.
        super().__init__(sys.maxsize)
        self._places = asyncio.Semaphore(concurrent)
        self._lanes: dict[Lane, deque[_Turn]] = {}
        self._waiting = 0
        self._present = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def waiting(self) -> int:
        """Return how many updates wait for others of their lanes."""
        return self._waiting

    def lanes(self) -> int:
        """Return how many lanes hold an update, running or waiting; in groups a sender is one beside the thread."""
        return len(self._lanes)

    async def initialize(self) -> None:
        """Nothing has to be prepared."""

    async def shutdown(self) -> None:
        """Wait for every update that was taken in."""
        await self._idle.wait()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await ``coroutine`` in its turn; what it raises is raised, and its lanes go on."""
        self._present += 1
        self._idle.clear()
        started = False
        try:
            lanes = lanes_of(update)
            if not lanes:
                started = True
                await coroutine
                return
            turn = _Turn(lanes)
            try:
                await self._join(turn)
                async with self._places:
                    started = True
                    await coroutine
            finally:
                self._leave(turn)
        finally:
            if not started and isinstance(coroutine, Coroutine):
                coroutine.close()  # cancelled while it waited
            self._present -= 1
            if not self._present:
                self._idle.set()

    async def _join(self, turn: _Turn) -> None:
        # All lanes at once, before anything is awaited: so all lanes agree on who came first, and none can deadlock.
        for lane in turn.lanes:
            self._lanes.setdefault(lane, deque()).append(turn)
        if self._is_first(turn):
            return
        self._waiting += 1
        try:
            await turn.come.wait()
        finally:
            self._waiting -= 1

    def _leave(self, turn: _Turn) -> None:
        for lane in turn.lanes:
            queue = self._lanes[lane]
            queue.remove(turn)
            if not queue:
                del self._lanes[lane]
            elif self._is_first(queue[0]):
                queue[0].come.set()

    def _is_first(self, turn: _Turn) -> bool:
        return all(self._lanes[lane][0] is turn for lane in turn.lanes)


class _Turn:
    """An update's place in its lanes; ``come`` once it is the first in all of them."""

    __slots__ = ("come", "lanes")

    def __init__(self, lanes: tuple[Lane, ...]) -> None:
        self.lanes = lanes
        self.come = asyncio.Event()


def lanes_of(update: object) -> tuple[Lane, ...]:
    """Return the lanes in which an update has to wait; none: it runs at once."""
    if not isinstance(update, Update) or update.callback_query or update.inline_query or update.my_chat_member:
        return ()
    chat, message, sender = update.effective_chat, update.effective_message, update.effective_sender
    if chat is None or _is_stop(update):
        return ()
    thread: Lane = ("thread", chat.id, (message and message.message_thread_id) or 0)
    if message is None or sender is None or chat.type not in (ChatType.GROUP, ChatType.SUPERGROUP):
        return (thread,)
    return (thread, ("sender", chat.id, sender.id))


def _is_stop(update: Update) -> bool:
    """As CommandHandler finds a command: at the start, in any case, perhaps with a bot's name."""
    message = update.message
    if message is None or not message.text or not message.entities:
        return False
    first = message.entities[0]
    if first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
        return False
    return message.text[: first.length].partition("@")[0].lower() == "/stop"
