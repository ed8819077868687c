"""A circuit breaker (M. Nygard, "Release It!"): who failed several times in a row is left alone for a while."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from answering.errors import ChatModelError, Failure


@dataclass(slots=True)
class Request:
    """One request. ``healthy`` is set by whoever made it; None: nothing was learned (it was given up)."""

    healthy: bool | None = None


class Breaker:
    """Shared by all threads that ask one chat model.

    After ``failures`` in a row within ``within`` seconds nobody asks for ``rest`` seconds; then one request is let through
    at a time: if it succeeds all may ask again, if it fails it is for another ``rest``.
    """

    def __init__(
        self,
        failures: int = 3,
        within: float = 120.0,
        rest: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._within, self._rest, self._clock = within, rest, clock
        self._failed: deque[float] = deque(maxlen=failures)
        self._opened: float | None = None
        self._trying = False
        self._lock = Lock()

    @contextmanager
    def request(self) -> Iterator[Request]:
        """Enter before asking, and set ``healthy`` before leaving. Raises ChatModelError (RESTING) when none may ask."""
        trial = self._enter()
        request = Request()
        try:
            yield request
        finally:
            self._leave(request.healthy, trial)

    def _enter(self) -> bool:
        with self._lock:
            if self._opened is None:
                return False
            if self._trying or self._clock() < self._opened + self._rest:
                raise ChatModelError(Failure.RESTING)
            self._trying = True
            return True

    def _leave(self, healthy: bool | None, trial: bool) -> None:
        with self._lock:
            if trial:
                self._trying = False
            if healthy:
                self._failed.clear()
                self._opened = None
            elif healthy is False and (trial or self._opened is None):
                now = self._clock()
                self._failed.append(now)
                full = len(self._failed) == self._failed.maxlen
                if trial or (full and now - self._failed[0] <= self._within):
                    self._opened = now
