"""Everything that happened, in order, and waiting for it without polling."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from tests.telegram_emulator.values import Event

KINDS = frozenset(
    {
        "message",  # the bot sent one: Sent
        "edit",  # the bot edited one: Sent as it is now
        "delete",  # the bot deleted one: Sent
        "draft",  # Draft
        "action",  # Action
        "callback_answer",  # CallbackAnswer
        "inline_answer",  # InlineAnswer
        "commands",  # setMyCommands or deleteMyCommands: (scope, language, commands)
        "call",  # any request was answered: Call
        "update",  # an update was put into the queue: its JSON
        "confirmed",  # the bot took an update: its id
        "webhook",  # setWebhook or deleteWebhook: the URL or ""
        "webhook_error",  # a delivery failed: what getWebhookInfo says
        "polling",  # a getUpdates began to wait: its offset
    }
)
T = TypeVar("T")
_Where = Callable[[Any], bool]


class Journal:
    """``events`` in order. Waiters for one chat are woken by that chat's events only."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._by_kind: defaultdict[tuple[str, int | None], list[Event]] = defaultdict(list)
        self._waiting: defaultdict[tuple[str, int | None], list[tuple[_Where, asyncio.Future[Event]]]]
        self._waiting = defaultdict(list)
        self._conditions: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    @property
    def position(self) -> int:
        """The number of the last event: give it as ``after`` to wait for what comes later."""
        return len(self.events)

    def record(self, kind: str, chat: int | None, value: Any) -> None:
        assert kind in KINDS
        event = Event(len(self.events) + 1, kind, chat, value)
        self.events.append(event)
        self._by_kind[kind, None].append(event)
        keys: list[tuple[str, int | None]] = [(kind, None)]
        if chat is not None:
            self._by_kind[kind, chat].append(event)
            keys.append((kind, chat))
        for key in keys:
            if waiting := self._waiting.get(key):
                self._waiting[key] = [w for w in waiting if not _settle(w, event)]
        self._conditions = [c for c in self._conditions if not _check(c)]

    async def wait(
        self, kind: str, chat: int | None, after: int, where: _Where | None, timeout: float, count: int
    ) -> Event:
        """The ``count``-th event of the kind past ``after`` (in the chat) whose value satisfies ``where``."""
        assert count >= 1
        if kind not in KINDS:
            raise ValueError(f"no events of the kind {kind!r}; there are {sorted(KINDS)}")
        fits = where or (lambda value: True)
        past, number = self._by_kind[kind, chat], after
        event: Event | None = None
        for nth in range(1, count + 1):
            event = next((e for e in past[bisect_right(past, number, key=_number) :] if fits(e.value)), None)
            if event is None:
                future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
                self._waiting[kind, chat].append((fits, future))
                event = await self._in_time(future, f"{kind} number {nth} of {count}", chat, timeout)
            number = event.number
        assert event is not None
        return event

    async def until(self, condition: Callable[[], T], timeout: float) -> T:
        """What ``condition`` returns once it is true; it is looked at after every event."""
        if value := condition():
            return value
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._conditions.append((condition, future))
        return await self._in_time(future, "the condition", None, timeout)

    async def _in_time(self, future: asyncio.Future[T], what: str, chat: int | None, timeout: float) -> T:
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            there = [e for e in self.events if chat in (None, e.chat) and e.kind not in ("polling", "confirmed")]
            last = "\n  ".join(str(e)[:300] for e in there[-8:])
            raise TimeoutError(f"{what} did not come in {timeout} s; the last of {len(there)}:\n  {last}") from None


def _number(event: Event) -> int:
    return event.number


def _settle(waiter: tuple[_Where, asyncio.Future[Event]], event: Event) -> bool:
    fits, future = waiter
    if not future.done() and fits(event.value):
        future.set_result(event)
    return future.done()


def _check(waiter: tuple[Callable[[], Any], asyncio.Future[Any]]) -> bool:
    condition, future = waiter
    if not future.done():
        try:
            if value := condition():
                future.set_result(value)
        except Exception as exc:  # the test's own mistake: raised where it waits
            future.set_exception(exc)
    return future.done()
