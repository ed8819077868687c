"""The circuit breaker, with a clock that is set by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from answering.errors import ChatModelError, Failure
from answering.generating.breaker import Breaker


class Play:
    """A breaker of three failures in 100 seconds, which rests for 60."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.breaker = Breaker(3, 100, 60, lambda: self.now)

    def asks(self, *outcomes: bool | None) -> None:
        for healthy in outcomes:
            with self.breaker.request() as request:
                request.healthy = healthy

    @property
    def rests(self) -> bool:
        try:
            self.asks(None)
        except ChatModelError as exc:
            return exc.failure is Failure.RESTING
        return False


@pytest.fixture
def play() -> Play:
    return Play()


def test_it_opens_after_so_many_failures_in_a_row(play: Play) -> None:
    play.asks(False, False, True, False, False)
    assert not play.rests
    play.asks(False)
    assert play.rests


def test_failures_far_apart_are_no_row(play: Play) -> None:
    play.asks(False, False)
    play.now += 101
    play.asks(False)
    assert not play.rests
    play.now += 10
    play.asks(False, False)
    assert play.rests


def test_what_was_given_up_tells_nothing(play: Play) -> None:
    play.asks(False, False, None, False)
    assert play.rests


def test_an_error_in_the_body_leaves_it_as_it_was(play: Play) -> None:
    play.asks(False, False)
    with pytest.raises(ZeroDivisionError), play.breaker.request():
        _ = 1 / 0
    play.asks(False)
    assert play.rests


def test_after_a_rest_one_trial_decides(play: Play) -> None:
    play.asks(False, False, False)
    play.now += 59
    assert play.rests
    play.now += 1
    with play.breaker.request() as trial:
        assert play.rests  # for all others, meanwhile
        trial.healthy = False
    assert play.rests
    play.now += 60
    play.asks(True)
    play.asks(False, False)
    assert not play.rests


def test_a_trial_that_was_given_up_is_followed_by_another(play: Play) -> None:
    play.asks(False, False, False)
    play.now += 60
    play.asks(None)
    with play.breaker.request() as trial:
        trial.healthy = True
    assert not play.rests


def test_a_late_answer_closes_it_and_a_late_failure_changes_nothing(play: Play) -> None:
    with play.breaker.request() as slow:
        play.asks(False, False, False)
        assert play.rests
        slow.healthy = True
    assert not play.rests
    with play.breaker.request() as slow:
        play.asks(False, False, False)
        play.now += 50
        slow.healthy = False
    play.now += 10
    assert not play.rests


def test_threads_share_it_and_one_of_them_tries(play: Play) -> None:
    play.asks(False, False, False)
    play.now += 60
    entered = Barrier(8)

    def ask() -> bool:
        entered.wait(30)
        try:
            with play.breaker.request() as request:
                left.wait(30)
                request.healthy = True
        except ChatModelError:
            left.wait(30)
            return False
        return True

    left = Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(lambda _: ask(), range(8))) == [False] * 7 + [True]
    assert not play.rests
