"""How often each person looks something up: taps on buttons, and commands that are no question.

In memory only: what one taps is written nowhere.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from bot.telegram.outgoing.rates import Window

LOOKS = 60  # of one person, in any minute: nobody reads faster
REMEMBERED = 10_000  # people


class Looks:
    """``clock`` gives seconds and does not go back."""

    def __init__(self, most: int = LOOKS, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._people: OrderedDict[int, Window] = OrderedDict()

    def wait(self, user: int) -> int:
        """Return 0 when a user may look once more now, and count it; else the seconds until they may."""
        window, now = self._people.setdefault(user, Window(self._most, 60.0)), self._clock()
        self._people.move_to_end(user)
        while len(self._people) > REMEMBERED:
            self._people.popitem(last=False)
        seconds = window.wait(now)
        if seconds:
            return max(1, round(seconds))
        window.count(now)
        return 0
