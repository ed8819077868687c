"""What the bot sends, paced to Telegram's limits, and repeated where that is safe.

Limits: core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this. A request is counted when its answer
came, not when it left: so the server cannot have counted it later than we did, however long the ways there took.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.telegram.outgoing.rates import Spacing, Window
from bot.telegram.outgoing.retries import (
    IDEMPOTENT,
    REPEATS_FAILED,
    REPEATS_FLOODED,
    REPEATS_MESSAGE,
    TOOK_EFFECT,
    backoff,
    is_unsent,
    seconds_of,
    without_effect,
)

Result = bool | dict[str, Any] | list[dict[str, Any]]
_Request = Callable[[], Coroutine[Any, Any, Result]]

FRAME: Final = "frame"
"""``rate_limit_args`` of an edit that only shows progress: it is skipped when it cannot go at once."""

OPTIONAL = frozenset({"sendChatAction", "sendMessageDraft"})
OVERALL = 30  # messages a second
GROUP = 20  # messages and edits a minute in one group
RESERVE = 5  # of these, kept free of frames for messages
_ROUNDING = 0.001  # seconds slept on top, so that a rounded clock is past the moment and not just before it
_FEW = 256  # chats that are remembered without looking whether they are idle

_CREATING = ("copy", "forward", "send")


@dataclass(frozen=True, slots=True)
class Stats:
    """Since the start: 429s received, requests repeated, optional requests that were not sent or came to nothing."""

    floods: int
    retries: int
    dropped: int


class Skipped(TelegramError):
    """Something optional was not sent, or came to nothing: the next of its kind shows what it would have shown."""

    def __init__(self) -> None:
        super().__init__("skipped to keep within Telegram's limits")


class _Line:
    """One chat, or one endpoint whose requests name no chat: what it may send, and until when it may not."""

    __slots__ = ("blocked", "messages", "optional", "rate", "turn", "users")

    def __init__(self, rate: Spacing | Window | None) -> None:
        self.rate = rate
        self.turn = asyncio.Lock()
        self.users = 0
        self.messages = 0  # under way or waiting
        self.blocked = -math.inf  # until then nothing goes
        self.optional = -math.inf  # until then nothing optional goes

    def is_idle(self, now: float) -> bool:
        return not self.users and max(self.blocked, self.optional) <= now and (not self.rate or self.rate.is_idle(now))


class Pacing(BaseRateLimiter[Literal["frame"]]):
    """Give it to ``ApplicationBuilder.rate_limiter``.

    Messages (in groups edits too) wait their turn, in order in each chat; one chat never waits for another, save for
    the overall limit. ``OPTIONAL`` requests, and edits marked ``FRAME``, never wait: they go at once, at most one a
    second in a chat, or are skipped, and then Skipped is raised. After a 429 only that chat waits. A message is not
    repeated when it may have arrived. Raises what the request raised, once repeating it is no use.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._lines: dict[int | str, _Line] = {}
        self._sweep_at = _FEW
        self._overall, self._extras = Window(OVERALL, 1.0), Window(OVERALL, 1.0)
        self._flying = 0  # messages under way, not in self._overall yet
        self._landed = asyncio.Event()
        self._gate = asyncio.Lock()  # its holder is the next message to go, of all chats
        self._queued = self._floods = self._retries = self._dropped = 0
        self._waiting: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def initialize(self) -> None:
        """Nothing has to be prepared."""

    async def shutdown(self) -> None:
        """Nothing is held: whoever waits can be cancelled."""

    def close(self) -> None:
        """Send nothing from now on: whoever waits, or comes, is cancelled. What is under way comes to its end."""
        self._closed = True
        for task in self._waiting:
            task.cancel()

    def queued(self) -> int:
        """Return how many messages wait to be sent, or to be sent again."""
        return self._queued

    def remembered(self) -> int:
        """Return how many chats and endpoints are remembered; idle ones are forgotten as new ones come."""
        return len(self._lines)

    def stats(self) -> Stats:
        return Stats(self._floods, self._retries, self._dropped)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Literal["frame"] | None,
    ) -> Result:
        """Send a request when it may go; python-telegram-bot calls this. ValueError: a frame that is no edit."""
        if self._closed:
            raise asyncio.CancelledError
        if rate_limit_args is not None and (rate_limit_args != FRAME or not endpoint.startswith("edit")):
            raise ValueError(f"{endpoint} takes no rate_limit_args={rate_limit_args!r}: frames are edits")

        def request() -> Coroutine[Any, Any, Result]:
            return callback(*args, **kwargs)

        chat = _chat_of(data)
        with self._line(endpoint if chat is None else chat) as line:
            rate = line.rate if _counts(endpoint, chat) else None
            if endpoint in OPTIONAL or rate_limit_args is not None:
                return await self._at_once_or_never(request, line, rate)
            with self._cancellable():
                if rate is None:
                    return await self._insist(request, endpoint, line, None)
                with self._message(line):
                    self._queued += 1
                    try:
                        async with line.turn:
                            return await self._insist(request, endpoint, line, rate)
                    finally:
                        self._queued -= 1

    @contextmanager
    def _line(self, key: int | str) -> Iterator[_Line]:
        line = self._lines.get(key)
        if line is None:
            if len(self._lines) >= self._sweep_at:
                now = self._clock()
                self._lines = {k: v for k, v in self._lines.items() if not v.is_idle(now)}
                self._sweep_at = max(_FEW, 2 * len(self._lines))
            line = self._lines[key] = _Line(_rate_of(key))
        line.users += 1
        try:
            yield line
        finally:
            line.users -= 1

    @contextmanager
    def _cancellable(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        try:
            yield
        finally:
            self._waiting.discard(task)

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        """``close`` leaves alone what is between here and there."""
        task = asyncio.current_task()
        assert task is not None
        self._waiting.discard(task)
        try:
            yield
        finally:
            self._waiting.add(task)

    @contextmanager
    def _message(self, line: _Line) -> Iterator[None]:
        line.messages += 1
        try:
            yield
        finally:
            line.messages -= 1

    async def _insist(self, request: _Request, endpoint: str, line: _Line, rate: Spacing | Window | None) -> Result:
        """Send a request in its turn, and again after what may pass."""
        repeatable = endpoint.startswith(IDEMPOTENT)
        flooded = failed = 0
        in_doubt = False
        while True:
            await self._until_free(line, rate)
            if self._closed:
                raise asyncio.CancelledError
            try:
                if rate is None:
                    with self._under_way():
                        return await request()
                self._queued -= 1
                try:
                    with self._under_way():
                        return await self._fly(request, rate)
                finally:
                    self._queued += 1
            except RetryAfter as error:
                self._floods += 1
                line.blocked = max(line.blocked, self._clock() + seconds_of(error))
                flooded += 1
                if flooded > REPEATS_FLOODED:
                    raise
            except BadRequest as error:
                if in_doubt and any(words in error.message.lower() for words in TOOK_EFFECT):
                    return True  # the attempt before, of which no answer came, did it
                raise
            except NetworkError as error:
                failed += 1
                most = REPEATS_FAILED if rate is None else REPEATS_MESSAGE
                if failed > most or not (repeatable or without_effect(error)):
                    raise
                in_doubt = in_doubt or not is_unsent(error)
                await self._sleep(backoff(failed))
            self._retries += 1

    async def _until_free(self, line: _Line, rate: Spacing | Window | None) -> None:
        """Wait until the line may send; for what is counted until the overall limit allows it too, and take a place."""
        while True:
            while (wait := max(line.blocked - (now := self._clock()), rate.wait(now) if rate else 0.0)) > 0:
                await self._sleep(wait + _ROUNDING)
            if rate is None:
                return
            async with self._gate:
                while (wait := self._overall.wait(self._clock(), self._flying)) > 0:
                    if wait < math.inf:
                        await self._sleep(wait + _ROUNDING)
                    else:  # all places are under way
                        self._landed.clear()
                        await self._landed.wait()
                if line.blocked <= self._clock():  # an edit may have met a 429 meanwhile
                    self._flying += 1
                    return

    async def _fly(self, request: _Request, rate: Spacing | Window) -> Result:
        """Send what has its place, and count it: also what failed, where Telegram may have counted it."""
        counted = True
        try:
            return await request()
        except TelegramError as error:
            counted = not (isinstance(error, RetryAfter) or is_unsent(error))
            raise
        finally:
            self._flying -= 1
            self._landed.set()
            if counted:
                now = self._clock()
                self._overall.count(now)
                rate.count(now)

    async def _at_once_or_never(self, request: _Request, line: _Line, rate: Spacing | Window | None) -> Result:
        """Send something optional if no message could miss the place; else, and if it fails in passing, drop it."""
        if not self._has_room(line, rate):
            self._dropped += 1
            raise Skipped
        line.optional = self._clock() + 1.0
        try:
            if rate is None:
                self._extras.count(self._clock())
                return await request()
            self._flying += 1
            with self._message(line):
                async with line.turn:  # it is free; the last edit must not overtake a frame
                    return await self._fly(request, rate)
        except RetryAfter as error:
            self._floods += 1
            line.optional = max(line.optional, self._clock() + seconds_of(error))
            if rate is not None:  # a message would have met it too
                line.blocked = max(line.blocked, line.optional)
        except BadRequest:
            raise
        except NetworkError:
            pass
        self._dropped += 1
        raise Skipped

    def _has_room(self, line: _Line, rate: Spacing | Window | None) -> bool:
        now = self._clock()
        if line.messages or max(line.blocked, line.optional) > now:
            return False
        if isinstance(rate, Window) and rate.room(now) <= RESERVE:
            return False
        return self._flying + self._extras.taken(now) < self._overall.room(now)


def _chat_of(data: dict[str, Any]) -> int | str | None:
    chat: Any = data.get("chat_id")
    try:
        return None if chat is None else int(chat)
    except ValueError:
        return str(chat)  # "@name" of a channel or group


def _rate_of(key: int | str) -> Spacing | Window | None:
    if isinstance(key, int):
        return Spacing(every=1.0, burst=3) if key > 0 else Window(GROUP, 60.0)
    return Window(GROUP, 60.0) if key.startswith("@") else None


def _counts(endpoint: str, chat: int | str | None) -> bool:
    """Return whether a request is limited: messages, and in groups their edits."""
    if chat is None or endpoint in OPTIONAL:
        return False
    is_private = isinstance(chat, int) and chat > 0
    return endpoint.startswith(_CREATING) or (endpoint.startswith("editMessage") and not is_private)
