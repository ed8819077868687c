"""How much a bot may send: Telegram's published limits, held strictly, by the emulator's clock.

Source: core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this; a short burst is tolerated in a
private chat, so the first few go through and one a second after.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass

from tests.telegram_emulator.errors import too_many


@dataclass(slots=True)
class Limits:
    """What is None is not limited. Change a field at any time; ``enabled = False`` lets everything through."""

    enabled: bool = True
    private_per_second: float | None = 1.0
    private_burst: int = 3
    group_per_minute: int | None = 20
    group_edits: bool = True  # edits in a group count with its messages, as they do at Telegram
    overall_per_second: int | None = 30
    drafts_per_second: float | None = 1.0
    drafts_burst: int = 3
    query_seconds: float = 30.0  # a callback or inline query that waits longer is too old to be answered


class Flood:
    """Counts what was let through. A refused request does not count."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._due: dict[tuple[str, int], float] = {}
        self._groups: defaultdict[int, deque[float]] = defaultdict(deque)
        self._overall: deque[float] = deque()

    def message(self, chat: int, *, private: bool, now: float) -> None:
        """Counts one message (in a group: or edit). ApiError 429 with the seconds to wait."""
        limits = self.limits
        if not limits.enabled:
            return
        waits = [_window(self._overall, limits.overall_per_second, 1.0, now)]
        if private:
            waits.append(self._spaced("message", chat, limits.private_per_second, limits.private_burst, now))
        else:
            waits.append(_window(self._groups[chat], limits.group_per_minute, 60.0, now))
        _refuse(max(waits))
        self._overall.append(now)
        if private:
            self._space("message", chat, limits.private_per_second, now)
        else:
            self._groups[chat].append(now)

    def draft(self, chat: int, now: float) -> None:
        if self.limits.enabled:
            _refuse(self._spaced("draft", chat, self.limits.drafts_per_second, self.limits.drafts_burst, now))
            self._space("draft", chat, self.limits.drafts_per_second, now)

    def _spaced(self, kind: str, chat: int, rate: float | None, burst: int, now: float) -> float:
        return 0.0 if rate is None else self._due.get((kind, chat), now) - (burst - 1) / rate - now

    def _space(self, kind: str, chat: int, rate: float | None, now: float) -> None:
        if rate is not None:
            self._due[kind, chat] = max(self._due.get((kind, chat), now), now) + 1 / rate


def _window(times: deque[float], most: int | None, seconds: float, now: float) -> float:
    while times and times[0] <= now - seconds + 1e-9:
        times.popleft()
    return 0.0 if most is None or len(times) < most else times[len(times) - most] + seconds - now


def _refuse(wait: float) -> None:
    if wait > 1e-9:
        raise too_many(max(1, math.ceil(wait - 1e-9)))
