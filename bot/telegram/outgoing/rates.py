"""How much may go in how long. Times are seconds of any clock that does not go back."""

from __future__ import annotations

import math
from collections import deque


class Spacing:
    """One each ``every`` seconds, of which the first ``burst`` may come at once (the generic cell rate algorithm)."""

    __slots__ = ("_due", "_every", "_tolerance")

    def __init__(self, every: float, burst: int) -> None:
        self._every = every
        self._tolerance = every * (burst - 1)
        self._due = -math.inf

    def wait(self, now: float) -> float:
        """Return the seconds until one more may go, 0 at once."""
        return max(0.0, self._due - self._tolerance - now)

    def count(self, now: float) -> None:
        self._due = max(self._due, now) + self._every

    def is_idle(self, now: float) -> bool:
        """Return whether it is as good as new."""
        return self._due <= now


class Window:
    """At most ``most`` in any ``seconds``."""

    __slots__ = ("_most", "_seconds", "_times")

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._times: deque[float] = deque()

    def taken(self, now: float) -> int:
        """Return how many went in the last ``seconds``."""
        while self._times and self._times[0] <= now - self._seconds:
            self._times.popleft()
        return len(self._times)

    def room(self, now: float) -> int:
        return self._most - self.taken(now)

    def wait(self, now: float, under_way: int = 0) -> float:
        """Return the seconds until one more may go beside those not counted yet; infinite when they take all places."""
        if self.taken(now) + under_way < self._most:
            return 0.0
        return self._times[0] + self._seconds - now if self._times else math.inf

    def count(self, now: float) -> None:
        self._times.append(now)

    def is_idle(self, now: float) -> bool:
        return not self.taken(now)
