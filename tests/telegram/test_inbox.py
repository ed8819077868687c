"""Updates: none that was acknowledged is lost, none is taken twice, whatever comes between."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from answering.settings import ROOT
from bot.telegram.storage.database import Database
from bot.telegram.storage.inbox import Inbox


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "telegram.sqlite")
    yield database
    database.close()


def question(update_id: int, user: int = 5) -> str:
    message = {"message_id": 1, "from": {"id": user}, "chat": {"id": 9}, "text": f"text of {update_id}"}
    return json.dumps({"update_id": update_id, "message": message})


def test_an_update_is_kept_until_it_is_finished(database: Database) -> None:
    inbox = Inbox(database)
    assert inbox.receive(8, question(8))
    assert inbox.receive(7, question(7))
    assert not inbox.receive(8, question(8))
    assert inbox.waiting() == [(7, question(7)), (8, question(8))]
    inbox.finish(7)
    assert inbox.waiting() == [(8, question(8))]
    assert not inbox.receive(7, question(7))
    assert inbox.waiting() == [(8, question(8))]


def test_an_answer_is_claimed_once(database: Database) -> None:
    inbox = Inbox(database)
    inbox.receive(7, question(7))
    assert inbox.claim_answer(7)
    assert not inbox.claim_answer(7)
    assert inbox.waiting() == []
    assert inbox.in_doubt() == [(7, question(7))]
    inbox.answered(7)
    assert inbox.in_doubt() == []
    assert not inbox.claim_answer(7)


def test_what_was_never_received_cannot_be_claimed(database: Database) -> None:
    assert not Inbox(database).claim_answer(7)


def test_a_claim_can_be_taken_back(database: Database) -> None:
    inbox = Inbox(database)
    inbox.receive(7, question(7))
    assert not inbox.release(7)
    inbox.claim_answer(7)
    assert inbox.release(7)
    assert inbox.waiting() == [(7, question(7))]
    assert inbox.claim_answer(7)
    inbox.finish(7)
    assert not inbox.release(7)


def test_a_finished_update_leaves_its_id_and_nothing_else(database: Database) -> None:
    inbox = Inbox(database)
    inbox.receive(7, question(7))
    inbox.finish(7)
    assert database.rows("SELECT * FROM inbox") == [(1, 7, "done", 0, None)]


def test_the_oldest_finished_ids_are_forgotten(database: Database) -> None:
    inbox = Inbox(database, kept=3)
    for update_id in (90, 50, 91, 92):  # after a silent week Telegram may begin again anywhere
        inbox.receive(update_id, question(update_id))
        if update_id != 50:
            inbox.finish(update_id)
    assert inbox.receive(93, question(93))
    assert [row[0] for row in database.rows("SELECT update_id FROM inbox ORDER BY n")] == [50, 91, 92, 93]
    assert inbox.waiting() == [(50, question(50)), (93, question(93))]
    assert not inbox.receive(91, question(91))
    assert inbox.receive(90, question(90))


@pytest.mark.parametrize(
    ("update", "user"),
    [
        ({"update_id": 1, "message": {"from": {"id": 5}}}, 5),
        ({"update_id": 1, "callback_query": {"from": {"id": 6}, "message": {"from": {"id": 1}}}}, 6),
        ({"update_id": 1, "inline_query": {"from": {"id": 2**52 - 1}}}, 2**52 - 1),
        ({"update_id": 1, "poll_answer": {"user": {"id": 8}}}, 8),
        ({"update_id": 1, "channel_post": {"chat": {"id": -100}}}, 0),
        ({"update_id": 1, "message": {"from": {"id": 2**64}}}, 0),
        ({"update_id": 1, "message": {"from": {"id": "x"}}}, 0),
        ({"update_id": 1, "message": {"from": None}}, 0),
        ([1], 0),
        ("no JSON", 0),
    ],
)
def test_the_sender_is_known(database: Database, update: Any, user: int) -> None:
    payload = update if update == "no JSON" else json.dumps(update)
    assert Inbox(database).receive(1, payload)
    assert database.rows("SELECT user, payload FROM inbox") == [(user, payload)]


class Receiving(RuleBasedStateMachine):
    """The inbox against a plain dictionary, with restarts at any point."""

    ids = st.integers(1, 6)

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "telegram.sqlite"
        self.state: dict[int, str] = {}
        self.open()

    def open(self) -> None:
        self.database = Database(self.path)
        self.inbox = Inbox(self.database)

    def move(self, update_id: int, before: str, after: str) -> bool:
        moves = self.state.get(update_id) == before
        if moves:
            self.state[update_id] = after
        return moves

    @rule(update_id=ids)
    def receive(self, update_id: int) -> None:
        assert self.inbox.receive(update_id, question(update_id)) == (update_id not in self.state)
        self.state.setdefault(update_id, "waiting")

    @rule(update_id=ids)
    def claim(self, update_id: int) -> None:
        assert self.inbox.claim_answer(update_id) == self.move(update_id, "waiting", "sending")

    @rule(update_id=ids)
    def release(self, update_id: int) -> None:
        assert self.inbox.release(update_id) == self.move(update_id, "sending", "waiting")

    @rule(update_id=ids, how=st.sampled_from(["answered", "finish"]))
    def finish(self, update_id: int, how: str) -> None:
        getattr(self.inbox, how)(update_id)
        if update_id in self.state:
            self.state[update_id] = "done"

    @rule()
    def restart(self) -> None:
        self.database.close()
        self.open()

    @invariant()
    def holds_what_is_unfinished(self) -> None:
        for state, found in (("waiting", self.inbox.waiting()), ("sending", self.inbox.in_doubt())):
            assert found == [(u, question(u)) for u in sorted(self.state) if self.state[u] == state]

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()


TestReceiving = Receiving.TestCase
TestReceiving.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)

# Receives updates, says so after each, and handles the one before as the bot does.
RECEIVER = """
import sys
from pathlib import Path
from bot.telegram.storage.database import Database
from bot.telegram.storage.inbox import Inbox
inbox = Inbox(Database(Path(sys.argv[1])))
for n in range(1, 100_000):
    assert inbox.receive(n, f'{{"text of": {n}}}')
    print("received", n, flush=True)
    if n % 3 == 0:
        assert inbox.claim_answer(n - 1)
        print("sending", n - 1, flush=True)
        inbox.answered(n - 1)
        print("done", n - 1, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 2, 3, 4, 5, 6, 29, 150])
def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "telegram.sqlite"
    process = subprocess.Popen(
        [sys.executable, "-c", RECEIVER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(lines)]
    process.kill()  # SIGKILL
    said += process.stdout.readlines()  # what it had acknowledged before it died
    process.wait()
    process.stdout.close()
    assert process.returncode == -9
    state: dict[int, str] = {}
    for line in said:
        if line.endswith("\n"):
            word, told = line.split()
            state[int(told)] = word
    database = Database(path)
    inbox = Inbox(database)
    waiting, in_doubt = (dict(rows) for rows in (inbox.waiting(), inbox.in_doubt()))
    last = max(state)
    for number, word in state.items():
        where = (number in waiting, number in in_doubt)
        # The step after the last one that it told may have been taken too.
        if word == "received":
            assert where == (True, False) or number == last - 1, number
        elif word == "sending":
            assert where == (False, True) or (number == last - 1 and where == (False, False)), number
        else:
            assert where == (False, False), number
        assert not inbox.receive(number, "again")
    assert all(payload == f'{{"text of": {number}}}' for number, payload in (waiting | in_doubt).items())
    database.close()
