"""A clock that goes on by itself once everybody waits, and requests paced by it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from telegram.error import (
    TelegramError,
)

from bot.telegram.outgoing.pacing import FRAME, Pacing, Skipped
from tests.telegram_emulator import ManualClock

ADA, BOB, GROUP = 1001, 1002, -1_001_000_000_001


@dataclass
class Time:
    """A clock that goes on to the next sleeper once nothing else can happen."""

    clock: ManualClock
    busy: Callable[[], bool] = lambda: False
    sleepers: list[tuple[float, int, asyncio.Future[None]]] = field(default_factory=list)
    numbers: Any = field(default_factory=itertools.count)

    def __call__(self) -> float:
        return self.clock()

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self.sleepers, (self.clock() + seconds, next(self.numbers), future))
        await future

    async def settle(self) -> None:
        """Until everybody waits for the clock, or for what only the test can do: until the loop has nothing to call."""
        loop: Any = asyncio.get_running_loop()
        await asyncio.sleep(0)
        while loop._ready or self.busy():
            await asyncio.sleep(0)

    async def run(self, *work: Awaitable[Any], until: float | None = None) -> list[Any]:
        """What came of each, in order: results and errors. ``until``: no further than this time; then what is done."""
        tasks = [asyncio.ensure_future(w) for w in work]
        await self.settle()
        while self.sleepers and (until is None or self.sleepers[0][0] <= until):
            if tasks and all(task.done() for task in tasks):
                break
            when, _, future = heapq.heappop(self.sleepers)
            if not future.done():
                self.clock.now = max(self.clock.now, when)
                future.set_result(None)
            await self.settle()
        if until is not None:
            self.clock.now = max(self.clock.now, until)
            tasks = [task for task in tasks if task.done()]
        assert all(task.done() for task in tasks), "somebody waits for nothing"
        return await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Wire:
    """Requests as PTB would make them: what went, when, and what comes of it."""

    time: Time
    pacing: Pacing
    went: list[tuple[float, Any, Any]] = field(default_factory=list)  # when, chat or endpoint, what
    answers: dict[Any, list[Any]] = field(default_factory=dict)  # by chat or endpoint: errors, None for success
    takes: float = 0.0

    async def send(self, chat: Any = ADA, what: Any = "", endpoint: str = "sendMessage", frame: bool = False) -> Any:
        data = {} if chat is None else {"chat_id": chat}
        key = endpoint if chat is None else chat

        async def callback(*args: Any, **kwargs: Any) -> Any:
            assert (args, kwargs) == ((endpoint, data), {"read_timeout": 3})
            self.went.append((round(self.time(), 2), key, what))
            if self.takes:
                await self.time.sleep(self.takes)
            if self.answers.get(key) and (answer := self.answers[key].pop(0)) is not None:
                raise answer
            return {"message_id": len(self.went)}

        try:
            return await self.pacing.process_request(
                callback, (endpoint, data), {"read_timeout": 3}, endpoint, data, FRAME if frame else None
            )
        except Skipped:
            return Skipped

    def times(self, key: Any = ADA, since: int = 0) -> list[float]:
        """Whole tenths of seconds since the start (1000) at which something went there."""
        return [round(when - 1000, 1) for when, to, _ in self.went[since:] if to == key]


def made(time: Time) -> Wire:
    return Wire(time, Pacing(time, time.sleep))


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error
