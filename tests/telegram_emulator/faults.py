"""Faults that a test injects: chosen ones, random ones with a seed, and gates that hold a request."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.telegram_emulator.errors import OTHER_POLLER

_SENTENCES = {
    400: "Bad Request: injected fault",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: f"Conflict: {OTHER_POLLER}",
    500: "Internal Server Error",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """``status`` None: the connection is dropped. ``after``: only once the method took effect."""

    status: int | None
    description: str
    retry_after: int | None
    after: bool


@dataclass(slots=True)
class Gate:
    """Requests that came to it set ``arrived`` and wait, before they take effect, until ``open`` is called."""

    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self) -> None:
        self._opened.set()

    async def passed(self) -> None:
        self.arrived.set()
        await self._opened.wait()


@dataclass(slots=True)
class _Rule:
    methods: frozenset[str]  # in lower case; empty: every method
    chat: int | None
    what: Fault | Gate
    times: int | None
    rate: float = 1.0
    dice: random.Random | None = None

    def strikes(self, method: str, chat: int | None) -> bool:
        if self.times == 0 or (self.methods and method not in self.methods) or self.chat not in (None, chat):
            return False
        if self.dice is not None and self.dice.random() >= self.rate:
            return False
        if self.times is not None:
            self.times -= 1
        return True


Methods = str | Iterable[str] | None


class Faults:
    """``injected`` lists (method, chat, fault) in the order in which they struck."""

    def __init__(self) -> None:
        self.injected: list[tuple[str, int | None, Fault]] = []
        self._rules: list[_Rule] = []

    def add(
        self,
        method: Methods = None,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        description: str | None = None,
        drop: bool = False,
        after: bool = False,
        times: int | None = 1,
        chat: int | None = None,
    ) -> None:
        """The next ``times`` requests (None: all) of the method(s), in the chat, fail: by ``status`` or dropped."""
        self._rules.append(
            _Rule(_names(method), chat, make_fault(status, retry_after, description, drop, after), times)
        )

    def at_random(
        self,
        rate: float,
        *,
        seed: int,
        method: Methods = None,
        status: int | None = None,
        retry_after: int | None = None,
        description: str | None = None,
        drop: bool = False,
        after: bool = False,
        chat: int | None = None,
    ) -> None:
        """Of the requests of the method(s) about ``rate`` fail; which ones follows from ``seed`` and their order."""
        fault = make_fault(status, retry_after, description, drop, after)
        self._rules.append(_Rule(_names(method), chat, fault, None, rate, random.Random(seed)))

    def hold(self, method: Methods, *, chat: int | None = None, times: int | None = 1) -> Gate:
        """The next ``times`` requests wait at the gate that is returned."""
        gate = Gate()
        self._rules.append(_Rule(_names(method), chat, gate, times))
        return gate

    def clear(self) -> None:
        for rule in self._rules:
            if isinstance(rule.what, Gate):
                rule.what.open()
        self._rules.clear()

    def take(self, method: str, chat: int | None) -> Fault | Gate | None:
        """The first that strikes this request."""
        for rule in self._rules:
            if rule.strikes(method.lower(), chat):
                if isinstance(rule.what, Fault):
                    self.injected.append((method, chat, rule.what))
                return rule.what
        return None


def make_fault(status: int | None, retry_after: int | None, description: str | None, drop: bool, after: bool) -> Fault:
    if drop == (status is not None):
        raise ValueError("a fault has either a status or drop=True")
    if status == 429:
        retry_after = retry_after or 1
        description = description or f"Too Many Requests: retry after {retry_after}"
    return Fault(status, description or _SENTENCES.get(status or 0, "Bad Gateway"), retry_after, after)


def _names(method: Methods) -> frozenset[str]:
    names = [] if method is None else [method] if isinstance(method, str) else method
    return frozenset(name.lower() for name in names)
