"""What a chat model used: tokens and their cost, by user and day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from threading import Lock
from typing import Protocol

_USER: ContextVar[str] = ContextVar("user", default="")


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, read and written, in whatever currency."""

    read: float
    written: float

    def cost(self, read: int, written: int) -> float:
        return (read * self.read + written * self.written) / 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a model read and wrote in so many ``requests``, and their ``cost`` (0 when no price is known).

    ``estimated`` of the requests were counted here, because the provider did not report them (see ``tokens``).
    """

    read: int = 0
    written: int = 0
    cost: float = 0.0
    requests: int = 0
    estimated: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.read + other.read,
            self.written + other.written,
            self.cost + other.cost,
            self.requests + other.requests,
            self.estimated + other.estimated,
        )


class Meter(Protocol):
    """Keeps what was used. Called from any thread, at the end of each request that reached the model."""

    def note(self, user: str, usage: Usage) -> None:
        """Add a request of a user's, empty where there is only one."""
        ...


@contextmanager
def billed_to(user: str) -> Iterator[None]:
    """Have what is asked of a chat model in this thread count as ``user``'s."""
    token = _USER.set(user)
    try:
        yield
    finally:
        _USER.reset(token)


def billed() -> str:
    """Return whose question is being answered, empty when nobody said."""
    return _USER.get()


def utc_today() -> date:
    return datetime.now(UTC).date()


class Tally:
    """A meter in memory: what a program used since it started."""

    def __init__(self, today: Callable[[], date] = utc_today) -> None:
        self._today = today
        self._used: dict[tuple[date, str], Usage] = {}
        self._lock = Lock()

    def note(self, user: str, usage: Usage) -> None:
        key = (self._today(), user)
        with self._lock:
            self._used[key] = self._used.get(key, Usage()) + usage

    def by_day(self) -> list[tuple[date, str, Usage]]:
        """Return what each user used on each day (UTC), in order of day and user."""
        with self._lock:
            return [(day, user, replace(used)) for (day, user), used in sorted(self._used.items())]

    def total(self) -> Usage:
        with self._lock:
            return sum(self._used.values(), Usage())
