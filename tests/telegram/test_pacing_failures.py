"""What is repeated and what is not: 429s, failing servers, lost connections."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.telegram.outgoing.pacing import Stats
from tests.telegram.manual import ADA, BOB, GROUP, Time, Wire, caused, made
from tests.telegram_emulator import ManualClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def wire(anyio_backend: str) -> Wire:
    return made(Time(ManualClock(1000.0)))


async def test_a_429_blocks_its_chat_alone_and_keeps_the_order(wire: Wire) -> None:
    wire.answers[ADA] = [RetryAfter(10)]
    ada = [wire.send(ADA, n) for n in range(2)]
    await wire.time.run(*ada, wire.send(BOB), wire.send(ADA, "edit", "editMessageText"))
    assert [what for _, to, what in wire.went if to == ADA] == [0, 0, 1, "edit"]
    assert wire.times(ADA) == [0, 10.1, 10.1, 10.1]
    assert wire.times(BOB) == [0]
    assert wire.pacing.stats() == Stats(1, 1, 0)


async def test_a_429_of_an_edit_holds_back_the_messages_of_its_chat(wire: Wire) -> None:
    wire.answers[ADA] = [RetryAfter(timedelta(seconds=3))]
    await wire.time.run(wire.send(ADA, "edit", "editMessageText"), until=1000)
    await wire.time.run(wire.send(ADA, "message"), wire.send(BOB))
    assert (wire.times(ADA), wire.times(BOB)) == ([0, 3.1, 3.1], [0])


async def test_a_429_holds_back_a_message_that_waits_for_the_overall_limit(wire: Wire) -> None:
    wire.answers[ADA] = [RetryAfter(3)]
    await wire.time.run(*(wire.send(chat) for chat in range(1, 31)), wire.send(ADA), wire.send(BOB), until=1000)
    await wire.time.run(wire.send(ADA, "edit", "editMessageText"), wire.send(BOB))
    await wire.time.run(until=1005)
    assert wire.times(ADA) == [0, 3.1, 3.1]
    assert wire.times(BOB) == [1, 1]


async def test_what_telegram_refused_or_never_got_is_not_counted(wire: Wire) -> None:
    wire.answers[GROUP] = [RetryAfter(1), caused(NetworkError("httpx.ConnectError: "), httpx.ConnectError(""))]
    await wire.time.run(*(wire.send(GROUP) for _ in range(20)))
    assert len(wire.went) == 22
    assert wire.times(GROUP)[-1] < 2  # all twenty in the first minute


async def test_a_429_without_a_chat_blocks_that_endpoint_alone(wire: Wire) -> None:
    wire.answers["answerInlineQuery"] = [RetryAfter(4)]
    await wire.time.run(wire.send(None, endpoint="answerInlineQuery"), until=1000)
    await wire.time.run(
        wire.send(None, endpoint="answerInlineQuery"), wire.send(None, endpoint="answerCallbackQuery"), wire.send(ADA)
    )
    assert wire.times("answerInlineQuery") == [0, 4.1, 4.1]
    assert wire.times("answerCallbackQuery") == wire.times(ADA) == [0]


async def test_a_429_is_met_seven_times_at_most(wire: Wire) -> None:
    wire.answers[ADA] = [RetryAfter(1)] * 6
    assert await wire.time.run(wire.send()) == [{"message_id": 7}]
    wire.answers[ADA] = [RetryAfter(1)] * 7
    (error,) = await wire.time.run(wire.send())
    assert isinstance(error, RetryAfter)
    assert (len(wire.went), wire.pacing.queued(), wire.pacing.stats()) == (14, 0, Stats(13, 12, 0))


NOT_SENT = [
    caused(NetworkError("httpx.ConnectError: "), httpx.ConnectError("refused")),
    caused(TimedOut(), httpx.ConnectTimeout("")),
    caused(TimedOut("Pool timeout"), httpx.PoolTimeout("")),
    caused(NetworkError("httpx.ProxyError: "), httpx.ProxyError("")),
]
ANSWERED = [
    caused(NetworkError("Bad Gateway (502). Parsing the server response b'' failed"), TelegramError("Invalid")),
    NetworkError("Internal Server Error"),
]
IN_DOUBT = [
    caused(TimedOut(), httpx.ReadTimeout("")),
    caused(TimedOut(), httpx.WriteTimeout("")),
    caused(NetworkError("httpx.ReadError: "), httpx.ReadError("")),
    caused(NetworkError("httpx.WriteError: "), httpx.WriteError("")),
    caused(NetworkError("httpx.RemoteProtocolError: "), httpx.RemoteProtocolError("disconnected")),
    caused(NetworkError("Unknown error in HTTP implementation"), OSError("?")),
    NetworkError("Gateway Timeout (504)"),
    NetworkError("Gateway Time-out"),
    TimedOut(),
]
CREATING = [(ADA, "sendMessage"), (GROUP, "sendDocument"), (ADA, "forwardMessage")]
IDEMPOTENT = [(ADA, "editMessageText"), (GROUP, "editMessageText"), (None, "answerCallbackQuery"), (None, "getMe")]


@pytest.mark.parametrize("error", NOT_SENT + ANSWERED + IN_DOUBT, ids=str)
@pytest.mark.parametrize(("chat", "endpoint"), CREATING + IDEMPOTENT)
async def test_what_is_repeated(wire: Wire, error: TelegramError, chat: int | None, endpoint: str) -> None:
    wire.answers[chat or endpoint] = [error]
    (result,) = await wire.time.run(wire.send(chat, endpoint=endpoint))
    if error in IN_DOUBT and (chat, endpoint) in CREATING:
        assert (result, len(wire.went), wire.pacing.stats()) == (error, 1, Stats(0, 0, 0))
    else:
        assert (result, len(wire.went), wire.pacing.stats()) == ({"message_id": 2}, 2, Stats(0, 1, 0))


@pytest.mark.parametrize(
    ("endpoint", "meant"),
    [("getChat", (0.5, 1, 2, 4)), ("sendMessage", (0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30))],
)
async def test_failures_are_repeated_ever_later_and_messages_longest(
    wire: Wire, endpoint: str, meant: tuple[float, ...]
) -> None:
    random.seed(4)
    wire.answers[GROUP] = [NetworkError("Bad Gateway (502)")] * (len(meant) + 1)
    (error,) = await wire.time.run(wire.send(GROUP, endpoint=endpoint))
    assert isinstance(error, NetworkError)
    times = [when for when, _, _ in wire.went]
    waits = [late - soon for soon, late in itertools.pairwise(times)]
    for wait, wanted in zip(waits, meant, strict=True):
        assert 0.74 * wanted <= wait <= 1.27 * wanted
    assert len({round(wait / wanted, 3) for wait, wanted in zip(waits, meant, strict=True)}) == len(meant)  # jitter


@pytest.mark.parametrize(
    "error",
    [Forbidden("blocked"), BadRequest("Message is not modified"), ChatMigrated(-5), InvalidToken("Unauthorized")],
)
@pytest.mark.parametrize("endpoint", ["sendMessage", "editMessageText"])
async def test_what_is_refused_is_raised_at_once(wire: Wire, error: TelegramError, endpoint: str) -> None:
    wire.answers[ADA] = [error]
    assert await wire.time.run(wire.send(endpoint=endpoint), until=1000) == [error]
    assert len(wire.went) == 1


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("editMessageText", "Bad Request: message is not modified: specified new message content and ..."),
        ("deleteMessage", "Bad Request: message to delete not found"),
        ("answerCallbackQuery", "Bad Request: query is too old and response timeout expired or query ID is invalid"),
    ],
)
async def test_an_attempt_without_an_answer_that_took_effect_is_a_success(
    wire: Wire, endpoint: str, words: str
) -> None:
    wire.answers[ADA] = [caused(TimedOut(), httpx.ReadTimeout("")), BadRequest(words)]
    assert await wire.time.run(wire.send(endpoint=endpoint)) == [True]
    wire.answers[ADA] = [caused(NetworkError(""), httpx.ConnectError("")), BadRequest(words)]
    (error,) = await wire.time.run(wire.send(endpoint=endpoint))
    assert isinstance(error, BadRequest)  # nothing had been sent before
