"""How much goes when, by a clock that moves only when everybody waits."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import (
    BadRequest,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.telegram.outgoing.pacing import Pacing, Skipped, Stats
from tests.telegram.manual import ADA, BOB, GROUP, Time, Wire, made
from tests.telegram_emulator import ManualClock
from tests.telegram_emulator.limits import Flood, Limits

pytestmark = pytest.mark.anyio


@pytest.fixture
def wire(anyio_backend: str) -> Wire:
    return made(Time(ManualClock(1000.0)))


async def test_a_private_chat_gets_three_at_once_then_one_a_second(wire: Wire) -> None:
    await wire.time.run(*(wire.send(what=n) for n in range(6)))
    assert wire.times() == [0, 0, 0, 1, 2, 3]
    assert [what for _, _, what in wire.went] == list(range(6))
    await wire.time.run(until=1020)
    await wire.time.run(*(wire.send() for _ in range(4)))
    assert wire.times(since=6) == [20, 20, 20, 21]


@pytest.mark.parametrize("chat", [GROUP, str(GROUP), "@kiosque_channel"])
async def test_a_group_gets_twenty_a_minute_edits_included(wire: Wire, chat: Any) -> None:
    endpoints = ["sendMessage", "editMessageText", "sendDocument", "copyMessage"] * 6
    await wire.time.run(*(wire.send(chat, n, endpoint) for n, endpoint in enumerate(endpoints)))
    assert wire.times(wire.went[0][1]) == [0] * 20 + [60] * 4
    assert [what for _, _, what in wire.went] == list(range(24))


async def test_thirty_a_second_over_all_chats_first_come_first_served(wire: Wire) -> None:
    chats = range(1, 76)
    work = [wire.send(chat) for chat in chats]
    assert await wire.time.run(*work) == [{"message_id": n} for n in chats]
    assert [chat for _, chat, _ in wire.went] == list(chats)
    assert [round(when - 1000, 1) for when, _, _ in wire.went] == [0] * 30 + [1] * 30 + [2] * 15


async def test_what_is_under_way_keeps_its_place(wire: Wire) -> None:
    """Telegram counts when a request comes there: one that takes long may be counted at any time meanwhile."""
    wire.takes = 5.0
    await wire.time.run(*(wire.send(chat) for chat in range(1, 41)))
    assert [round(when - 1000, 1) for when, _, _ in wire.went] == [0] * 30 + [6] * 10


async def test_a_waiting_chat_holds_up_no_other(wire: Wire) -> None:
    await wire.time.run(*(wire.send(ADA) for _ in range(10)), wire.send(BOB), wire.send(GROUP))
    assert wire.times(BOB) == wire.times(GROUP) == [0]
    assert wire.times(ADA)[-1] == 7


async def test_what_is_not_limited_goes_at_once(wire: Wire) -> None:
    free = [
        (ADA, "editMessageText"),
        (ADA, "editMessageReplyMarkup"),
        (ADA, "deleteMessage"),
        (GROUP, "deleteMessage"),
        (GROUP, "getChatMember"),
        (None, "answerCallbackQuery"),
        (None, "answerInlineQuery"),
        (None, "getMe"),
        (None, "editMessageText"),  # of an inline message
    ]
    await wire.time.run(*(wire.send(GROUP) for _ in range(20)), *(wire.send(ADA) for _ in range(3)))
    await wire.time.run(*(wire.send(chat, endpoint=endpoint) for chat, endpoint in free * 10), until=1000)
    assert len(wire.went) == 23 + 90
    await wire.time.run(wire.send(BOB))
    assert wire.times(BOB) == [0]  # and takes nothing from the overall limit


async def test_how_many_wait(wire: Wire) -> None:
    wire.takes = 0.5
    tasks = [asyncio.create_task(wire.send(what=n)) for n in range(5)]
    await wire.time.run(until=1000.2)
    assert (len(wire.went), wire.pacing.queued()) == (1, 4)
    tasks[1].cancel()
    await wire.time.run(until=1000.6)
    assert ([what for _, _, what in wire.went], wire.pacing.queued()) == ([0, 2], 2)
    tasks[2].cancel()  # under way
    await wire.time.run(*tasks)
    assert [what for _, _, what in wire.went] == [0, 2, 3, 4]
    assert (wire.pacing.queued(), wire.pacing.stats()) == (0, Stats(0, 0, 0))


async def test_idle_chats_are_forgotten(wire: Wire) -> None:
    most = 0
    for start in range(0, 10_000, 25):
        for chat in range(start + 1, start + 26):
            await wire.send(chat if chat % 5 else -chat)
        most = max(most, wire.pacing.remembered())
        wire.time.clock.advance(1.0)
    # In a minute, after which nothing is left to know, 1500 chats come: 1200 of them private, known for a second.
    assert len(wire.went) == 10_000
    assert most <= 1000
    wire.time.clock.advance(60)
    for chat in range(20_000, 21_000):
        await wire.send(chat, endpoint="getChat")
    assert wire.pacing.remembered() <= 1000


async def test_a_chat_in_use_is_not_forgotten(wire: Wire) -> None:
    wire.takes, wire.answers[ADA] = 5.0, [RetryAfter(10)]
    edit = asyncio.create_task(wire.send(endpoint="editMessageText"))
    await wire.time.run(until=1001)
    wire.takes = 0.0
    for chat in range(20_000, 21_000):
        await wire.send(chat, endpoint="getChat")
    await wire.time.run(until=1005)
    await wire.time.run(edit, wire.send())
    assert wire.times() == [0, 15.1, 15.1]


@pytest.mark.parametrize("endpoint", ["sendChatAction", "sendMessageDraft"])
async def test_optional_ones_go_at_most_once_a_second_and_never_wait(wire: Wire, endpoint: str) -> None:
    assert await wire.send(endpoint=endpoint) == {"message_id": 1}
    assert await wire.send(endpoint=endpoint) is Skipped
    wire.time.clock.advance(0.9)
    assert await wire.send(endpoint=endpoint) is Skipped
    assert await wire.send(BOB, endpoint=endpoint) == {"message_id": 2}
    wire.time.clock.advance(0.11)
    assert await wire.send(endpoint=endpoint) == {"message_id": 3}
    assert (wire.times(), wire.pacing.stats()) == ([0, 1], Stats(0, 0, 2))


async def test_optional_ones_take_nothing_from_messages(wire: Wire) -> None:
    for _ in range(4):
        assert await wire.send(endpoint="sendChatAction") is not Skipped
        wire.time.clock.advance(1.0)
    for chat in range(1, 25):
        await wire.send(chat, endpoint="sendChatAction")
    await wire.time.run(*(wire.send() for _ in range(4)), *(wire.send(chat) for chat in range(1, 28)))
    assert wire.times(since=28) == [4, 4, 4, 5]
    assert sum(when < 1004.5 for when, _, _ in wire.went[28:]) == 30  # as many as if nothing else had gone


async def test_optional_ones_are_skipped_while_a_message_of_the_chat_waits_or_flies(wire: Wire) -> None:
    wire.takes = 0.5
    sending = [asyncio.create_task(wire.send()) for _ in range(4)]
    await wire.time.run(until=1000.1)
    assert await wire.send(endpoint="sendChatAction") is Skipped
    await wire.time.run(until=1001.6)
    assert await wire.send(endpoint="sendMessageDraft") is Skipped
    await wire.time.run(*sending)
    assert (len(wire.went), wire.pacing.stats().dropped) == (4, 2)


async def test_optional_ones_are_skipped_when_all_chats_together_send_much(wire: Wire) -> None:
    await wire.time.run(*(wire.send(chat) for chat in range(1, 31)))
    assert await wire.send(ADA, endpoint="sendChatAction") is Skipped
    wire.time.clock.advance(1.0)
    assert await wire.send(ADA, endpoint="sendChatAction") is not Skipped


async def test_optional_ones_are_thirty_a_second_at_most_over_all_chats(wire: Wire) -> None:
    await asyncio.gather(*(wire.send(chat, endpoint="sendChatAction") for chat in range(1, 41)))
    assert (len(wire.went), wire.pacing.stats()) == (30, Stats(0, 0, 10))


@pytest.mark.parametrize("error", [RetryAfter(5), TimedOut(), NetworkError("Bad Gateway (502)")])
async def test_an_optional_one_that_fails_is_dropped_and_delays_no_message(wire: Wire, error: TelegramError) -> None:
    wire.answers[ADA] = [error]
    assert await wire.send(endpoint="sendMessageDraft") is Skipped
    wire.time.clock.advance(1.5)
    again = await wire.send(endpoint="sendMessageDraft")
    assert (again is Skipped) == isinstance(error, RetryAfter)  # after a 429 no frame goes, until it is over
    await wire.send()
    assert wire.times()[-1] == 1.5
    wire.time.clock.advance(3.61)
    assert await wire.send(endpoint="sendMessageDraft") is not Skipped
    assert wire.pacing.stats().retries == 0


@pytest.mark.parametrize("error", [Forbidden("bot was blocked by the user"), BadRequest("chat not found")])
async def test_an_optional_one_that_is_refused_raises(wire: Wire, error: TelegramError) -> None:
    wire.answers[ADA] = [error]
    with pytest.raises(type(error)):
        await wire.send(endpoint="sendChatAction")


async def test_frames_in_groups_leave_room_for_messages(wire: Wire) -> None:
    for _ in range(18):
        await wire.send(GROUP, "frame", "editMessageText", frame=True)
        wire.time.clock.advance(2.0)
    assert len(wire.went) == 15
    await wire.time.run(*(wire.send(GROUP, "message") for _ in range(5)))
    assert wire.times(GROUP)[15:] == [36] * 5
    assert wire.pacing.stats() == Stats(0, 0, 3)


async def test_a_frame_is_not_overtaken_by_the_last_edit(wire: Wire) -> None:
    wire.takes = 0.5
    await wire.time.run(
        wire.send(GROUP, "frame", "editMessageText", frame=True),
        wire.send(GROUP, "frame skipped", "editMessageText", frame=True),
        wire.send(GROUP, "final", "editMessageText"),
    )
    assert [(round(when - 1000, 1), what) for when, _, what in wire.went] == [(0, "frame"), (0.5, "final")]


async def test_a_frame_that_meets_a_429_is_dropped_and_the_last_edit_waits(wire: Wire) -> None:
    wire.answers[GROUP] = [RetryAfter(7)]
    frame, final = await wire.time.run(
        wire.send(GROUP, "frame", "editMessageText", frame=True), wire.send(GROUP, "final", "editMessageText")
    )
    assert (frame, final) == (Skipped, {"message_id": 2})
    assert wire.times(GROUP) == [0, 7.1]


async def test_only_edits_are_frames(wire: Wire) -> None:
    with pytest.raises(ValueError, match="sendMessage takes no rate_limit_args='frame'"):
        await wire.send(frame=True)
    assert await wire.send(endpoint="editMessageText", frame=True) is not Skipped
    assert await wire.send(endpoint="editMessageText", frame=True) is Skipped


CHATS = [1, 2, -1001]
MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(CHATS),
        st.sampled_from(["sendMessage", "sendMessage", "sendMessage", "editMessageText", "sendMessageDraft"]),
        st.sampled_from([0.0, 0.0, 0.0, 0.4, 3.0]),  # later than the one before
        st.sampled_from([0.0, 0.3, 1.5]),  # the way there
        st.sampled_from([0.0, 0.3, 1.5]),  # the way back
    ),
    max_size=80,
)


@settings(deadline=None, max_examples=60)
@given(MESSAGES)
def test_no_limit_is_broken_and_no_message_lost_whatever_the_ways_take(messages: list[Any]) -> None:
    asyncio.run(check(messages))


async def check(messages: list[Any]) -> None:
    time = Time(ManualClock(1000.0))
    pacing, flood = Pacing(time, time.sleep), Flood(Limits())
    came: dict[int, list[int]] = {chat: [] for chat in CHATS}

    async def send(number: int, at: float, chat: int, endpoint: str, there: float, back: float) -> Any:
        await time.sleep(at)

        async def callback() -> Any:
            if there:
                await time.sleep(there)
            if endpoint == "sendMessage" or (chat < 0 and endpoint == "editMessageText"):
                flood.message(chat, private=chat > 0, now=time())
                came[chat].append(number)
            if back:
                await time.sleep(back)
            return {}

        return await pacing.process_request(callback, (), {}, endpoint, {"chat_id": chat}, None)

    at = itertools.accumulate(message[2] for message in messages)
    work = [send(n, t, m[0], m[1], m[3], m[4]) for n, (t, m) in enumerate(zip(at, messages, strict=True))]
    results = await time.run(*work)
    assert all(result == {} or isinstance(result, Skipped) for result in results)
    for chat in CHATS:
        counted = ("sendMessage", "editMessageText") if chat < 0 else ("sendMessage",)
        assert came[chat] == [n for n, m in enumerate(messages) if m[0] == chat and m[1] in counted]
    assert pacing.queued() == 0
    assert pacing.stats().floods == 0


async def test_once_closed_nothing_goes_and_what_is_under_way_ends(wire: Wire) -> None:
    wire.takes = 0.5
    sending = [asyncio.create_task(wire.send(chat)) for chat in (BOB, ADA, ADA, ADA)]
    await wire.time.settle()
    assert [key for _, key, _ in wire.went] == [BOB, ADA]
    wire.pacing.close()
    late = asyncio.create_task(wire.send(BOB))
    await wire.time.run(*sending[:2])
    await asyncio.wait([*sending, late])
    assert [task.cancelled() for task in (*sending, late)] == [False, False, True, True, True]
    assert len(wire.went) == 2
    assert wire.pacing.queued() == 0


async def test_a_long_wait_after_a_429_is_cut_short_when_closed(wire: Wire) -> None:
    wire.answers[ADA] = [RetryAfter(3600)]
    task = asyncio.create_task(wire.send())
    await wire.time.settle()
    assert len(wire.time.sleepers) == 1
    wire.pacing.close()
    await asyncio.wait([task])
    assert task.cancelled()
