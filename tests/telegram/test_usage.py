"""What the chat model used: summed by user and day, kept over a restart, and without a name once a user is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from answering.generating.usage import Usage
from bot.telegram.storage.database import Database
from bot.telegram.storage.forgotten import LONGEST, Forgotten
from bot.telegram.storage.usage import DayOfUse, UsageTable, account
from retrieval.errors import KiosqueError
from tests.telegram_emulator import ManualClock

DAY = 86_400.0
ADA, BOB, GROUP = 11, 22, -1001  # anonymous administrators ask in the name of their group
ONE = Usage(100, 20, 0.5, 1, 0)
TWO = Usage(30, 5, 0.25, 1, 1)


class Book:
    """A table whose clock is set by hand."""

    def __init__(self, path: Path) -> None:
        self.now = 20_000 * DAY + 5
        self.database = Database(path)
        self.table = UsageTable(self.database, lambda: self.now)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "telegram.sqlite")


def test_it_is_summed_by_user_and_day(book: Book) -> None:
    book.table.note(str(ADA), ONE)
    book.table.note(str(ADA), TWO)
    book.table.note(str(BOB), TWO)
    book.table.note("", ONE)
    book.table.note(str(GROUP), TWO)
    book.now += DAY
    book.table.note(str(ADA), TWO)
    assert book.table.of_user(ADA) == [
        DayOfUse(20_000, ADA, Usage(130, 25, 0.75, 2, 1)),
        DayOfUse(20_001, ADA, TWO),
    ]
    assert book.table.of_day(book.now - DAY) == Usage(290, 55, 1.75, 5, 3)
    assert book.table.of_day(book.now + DAY) == Usage()
    assert [(used.day, used.user) for used in book.table.days(book.now, 2)] == [
        (20_000, ADA), (20_000, 0), (20_000, GROUP), (20_000, BOB), (20_001, ADA),
    ]  # fmt: skip
    assert [used.user for used in book.table.days(book.now, 1)] == [ADA]
    assert book.table.of_user(GROUP)[0].date == "2024-10-04"


def test_it_outlives_a_restart(book: Book) -> None:
    book.table.note(str(ADA), ONE)
    book.database.close()
    again = Book(book.database.path)
    assert again.table.of_user(ADA) == [DayOfUse(20_000, ADA, ONE)]


def test_the_bots_other_tables_live_beside_it(book: Book) -> None:
    book.table.note(str(ADA), ONE)
    assert Database(book.database.path).rows("SELECT COUNT(*) FROM answers") == [(0,)]


@pytest.mark.parametrize("user", [ADA, 0])
def test_who_is_forgotten_has_no_name_there_and_the_sums_stay(book: Book, user: int) -> None:
    book.table.note(str(ADA), ONE)
    book.table.note("", TWO)
    before = book.table.of_day(book.now)
    book.table.forget(user)
    assert book.table.of_day(book.now) == before == Usage(130, 25, 0.75, 2, 1)
    assert (book.table.of_user(ADA) == []) is (user == ADA)


def test_what_is_used_for_work_that_came_before_its_user_was_forgotten_is_nobodys(book: Book) -> None:
    clock = ManualClock(100.0)
    gone = Forgotten(clock)
    table = UsageTable(book.database, lambda: book.now, gone)
    before, of_bob = account(ADA, 99.0), account(BOB, 99.0)
    gone.note(ADA)
    for payer in (before, of_bob, account(ADA, 101.0)):
        table.note(payer, ONE)
    table.note(account(GROUP, 99.0), TWO)
    assert [(day.user, day.usage) for day in table.days(book.now, 1)] == [
        (0, ONE), (ADA, ONE), (BOB, ONE), (GROUP, TWO),
    ]  # fmt: skip


def test_who_was_forgotten_is_not_remembered_for_ever() -> None:
    clock = ManualClock(100.0)
    gone = Forgotten(clock)
    gone.note(ADA)
    assert (gone.since(ADA, 100.0), gone.since(ADA, 100.5), gone.since(BOB, 0.0)) == (True, False, False)
    clock.advance(LONGEST)
    gone.note(BOB)
    assert (gone.since(ADA, 100.0), gone.since(BOB, 100.0)) == (False, True)


def test_days_long_past_are_dropped(book: Book) -> None:
    book.table.note(str(ADA), ONE)
    book.now += 400 * DAY
    book.table.note(str(BOB), ONE)
    assert len(book.table.of_user(ADA)) == 1
    book.now += DAY
    book.table.note(str(BOB), ONE)
    assert book.table.of_user(ADA) == []


def test_a_file_that_cannot_be_written_is_one_sentence(book: Book) -> None:
    book.database.rows("PRAGMA query_only = ON")
    with pytest.raises(KiosqueError, match=r"telegram\.sqlite cannot be read or written"):
        book.table.note(str(ADA), ONE)
