"""The same against the emulator, with python-telegram-bot's own client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from telegram import Message
from telegram.error import (
    Forbidden,
    NetworkError,
    RetryAfter,
)
from telegram.ext import ApplicationBuilder, ExtBot
from telegram.request import HTTPXRequest

from bot.telegram.outgoing.pacing import FRAME, Pacing, Skipped, Stats
from bot.telegram.outgoing.retries import REPEATS_MESSAGE
from tests.telegram.manual import ADA, BOB, GROUP, Time
from tests.telegram_emulator import Emulator, ManualClock

pytestmark = pytest.mark.anyio


class Client(HTTPXRequest):
    """Knows whether a request is under way."""

    under_way = 0

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        self.under_way += 1
        try:
            return await super().do_request(*args, **kwargs)
        finally:
            self.under_way -= 1


@dataclass
class Station:
    emulator: Emulator
    time: Time
    pacing: Pacing
    bot: ExtBot[Any]

    async def run(self, *work: Coroutine[Any, Any, Any]) -> list[Any]:
        return await self.time.run(*work)


@pytest.fixture
async def station(emulator: Emulator, clock: ManualClock) -> AsyncIterator[Station]:
    client = Client(connection_pool_size=64)
    time = Time(clock, lambda: client.under_way > 0)
    pacing = Pacing(time, time.sleep)
    builder = ApplicationBuilder().token(emulator.token).base_url(emulator.base_url).request(client)
    application = builder.rate_limiter(pacing).build()
    async with application:
        yield Station(emulator, time, pacing, application.bot)


def text_of(emulator: Emulator, chat: int) -> list[str]:
    return [sent.text for sent in emulator.messages(chat)]


async def test_a_burst_of_thirty_over_five_chats_breaks_no_limit(station: Station) -> None:
    chats = [station.emulator.user(started=True).id for _ in range(4)] + [station.emulator.group().id]
    await station.run(*(station.bot.send_message(chats[n % 5], str(n)) for n in range(30)))
    assert station.emulator.floods() == []
    for place, chat in enumerate(chats):
        assert text_of(station.emulator, chat) == [str(n) for n in range(place, 30, 5)]
    assert round(station.time() - 1000, 1) == 3.0  # six messages in a private chat: three at once, three a second each
    assert station.pacing.stats() == Stats(0, 0, 0)


async def test_without_pacing_the_same_burst_breaks_limits(station: Station) -> None:
    """So the test above can fail."""
    person = station.emulator.user(started=True).id
    async with ExtBot(
        station.emulator.token, station.emulator.base_url, base_file_url=station.emulator.base_file_url
    ) as bot:
        results = await asyncio.gather(*(bot.send_message(person, "a") for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(result, RetryAfter) for result in results) == len(station.emulator.floods()) == 3


async def test_a_429_in_one_chat_does_not_delay_another(station: Station) -> None:
    ada, bob = (station.emulator.user(id, started=True).id for id in (ADA, BOB))
    station.emulator.faults.add("sendMessage", status=429, retry_after=30, chat=ada)
    await station.run(
        station.bot.send_message(ada, "1"), station.bot.send_message(ada, "2"), station.bot.send_message(bob, "3")
    )
    assert [sent.at - 1000 for sent in station.emulator.messages(bob)] == [0]
    assert text_of(station.emulator, ada) == ["1", "2"]
    assert all(30.1 <= sent.at - 1000 < 30.2 for sent in station.emulator.messages(ada))
    assert station.emulator.floods() == []
    assert station.pacing.stats() == Stats(1, 1, 0)


@pytest.mark.parametrize("status", [502, 500])
async def test_a_server_that_fails_is_asked_again(station: Station, status: int) -> None:
    person = station.emulator.user(started=True).id
    station.emulator.faults.add("sendMessage", status=status, times=2)
    (sent,) = await station.run(station.bot.send_message(person, "a"))
    assert isinstance(sent, Message)
    assert text_of(station.emulator, person) == ["a"]
    assert 1.1 <= station.time() - 1000 <= 1.9
    assert station.pacing.stats() == Stats(0, 2, 0)


@pytest.mark.parametrize("after", [False, True])
async def test_a_message_of_which_no_answer_came_is_not_repeated(station: Station, after: bool) -> None:
    person = station.emulator.user(started=True).id
    station.emulator.faults.add("sendMessage", drop=True, after=after)
    (error,) = await station.run(station.bot.send_message(person, "a"))
    assert type(error) is NetworkError
    assert text_of(station.emulator, person) == (["a"] if after else [])
    await station.run(station.bot.send_message(person, "b"))
    assert text_of(station.emulator, person)[-1] == "b"
    assert len(station.emulator.called("sendMessage")) == 2


@pytest.mark.parametrize("after", [False, True])
async def test_an_edit_of_which_no_answer_came_is_repeated(station: Station, after: bool) -> None:
    person = station.emulator.user(started=True).id
    (sent,) = await station.run(station.bot.send_message(person, "a"))
    station.emulator.faults.add("editMessageText", drop=True, after=after)
    (edited,) = await station.run(station.bot.edit_message_text("b", person, sent.message_id))
    assert edited is True if after else edited.text == "b"
    assert text_of(station.emulator, person) == ["b"]
    assert len(station.emulator.called("editMessageText")) == 2


async def test_a_server_that_is_not_there_is_asked_again(station: Station) -> None:
    """Nothing listens at the address: nothing was sent, so even a message is repeated."""
    client = Client()
    time = Time(ManualClock(1000.0), lambda: client.under_way > 0)
    pacing = Pacing(time, time.sleep)
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    bot: ExtBot[Any] = ExtBot("1:a", f"http://127.0.0.1:{port}/bot", request=client, rate_limiter=pacing)
    (error,) = await time.run(bot.send_message(ADA, "a"))
    assert isinstance(error.__cause__, httpx.ConnectError)
    assert pacing.stats() == Stats(0, REPEATS_MESSAGE, 0)
    await client.shutdown()


async def test_chat_actions_and_drafts_never_delay_a_message(station: Station) -> None:
    ada, group = station.emulator.user(ADA, started=True).id, station.emulator.group(GROUP).id
    bot = station.bot
    for _ in range(25):
        done = await station.run(
            bot.send_chat_action(ada, "typing"),
            bot.send_chat_action(group, "typing"),
            bot.send_message_draft(ada, 1, "…"),
        )
        assert all(result is True or isinstance(result, Skipped) for result in done)
        station.time.clock.advance(0.5)
    before = station.time()
    await station.run(
        *(bot.send_message(group, str(n)) for n in range(20)), *(bot.send_message(ada, "a") for _ in "123")
    )
    assert station.time() == before
    assert len(station.emulator.actions(ada)) + len(station.emulator.drafts(ada)) == 13
    assert len(station.emulator.actions(group)) == 13
    assert station.emulator.floods() == []
    assert station.pacing.stats() == Stats(0, 0, 75 - 26)


async def test_a_stream_of_edits_in_a_group_and_its_last_one(station: Station) -> None:
    """Frames asked for far too often: as many go as there is room for, and the last edit goes without waiting."""
    group = station.emulator.group().id
    (sent,) = await station.run(station.bot.send_message(group, "0"))
    for frame in range(60):
        await station.run(
            station.bot.edit_message_text(f"frame {frame}", group, sent.message_id, rate_limit_args=FRAME)
        )
        station.time.clock.advance(0.5)
    before = station.time()
    await station.run(station.bot.edit_message_text("final", group, sent.message_id))
    assert station.time() == before
    assert text_of(station.emulator, group) == ["final"]
    assert len(station.emulator.called("editMessageText")) == 14 + 1
    assert station.emulator.floods() == []


async def test_blocked_by_the_user(station: Station) -> None:
    person = station.emulator.user(started=True)
    await person.blocks_bot()
    (error,) = await station.run(station.bot.send_message(person.id, "a"))
    assert isinstance(error, Forbidden)
    assert len(station.emulator.called("sendMessage")) == 1
