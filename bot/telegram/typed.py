"""What people last typed in inline mode, for the button that continues in private. In memory only: it is gone soon."""

from __future__ import annotations

from collections import OrderedDict

REMEMBERED = 1_000  # people


class Typed:
    """The last inline query of each person; the longest unused are forgotten first."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._queries: OrderedDict[int, str] = OrderedDict()

    def note(self, user: int, query: str) -> None:
        self._queries[user] = query
        self._queries.move_to_end(user)
        while len(self._queries) > self._remembered:
            self._queries.popitem(last=False)

    def take(self, user: int) -> str:
        """Return a person's last query and forget it; "" when there is none."""
        return self._queries.pop(user, "")
