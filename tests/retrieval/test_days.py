"""Runs of days: weeks, weekends, months and their thirds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.days import month_days, month_of, one_day, same_day, week_of, weekend_before, weekend_from, year_of

THURSDAY, SUNDAY = date(2022, 3, 3), date(2022, 3, 6)
DAYS = st.dates(date(1600, 1, 1), date(2190, 12, 31))


def test_days_around_a_thursday() -> None:
    assert one_day(THURSDAY, -1) == (date(2022, 3, 2), date(2022, 3, 2))
    assert week_of(THURSDAY) == (date(2022, 2, 28), SUNDAY)
    assert week_of(THURSDAY, -1) == (date(2022, 2, 21), date(2022, 2, 27))
    assert weekend_before(THURSDAY) == (date(2022, 2, 26), date(2022, 2, 27))
    assert weekend_from(THURSDAY) == (date(2022, 3, 5), SUNDAY)
    assert month_of(THURSDAY, -3) == (date(2021, 12, 1), date(2021, 12, 31))
    assert month_of(THURSDAY, 10) == (date(2023, 1, 1), date(2023, 1, 31))
    assert year_of(THURSDAY, -1) == (date(2021, 1, 1), date(2021, 12, 31))


def test_a_week_ends_on_sunday() -> None:
    assert week_of(SUNDAY) == (date(2022, 2, 28), SUNDAY)
    assert weekend_before(SUNDAY) == (date(2022, 2, 26), date(2022, 2, 27))
    assert weekend_from(SUNDAY) == (date(2022, 3, 5), SUNDAY)


@pytest.mark.parametrize(
    ("part", "first", "last"), [("", 1, 29), ("start", 1, 10), ("middle", 11, 20), ("end", 21, 29)]
)
def test_the_parts_of_a_leap_february(part: str, first: int, last: int) -> None:
    assert month_days(2024, 2, part) == (date(2024, 2, first), date(2024, 2, last))


def test_days_that_no_calendar_has() -> None:
    assert same_day(2022, 2, 29) is None
    assert same_day(2022, 13, 1) is None
    assert same_day(0, 1, 1) is None
    assert same_day(2024, 2, 29) == date(2024, 2, 29)


@given(DAYS, st.integers(-30, 30))
def test_runs_hold_their_day_and_have_their_length(day: date, later: int) -> None:
    for run in (week_of(day), month_of(day), year_of(day)):
        assert run[0] <= day <= run[1]
    assert week_of(day, later)[1] - week_of(day, later)[0] == timedelta(days=6)
    assert month_of(day, later)[0].day == 1
    assert (month_of(day, later)[1] + timedelta(days=1)).day == 1
    assert weekend_before(day)[1] < day
