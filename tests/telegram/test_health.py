"""/healthz and /metrics over real HTTP on loopback: who is answered, what is told, and what the checks mean."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram import Bot
from telegram.error import Conflict, NetworkError

from bot.telegram.health import (
    FAILED,
    SILENCE,
    UNFINISHED,
    BeatingRequest,
    Check,
    Checks,
    Heartbeat,
    Server,
    archive_check,
    database_check,
    serve,
    telegram_check,
    watch_webhook,
)
from bot.telegram.metrics import Metrics
from bot.telegram.storage.database import Database
from retrieval.archive import Archive
from retrieval.errors import SettingsError
from tests.telegram.made import TOKEN
from tests.telegram_emulator import Emulator, ManualClock

pytestmark = pytest.mark.anyio


def fine() -> str:
    return ""


@asynccontextmanager
async def serving(metrics: Metrics | None = None, **checks: Check) -> AsyncIterator[Server]:
    server = await serve(0, metrics or Metrics(), checks)
    try:
        yield server
    finally:
        await server.close()


async def request(server: Server, path: str, method: str = "GET", host: str = "") -> httpx.Response:
    headers = {"Host": host} if host else {}
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        return await client.request(method, f"http://127.0.0.1:{server.port}{path}", headers=headers)


async def raw(server: Server, text: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(text)
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    return answer


# -- the server -------------------------------------------------------------------------------------------------------


async def test_metrics_are_served_as_prometheus_reads_them() -> None:
    metrics = Metrics()
    metrics.asked()
    async with serving(metrics) as server:
        response = await request(server, "/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "\nkiosque_questions_total 1.0\n" in response.text


async def test_all_is_well() -> None:
    async with serving(telegram=fine, archive=fine) as server:
        response = await request(server, "/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {"telegram": "ok", "archive": "ok"}}


async def test_a_failing_check_says_why() -> None:
    async with serving(telegram=lambda: "Telegram was not reached.", archive=fine) as server:
        response = await request(server, "/healthz")
    assert response.status_code == 503
    assert response.json() == {
        "status": "failing",
        "checks": {"telegram": "Telegram was not reached.", "archive": "ok"},
    }


async def test_a_check_that_raises_has_failed_and_tells_no_secret() -> None:
    def broken() -> str:
        raise ValueError(f"bot{TOKEN}")

    async with serving(broken=broken, archive=fine) as server:
        response = await request(server, "/healthz")
    assert response.status_code == 503
    assert response.json()["checks"] == {"broken": FAILED, "archive": "ok"}
    assert TOKEN not in response.text


@pytest.mark.parametrize("path", ["/", "/healthz/", "/metrics/x", "/favicon.ico", "/%2e%2e/etc/passwd"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_there_is_nothing_else(path: str, method: str) -> None:
    async with serving() as server:
        assert (await request(server, path, method)).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
async def test_only_get_is_a_method(path: str, method: str) -> None:
    async with serving() as server:
        response = await request(server, path, method)
    assert (response.status_code, response.headers["allow"]) == (405, "GET")


async def test_no_answer_names_its_server() -> None:
    async with serving(broken=lambda: "no") as server:
        answers = [await request(server, path) for path in ("/healthz", "/metrics", "/x")]
        answers += [await request(server, "/metrics", "POST"), await request(server, "/metrics", host="evil.example")]
        malformed = await raw(server, b"GET\r\n\r\n")
    assert [answer.status_code for answer in answers] == [503, 200, 404, 405, 421]
    for answer in answers:
        assert "server" not in answer.headers
        assert "tornado" not in (answer.text + str(answer.headers)).lower()
    assert malformed == b"HTTP/1.1 400 Bad Request\r\n\r\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9464", "localhost", "LOCALHOST:1", "[::1]", "[::1]:9464"])
async def test_hosts_of_this_machine_are_answered(host: str) -> None:
    async with serving() as server:
        assert (await request(server, "/metrics", host=host)).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:9464", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "[::]"]
)
@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/x"])
async def test_a_name_that_was_made_to_lead_here_is_not_answered(host: str, path: str) -> None:
    ran: list[str] = []
    async with serving(check=lambda: str(ran.append("ran") or "")) as server:
        response = await request(server, path, host=host)
    assert response.status_code == 421
    assert "kiosque" not in response.text
    assert ran == []


async def test_it_listens_on_loopback_only() -> None:
    server = await serve(0, Metrics(), {})
    try:
        listening = [s.getsockname()[0] for s in server._http._sockets.values()]
    finally:
        await server.close()
    assert listening == ["127.0.0.1"]


async def test_a_port_that_is_taken() -> None:
    async with serving() as server:
        with pytest.raises(SettingsError) as caught:
            await serve(server.port, Metrics(), {})
    assert str(caught.value) == (
        f"The port {server.port} of TELEGRAM_HEALTH_PORT cannot be had: Address already in use; "
        "end the program that uses it, name another port, or 0 for none."
    )


async def test_once_closed_it_is_gone_with_its_connections() -> None:
    async with serving() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
    await asyncio.wait_for(reader.read(), 30)  # to its end: the connection is closed
    writer.close()
    with pytest.raises(httpx.ConnectError):
        await request(server, "/metrics")
    again = await serve(server.port, Metrics(), {})  # the port is free
    await again.close()


# -- how checks run ---------------------------------------------------------------------------------------------------


async def test_checks_run_beside_the_event_loop() -> None:
    threads: list[str] = []

    def note() -> str:
        threads.append(threading.current_thread().name)
        return ""

    async with serving(check=note) as server:
        await request(server, "/healthz")
        await request(server, "/healthz")
    assert len(threads) == 2
    assert all(name.startswith("health") for name in threads)


async def test_a_check_that_hangs_is_reported_and_started_once() -> None:
    go_on, started = threading.Event(), []

    def hanging() -> str:
        started.append(1)
        go_on.wait(60)
        return ""

    checks = Checks({"first": fine, "hanging": hanging, "last": fine}, patience=0.05)
    try:
        while not started:
            await checks.results()
        for _ in range(3):
            assert await checks.results() == {"first": "", "hanging": UNFINISHED, "last": UNFINISHED}
        assert started == [1]
        go_on.set()
        assert checks._running is not None
        await checks._running
        assert await Checks({"first": fine}).results() == {"first": ""}
        while (found := await checks.results())["last"]:  # patience is short here
            pass
        assert found == {"first": "", "hanging": "", "last": ""}
    finally:
        go_on.set()
        checks.close()


async def test_who_asks_at_once_shares_one_run() -> None:
    runs: list[int] = []
    gate = threading.Event()

    def check() -> str:
        gate.wait(60)
        runs.append(1)
        return "no"

    checks = Checks({"check": check})
    try:
        asked = [asyncio.create_task(checks.results()) for _ in range(10)]
        await asyncio.sleep(0)  # all of them have asked
        gate.set()
        assert await asyncio.gather(*asked) == [{"check": "no"}] * 10
        assert runs == [1]
    finally:
        checks.close()


# -- the checks -------------------------------------------------------------------------------------------------------


async def test_silence_of_telegram_is_borne_for_a_while(clock: ManualClock) -> None:
    heartbeat = Heartbeat(clock)
    check = telegram_check(heartbeat)
    clock.advance(SILENCE)
    assert check() == ""
    clock.advance(0.5)
    assert check() == "Telegram was not reached for more than 90 seconds."
    heartbeat.beat()
    assert (check(), heartbeat.silence()) == ("", 0)


@asynccontextmanager
async def polling(emulator: Emulator, heartbeat: Heartbeat) -> AsyncIterator[Bot]:
    bot = Bot(emulator.token, base_url=emulator.base_url, get_updates_request=BeatingRequest(heartbeat))
    async with bot:
        yield bot


async def test_each_poll_that_succeeds_is_a_beat(emulator: Emulator, clock: ManualClock) -> None:
    heartbeat = Heartbeat(clock)
    async with polling(emulator, heartbeat) as bot:
        clock.advance(50)
        await bot.get_me()
        assert heartbeat.silence() == 50  # another request says nothing of the polling
        await bot.get_updates(timeout=0)
        assert heartbeat.silence() == 0


@pytest.mark.parametrize(
    ("fault", "raised"),
    [({"status": 502}, NetworkError), ({"drop": True}, NetworkError), ({"status": 409}, Conflict)],
)
async def test_a_poll_that_fails_is_none(
    emulator: Emulator, clock: ManualClock, fault: dict[str, Any], raised: type[Exception]
) -> None:
    heartbeat = Heartbeat(clock)
    async with polling(emulator, heartbeat) as bot:
        clock.advance(50)
        emulator.faults.add("getUpdates", **fault)
        with pytest.raises(raised):
            await bot.get_updates(timeout=0)
        assert heartbeat.silence() == 50
        await bot.get_updates(timeout=0)
        assert heartbeat.silence() == 0


WEBHOOK = "https://bot.example.org/telegram"
NOBODY = "http://127.0.0.1:9"  # where connections are refused


async def looked(
    bot: Bot, clock: ManualClock, looks: int, between: Callable[[], Awaitable[object]] | None = None
) -> list[float]:
    """Return how long Telegram had been silent after each look, a minute apart, the first after a minute."""
    heartbeat, found = Heartbeat(clock), []

    async def sleep(seconds: float) -> None:
        found.append(heartbeat.silence())
        if len(found) == looks:
            raise asyncio.CancelledError
        clock.advance(60)
        if between is not None:
            await between()

    clock.advance(60)
    with pytest.raises(asyncio.CancelledError):
        await watch_webhook(bot, heartbeat, WEBHOOK, sleep)
    return found


@pytest.fixture
async def webhook(bot: Bot, emulator: Emulator) -> Bot:
    """The bot, with a webhook set behind which nobody listens."""
    emulator.webhook.proxies["https://bot.example.org"] = NOBODY
    await bot.set_webhook(WEBHOOK)
    return bot


async def test_a_webhook_that_nobody_writes_to_is_well(webhook: Bot, clock: ManualClock) -> None:
    assert await looked(webhook, clock, 3) == [0, 0, 0]


async def test_a_webhook_that_somebody_else_took_is_not(webhook: Bot, emulator: Emulator, clock: ManualClock) -> None:
    emulator.webhook.proxies["https://elsewhere.example.org"] = NOBODY
    await webhook.set_webhook("https://elsewhere.example.org/telegram")
    assert await looked(webhook, clock, 3) == [60, 120, 180]


async def test_telegram_away_is_no_beat_and_no_end(webhook: Bot, emulator: Emulator, clock: ManualClock) -> None:
    emulator.faults.add("getWebhookInfo", status=502, times=2)
    assert await looked(webhook, clock, 3) == [60, 120, 0]


async def test_updates_that_cannot_be_delivered_are_no_beat(
    webhook: Bot, emulator: Emulator, clock: ManualClock
) -> None:
    async def fail() -> None:
        await emulator.wait_for("webhook_error", after=emulator.position)

    await emulator.user().says("?")
    await emulator.wait_for("webhook_error")
    assert await looked(webhook, clock, 3, fail) == [60, 120, 180]
    await webhook.delete_webhook()  # and with it what failed
    await webhook.set_webhook(WEBHOOK, drop_pending_updates=True)
    assert await looked(webhook, clock, 2) == [0, 0]


async def test_a_delivery_that_failed_once_is_forgiven(webhook: Bot, emulator: Emulator, clock: ManualClock) -> None:
    await emulator.user().says("?")
    await emulator.wait_for("webhook_error")
    await emulator.webhook.stop()  # Telegram does not forget the error, nor does it try again for now
    assert (await webhook.get_webhook_info()).last_error_date is not None
    assert await looked(webhook, clock, 3) == [60, 0, 0]


def test_a_file_that_cannot_be_written_fails(tmp_path: Path) -> None:
    database = Database(tmp_path / "telegram.sqlite")
    check = database_check(database)
    assert check() == ""
    assert check() == ""
    database.change("PRAGMA query_only = ON")  # as on a file system that turned read-only
    assert check() == "The bot's data file cannot be written."
    database.change("PRAGMA query_only = OFF")
    assert check() == ""
    database.close()
    with sqlite3.connect(tmp_path / "telegram.sqlite") as other:
        assert other.execute("SELECT COUNT(*) FROM meta WHERE key = 'health'").fetchall() == [(1,)]
    with pytest.raises(sqlite3.ProgrammingError):
        check()


def test_the_archive_is_read(seeds_archive: Archive, tmp_path: Path, embedder: Any) -> None:
    assert archive_check(seeds_archive)() == ""
    with Archive(tmp_path / "empty", embedder) as empty:
        check = archive_check(empty)
        assert check() == ""
    with pytest.raises(sqlite3.ProgrammingError):
        check()
