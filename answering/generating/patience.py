"""How long a chat model is waited for, and waiting that can end whatever the other side does."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")

BEAT = 1.0  # seconds after which whoever waits is told that the wait goes on


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: until the ``first`` word (all attempts and pauses included), ``between`` two, and for the ``whole`` answer.

    A request is made at most ``attempts`` times. Before the n-th again there is a pause of up to backoff * 2^(n-1), at
    least half of it (so that many clients do not come back at once), or as long as the provider asks for; whoever asks for
    more than ``longest`` is not asked again.
    """

    first: float = 60.0
    between: float = 30.0
    whole: float = 300.0
    attempts: int = 3
    backoff: float = 0.5
    longest: float = 20.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random  # in [0, 1)

    @classmethod
    def of(cls, timeout: float) -> Patience:
        """Return the patience of CHAT_TIMEOUT: so long for the first word, half of it for the next, five times in all."""
        return cls(first=timeout, between=timeout / 2, whole=max(timeout, min(5 * timeout, 3_600.0)))

    def pause(self, attempt: int, asked_for: float | None) -> float:
        """Return how long to wait after the given attempt, from 1."""
        if asked_for is not None:
            return asked_for
        return self.backoff * 2.0 ** (attempt - 1) * (1 + self.chance()) / 2

    def sleeping(self, seconds: float) -> Iterator[None]:
        """Sleep, yielding once in each ``BEAT``."""
        while seconds > 0:
            yield
            self.sleep(min(seconds, BEAT))
            seconds -= BEAT


@dataclass(frozen=True, slots=True)
class Raised:
    """What an iterator raised in place of an item."""

    error: BaseException


class Ended:
    """What stands for the end of an iterator."""


class Steps(Generic[T]):
    """The items of an iterator, each taken in a thread of its own once it is asked for, so that waiting for it can end.

    ``close`` at any time: between two items it closes the iterator at once, else as soon as the item comes.
    """

    def __init__(self, make: Callable[[], Iterator[T]], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: SimpleQueue[bool] = SimpleQueue()
        self._got: SimpleQueue[T | Raised | Ended] = SimpleQueue()
        # A daemon: an answer that never comes must not keep the program from ending.
        Thread(target=copy_context().run, args=(self._work, make), name="chat model", daemon=True).start()

    def next(self, until: float) -> Iterator[T | Raised | Ended | None]:
        """Yield None once in each ``BEAT`` while there is no item, then the item; a TimeoutError for it past ``until``."""
        if self._clock() < until:
            self._asked.put(True)
        while (left := until - self._clock()) > 0:
            try:
                yield self._got.get(timeout=min(left, BEAT))
                return
            except Empty:
                yield None
        yield Raised(TimeoutError())

    def close(self) -> None:
        self._asked.put(False)

    def _work(self, make: Callable[[], Iterator[T]]) -> None:
        iterator: Iterator[T] | None = None
        while self._asked.get():
            try:
                iterator = iterator if iterator is not None else iter(make())
                self._got.put(next(iterator, Ended()))
            except BaseException as exc:  # it belongs to whoever waits
                self._got.put(Raised(exc))
        with suppress(Exception):
            getattr(iterator, "close", lambda: None)()
