"""Who was forgotten, and when: work that came before writes nothing about them any more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

LONGEST = 2 * 3_600.0  # seconds: no work takes longer (CHAT_TIMEOUT is an hour at most)


class Forgotten:
    """In memory: no work outlives the process, and of what an earlier one left undone /forget dropped the updates.

    To be noted and looked at in a transaction with what is deleted or written: so a write is before /forget, and deleted
    by it, or after it, and left out. ``clock`` is that of ``Arrival.at``.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at: dict[int, float] = {}

    def note(self, user: int) -> None:
        now = self._clock()
        self._at = {other: at for other, at in self._at.items() if now - at < LONGEST} | {user: now}

    def since(self, user: int, came: float) -> bool:
        """Return whether a user was forgotten after their work came."""
        return self._at.get(user, -math.inf) >= came
