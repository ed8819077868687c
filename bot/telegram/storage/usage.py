"""What the chat model used for each user on each day (UTC): tokens and their cost. A ``Meter`` (``generating/usage.py``)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from answering.generating.usage import Usage
from bot.telegram.storage.database import Database
from bot.telegram.storage.forgotten import Forgotten

_DAY = 86_400  # seconds
_FIRST = date(1970, 1, 1).toordinal()
_KEPT = 400  # days
_ADD = """
INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, user) DO UPDATE SET
read = read + excluded.read, written = written + excluded.written, cost = cost + excluded.cost,
requests = requests + excluded.requests, estimated = estimated + excluded.estimated
"""
_SUM = """
SELECT COALESCE(SUM(read), 0), COALESCE(SUM(written), 0), COALESCE(SUM(cost), 0.0), COALESCE(SUM(requests), 0),
COALESCE(SUM(estimated), 0) FROM usage WHERE day = ?
"""
_OF_USER = "SELECT day, user, read, written, cost, requests, estimated FROM usage WHERE user = ? ORDER BY day"
_SINCE = """
SELECT day, user, read, written, cost, requests, estimated FROM usage WHERE day > ?
ORDER BY day, cost DESC, read + written DESC, user
"""


def account(user: int, came: float) -> str:
    """Return whom to bill for a user's work that came at ``came`` (``Arrival.at``)."""
    return f"{user}@{came!r}"


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """What one user used on one day, in days since 1970."""

    day: int
    user: int
    usage: Usage

    @property
    def date(self) -> str:
        """The day as 2026-03-02."""
        return date.fromordinal(_FIRST + self.day).isoformat()


class UsageTable:
    """Lives in the bot's one file, so that what is said of a person there is exported and forgotten with the rest."""

    def __init__(
        self, database: Database, now: Callable[[], float] = time.time, forgotten: Forgotten | None = None
    ) -> None:
        self._db, self._now, self._forgotten = database, now, forgotten or Forgotten()

    def note(self, user: str, usage: Usage) -> None:
        """Add to what a user (Telegram's id, or an ``account``; any other text: nobody in particular) used today.

        What somebody used for work that came before they were forgotten is nobody's. Raises KiosqueError when the file
        cannot be written.
        """
        named, _, came = user.partition("@")
        number = int(named) if named.removeprefix("-").isdecimal() else 0
        day = int(self._now() // _DAY)
        with self._db.transaction():
            self._db.change("DELETE FROM usage WHERE day < ?", day - _KEPT)
            gone = self._forgotten.since(number, float(came or math.inf))
            self._add(day, 0 if gone else number, usage)

    def of_day(self, now: float) -> Usage:
        """Return what all users used on the day of ``now``."""
        return Usage(*self._db.rows(_SUM, int(now // _DAY))[0])

    def of_user(self, user: int) -> list[DayOfUse]:
        """Return what a user used, the oldest day first."""
        return self._days(_OF_USER, user)

    def days(self, now: float, count: int) -> list[DayOfUse]:
        """Return what each user used on the latest ``count`` days, the oldest day first, the most expensive user first."""
        return self._days(_SINCE, int(now // _DAY) - count)

    def forget(self, user: int) -> None:
        """Take a user's name off what they used; the sums of the days stay. To be called inside ``People.forget``."""
        with self._db.transaction():
            used = self.of_user(user)
            self._db.change("DELETE FROM usage WHERE user = ?", user)
            for day in used:
                self._add(day.day, 0, day.usage)

    def _days(self, sql: str, value: int) -> list[DayOfUse]:
        return [DayOfUse(row[0], row[1], Usage(*row[2:])) for row in self._db.rows(sql, value)]

    def _add(self, day: int, user: int, usage: Usage) -> None:
        self._db.change(_ADD, day, user, usage.read, usage.written, usage.cost, usage.requests, usage.estimated)
