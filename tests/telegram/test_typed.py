"""Whose turn it is to be answered while people type, how often, and what they typed last."""

from __future__ import annotations

import asyncio

import pytest

from bot.telegram.handlers.typed import SEARCHES, Typed
from tests.telegram_emulator import ManualClock

pytestmark = pytest.mark.anyio
ADA, BOB = 1, 2


async def typed_through(typed: Typed, query: str, number: int, user: int = ADA) -> bool:
    async with typed.turn(user, number, query) as newest:
        return newest


class Held:
    """A turn that lasts until ``end`` is called."""

    def __init__(self, typed: Typed, number: int, user: int = ADA) -> None:
        self._begun, self._over = asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._hold(typed, number, user))

    async def _hold(self, typed: Typed, number: int, user: int) -> None:
        async with typed.turn(user, number, "held") as newest:
            assert newest
            self._begun.set()
            await self._over.wait()

    async def begin(self) -> Held:
        await self._begun.wait()
        return self

    async def end(self) -> None:
        self._over.set()
        await self._task


async def test_of_those_that_wait_only_the_newest_is_served() -> None:
    typed = Typed()
    held = await Held(typed, 10).begin()
    waiting = [asyncio.create_task(typed_through(typed, f"query {n}", n)) for n in (11, 13, 12)]
    await asyncio.sleep(0)  # let them come
    assert not any(task.done() for task in waiting)
    await held.end()
    assert await asyncio.gather(*waiting) == [False, True, False]
    assert typed.take(ADA) == "query 13"


async def test_nobody_waits_for_another_person() -> None:
    typed = Typed()
    held = await Held(typed, 10).begin()
    async with asyncio.timeout(10):
        assert await typed_through(typed, "bonjour", 11, BOB)
    await held.end()
    assert (typed.take(BOB), typed.take(ADA)) == ("bonjour", "held")


async def test_numbers_may_begin_anew_when_nothing_is_under_way() -> None:
    typed = Typed()
    assert await typed_through(typed, "before a week of silence", 1_000_000)
    assert await typed_through(typed, "after it", 7)
    assert typed.take(ADA) == "after it"


async def test_a_turn_ends_with_a_failure_and_when_it_is_cancelled() -> None:
    typed = Typed()
    with pytest.raises(ValueError, match="broken"):
        async with typed.turn(ADA, 1, "one"):
            raise ValueError("broken")
    held = await Held(typed, 2).begin()
    waiting = asyncio.create_task(typed_through(typed, "three", 3))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await held.end()
    async with asyncio.timeout(10):
        assert await typed_through(typed, "four", 1)  # nothing is left of 3, which was never served


async def test_a_query_is_taken_once() -> None:
    typed = Typed()
    assert typed.take(ADA) == ""
    await typed_through(typed, "bonjour", 1)
    assert (typed.take(ADA), typed.take(ADA)) == ("bonjour", "")


async def test_only_so_many_people_are_remembered_the_last_ones() -> None:
    typed = Typed(remembered=2)
    for user in (1, 2, 1, 3):
        await typed_through(typed, f"of {user}", user, user)
    assert [typed.take(user) for user in (1, 2, 3)] == ["of 1", "", "of 3"]


def test_a_person_may_search_so_often_in_any_minute() -> None:
    clock = ManualClock()
    typed = Typed(clock=clock)
    for _ in range(SEARCHES):
        assert typed.may_search(ADA)
        clock.advance(1.0)
    assert not typed.may_search(ADA)
    assert typed.may_search(BOB)
    clock.advance(60.0 - SEARCHES)  # the first of them is a minute ago
    assert typed.may_search(ADA)
    assert not typed.may_search(ADA)
