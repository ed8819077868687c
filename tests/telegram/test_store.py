"""What the bot remembers of its answers, and the file that it is in."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from answering.conversation import MAX_TURNS, Turn
from answering.types import Mode, Status, to_json
from bot.telegram.storage.database import Database
from bot.telegram.storage.store import Asker, Day, Store, turn
from bot.telegram.storage.usage import UsageTable
from evaluation.dataset import Question
from retrieval.errors import KiosqueError
from tests.telegram.made import answer, refusal

ANN = Asker(chat=-100, thread=7, user=11)
BOB = Asker(chat=-100, thread=7, user=12)
NOON = 20_000 * 86_400 + 43_200.0  # 2024-10-04, 12:00 UTC


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "data" / "telegram.sqlite")
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


# -- answers ----------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_as_its_json(store: Store) -> None:
    given = answer("Quand ?", standalone="Quand le pont a-t-il rouvert ?")
    number = store.save(ANN, 5, given, NOON)
    stored = store.get(number)
    assert stored is not None
    assert (stored.id, stored.asker, stored.at) == (number, ANN, NOON)
    assert (stored.question, stored.standalone) == ("Quand ?", "Quand le pont a-t-il rouvert ?")
    assert stored.body == to_json(given)
    assert turn(stored) == Turn("Quand ?", "Quand le pont a-t-il rouvert ?", given.text)


def test_the_question_stands_for_itself_when_it_was_searched_as_asked(store: Store) -> None:
    stored = store.get(store.save(ANN, 5, answer("Où ?"), NOON))
    assert stored is not None
    assert stored.standalone == "Où ?"


def test_any_text_can_be_kept(store: Store) -> None:
    odd = "half a pair \ud83d, a null \0, 'quotes' and 😀"
    stored = store.get(store.save(ANN, 5, answer(odd, text=odd), NOON))
    assert stored is not None
    assert (stored.question, stored.body["text"]) == (odd, odd)


@pytest.mark.parametrize("number", [0, -1, 2, 2**63, 10**30])
def test_a_number_that_was_never_given_is_no_answer(store: Store, number: int) -> None:
    assert store.save(ANN, 5, answer(), NOON) == 1
    assert store.get(number) is None
    assert store.rate(number, 11, 1) == 0


def test_answers_outlive_the_process(tmp_path: Path) -> None:
    path = tmp_path / "telegram.sqlite"
    first = Database(path)
    number = Store(first).save(ANN, 5, answer(), NOON)
    first.close()
    again = Database(path)
    stored = Store(again).get(number)
    again.close()
    assert stored is not None
    assert stored.body == to_json(answer())


def test_a_message_leads_to_its_answer(store: Store) -> None:
    one, two = store.save(ANN, 5, answer("un"), NOON), store.save(ANN, 6, answer("deux"), NOON)
    for number, message in ((one, 50), (one, 51), (two, 52)):
        store.sent(number, -100, message)
    assert [store.parts_sent(number) for number in (one, two, 99)] == [2, 1, 0]
    found = [store.answer_of_message(-100, message) for message in (50, 51, 52)]
    assert [stored and stored.question for stored in found] == ["un", "un", "deux"]
    assert store.answer_of_message(-100, 53) is None
    assert store.answer_of_message(11, 50) is None


def test_the_answer_to_a_message_is_found_sent_or_not(store: Store) -> None:
    assert store.answer_to(ANN, 5) is None
    number = store.save(ANN, 5, answer("un"), NOON)
    store.save_body(ANN, 6, to_json(answer("chercher")), NOON, "search")
    found = store.answer_to(ANN, 5)
    assert found is not None
    assert (found.id, found.question) == (number, "un")
    assert store.answer_to(ANN, 6) is None
    assert store.answer_to(Asker(ANN.chat, ANN.thread, 99), 5) is None


def test_a_placeholder_is_known_until_it_has_become_the_answer(store: Store) -> None:
    store.set_placeholder(-100, 5, 50)
    store.set_placeholder(-100, 6, 60)
    assert store.placeholder(-100, 5) == 50
    store.set_placeholder(-100, 5, 51)
    assert store.placeholder(-100, 5) == 51
    store.sent(store.save(ANN, 5, answer(), NOON), -100, 51)
    assert store.placeholder(-100, 5) == 0
    store.set_placeholder(-100, 6, 0)
    assert store.placeholder(-100, 6) == 0


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "telegram.sqlite"
    first = Database(path)
    number = Store(first).save(ANN, 5, answer(), NOON)
    first.change("DROP TABLE placeholders")
    first.change("DROP TABLE usage")
    first.change("ALTER TABLE answers ADD body TEXT")
    first.change("UPDATE answers SET body = (SELECT body FROM bodies WHERE id = answers.id)")
    first.change("DROP TABLE bodies")
    first.change("PRAGMA user_version = 1")
    first.close()
    again = Database(path)
    store = Store(again)
    found = store.get(number)
    assert found is not None
    assert found.body == to_json(answer())
    store.set_placeholder(-100, 5, 50)
    assert store.placeholder(-100, 5) == 50
    assert again.rows("SELECT * FROM meta") == []
    assert UsageTable(again).of_user(ANN.user) == []
    again.close()
    assert Database(path).rows("PRAGMA user_version") == [(4,)]


def test_the_key_of_a_file_stays_and_is_its_own(tmp_path: Path) -> None:
    one, other = Database(tmp_path / "one"), Database(tmp_path / "other")
    assert len(one.key()) == 32
    assert one.key() == one.key() != other.key()
    one.close()
    again = Database(tmp_path / "one")
    assert Store(again).key() == again.key() != other.key()


def test_a_message_of_an_answer_that_is_gone_leads_nowhere(store: Store) -> None:
    store.sent(99, -100, 50)
    assert store.answer_of_message(-100, 50) is None


def test_an_answer_that_was_not_sent_makes_way_for_the_next_to_the_same_message(store: Store) -> None:
    lost = store.save(ANN, 5, answer("un"), NOON)
    kept = store.save(ANN, 5, answer("un"), NOON)
    assert store.get(lost) is None
    store.sent(kept, -100, 50)
    other = store.save(ANN, 5, answer("un"), NOON)
    assert kept < other
    assert store.get(kept) is not None
    assert [t.question for t in store.conversation(ANN, 0).turns] == ["un", "un"]


def test_an_answer_replaces_neither_a_search_nor_an_answer_to_another_user(store: Store) -> None:
    numbers = [
        store.save(asker, 5, answer(), NOON, kind=kind)
        for asker, kind in ((ANN, "search"), (ANN, "answer"), (BOB, "answer"))
    ]
    assert all(store.get(number) for number in numbers)


def test_answers_to_no_message_do_not_replace_each_other(store: Store) -> None:
    numbers = [store.save(ANN, 0, answer(), NOON) for _ in range(2)]
    assert all(store.get(number) for number in numbers)


# -- conversations ----------------------------------------------------------------------------------------------


def test_a_conversation_is_the_latest_turns_oldest_first(store: Store) -> None:
    for n in range(MAX_TURNS + 2):
        store.save(ANN, n + 1, answer(f"q{n}", standalone=f"s{n}", text=f"t{n}"), NOON + n)
    turns = store.conversation(ANN, 0).turns
    assert turns == tuple(Turn(f"q{n}", f"s{n}", f"t{n}") for n in range(2, MAX_TURNS + 2))


def test_old_turns_are_left_out(store: Store) -> None:
    for n in range(3):
        store.save(ANN, n + 1, answer(f"q{n}"), NOON + n)
    assert [t.question for t in store.conversation(ANN, NOON + 1).turns] == ["q1", "q2"]
    assert store.conversation(ANN, NOON + 2.5).turns == ()


def test_a_reset_ends_one_conversation_and_no_other(store: Store) -> None:
    elsewhere = Asker(ANN.chat, 8, ANN.user)
    for asker in (ANN, BOB, elsewhere):
        store.save(asker, asker.user, answer("avant"), NOON)
    store.reset(ANN)
    assert store.conversation(ANN, 0).turns == ()
    store.save(ANN, 90, answer("après"), NOON)
    assert [t.question for t in store.conversation(ANN, 0).turns] == ["après"]
    assert [len(store.conversation(asker, 0).turns) for asker in (BOB, elsewhere)] == [1, 1]
    store.reset(ANN)
    assert store.conversation(ANN, 0).turns == ()


def test_a_reset_before_the_first_answer(store: Store) -> None:
    store.reset(ANN)
    store.save(ANN, 1, answer("une"), NOON)
    assert [t.question for t in store.conversation(ANN, 0).turns] == ["une"]


def test_hits_of_a_search_are_no_turn(store: Store) -> None:
    number = store.save(ANN, 1, answer("pont"), NOON, kind="search")
    assert store.get(number) is not None
    assert store.conversation(ANN, 0).turns == ()
    assert store.days(NOON, 1)[0].questions == 0


# -- feedback and counts ----------------------------------------------------------------------------------------


def test_a_rating_can_be_changed_and_taken_back(store: Store) -> None:
    number = store.save(ANN, 1, answer(), NOON)
    assert [store.rate(number, 11, value) for value in (1, -1, -1, -1, 1, 1)] == [1, -1, 0, -1, 1, 0]
    assert store.feedback_rows() == []
    with pytest.raises(ValueError, match="feedback is 1 or -1, not 5"):
        store.rate(number, 11, 5)


def test_feedback_is_a_set_of_questions(store: Store) -> None:
    good = store.save(ANN, 1, answer("Et quand ?", standalone="Quand le pont a-t-il rouvert ?"), NOON)
    refused = store.save(BOB, 2, refusal("Qui a gagné ?"), NOON)
    searched = store.save(BOB, 3, answer("pont"), NOON, kind="search")
    store.save(BOB, 4, answer("sans avis"), NOON)
    for number, user, value in ((good, 11, 1), (good, 12, 1), (good, 13, -1), (refused, 12, -1), (searched, 12, 1)):
        store.rate(number, user, value)
    rows = store.feedback_rows()
    assert rows == [
        {
            "id": f"telegram-{good}", "question": "Quand le pont a-t-il rouvert ?", "language": "fr", "answerable": True,
            "relevant": [{"article": "a1", "quote": "Le pont a rouvert lundi.", "copies": ["a7"]}],
            "kind": "feedback", "value": 1,
        },
        {
            "id": f"telegram-{refused}", "question": "Qui a gagné ?", "language": "fr", "answerable": False,
            "relevant": [], "kind": "feedback", "value": -1,
        },
    ]  # fmt: skip
    for row in rows:
        row.pop("value")
        assert Question.model_validate(row).question == row["question"]


def test_days_are_counted_in_utc(store: Store) -> None:
    midnight = NOON - 43_200
    for message, (asker, given, at) in enumerate(
        [
            (ANN, refusal("hier"), midnight - 1),
            (ANN, answer("un", status=Status.PARTIAL, mode=Mode.GENERATIVE), midnight),
            (ANN, answer("deux"), NOON),
            (BOB, refusal("trois"), NOON),
            (ANN, answer("trop tôt"), midnight - 2 * 86_400 - 1),
        ],
        start=1,
    ):
        store.save(asker, message, given, at)
    store.rate(1, 12, -1)
    store.rate(3, 11, 1)
    store.rate(3, 12, 1)
    assert store.days(NOON, 3) == [
        Day("2024-10-02", 0, 0, 0, 0, 0),
        Day("2024-10-03", 1, 1, 1, 0, 1),
        Day("2024-10-04", 3, 1, 2, 2, 0),
    ]


# -- the file ---------------------------------------------------------------------------------------------------


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "telegram.sqlite"
    path.touch(mode=0o644)
    database = Database(path)
    Store(database).save(ANN, 1, answer(), NOON)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    database.close()
    assert modes == dict.fromkeys(("telegram.sqlite", "telegram.sqlite-wal", "telegram.sqlite-shm"), 0o600)


def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    text, other, later = tmp_path / "text", tmp_path / "other", tmp_path / "later"
    text.write_text("no database at all, but long enough to be looked at as one" * 20, encoding="utf-8")
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE theirs (x)")
    db.close()
    Database(later).close()
    with sqlite3.connect(later) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    (tmp_path / "file").touch()
    for path, why in (
        (text, "file is not a database"),
        (other, "it is the database of another program"),
        (later, "another version of Kiosque made it"),
        (tmp_path, "Is a directory"),
        (tmp_path / "file" / "below", "File exists"),
    ):
        with pytest.raises(KiosqueError) as caught:
            Database(path)
        assert str(caught.value) == (
            f"The bot's data file {path} cannot be used: {why}; move it away, or name another with TELEGRAM_DATA."
        )
    assert text.read_text("utf-8").startswith("no database at all")


def test_a_transaction_is_all_or_nothing(database: Database, store: Store) -> None:
    def fail_after_saving() -> None:
        with database.transaction():
            store.save(ANN, 1, answer(), NOON)  # in a transaction of its own, which is a part of this one
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError, match="on the way"):
        fail_after_saving()
    assert store.get(1) is None
    assert store.save(ANN, 1, answer(), NOON) == 1


def test_a_full_disk_is_one_sentence_and_nothing_is_half_written(database: Database, store: Store) -> None:
    store.save(ANN, 1, answer(), NOON)
    database.rows(f"PRAGMA max_page_count = {database.rows('PRAGMA page_count')[0][0]}")
    with pytest.raises(KiosqueError, match="cannot be read or written: database or disk is full"):
        store.save(ANN, 2, answer("long" * 100_000), NOON)
    assert [t.question for t in store.conversation(ANN, 0).turns] == [answer().question]
    store.reset(ANN)  # the connection goes on working


def test_threads_share_the_file(store: Store) -> None:
    def ask(user: int) -> None:
        for message in range(20):
            number = store.save(Asker(user, 0, user), message + 1, answer(f"{user}-{message}"), NOON)
            store.sent(number, user, 1000 + message)
            store.rate(number, user, 1)

    threads = [threading.Thread(target=ask, args=(user,)) for user in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.days(NOON, 1) == [Day("2024-10-04", 160, 0, 8, 160, 0)]
    for user in range(1, 9):
        shown = [store.answer_of_message(user, 1000 + message) for message in range(20)]
        assert [stored and stored.question for stored in shown] == [f"{user}-{message}" for message in range(20)]
