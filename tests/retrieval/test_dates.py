from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.dates import date_range, parse_date


@pytest.mark.parametrize(
    ("given_date", "expected"),
    [
        ("2022", "2022"),
        ("2022-03", "2022-03"),
        ("2022-03-02", "2022-03-02"),
        (" 2022-3-2 ", "2022-03-02"),
        ("2022/03/02", "2022-03-02"),
        ("20220302", "2022-03-02"),
        ("2022-03-02T18:03:00+01:00", "2022-03-02T18:03:00+01:00"),
        ("2022-03-02T18:03:00.123Z", "2022-03-02T18:03:00+00:00"),
        ("2022-03-02 18:03", "2022-03-02T18:03"),
        ("2022-03-02T18:03:00+0100", "2022-03-02T18:03:00+01:00"),
        ("Wed, 02 Mar 2022 18:03:00 GMT", "2022-03-02T18:03:00+00:00"),
        ("2 mars 2022", "2022-03-02"),
        ("1er février 2022", "2022-02-01"),
        ("mercredi 2 mars 2022 à 18h03", "2022-03-02"),
        ("mars 2022", "2022-03"),
        ("March 2, 2022", "2022-03-02"),
        ("2. März 2022", "2022-03-02"),
        ("2 de marzo de 2022", "2022-03-02"),
        ("2 березня 2022", "2022-03-02"),
        ("2 мая 2022", "2022-05-02"),
        ("02.03.2022", "2022-03-02"),
        ("24/02/2022", "2022-02-24"),
        ("02/24/2022", "2022-02-24"),
        ("02/03/2022", ""),
        ("2022-13", ""),
        ("2022-00", ""),
        ("2022-02-30", ""),
        ("2022-02-29", ""),
        ("2022-03-02T25:00", ""),
        ("30 février 2022", ""),
        ("2 brumaire 2022", ""),
        ("0000", ""),
        ("9999", ""),
        ("hier", ""),
        ("", ""),
        ("٢٠٢٢", ""),
        ("2022-03-02" + " " * 100 + "x", ""),
    ],
)
def test_parse_date(given_date: str, expected: str) -> None:
    assert parse_date(given_date) == expected


@pytest.mark.parametrize(
    ("published", "first", "last"),
    [
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2022-03-02", date(2022, 3, 2), date(2022, 3, 2)),
        ("2022-03-02T23:59:00+01:00", date(2022, 3, 2), date(2022, 3, 2)),
    ],
)
def test_date_range(published: str, first: date, last: date) -> None:
    assert date_range(published) == (first, last)


def test_no_date_has_no_range() -> None:
    assert date_range("") is None
    assert date_range("2022-02-30") is None


DATE_LIKE = st.text(st.sampled_from("0123456789-/.:TZ+ ,marsh"), max_size=30)


@given(st.one_of(st.text(), DATE_LIKE))
def test_odd_input_never_raises_and_results_are_stable(text: str) -> None:
    parsed = parse_date(text)
    assert parse_date(parsed) == parsed
    covered = date_range(text)
    assert (covered is None) == (parsed == "")
    if covered:
        assert timedelta(0) <= covered[1] - covered[0] < timedelta(366)


@given(st.dates(date(1600, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day.isoformat()
    assert date_range(day.isoformat()) == (day, day)
