"""Whose tokens are counted, in which thread, and on which day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from answering.generating.usage import Prices, Tally, Usage, billed, billed_to


def test_prices_are_for_a_million_tokens() -> None:
    assert Prices(2.5, 10).cost(1_000_000, 500_000) == 7.5
    assert Prices(0, 0).cost(10, 10) == 0


def test_a_user_is_named_for_a_while_and_for_one_thread() -> None:
    assert billed() == ""
    with billed_to("1"):
        with billed_to("2"):
            assert billed() == "2"
        assert billed() == "1"
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(billed).result() == ""
    assert billed() == ""


def test_a_tally_sums_by_day_and_user() -> None:
    days = iter([date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 2)])
    tally = Tally(lambda: next(days))
    tally.note("b", Usage(10, 1, 0.5, 1, 0))
    tally.note("b", Usage(5, 2, 0.25, 1, 1))
    tally.note("a", Usage(1, 1, 0, 1, 1))
    assert tally.by_day() == [
        (date(2026, 3, 1), "b", Usage(15, 3, 0.75, 2, 1)),
        (date(2026, 3, 2), "a", Usage(1, 1, 0, 1, 1)),
    ]
    assert tally.total() == Usage(16, 4, 0.75, 3, 2)
