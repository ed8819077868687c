"""The order in which updates are handled: those of one lane one after the other, different lanes side by side."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

from telegram import MessageEntity, Update
from telegram.ext import BaseUpdateProcessor

Lane = tuple[str, int, int]  # ("thread", chat, thread), ("sender", user, 0) or ("index", user, 0)
OF_ONE = 10  # updates of one sender that may be there at a time


@dataclass(frozen=True, slots=True)
class Arrival:
    """How and when (monotonic seconds) an update came, and its id.

    What is ``overfull`` came past the bound: it is told so and not worked on. What is ``resumed`` was accepted by an
    earlier run: it is neither refused nor counted again.
    """

    kind: Literal["new", "overfull", "resumed"]
    at: float
    update: int = -1


ARRIVAL: ContextVar[Arrival] = ContextVar("arrival")  # of the update that is being handled


class Lanes(BaseUpdateProcessor):
    """A lane is a chat and thread; the messages of one sender are in order across all chats too.

    ``concurrent`` bounds how many lanes run at once; what waits in a lane takes no place from another. Callback and
    inline queries, changes of the bot's own membership, /stop, and what belongs to no chat run at once, outside of
    that bound: a bot that is busy still answers a tap, and can be stopped. So does what comes when ``most`` are there
    already, or ``OF_ONE`` of the same sender, as ``overfull``. /index, which takes minutes, has lanes of its own.
    """

    def __init__(self, concurrent: int = 256, most: int = sys.maxsize) -> None:
        if concurrent < 1:
            raise ValueError(f"at least 1 update must run at a time, not {concurrent}")
        # The base class would count updates that wait in a lane as running: one busy chat could stop all the others.
        super().__init__(sys.maxsize)
        self._places = asyncio.Semaphore(concurrent)
        self._lanes: dict[Lane, deque[_Turn]] = {}
        self._most, self._held = most, 0  # in lanes: what runs at once, a reply that we are busy too, is not counted
        self._promised: set[int] = set()
        self._waiting: set[asyncio.Task[Any]] = set()
        self._running: set[asyncio.Task[Any]] = set()
        self._draining = False
        self._idle = asyncio.Event()
        self._idle.set()

    def waiting(self) -> int:
        """Return how many updates wait: for others of their lanes, or for a place."""
        return len(self._waiting)

    def lanes(self) -> int:
        """Return how many lanes hold an update, running or waiting; a sender's is one beside the thread's."""
        return len(self._lanes)

    def promise(self, update_id: int) -> None:
        """Announce an update that an earlier run accepted: it is handled as ``resumed``."""
        self._promised.add(update_id)

    async def initialize(self) -> None:
        """Nothing has to be prepared."""

    async def shutdown(self) -> None:
        """Wait for every update that was taken in."""
        await self._idle.wait()

    async def drain(self, grace: float) -> None:
        """Cancel what waits and what still comes, and give what runs ``grace`` seconds to end."""
        self._draining = True
        for task in self._waiting:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._idle.wait()

    async def cancel(self) -> None:
        """Cancel what still runs, and wait for its end."""
        for task in self._running:
            task.cancel()
        await self._idle.wait()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await ``coroutine`` in its turn; what it raises is raised, and its lanes go on."""
        task = asyncio.current_task()
        assert task is not None
        try:
            if self._draining:
                raise asyncio.CancelledError
            lanes = self._admitted(update)
            self._waiting.add(task)
            self._idle.clear()
            if not lanes:
                await self._run(task, coroutine)
                return
            turn = _Turn(lanes)
            self._held += 1
            try:
                await self._join(turn)
                async with self._places:
                    await self._run(task, coroutine)
            finally:
                self._held -= 1
                self._leave(turn)
        finally:
            if task in self._waiting and isinstance(coroutine, Coroutine):
                coroutine.close()  # cancelled while it waited
            self._waiting.discard(task)
            self._running.discard(task)
            if not self._waiting and not self._running:
                self._idle.set()

    async def _run(self, task: asyncio.Task[Any], coroutine: Awaitable[Any]) -> None:
        self._waiting.discard(task)
        self._running.add(task)
        await coroutine

    def _admitted(self, update: object) -> tuple[Lane, ...]:
        """Return the lanes in which an update waits, and note how it came."""
        lanes, now = lanes_of(update), time.monotonic()
        number = update.update_id if isinstance(update, Update) else -1
        if number in self._promised:
            self._promised.discard(number)
            ARRIVAL.set(Arrival("resumed", now, number))
        elif lanes and (self._held >= self._most or self._is_one_of_many(lanes)):
            ARRIVAL.set(Arrival("overfull", now, number))
            return ()
        else:
            ARRIVAL.set(Arrival("new", now, number))
        return lanes

    def _is_one_of_many(self, lanes: tuple[Lane, ...]) -> bool:
        """Whether its sender alone fills the places of all."""
        return any(len(self._lanes.get(lane, ())) >= OF_ONE for lane in lanes if lane[0] != "thread")

    async def _join(self, turn: _Turn) -> None:
        # All lanes at once, before anything is awaited: so all lanes agree on who came first, and none can deadlock.
        for lane in turn.lanes:
            self._lanes.setdefault(lane, deque()).append(turn)
        if not self._is_first(turn):
            await turn.come.wait()

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
    command = _command(update)
    if chat is None or command == "/stop":
        return ()
    if command == "/index" and sender is not None:
        return (("index", sender.id, 0),)
    thread: Lane = ("thread", chat.id, (message and message.message_thread_id) or 0)
    return (thread,) if sender is None else (thread, ("sender", sender.id, 0))


def _command(update: Update) -> str:
    """Return the command of a new message or its caption in lower case: at the start, perhaps with a bot's name."""
    message = update.message
    entities = (message.entities or message.caption_entities) if message is not None else ()
    if message is None or not entities:
        return ""
    first = entities[0]
    if first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
        return ""
    return (message.text or message.caption or "")[: first.length].partition("@")[0].lower()
