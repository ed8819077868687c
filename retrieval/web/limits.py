"""What a fetch of a web page may reach, and what it may cost in bytes and in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from retrieval.errors import SettingsError
from retrieval.web.fetch_errors import TooSlow

MB = 2**20
_MOST_HEADERS = 100 * 2**10  # httpcore reads no more


@dataclass(frozen=True, slots=True)
class Policy:
    """What a fetch may reach and what it may cost. Sizes are bytes, times are seconds.

    ``allow_private`` names hosts, as addresses write them, that may lie in a private network: for an intranet.
    ``seconds`` is for a whole fetch: look-ups, robots.txt, redirects, the body to its end. Waiting for the turn of a host
    is not in it, and has a limit of its own, ``longest_wait``: where more would be needed, the caller is told to come back.
    """

    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})
    allow_private: frozenset[str] = frozenset()
    wire_bytes: int = 10 * MB  # of a body as it is sent
    body_bytes: int = 10 * MB  # of a body when it is unpacked
    header_bytes: int = 64 * 2**10  # at most 100 KiB
    robots_bytes: int = 512 * 2**10  # what lies beyond is not read
    seconds: float = 30.0
    connect_seconds: float = 5.0  # for each address of a host, and for the TLS handshake
    redirects: int = 5
    interval: float = 1.0  # between two requests to one host
    longest_wait: float = 15.0
    robots_seconds: float = 3600.0  # for which a robots.txt is remembered

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = 0 if field.name in ("redirects", "interval", "longest_wait") else 1e-9
            if not isinstance(value, frozenset) and not least <= value < float("inf"):
                raise SettingsError(f"The fetching policy's {field.name} is {value}; it must be a positive number.")
        if self.header_bytes > _MOST_HEADERS:
            raise SettingsError(f"The fetching policy's header_bytes is {self.header_bytes}; at most {_MOST_HEADERS}.")


class Deadline:
    """When a fetch must be over."""

    def __init__(self, clock: Callable[[], float], seconds: float, name: str) -> None:
        self._clock, self._seconds, self._name = clock, seconds, name
        self._ends = clock() + seconds

    def left(self) -> float:
        """Return the seconds left, more than 0. Raises TooSlow."""
        left = self._ends - self._clock()
        if left <= 0:
            raise self.passed()
        return left

    def put_off(self, seconds: float) -> None:
        self._ends += seconds

    def passed(self) -> TooSlow:
        return TooSlow(f"{self._name} took longer than {self._seconds:g} s; try again later.")


def size_of(count: int) -> str:
    return f"{count / MB:g} MB" if count >= MB else f"{count} bytes"
