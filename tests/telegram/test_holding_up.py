"""What goes wrong at the worst moment: refusals that cannot be sent, /forget in the middle, late frames, one who floods."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from answering.answerer import Answerer
from answering.types import Answer
from bot.telegram.handlers import admin
from bot.telegram.handlers.indexing import Indexed
from bot.telegram.intake.looks import Looks
from retrieval.archive import Archive
from tests.telegram.running import running
from tests.telegram.test_bot import TOLL, Waiting
from tests.telegram.test_streaming import has_proof, model_of
from tests.telegram_emulator import Emulator, Limits, ManualClock

pytestmark = pytest.mark.anyio

OLD = "Bad Request: query is too old and response timeout expired or query id is invalid"


@pytest.fixture
async def emulator(anyio_backend: str) -> object:
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        yield emulator


async def test_who_may_not_ask_is_not_answered_though_the_refusal_cannot_be_sent(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, eve = emulator.user(language_code="en"), emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path, access="allowed", allowed=(ada.id,)) as kept:
        emulator.faults.add("sendMessage", drop=True)
        await eve.says(TOLL)
        assert str(eve.id) in (await emulator.reply(await eve.says(TOLL))).text  # its lane is in order
        assert not any("33" in sent.text for sent in emulator.messages(eve))
        shown = await emulator.reply(await ada.says(TOLL))
        kept.people.allow("user", ada.id, False, 1)
        emulator.faults.add("answerCallbackQuery", status=400, description=OLD)
        ada.taps_only(shown, "Other sources")
        await emulator.wait_for("call", where=lambda call: call.method == "answerCallbackQuery")
        assert str(ada.id) in (await ada.taps(shown, "Other sources")).text
        assert emulator.current(shown).text == shown.text
    async with running(emulator, seeds_archive, tmp_path):
        assert emulator.current(shown).text == shown.text


async def test_forget_is_for_real_while_a_search_is_under_way(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="en")
    begun, go = threading.Event(), threading.Event()

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(seeds_archive, name)

        def search(self, *args: Any, **more: Any) -> Any:
            begun.set()
            assert go.wait(30)
            return seeds_archive.search(*args, **more)

    archive: Any = Slow()
    async with running(emulator, archive, tmp_path, Answerer(seeds_archive)):
        asks = await emulator.reply(await ada.says("/forget"))
        await ada.says("/search my secret illness")
        assert await asyncio.to_thread(begun.wait, 30)
        await ada.taps(asks, "Delete everything")
        await emulator.wait_for("edit", ada)
        go.set()
        await emulator.reply(await ada.says("/lang en"))
    assert b"secret illness" not in (tmp_path / "telegram.sqlite").read_bytes()
    assert not any("illness" in sent.text for sent in emulator.messages(ada))


async def test_forget_comes_before_an_answer_is_kept_or_after_it(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path) as kept:
        claim: Callable[[int], bool] = kept.inbox.claim_answer
        forgetting: list[threading.Thread] = []

        def claim_and_forget(update_id: int) -> bool:
            claimed = claim(update_id)
            forgetting.append(threading.Thread(target=kept.people.forget, args=(ada.id,)))
            forgetting[0].start()
            forgetting[0].join(0.5)  # it gets as far as it can
            return claimed

        monkeypatch.setattr(kept.inbox, "claim_answer", claim_and_forget)
        await emulator.reply(await ada.says(TOLL))
        await asyncio.to_thread(forgetting[0].join)
        assert kept.people.export(ada.id)["answers"] == []


async def test_a_placeholder_of_one_who_was_forgotten_is_taken_back(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, group, model = emulator.user(language_code="en"), emulator.group(), model_of(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, Answerer(seeds_archive, model)) as kept:
        said = await ada.says(f"@kiosque_bot {TOLL}", chat=group)
        await emulator.reply(said)
        await kept.run(kept.people.forget, ada.id)
        model.steps.release(100)
        await emulator.wait_for("delete", group)
        assert emulator.shown(group) == []
        assert kept.people.export(ada.id)["answers"] == []


async def test_a_frame_under_way_does_not_overtake_the_answer(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, group, model = emulator.user(language_code="fr"), emulator.group(), model_of(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, Answerer(seeds_archive, model)):
        await emulator.reply(await ada.says(f"@kiosque_bot {TOLL}", chat=group))
        frame = emulator.faults.hold("editMessageText")
        model.steps.release(2)
        await frame.arrived.wait()
        model.steps.release(10)
        await emulator.reply(await emulator.user().says("/help"))
        frame.open()
        await emulator.wait_for("edit", group, where=has_proof)
    assert [has_proof(sent) for sent in emulator.shown(group)] == [True]


async def test_one_person_does_not_make_the_bot_busy_for_all(seeds_archive: Archive, tmp_path: Path) -> None:
    async with Emulator() as emulator:  # with Telegram's limits: each refusal waits its second
        eve, ada = emulator.user(language_code="en"), emulator.user(language_code="en")
        async with running(emulator, seeds_archive, tmp_path, access="allowed", allowed=(ada.id,), queue=20, grace=0):
            for _ in range(40):
                await eve.says("x")
            await emulator.wait_for("message", eve, count=3)
            assert "33" in (await emulator.reply(await ada.says(TOLL))).text


async def test_an_answer_is_rated_where_it_was_given(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, eve = emulator.user(language_code="en"), emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path) as kept:
        await emulator.reply(await ada.says(TOLL))
        own = await emulator.reply(await eve.says("/lang"))
        assert "no longer have this answer" in (await eve.taps(own, "f:1:-1", forged=True)).text
        assert kept.store.feedback_rows() == []


async def test_what_cannot_be_erased_at_once_is_said(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path) as kept:
        kept.database.rows("PRAGMA busy_timeout = 50")
        await emulator.reply(await ada.says(TOLL))
        asks = await emulator.reply(await ada.says("/forget"))
        other = sqlite3.connect(tmp_path / "telegram.sqlite")
        other.execute("BEGIN")
        other.execute("SELECT * FROM answers").fetchall()
        await ada.taps(asks, "Delete everything")
        assert "erased when the bot starts next" in (await emulator.wait_for("edit", ada)).text
        other.close()
        assert kept.people.export(ada.id)["answers"] == []


async def test_a_group_goes_on_while_an_administrator_indexes_there(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss, ada, group = emulator.user(language_code="en"), emulator.user(language_code="en"), emulator.group()
    done = asyncio.Event()

    async def slow(*_: Any) -> Indexed:
        await done.wait()
        return Indexed(1, 0, 0, 0, ())

    monkeypatch.setattr(admin, "index", slow)
    async with running(emulator, seeds_archive, tmp_path, admins=(boss.id,)):
        first = await boss.says("/index https://example.org/a", chat=group)
        await emulator.reply(first)
        assert "33" in (await emulator.reply(await ada.says(f"@kiosque_bot {TOLL}", chat=group))).text
        assert "Articles: 5" in (await emulator.reply(await boss.says("/status"))).text
        done.set()
        await emulator.wait_for("message", group, where=lambda sent: "1 added" in sent.text)


async def test_what_waits_when_its_person_is_forgotten_is_not_worked_on(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, asked = emulator.user(language_code="en"), []

    class Asked(Waiting):
        def ask(self, question: str, **more: Any) -> Answer:
            asked.append(question)
            return super().ask(question, **more)

    answerer = Asked(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, answerer) as kept:
        asks = await emulator.reply(await ada.says("/forget"))
        await ada.says(TOLL)
        await asyncio.to_thread(answerer.begun.wait, 30)
        for waits in ("Combien d'habitants compte Kherson ?", "/reset", "/lang fr"):
            await ada.says(waits)
        await emulator.wait_until(lambda: kept.lanes.waiting() == 3)
        await ada.taps(asks, "Delete everything")
        await emulator.wait_for("edit", ada)
        assert "Write a question" in (await emulator.reply(await ada.says("/help"))).text
        answerer.go.set()
        assert asked == [TOLL]
        assert len(emulator.messages(ada)) == 2
        exported = kept.people.export(ada.id)
    assert [exported[name] for name in ("answers", "resets", "settings")] == [[], [], {"language": ""}]


async def test_a_rating_that_was_begun_before_forget_is_not_kept(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob, group = emulator.user(language_code="en"), emulator.user(), emulator.group()
    await bob.joins(group)
    async with running(emulator, seeds_archive, tmp_path) as kept:
        shown = await emulator.reply(await ada.says(f"@kiosque_bot {TOLL}", chat=group))
        get = kept.store.get

        def forgotten_meanwhile(number: int) -> Any:
            found = get(number)
            monkeypatch.setattr(kept.store, "get", get)
            kept.people.forget(bob.id)
            return found

        monkeypatch.setattr(kept.store, "get", forgotten_meanwhile)
        assert (await bob.taps(shown, "👍")).text == ""
        assert kept.people.export(bob.id)["feedback"] == kept.store.feedback_rows() == []
        assert (await bob.taps(shown, "👍")).text != ""
        assert [row["value"] for row in kept.store.feedback_rows()] == [1]


async def test_who_taps_without_end_is_told_to_go_slower(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    eve, ada, clock = emulator.user(language_code="en"), emulator.user(language_code="en"), ManualClock(100.0)
    searched: list[str] = []

    class Counted:
        def __getattr__(self, name: str) -> Any:
            searched.append(name)
            return getattr(seeds_archive, name)

    archive: Any = Counted()
    async with running(emulator, archive, tmp_path, Answerer(seeds_archive), looks=Looks(4, clock)) as kept:
        shown = await emulator.reply(await eve.says(TOLL))
        searched.clear()
        told = [(await eve.taps(shown, data, forged=True)).text for data in ("o:1", "l:1", "o:1", "f:1:1")]
        assert told == ["", "", "", "Thank you, glad it helped."]
        assert searched.count("search") == 2
        clock.advance(20)
        assert "try again in 40 seconds" in (await eve.taps(shown, "o:1", forged=True)).text
        assert searched.count("search") == 2
        assert kept.store.feedback_rows() != []
        assert "try again in 40 seconds" in (await eve.taps(shown, "g:fr", forged=True)).text
        slower = await emulator.reply(await eve.says("/latest"))
        assert slower.text == "A little slower, please: try again in 40 seconds."
        for command in ("/latest", "/sources", "/about", "/help", "/lang en"):
            await eve.says(command)  # a limit is told once
        assert "There is nothing to stop" in (await emulator.reply(await eve.says("/stop"))).text
        assert "33" in (await emulator.reply(await eve.says(TOLL))).text
        assert "Newest" in (await emulator.reply(await ada.says("/latest"))).text
        assert [sent.text for sent in emulator.messages(eve)].count(slower.text) == 1
        clock.advance(40)
        assert (await eve.taps(shown, "l:1", forged=True)).text == ""


def test_a_minute_of_taps_is_for_each_person() -> None:
    clock = ManualClock(100.0)
    looks = Looks(2, clock)
    assert [looks.wait(1), looks.wait(1), looks.wait(1), looks.wait(2)] == [0, 0, 60, 0]
    clock.advance(59.8)
    assert looks.wait(1) == 1
    clock.advance(0.2)
    assert [looks.wait(1), looks.wait(1), looks.wait(1)] == [0, 0, 60]


def test_nobody_is_slowed_down_who_reads() -> None:
    clock = ManualClock(100.0)
    looks = Looks(clock=clock)
    for _ in range(600):  # ten minutes of a card a second
        assert looks.wait(1) == 0
        clock.advance(1.0)
