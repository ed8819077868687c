import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.dates import date_in_folders, date_in_name, date_range, machine_date, parse_date


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


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("2022-03-02-pourparlers", "2022-03-02"),
        ("20220302_x", "2022-03-02"),
        ("20220302", "2022-03-02"),
        ("article_2022-03", "2022-03"),
        ("x.2022.03.02", "2022-03-02"),
        ("AFP 2022_03_02 (1)", "2022-03-02"),
        ("2022-03-02T1015", "2022-03-02"),
        ("20220302T101500", "2022-03-02"),
        ("001_2022-03-02", "2022-03-02"),
        ("2022-03-02 et encore 20220302", "2022-03-02"),
        ("1944-08-26", "1944-08-26"),
        ("presse-2011-12 2022-03-02", "2022-03-02"),
        ("2022/03/02/pourparlers", "2022-03-02"),
        ("blog/2022/03/02/monde/index", "2022-03-02"),
        ("2022/03/02/2022-03-01-x", "2022-03-01"),  # the name comes first
        ("2022/03/02/2022-03-99", "2022-03-02"),
        # Not a date, or not a certain one.
        ("2022", ""),
        ("rapport-2022", ""),
        ("budget-2011-12", ""),  # a season?
        ("2022.03", ""),  # a version
        ("2022-3-2", ""),
        ("02-03-2022", ""),
        ("2022-02-30", ""),
        ("20220230", ""),
        ("20220300", ""),
        ("2022-03-99", ""),
        ("2022-03-023", ""),
        ("2022-13", ""),
        ("1899-12-31", ""),
        ("2100-01-01", ""),
        ("20220302101500", ""),  # when a crawler came
        ("x20220302", ""),
        ("2022-03-02x", ""),
        ("é2022-03", ""),
        ("12022-03-02", ""),
        ("2022-03-02_2022-03-05", ""),
        ("2022-03_2022-04", ""),
        ("003_3eba1f2502d05c01", ""),
        ("٢٠٢٢-٠٣-٠٢", ""),
        ("2022-03-02/x", ""),  # a folder of another form
        ("2022/03/x", ""),
        ("2022/03/02", ""),  # a file called 02
        ("a2022/03/02/x", ""),
        ("2022/13/02/x", ""),
        ("2022/03/02/2022/03/05/x", ""),
        ("", ""),
    ],
)
def test_dates_in_names(path: str, expected: str) -> None:
    assert date_in_name(path) == expected


NAMES = st.text(st.sampled_from("0123456789-_./ Txé"), max_size=24)
WORDS = st.text(st.sampled_from("abcé x"), max_size=8)
PLAUSIBLE = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@given(st.one_of(st.text(), NAMES, st.builds("{}-{}".format, PLAUSIBLE, NAMES)))
def test_odd_names_give_nothing_or_digits_that_stand_in_them(path: str) -> None:
    found = date_in_name(path)
    assert parse_date(found) == found
    if not found:
        return
    digits = re.sub("[^0-9]", "", path)
    assert found.replace("-", "") in digits
    assert 1900 <= int(found[:4]) < 2100


@given(
    PLAUSIBLE, WORDS, WORDS, st.sampled_from("-_. "), st.sampled_from(["%Y-%m-%d", "%Y_%m_%d", "%Y.%m.%d", "%Y%m%d"])
)
def test_a_day_set_off_in_a_name_is_found(day: date, before: str, after: str, mark: str, form: str) -> None:
    written = f"{day.year:04}" + day.strftime(form)[len(day.strftime("%Y")) :]
    name = f"{before}{mark}{written}{mark}{after}"
    assert date_in_name(name) == date_in_name(f"2001/02/03/{name}") == day.isoformat()
    assert date_in_name(f"{before}{mark}{written}7") == ""  # a number that goes on
    other = (day + timedelta(1) if day < date(2099, 12, 31) else day - timedelta(1)).isoformat()
    assert date_in_name(f"{name}{mark}{other}") == ""


@given(st.integers(1900, 2099), st.integers(1, 12))
def test_a_month_is_found_unless_it_may_be_a_season(year: int, month: int) -> None:
    name = f"presse_{year}-{month:02}"
    assert date_in_name(name) == ("" if month == (year + 1) % 100 else f"{year}-{month:02}")


@given(PLAUSIBLE, WORDS)
def test_days_in_addresses(day: date, name: str) -> None:
    assert date_in_folders(f"/monde/{day:%Y/%m/%d}/{name}") == day.isoformat()
    assert date_in_folders(f"/monde/{day:%Y-%m-%d}/{name}") == date_in_folders(f"/{day:%Y%m%d}/{name}") == ""
    assert date_in_folders(f"/{day:%Y/%m/%d}7/{name}") == date_in_folders(f"/{day:%Y/%m/%d}") == ""


def test_the_zeros_of_clocks_are_no_dates() -> None:
    for zero in ("1970-01-01", "1970-01-01T01:00:00+01:00", "1969-12-31T16:00:00-08:00", "1980-01-01 00:00"):
        assert parse_date(zero)
        assert machine_date(zero) == ""
    assert machine_date("1944-08-26T00:30+01:00") == "1944-08-26T00:30+01:00"
    assert machine_date("1970") == "1970"
