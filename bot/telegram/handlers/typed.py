"""What people type in inline mode: the last query of each, for the button that continues in private, and whose turn it is.

In memory only, so that a keystroke writes nothing: it is gone with the process, or when a thousand others typed since.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.telegram.outgoing.rates import Window

REMEMBERED = 1_000  # people
SEARCHES = 30  # of one person, in any minute


@dataclass(slots=True)
class _Person:
    """``newest`` is the number of the newest of their queries that are ``present``: answered now, or waiting."""

    query: str = ""
    newest: int = 0
    present: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    searches: Window = field(default_factory=lambda: Window(SEARCHES, 60.0))


class Typed:
    """``clock`` gives seconds and does not go back."""

    def __init__(self, remembered: int = REMEMBERED, clock: Callable[[], float] = time.monotonic) -> None:
        self._remembered, self._clock = remembered, clock
        self._people: OrderedDict[int, _Person] = OrderedDict()

    @asynccontextmanager
    async def turn(self, user: int, number: int, query: str) -> AsyncIterator[bool]:
        """Keep a person's query, and wait until no other of theirs is being answered.

        Gives whether it is still the newest then: nobody waits for the answer to an older one. ``number`` grows with
        each query, but may begin anew after a pause (Telegram's update ids do, after a week): so it is compared with
        those present only.
        """
        person = self._person(user)
        if not person.present or number > person.newest:
            person.newest, person.query = number, query
        person.present += 1
        try:
            async with person.lock:
                yield number == person.newest
        finally:
            person.present -= 1

    def may_search(self, user: int) -> bool:
        """Return whether a person may search once more in this minute; it counts if so."""
        searches, now = self._person(user).searches, self._clock()
        if searches.room(now) < 1:
            return False
        searches.count(now)
        return True

    def take(self, user: int) -> str:
        """Return a person's last query and forget it; "" when there is none."""
        person = self._people.get(user)
        if person is None:
            return ""
        query, person.query = person.query, ""
        return query

    def _person(self, user: int) -> _Person:
        person = self._people.setdefault(user, _Person())
        self._people.move_to_end(user)
        while len(self._people) > self._remembered:
            self._people.popitem(last=False)
        return person
