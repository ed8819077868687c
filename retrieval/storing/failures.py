"""What could not be taken in: kept with its reason until it is read, or its place is gone.

A file is tried again whenever its folder is indexed. A page of the web is asked again after a quarter of an hour, then after
twice as long each time, up to a day; after a week it is given up: it stays in the list, and is asked once a week where
something still names it. A source itself is never given up: what it lists may be gone when it is asked too late, so it is
left alone only from its third failure on, and for a quarter of an hour at most. Where a server said how long to wait, that
is kept to, too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.storing.database import Database

MINUTE, DAY = 60.0, 86_400.0
FIRST_PAUSE, LONGEST_PAUSE, WEEK = 15 * MINUTE, DAY, 7 * DAY
TRIES = 8  # at least, before a page is given up: a machine that was off for a week has not tried for a week
KEPT = 90 * DAY  # after its last try, a row nobody asks for any more is dropped
MOST = 10_000  # rows: a site can name as many pages that are not there as it likes
_BORNE = 3  # failures of a source, from which it is left alone
_LONGEST_REASON = 1_000  # characters
_ASKED_TO_WAIT = re.compile(r"; try again in ([0-9]{1,5}) s\.\Z")  # Retry-After, as ``fetching`` words it
_SITE = re.compile("https?://[^/]*/")

_SELECT = "SELECT key, origin, reason, first, last, tries FROM failed"


@dataclass(frozen=True, slots=True)
class Failure:
    """One place that gave no article. ``first`` and ``last`` are when it was tried, in seconds since 1970.

    ``key`` is a path (with ``#...`` or ``:...`` inside it) or a web address, ``origin`` the source that named it, empty
    where none did.
    """

    key: str
    origin: str
    reason: str
    first: float
    last: float
    tries: int

    @property
    def is_page(self) -> bool:
        return is_page(self.key)

    @property
    def is_source(self) -> bool:
        return self.is_page and self.key == self.origin

    @property
    def given_up(self) -> bool:
        return self.is_page and not self.is_source and self.tries >= TRIES and self.last - self.first >= WEEK

    @property
    def pause(self) -> float:
        """For how many seconds after the last try it is left alone; 0 for a file."""
        if not self.is_page:
            return 0.0
        if self.is_source:
            pause = min(MINUTE * 2.0 ** min(self.tries - _BORNE, 20), FIRST_PAUSE) if self.tries >= _BORNE else 0.0
        else:
            pause = WEEK if self.given_up else min(FIRST_PAUSE * 2.0 ** min(self.tries - 1, 20), LONGEST_PAUSE)
        return max(pause, self.asked_for)

    @property
    def asked_for(self) -> float:
        """For how many seconds after the last try its server asked to be left alone, a day at most."""
        said = _ASKED_TO_WAIT.search(self.reason) if self.is_page else None
        return min(float(said[1]), DAY) if said else 0.0

    def waits(self, now: float) -> bool:
        """Whether it is too early to try again. A last try in the future is a clock that was wrong: it is no reason."""
        return 0 <= now - self.last < self.pause


class Failures:
    """The table of what failed, in an open archive file. ``clock`` gives the seconds since 1970."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def listed(self) -> list[Failure]:
        """Return all that is set aside, in order of their keys."""
        with self._database.reading() as db:
            return [Failure(*row) for row in db.execute(f"{_SELECT} ORDER BY key")]

    def waits(self, url: str) -> bool:
        """Whether a page is not to be asked this time (``wait_for`` of ``collecting.collect``).

        It failed lately, or its server asked, on whatever page, to be left alone.
        """
        site, now = _SITE.match(url), self._clock()
        with self._database.reading() as db:
            row = db.execute(f"{_SELECT} WHERE key = ?", (url,)).fetchone()
            busy = f"{_SELECT} WHERE key >= ? AND key < ? AND reason LIKE '%; try again in %'"
            of_site = db.execute(busy, (site[0], site[0][:-1] + "0")).fetchall() if site else []  # "0" follows "/"
        asked = (Failure(*each) for each in of_site)
        return bool(row and Failure(*row).waits(now)) or any(0 <= now - each.last < each.asked_for for each in asked)

    def due(self) -> list[Failure]:
        """Return the pages to be asked again now, those that failed longest ago first."""
        pages = [each for each in self.listed() if each.is_page and not each.given_up and not self.waits(each.key)]
        return sorted(pages, key=lambda each: (each.last, each.key))

    def settle(
        self, failed: Mapping[str, str], read: Collection[str], is_gone: Callable[[str], bool], origin: str = ""
    ) -> None:
        """Note what a run met: reasons by key, and the keys that it could read.

        A file that it did not meet is dropped from the table where ``is_gone`` says so; a page is not: its feed may have
        moved on before it could be read. One transaction, none where nothing changes. Raises KiosqueError.
        """
        now = self._clock()
        known = {each.key: each for each in self.listed()}
        cleared = [key for key, each in known.items() if key not in failed and self._is_over(each, read, is_gone, now)]
        if not failed and not cleared:
            return
        rows = [
            (_storable(key), _storable(origin), _storable(reason[:_LONGEST_REASON]), now, now)
            for key, reason in failed.items()
        ]
        with self._database.transaction(), self._database.reading() as db:
            db.executemany("DELETE FROM failed WHERE key = ?", [(key,) for key in cleared])
            db.executemany(
                "INSERT INTO failed VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (key) DO UPDATE SET reason = excluded.reason,"
                " last = excluded.last, tries = tries + 1,"
                " origin = CASE excluded.origin WHEN '' THEN origin ELSE excluded.origin END",
                rows,
            )
            # Those that are least likely to be missed: the ones that were not tried for longest.
            db.execute(
                "DELETE FROM failed WHERE key IN (SELECT key FROM failed ORDER BY last DESC, key LIMIT -1 OFFSET ?)",
                (MOST,),
            )

    def _is_over(self, each: Failure, read: Collection[str], is_gone: Callable[[str], bool], now: float) -> bool:
        return each.key in read or now - each.last > KEPT or (not each.is_page and is_gone(each.key))


def is_page(key: str) -> bool:
    """Whether a key is a web address and no path."""
    return key.startswith(("http://", "https://"))


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")  # names and ids may hold halves of surrogate pairs
