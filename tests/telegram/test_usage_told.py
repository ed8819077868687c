"""Whose tokens are counted when the bot asks a chat model, and who is told; answers that were kept cost nothing."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from answering.answerer import Answerer
from answering.generating.usage import Usage
from answering.judging.evidence import PASSAGES
from bot.telegram.shared import Shared
from retrieval.archive import Archive
from tests.openai_server import ChatServer, Reply, serving
from tests.telegram.running import running
from tests.telegram.test_bot import TOLL, turned
from tests.telegram_emulator import Emulator, Limits

pytestmark = pytest.mark.anyio

READ, WRITTEN = 1_200, 40  # tokens that the provider reports for each request
PRICES = {"chat_model_price_in": 2.0, "chat_model_price_out": 10.0}
COST = (READ * 2 + WRITTEN * 10) / 1_000_000


@pytest.fixture
async def emulator(anyio_backend: str) -> object:
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        yield emulator


@contextmanager
def provider(archive: Archive, **values: Any) -> Iterator[tuple[ChatServer, dict[str, Any]]]:
    """Serve a model that answers with a sentence of the first passage that holds it; and the settings that name it."""
    quote = Answerer(archive).ask(TOLL).citations[0].quote
    marker = next(n for n, hit in enumerate(archive.search(TOLL, limit=PASSAGES), 1) if quote in hit.text)
    with serving(Reply([f"{quote} [{marker}]"], usage=(READ, WRITTEN))) as server:
        yield server, {"chat_model": "openai:m", "chat_base_url": server.url, "evidence_model": "none"} | values


async def test_who_asks_is_billed_and_administrators_are_told(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, bob, boss = (emulator.user(language_code="en") for _ in range(3))
    with provider(seeds_archive, **PRICES) as (server, named):
        async with running(emulator, seeds_archive, tmp_path, provider=named, admins=(boss.id,)) as kept:
            assert "Tokens" not in (await emulator.reply(await boss.says("/stats"))).text
            shown = await emulator.reply(await ada.says(TOLL))
            assert "33" in shown.text
            (used,) = kept.people.usage.of_user(ada.id)
            assert used.usage == Usage(READ, WRITTEN, pytest.approx(COST), 1, 0)
            assert kept.people.usage.of_user(bob.id) == []

            again = await emulator.reply(await bob.says(TOLL))  # what another was told is not written again
            assert again.text == shown.text
            assert len(server.requests) == 1
            assert kept.people.usage.of_user(bob.id) == []
            assert kept.people.chat_model_spent(kept.now()) == 1

            stats = (await emulator.reply(await boss.says("/stats"))).text
            assert "Calls to the chat model: 1 of 1,000" in stats
            assert "\nTokens: 1,200 read, 40 written (today: 1,200 and 40)\nCost: 0.003 (today: 0.003)" in stats


async def test_without_prices_no_cost_is_told(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    boss = emulator.user(language_code="fr")
    with provider(seeds_archive) as (_, named):
        async with running(emulator, seeds_archive, tmp_path, provider=named, admins=(boss.id,)):
            await emulator.reply(await boss.says(TOLL))
            stats = (await emulator.reply(await boss.says("/stats"))).text.replace("\u202f", " ").replace("\xa0", " ")
            assert "Tokens : 1 200 lus, 40 écrits (aujourd’hui : 1 200 et 40)" in stats
            assert "Coût" not in stats


@contextmanager
def endless(archive: Archive) -> Iterator[tuple[ChatServer, dict[str, Any]]]:
    """Serve a model that writes a sentence, begins another, and goes on for ever."""
    with provider(archive) as (server, named):
        (whole,) = server.replies
        server.replies = [replace(whole, pieces=[*whole.pieces, " Il y a eu des tirs [1]. ", "Il y a"], end="ping")]
        yield server, named


def noted(kept: Shared, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Return what is set once something was noted that was used."""
    note, done = kept.people.usage.note, threading.Event()

    def and_tell(user: str, usage: Usage) -> None:
        note(user, usage)
        done.set()

    monkeypatch.setattr(kept.people.usage, "note", and_tell)
    return done


async def test_what_is_used_for_work_begun_before_forget_is_nobodys(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = emulator.user(language_code="en")
    with endless(seeds_archive) as (_, named):
        async with running(emulator, seeds_archive, tmp_path, provider=named) as kept:
            asks = await emulator.reply(await ada.says("/forget"))
            await ada.says(TOLL)
            await emulator.wait_for("draft", ada)
            billed = noted(kept, monkeypatch)
            await ada.taps(asks, "Delete everything")
            assert await asyncio.to_thread(billed.wait, 30)  # /forget ended it: its bill came after that
            assert kept.people.usage.of_user(ada.id) == []
            assert [day.usage.requests for day in kept.people.usage.of_user(0)] == [1]


async def test_what_is_stopped_is_billed_to_who_asked(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = emulator.user(language_code="en")
    with endless(seeds_archive) as (_, named):
        async with running(emulator, seeds_archive, tmp_path, provider=named) as kept:
            await ada.says(TOLL)
            await emulator.wait_for("draft", ada)
            billed = noted(kept, monkeypatch)
            await emulator.reply(await ada.says("/stop"))
            assert await asyncio.to_thread(billed.wait, 30)
            assert [day.usage.requests for day in kept.people.usage.of_user(ada.id)] == [1]


async def test_it_is_exported_and_forgotten(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada = emulator.user(language_code="en")
    with provider(seeds_archive) as (_, named):
        async with running(emulator, seeds_archive, tmp_path, provider=named) as kept:
            await emulator.reply(await ada.says(TOLL))
            assert "counted by day" in (await emulator.reply(await ada.says("/privacy"))).text
            sent = await emulator.reply(await ada.says("/export"))
            (day,) = json.loads(sent.document.data)["usage"]
            assert (day["read"], day["written"], day["requests"]) == (READ, WRITTEN, 1)
            asked = await emulator.reply(await ada.says("/forget"))
            assert "are deleted" in (await turned(emulator, ada, asked, "Delete everything")).text
            assert kept.people.usage.of_user(ada.id) == []
            assert kept.people.usage.of_day(kept.now()) == Usage(READ, WRITTEN, 0.0, 1, 0)
