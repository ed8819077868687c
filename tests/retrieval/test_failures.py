"""What could not be taken in: noted, waited for, given up, and cleared once it is read or gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.storing import failures
from retrieval.storing.database import Database
from retrieval.storing.failures import DAY, FIRST_PAUSE, KEPT, WEEK, Failure, Failures
from tests.telegram_emulator.clock import ManualClock

PAGE, FILE = "https://news.test/a", "/press/a.txt"


@pytest.fixture
def clock() -> ManualClock:
    clock = ManualClock()
    clock.advance(1_000_000)
    return clock


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "archive.sqlite", {})
    yield opened
    opened.close()


@pytest.fixture
def table(database: Database, clock: ManualClock) -> Failures:
    return Failures(database, clock)


def note(table: Failures, **reasons: str) -> None:
    table.settle(reasons, (), lambda key: False)


def fail(table: Failures, key: str, reason: str = "no.", origin: str = "") -> None:
    table.settle({key: reason}, (), lambda key: False, origin)


def test_a_failure_keeps_when_it_began_and_how_often_it_came(table: Failures, clock: ManualClock) -> None:
    began = clock()
    fail(table, FILE, "holds no text.", "/press")
    clock.advance(60)
    fail(table, FILE, "cannot be opened.")
    assert table.listed() == [Failure(FILE, "/press", "cannot be opened.", began, began + 60, 2)]


def test_what_is_read_is_cleared_and_the_rest_stays(table: Failures) -> None:
    for key in (PAGE, FILE, "/press/b.txt"):
        fail(table, key)
    table.settle({}, {FILE, PAGE}, lambda key: False)
    assert [each.key for each in table.listed()] == ["/press/b.txt"]


def test_a_file_that_is_gone_is_cleared_and_a_page_is_not(table: Failures) -> None:
    """A page that its feed lists no more may still be read."""
    for key in (PAGE, FILE):
        fail(table, key)
    table.settle({}, (), lambda key: True)
    assert [each.key for each in table.listed()] == [PAGE]


def test_what_failed_again_is_not_gone(table: Failures) -> None:
    fail(table, FILE)
    table.settle({FILE: "still no."}, (), lambda key: True)
    assert [(each.key, each.tries) for each in table.listed()] == [(FILE, 2)]


def test_a_page_is_left_alone_for_twice_as_long_each_time(table: Failures, clock: ManualClock) -> None:
    waited = []
    for _ in range(9):
        fail(table, PAGE)
        pause = table.listed()[0].pause
        waited.append(pause)
        clock.advance(pause - 1)
        assert (table.waits(PAGE), table.due()) == (True, [])
        clock.advance(1)
        assert not table.waits(PAGE)
        assert [each.key for each in table.due()] == [PAGE]
    quarter = FIRST_PAUSE
    assert waited == [
        quarter,
        2 * quarter,
        4 * quarter,
        8 * quarter,
        16 * quarter,
        32 * quarter,
        64 * quarter,
        DAY,
        DAY,
    ]


def test_a_file_is_never_waited_for_nor_asked_for_by_itself(table: Failures) -> None:
    fail(table, FILE)
    assert not table.waits(FILE)
    assert table.due() == []
    assert not table.waits("https://news.test/never-failed")


def test_a_page_is_given_up_after_a_week_and_asked_weekly_where_it_is_still_named(
    table: Failures, clock: ManualClock
) -> None:
    while not table.listed() or not table.listed()[0].given_up:
        fail(table, PAGE)
        clock.advance(DAY)
    each = table.listed()[0]
    assert WEEK <= each.last - each.first < WEEK + 2 * DAY
    assert table.due() == []
    assert table.waits(PAGE)
    clock.advance(6 * DAY)
    assert not table.waits(PAGE)
    assert table.due() == []


def test_two_tries_in_a_fortnight_are_no_week_of_tries(table: Failures, clock: ManualClock) -> None:
    fail(table, PAGE)
    clock.advance(2 * WEEK)
    fail(table, PAGE)
    assert not table.listed()[0].given_up


def test_a_clock_that_was_wrong_is_no_reason_to_wait() -> None:
    each = Failure(PAGE, "", "no.", 0.0, 5_000.0, 1)
    assert each.waits(5_000.0)
    assert not each.waits(4_999.0)


def test_those_due_come_in_the_order_of_their_last_try(table: Failures, clock: ManualClock) -> None:
    for name in "cab":
        fail(table, f"https://news.test/{name}")
        clock.advance(1)
    clock.advance(DAY)
    assert [each.key[-1] for each in table.due()] == ["c", "a", "b"]


def test_rows_that_nobody_asks_for_are_dropped_in_the_end(table: Failures, clock: ManualClock) -> None:
    fail(table, PAGE)
    clock.advance(KEPT - 1)
    fail(table, FILE)
    assert len(table.listed()) == 2
    clock.advance(2)
    table.settle({}, (), lambda key: False)
    assert [each.key for each in table.listed()] == [FILE]


def test_the_table_has_a_limit(table: Failures, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "MOST", 5)
    fail(table, "https://news.test/oldest")
    clock.advance(1)
    note(table, **{f"https://news.test/{n}": "no." for n in range(5)})
    assert [each.key[-1] for each in table.listed()] == ["0", "1", "2", "3", "4"]


def test_nothing_is_written_where_nothing_changes(table: Failures, database: Database) -> None:
    fail(table, FILE)
    with database.reading() as db:
        before = db.total_changes
        table.settle({}, {"/press/other.txt"}, lambda key: False)
        assert db.total_changes == before


def test_names_that_are_no_unicode_can_be_noted(table: Failures) -> None:
    table.settle({"/press/\ud800.txt": "\udfff no.\0"}, (), lambda key: False, "/\ud800")
    assert table.listed()[0].key == "/press/?.txt"


def test_the_table_outlives_its_process(database: Database, clock: ManualClock, tmp_path: Path) -> None:
    fail(Failures(database, clock), PAGE, "answers 500.", "https://news.test/rss")
    again = Database(tmp_path / "archive.sqlite", {})
    assert Failures(again, clock).listed() == [
        Failure(PAGE, "https://news.test/rss", "answers 500.", clock(), clock(), 1)
    ]
    again.close()


@given(st.integers(1, 2**62), st.floats(0, 1e10), st.floats(0, 1e10))
def test_a_page_waits_at_most_a_week_whatever_its_row_says(tries: int, first: float, last: float) -> None:
    each = Failure(PAGE, "", "no.", first, last, tries)
    assert FIRST_PAUSE <= each.pause <= WEEK
    assert not each.waits(last + WEEK)
    assert replace(each, key=FILE).pause == 0


def test_what_a_server_asked_for_is_kept_to_for_all_of_its_site(table: Failures, clock: ManualClock) -> None:
    pages = [f"https://news.test/{n}" for n in range(3)]
    for url in pages[:2]:
        fail(table, url, "https://news.test/old is away.", "https://news.test/rss")
    clock.advance(FIRST_PAUSE)
    asked = f"{pages[0]} is busy (429); try again in 7200 s."
    fail(table, pages[0], asked, "https://news.test/rss")
    assert table.listed()[0].pause == 7200
    elsewhere = ("https://news.test:8443/1", "https://news.testing/1", "http://news.test/1")
    for seconds, waiting in ((0, True), (7199, True), (1, False)):
        clock.advance(seconds)
        assert [table.waits(url) for url in (*pages, "https://news.test/rss", "https://news.test/")] == [waiting] * 5
        assert not any(map(table.waits, elsewhere))
        assert [each.key for each in table.due()] == ([] if waiting else [pages[1], pages[0]])


def test_nobody_can_ask_to_be_left_alone_for_more_than_a_day() -> None:
    each = Failure(PAGE, "", "it is busy (503); try again in 99999 s.", 0, 0, 1)
    assert each.pause == DAY
    assert replace(each, reason="try again in 7200 s. Or not").pause == FIRST_PAUSE
    assert replace(each, key=FILE).pause == 0


def test_a_source_is_never_given_up() -> None:
    each = Failure(PAGE, PAGE, "no.", 0, 30 * DAY, 99)
    assert (each.given_up, each.pause) == (False, FIRST_PAUSE)
    assert replace(each, origin="").given_up
