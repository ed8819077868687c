"""People: who may ask and how much, and that what is forgotten is gone from the disk."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from answering.generating.usage import Usage
from answering.types import to_json
from bot.telegram.config import TelegramSettings
from bot.telegram.storage.bodies import delete_answers
from bot.telegram.storage.database import Database
from bot.telegram.storage.inbox import Inbox
from bot.telegram.storage.people import DAY, HOUR, MINUTE, WRONG_CODES, Limit, People
from bot.telegram.storage.store import Asker, Store
from bot.telegram.storage.usage import UsageTable
from retrieval.errors import KiosqueError
from tests.telegram.made import answer, settings

NOW = 20_000 * DAY
ANN, BOB, ADMIN, GROUP = 11, 12, 99, -1001
INVITING = settings(access="invite", invite_code="sésame")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "telegram.sqlite")
    yield database
    database.close()


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


def on_disk(database: Database) -> bytes:
    """Return every byte of the database and of its log."""
    return b"".join(path.read_bytes() for path in database.path.parent.glob(database.path.name + "*"))


def test_a_language_is_chosen_changed_and_taken_back(people: People) -> None:
    assert people.language(ANN) == ""
    for language in ("fr", "en", ""):
        people.set_language(ANN, language)
        assert people.language(ANN) == language
    assert people.language(BOB) == ""


# -- access -----------------------------------------------------------------------------------------------------


def test_who_may_ask_by_mode(people: People) -> None:
    assert people.is_allowed(ANN, ANN, settings())
    assert not people.is_allowed(ANN, ANN, settings(access="allowed"))
    assert not people.is_allowed(ANN, ANN, INVITING)


@pytest.mark.parametrize(("allowed", "chat"), [((ANN,), ANN), ((ANN,), GROUP), ((GROUP,), GROUP), ((ANN,), 0)])
def test_the_settings_list_users_and_chats(people: People, allowed: tuple[int, ...], chat: int) -> None:
    listed = settings(access="allowed", allowed=allowed)
    assert people.is_allowed(ANN, chat, listed)
    assert not people.is_allowed(BOB, BOB, listed)


def test_admins_may_ask(people: People) -> None:
    assert people.is_allowed(ADMIN, GROUP, settings(access="allowed", admins=(ADMIN,)))


def test_the_precedence_of_access(people: People) -> None:
    closed = settings(access="allowed")
    people.allow("chat", GROUP, True, ADMIN)
    assert people.is_allowed(ANN, GROUP, closed)
    assert not people.is_allowed(ANN, ANN, closed)
    people.allow("user", ANN, False, ADMIN)
    assert not people.is_allowed(ANN, GROUP, closed)  # a no for the user stands above a yes for the chat
    assert not people.is_allowed(ANN, ANN, settings(allowed=(ANN,)))
    assert people.is_allowed(BOB, GROUP, closed)
    people.allow("user", ANN, True, ADMIN)
    assert people.is_allowed(ANN, ANN, closed)
    people.allow("chat", GROUP, False, ADMIN)
    assert not people.is_allowed(ANN, GROUP, closed)  # and the other way round
    assert not people.is_allowed(BOB, GROUP, settings())


def test_a_user_and_a_chat_of_one_number_are_two(people: People) -> None:
    people.allow("chat", ANN, False, ADMIN)
    assert people.is_allowed(ANN, GROUP, settings())
    assert not people.is_allowed(ANN, ANN, settings())


def test_an_invitation_lets_one_in(people: People) -> None:
    assert people.redeem(ANN, "sésame", INVITING, NOW) == ""
    assert people.is_allowed(ANN, GROUP, INVITING)
    assert not people.is_allowed(BOB, GROUP, INVITING)
    people.set_language(ANN, "fr")
    assert people.is_allowed(ANN, GROUP, INVITING)
    people.allow("user", ANN, False, ADMIN)
    assert not people.is_allowed(ANN, GROUP, INVITING)


@pytest.mark.parametrize("code", ["", "sesame", "sésame ", "\ud83d"])
def test_a_wrong_code_lets_nobody_in(people: People, code: str) -> None:
    assert people.redeem(ANN, code, INVITING, NOW) == "wrong"
    assert not people.is_allowed(ANN, ANN, INVITING)


@pytest.mark.parametrize("code", ["", "sésame"])
def test_no_code_is_right_where_nobody_is_invited(people: People, code: str) -> None:
    assert people.redeem(ANN, code, settings(access="allowed"), NOW) == "wrong"
    assert people.redeem(ANN, code, settings(access="allowed", invite_code="sésame"), NOW) == "wrong"


def test_codes_cannot_be_guessed(people: People) -> None:
    for n in range(WRONG_CODES):
        assert people.redeem(ANN, f"try {n}", INVITING, NOW + n) == "wrong"
    assert people.redeem(ANN, "sésame", INVITING, NOW + 10) == "later"  # else it could be guessed on
    assert people.redeem(BOB, "sésame", INVITING, NOW + 10) == ""
    people.forget(ANN)
    assert people.redeem(ANN, "sésame", INVITING, NOW + HOUR - 0.5) == "later"
    assert people.redeem(ANN, "sésame", INVITING, NOW + HOUR) == ""


# -- limits -----------------------------------------------------------------------------------------------------


def test_limits_slide(people: People) -> None:
    limits = settings(per_minute=2, per_day=3)
    people.note_question(ANN, NOW)
    people.note_question(ANN, NOW + 30)
    assert people.may_ask(ANN, NOW + 59, limits) == Limit("minute", 1)
    assert people.may_ask(ANN, NOW + 60, limits) is None
    people.note_question(ANN, NOW + 60)
    assert people.may_ask(ANN, NOW + DAY - 1, limits) == Limit("day", 1)
    assert people.may_ask(ANN, NOW + DAY, limits) is None
    assert people.may_ask(BOB, NOW + 60, limits) is None


def test_forgetting_lifts_no_limit(people: People) -> None:
    limits = settings(per_minute=1)
    people.note_question(ANN, NOW)
    people.forget(ANN)
    assert people.may_ask(ANN, NOW + 1, limits) == Limit("minute", MINUTE - 1)


def test_times_that_no_limit_counts_are_not_kept(people: People) -> None:
    people.note_question(ANN, NOW)
    people.note_question(BOB, NOW + DAY)
    assert people.export(ANN)["limits"]["questions"] == []


class PlainLimits:
    """The limits in a few lines of Python."""

    def __init__(self) -> None:
        self.asked: dict[int, list[float]] = {}
        self.spent: dict[float, int] = {}

    def may_ask(self, user: int, now: float, limits: TelegramSettings) -> Limit | None:
        times = self.asked.get(user, [])
        if wait := self.wait([t for t in times if now - t < DAY], limits.telegram_per_day, now, DAY):
            return Limit("day", wait)
        wait = self.wait([t for t in times if now - t < MINUTE], limits.telegram_per_minute, now, MINUTE)
        return Limit("minute", wait) if wait else None

    def wait(self, times: list[float], most: int, now: float, window: float) -> float:
        """Drop the oldest until one more fits: then it is as late as it must be."""
        later = now
        while len(times) >= most:
            later, times = times[0] + window, times[1:]
        return later - now

    def spend(self, now: float, limit: int) -> bool:
        day = now // DAY
        self.spent[day] = self.spent.get(day, 0) + 1
        return self.spent[day] <= limit


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "spend", "restart", "forget"]),
        st.integers(1, 2),
        st.sampled_from([0, 1, 20, 59, 60, 61, 3600, 43_200, 86_399, 86_400]),
    ),
    max_size=40,
)


@hypothesis_settings(max_examples=40)
@given(steps=STEPS)
def test_limits_are_those_of_a_plain_model(steps: list[tuple[str, int, int]], tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("limits") / "telegram.sqlite"
    database, model, now = Database(path), PlainLimits(), float(NOW)
    limits = settings(per_minute=2, per_day=4)
    for step, user, seconds in steps:
        now += seconds
        if step == "restart":
            database.close()
            database = Database(path)
        people = People(database)
        if step == "ask":
            verdict = people.may_ask(user, now, limits)
            assert verdict == model.may_ask(user, now, limits)
            if verdict is None:
                people.note_question(user, now)
                model.asked.setdefault(user, []).append(now)
        elif step == "spend":
            assert people.spend_chat_model(now, 2) == model.spend(now, 2)
        elif step == "forget":
            people.forget(user)
    database.close()


def test_the_budget_of_the_chat_model_is_everybodys_and_a_days(people: People) -> None:
    assert [people.spend_chat_model(NOW + n, 2) for n in range(3)] == [True, True, False]
    assert people.chat_model_spent(NOW + 3) == 2
    assert people.spend_chat_model(NOW + 3, 3)  # the limit was raised
    assert people.spend_chat_model(NOW + DAY, 2)
    assert not people.spend_chat_model(NOW + DAY, 0)


def test_what_the_chat_model_was_not_asked_for_is_given_back(people: People) -> None:
    assert people.spend_chat_model(NOW, 1)
    people.return_chat_model(NOW)
    assert people.chat_model_spent(NOW) == 0
    people.return_chat_model(NOW)  # over midnight: nothing was taken from this day
    people.return_chat_model(NOW + DAY)
    assert people.spend_chat_model(NOW, 1)
    assert not people.spend_chat_model(NOW, 1)


# -- privacy ----------------------------------------------------------------------------------------------------


def used(database: Database, user: int, word: str) -> list[int]:
    """Let a user do everything that leaves a trace; ``word`` is in every text. Return the numbers of two answers."""
    store, people = Store(database), People(database)
    private, group = Asker(user, 0, user), Asker(GROUP, 3, user)
    numbers = [
        store.save(asker, 40 + user, answer(f"{word} ?", text=f"{word}!" * 50), NOW) for asker in (private, group)
    ]
    store.sent(numbers[0], user, 500)
    store.sent(numbers[0], user, 501)
    store.sent(numbers[1], GROUP, 600 + user)
    store.reset(group)
    people.set_language(user, "fr")
    people.redeem(user, "no", INVITING, NOW)
    people.redeem(user, "sésame", INVITING, NOW)
    people.note_question(user, NOW)
    UsageTable(database, lambda: NOW).note(str(user), Usage(100, 20, 0.5, 2, 1))
    update = {"update_id": user, "message": {"from": {"id": user, "first_name": word}, "text": word}}
    Inbox(database).receive(user, json.dumps(update))
    return numbers


def test_export_is_everything_about_one_user(database: Database, people: People) -> None:
    first, second = used(database, ANN, "zebra")
    others = used(database, BOB, "giraffe")
    Store(database).rate(others[0], ANN, -1)
    people.allow("user", ANN, True, ADMIN)
    exported = people.export(ANN)
    body = to_json(answer("zebra ?", text="zebra!" * 50))
    assert exported["answers"] == [
        {"id": first, "chat": ANN, "thread": 0, "question_message": 51, "messages": [500, 501], "kind": "answer",
         "at": NOW, "answer": body},
        {"id": second, "chat": GROUP, "thread": 3, "question_message": 51, "messages": [611], "kind": "answer",
         "at": NOW, "answer": body},
    ]  # fmt: skip
    assert exported["user"] == ANN
    assert exported["resets"] == [{"chat": GROUP, "thread": 3, "after_answer": second}]
    assert exported["feedback"] == [{"answer": others[0], "value": -1}]
    assert [json.loads(payload)["message"]["text"] for payload in exported["waiting"]] == ["zebra"]
    assert exported["settings"] == {"language": "fr"}
    assert exported["access"] == {"invited": NOW, "decisions": [{"kind": "user", "id": ANN, "allowed": True}]}
    assert exported["limits"] == {"questions": [NOW], "wrong_codes": [NOW]}
    day = datetime.fromtimestamp(NOW, UTC).date().isoformat()
    assert exported["usage"] == [{"day": day, "read": 100, "written": 20, "cost": 0.5, "requests": 2, "estimated": 1}]
    assert json.loads(json.dumps(exported)) == exported
    assert "giraffe" not in json.dumps(exported)


def test_forgetting_leaves_nothing_of_one_user_and_all_of_the_others(database: Database, people: People) -> None:
    mine, others = used(database, ANN, "zebra"), used(database, BOB, "giraffe")
    store = Store(database)
    store.rate(others[0], ANN, -1)
    store.rate(others[0], BOB, 1)
    store.rate(mine[0], BOB, 1)
    people.allow("user", ANN, True, ADMIN)
    people.allow("user", 13, False, ANN)
    before, sum_of_day = people.export(BOB), people.usage.of_day(NOW)
    assert b"zebra" in on_disk(database)
    assert people.forget(ANN) == 2
    assert b"zebra" not in on_disk(database)
    assert b"giraffe" in on_disk(database)
    assert people.export(ANN) == {
        "user": ANN, "answers": [], "resets": [], "feedback": [], "waiting": [], "settings": {"language": ""},
        "access": {"invited": None, "decisions": []}, "limits": {"questions": [NOW], "wrong_codes": [NOW]},
        "usage": [],
    }  # fmt: skip
    before["feedback"] = [row for row in before["feedback"] if row["answer"] != mine[0]]
    assert people.export(BOB) == before
    assert people.usage.of_day(NOW) == sum_of_day == Usage(200, 40, 1.0, 4, 2)
    assert [store.get(number) for number in mine] == [None, None]
    assert store.answer_of_message(ANN, 500) is None
    assert store.answer_of_message(GROUP, 600 + BOB) == store.get(others[1])
    assert store.feedback_rows()[0]["value"] == 1
    assert not people.is_allowed(ANN, ANN, INVITING)
    assert not people.is_allowed(13, 13, settings())
    assert [update_id for update_id, _ in Inbox(database).waiting()] == [BOB]
    assert not Inbox(database).receive(ANN, "{}")
    assert people.forget(ANN) == 0


def test_a_number_of_a_forgotten_answer_is_not_given_again(database: Database, people: People) -> None:
    last = max(used(database, ANN, "zebra"))
    people.forget(ANN)
    assert min(used(database, BOB, "giraffe")) > last


def test_a_no_by_an_admin_is_not_forgotten(database: Database, people: People) -> None:
    used(database, ANN, "zebra")
    people.allow("user", ANN, False, ADMIN)
    people.forget(ANN)
    assert not people.is_allowed(ANN, ANN, settings())
    assert people.export(ANN)["access"] == {
        "invited": None,
        "decisions": [{"kind": "user", "id": ANN, "allowed": False}],
    }


def person(n: int) -> int:
    """The number of a person as SQLite writes it, in six bytes that nothing else is."""
    return 7_123_456_789_000 + n


def written(user: int) -> tuple[bytes, ...]:
    """How a person stands in the file: in their texts, in a row, and as the number of a row."""
    groups = [user >> shift & 0x7F for shift in range(42, -1, -7)]
    return f"<of {user}>".encode(), user.to_bytes(6), bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]])


class Much:
    """A bot that is much used, by thirty people, in every way that writes."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.chosen = database, random.Random(seed)
        self.store, self.people, self.inbox = Store(database), People(database), Inbox(database)
        self.numbers: list[int] = []
        self.there: set[int] = set()

    def step(self, n: int, user: int) -> None:
        chosen, asker = self.chosen, Asker(user if n % 3 else GROUP, 0, user)
        marked = "".join(f"<of {user}>" + "x" * chosen.randrange(60) for _ in range(chosen.choice([1, 1, 2, 10, 60])))
        cited = [{"article_id": f"a{n % 50}", "quote": marked}] if chosen.random() < 0.3 else []
        body = {
            "question": marked,
            "standalone": None,
            "status": "answered",
            "text": "",
            "language": "fr",
            "notice": None,
        }
        update = json.dumps({"update_id": n, "message": {"from": {"id": user}, "text": marked}})
        self.there.add(user)
        self.inbox.receive(n, update)
        if n % 10:
            self.inbox.finish(n)
        kind = "answer" if chosen.random() < 0.9 else "search"
        self.numbers.append(self.store.save_body(asker, n // 2, body | {"citations": cited, "nearest": []}, NOW, kind))
        if chosen.random() < 0.8:  # else the next to the same message takes its place
            self.store.sent(self.numbers[-1], asker.chat, n)
        self.store.rate(chosen.choice(self.numbers), user, chosen.choice([1, -1]))
        self.store.reset(asker)
        self.people.set_language(user, "fr")
        self.people.usage.note(str(user), Usage(1, 1, 0.0, 1, 0))
        if chosen.random() < 0.02:
            self.store.erase_quoting([f"a{chosen.randrange(50)}"], NOW - 2 * DAY)

    def forget(self, user: int) -> None:
        self.people.forget(user)
        self.there.discard(user)


@pytest.mark.parametrize("seed", range(3))
def test_no_copy_stays_behind_in_a_file_that_was_much_used(database: Database, seed: int) -> None:
    """With secure_delete alone, copies of rows that moved when pages were joined or split stay readable."""
    used = Much(database, seed)
    for begin in range(1, 3001, 250):
        with database.transaction():
            for n in range(begin, begin + 250):
                used.step(n, person(used.chosen.randrange(1, 31)))
        gone = person(used.chosen.randrange(2, 31))
        used.forget(gone)
        assert not any(form in on_disk(database) for form in written(gone))
    file = on_disk(database)
    assert all(form in file for form in written(person(1)))
    used.forget(person(1))
    file = on_disk(database)
    for user in map(person, range(1, 31)):
        assert [form in file for form in written(user)] == [user in used.there] * 3, user
    assert database.rows("PRAGMA integrity_check") == [("ok",)]
    assert database.rows("PRAGMA foreign_key_check") == []
    assert database.rows("PRAGMA foreign_keys") == [(1,)]
    kept = {number: used.store.get(number) for number in used.numbers}
    database.compact()
    assert {number: used.store.get(number) for number in used.numbers} == kept
    assert not database.is_worth_compacting()


def test_others_write_while_the_file_is_erased(database: Database, people: People) -> None:
    used(database, ANN, "zebra")
    store, seen = Store(database), []

    def others() -> None:
        """Another thread's turn: it would wait for ever if the file were held."""
        writing = threading.Thread(target=lambda: seen.append(store.save(Asker(BOB, 0, BOB), 0, answer(), NOW)))
        writing.start()
        writing.join(10)
        assert not writing.is_alive()

    with database.transaction():
        delete_answers(database, "user = ?", ANN)
        database.erase_soon()
    assert b"zebra" in on_disk(database)
    database.erase(others)
    assert b"zebra!" not in on_disk(database)
    assert len(seen) == len(set(seen)) >= 10
    assert all(store.get(number) for number in seen)


def test_who_is_forgotten_while_another_is_erased_is_noted_still(database: Database, people: People) -> None:
    used(database, ANN, "zebra")
    database.erase_soon()

    def killed() -> None:
        database.erase_soon()  # the next one's rows are deleted, and the process ends before they are erased

    database.erase(killed)
    assert len(database.rows("SELECT 1 FROM meta WHERE key = 'erase'")) == 1
    database.erase(lambda: None)
    assert database.rows("SELECT 1 FROM meta WHERE key = 'erase'") == []


def test_what_was_deleted_takes_room_until_a_start(database: Database, people: People) -> None:
    used(database, ANN, "zebra")
    used(database, BOB, "giraffe")
    assert not database.is_worth_compacting()
    people.forget(ANN)
    assert database.is_worth_compacting()
    database.compact()
    assert not database.is_worth_compacting()
    assert len(people.export(BOB)["answers"]) == 2


def test_a_text_is_overwritten_by_none_that_is_longer(database: Database) -> None:
    number = Store(database).save(Asker(ANN, 0, ANN), 5, answer(), NOW)
    before = Store(database).get(number)
    with pytest.raises(ValueError, match="100000 bytes do not fit in the place of"):
        database.overwrite(number, b"x" * 100_000)
    assert Store(database).get(number) == before


def test_work_that_came_before_its_person_was_forgotten_writes_nothing(people: People) -> None:
    before = time.monotonic()
    people.forget(ANN)
    people.unless_forgotten(ANN, before, lambda: people.set_language(ANN, "fr"))
    people.unless_forgotten(BOB, before, lambda: people.set_language(BOB, "fr"))
    assert (people.language(ANN), people.language(BOB)) == ("", "fr")
    people.unless_forgotten(ANN, time.monotonic(), lambda: people.set_language(ANN, "en"))
    assert people.language(ANN) == "en"


def test_a_language_that_is_chosen_while_it_is_looked_up_holds(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    database = people._db
    rows = database.rows

    def chosen_meanwhile(sql: str, *values: Any) -> list[Any]:
        found = rows(sql, *values)
        monkeypatch.setattr(database, "rows", rows)
        people.set_language(ANN, "fr")
        return found

    monkeypatch.setattr(database, "rows", chosen_meanwhile)
    people.language(ANN)
    assert people.language(ANN) == "fr"


def test_what_could_not_be_erased_is_erased_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "telegram.sqlite"
    database = Database(path)
    database.rows("PRAGMA busy_timeout = 0")
    used(database, ANN, "zebra")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT COUNT(*) FROM answers").fetchone() == (2,)
    with pytest.raises(KiosqueError, match="in use by another program, so what was deleted is not erased yet"):
        People(database).forget(ANN)
    assert b"zebra" in on_disk(database)
    assert People(database).export(ANN)["answers"] == []
    reader.close()
    again = Database(path)  # the first is still open, as after a kill
    assert b"zebra" not in on_disk(again)
    assert again.rows("SELECT * FROM meta") == []
    again.close()
    database.close()
