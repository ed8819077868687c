"""A stop of the bot finishes or parks what is in flight; the next start goes on, and sends nothing twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from answering.answerer import Answerer
from answering.types import Answer, Claim
from bot import failures
from bot.telegram.storage.database import Database
from bot.telegram.storage.inbox import Inbox
from retrieval.archive import Archive
from tests.telegram.running import running
from tests.telegram.test_bot import TOLL, Waiting
from tests.telegram_emulator import Emulator, Limits, Sent

pytestmark = pytest.mark.anyio

KHERSON = "Combien d'habitants compte Kherson ?"


@pytest.fixture
async def emulator(anyio_backend: str) -> object:
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        yield emulator


def unfinished(folder: Path) -> list[tuple[int, str]]:
    """The updates that a bot which was stopped left to the next one."""
    database = Database(folder / "telegram.sqlite")
    inbox = Inbox(database)
    left = inbox.waiting() + inbox.in_doubt()
    database.close()
    return left


class Long(Answerer):
    """The real answerer, saying each sentence very often: answers of three messages."""

    def ask(self, question: str, **more: Any) -> Answer:
        found = super().ask(question, **more)
        claims = tuple(Claim(f"{n}. {claim.text}", claim.markers) for n in range(150) for claim in found.claims[:1])
        return replace(found, claims=claims)


async def test_what_is_being_answered_ends_before_the_bot_does(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, answerer = emulator.user(), Waiting(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, answerer):
        said = await ada.says(TOLL)
        await asyncio.to_thread(answerer.begun.wait, 30)
        answerer.go.set()
    assert "33" in (await emulator.reply(said)).text
    async with running(emulator, seeds_archive, tmp_path):
        await emulator.reply(await ada.says("/help"))
    assert unfinished(tmp_path) == []
    assert len(emulator.messages(ada)) == 2


async def test_past_the_grace_a_question_and_those_behind_it_wait_for_the_next_start(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, answerer = emulator.user(), Waiting(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, answerer, grace=0):
        first, second = await ada.says(TOLL), await ada.says(KHERSON)
        await asyncio.to_thread(answerer.begun.wait, 30)
    answerer.go.set()  # the thread that was left behind ends: nobody hears of it
    assert emulator.messages(ada) == []
    assert len(unfinished(tmp_path)) == 2
    async with running(emulator, seeds_archive, tmp_path, per_minute=1):  # what was accepted is not counted again
        assert "33" in (await emulator.reply(first)).text
        assert "290.000" in (await emulator.reply(second, count=2)).text
    assert len(emulator.messages(ada)) == 2


async def test_an_answer_of_which_a_part_was_sent_goes_on_with_the_next(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user()
    async with running(emulator, seeds_archive, tmp_path, Long(seeds_archive), grace=0):
        said = await ada.says(TOLL)
        first = await emulator.reply(said)
        # The second part waits for half an hour, and would for as long if the stop had to wait for it.
        emulator.faults.add("sendMessage", status=429, retry_after=1800, times=None)
        await emulator.wait_for("call", ada, where=lambda call: call.status == 429)
    emulator.faults.clear()
    assert [sent.message_id for sent in emulator.messages(ada)] == [first.message_id]
    async with running(emulator, seeds_archive, tmp_path):
        last = await emulator.wait_for("message", ada, where=lambda sent: "👍" in sent.labels)
        await emulator.reply(await ada.says("/help"))
    parts = [sent for sent in emulator.messages(ada) if sent.message_id <= last.message_id]
    assert len(parts) >= 3
    assert numbers_of(parts) == [f"{n}." for n in range(150)]
    assert [("👍" in part.labels) for part in parts] == [False] * (len(parts) - 1) + [True]


def numbers_of(parts: list[Sent]) -> list[str]:
    """The numbers with which the lines of an answer begin, in order."""
    lines = [line.split(maxsplit=1)[0] for part in parts for line in part.text.split("\n") if line.strip()]
    return [word for word in lines if word.rstrip(".").isdigit() and word.endswith(".")]


async def test_a_part_that_arrives_while_the_bot_stops_is_not_sent_again(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user()
    async with running(emulator, seeds_archive, tmp_path, grace=0) as kept:
        gate = emulator.faults.hold("sendMessage")
        await ada.says(TOLL)
        await gate.arrived.wait()  # the message is on its way
        assert len(kept.inbox.in_doubt()) == 1
        asyncio.get_running_loop().call_later(0.2, gate.open)  # it arrives after the stop has begun
    assert len(emulator.messages(ada)) == 1
    async with running(emulator, seeds_archive, tmp_path):
        await emulator.reply(await ada.says("/help"))
    assert unfinished(tmp_path) == []
    assert len(emulator.messages(ada)) == 2


async def test_one_who_asks_in_two_chats_is_answered_one_after_the_other(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, bob, group, answerer = emulator.user(), emulator.user(), emulator.group(), Waiting(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, answerer) as kept:
        first = await ada.says(TOLL)
        await asyncio.to_thread(answerer.begun.wait, 30)
        second = await ada.says(f"@kiosque_bot {KHERSON}", chat=group)
        await emulator.reply(await bob.says("/help"))
        assert len(kept.asking) == 1
        assert kept.lanes.waiting() == 1
        answerer.go.set()
        await emulator.reply(first)
        assert "290.000" in (await emulator.reply(second)).text


async def test_limits_are_told_once_and_with_the_seconds(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path, per_minute=1):
        await emulator.reply(await ada.says(TOLL))
        for _ in range(3):
            await ada.says(KHERSON)
        await ada.says("/help")
        await emulator.wait_for("message", ada, where=lambda sent: "/privacy" in sent.text)
        texts = [sent.text for sent in emulator.messages(ada)]
        assert len(texts) == 3
        assert texts[1].startswith("A little slower, please: try again in ")
        assert 1 <= int(texts[1].split("again in ")[1].split()[0]) <= 60


async def test_after_an_update_that_could_not_be_kept_the_bot_goes_on_and_gets_it_again(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ada = emulator.user()
    async with running(emulator, seeds_archive, tmp_path) as kept:
        pages = kept.database.rows("PRAGMA page_count")[0][0]
        kept.database.rows(f"PRAGMA max_page_count = {pages}")  # the disk is full
        long = await ada.says("Combien de morts à Tchernihiv ? " + "a" * 4000)
        await emulator.wait_until(lambda: "could not be kept" in caplog.text)
        kept.database.rows(f"PRAGMA max_page_count = {pages + 1000}")
        assert "1" in (await emulator.reply(long)).text  # too long a question: 1,000 characters are the most
        assert "33" in (await emulator.reply(await ada.says(TOLL))).text


async def test_what_telegram_refuses_is_our_mistake_and_told(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "ERROR_LOG", tmp_path / "errors.log")
    ada = emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path) as kept:
        emulator.faults.add("sendMessage", status=400, description="Bad Request: can't parse entities")
        assert "quote this number" in (await emulator.reply(await ada.says(TOLL))).text
        assert kept.metrics.errors == 1
    assert "Can't parse entities" in (tmp_path / "errors.log").read_text("utf-8")
