"""``kiosque telegram`` by webhook: as a process, behind what stands for a proxy that speaks https."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.telegram.test_process import environment, started
from tests.telegram_emulator import TOKEN, Emulator, Limits

pytestmark = pytest.mark.anyio

SECRET = "a-secret_of_20_letters"
PUBLIC = "https://bot.example.org/telegram"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def posted(url: str, secret: str | None) -> int:
    """The status with which an update of anybody is met."""
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}}
    headers = {"Content-Type": "application/json"}
    headers |= {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    request = urllib.request.Request(url, json.dumps(update).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


async def test_it_is_set_with_its_secret_answers_and_hears_nobody_else(tmp_path: Path) -> None:
    port, health = free_port(), free_port()
    local = f"http://127.0.0.1:{port}"
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        emulator.webhook.proxies = {"https://bot.example.org": local}
        process = await started(
            environment(emulator.root, tmp_path)
            | {
                "TELEGRAM_WEBHOOK_URL": PUBLIC,
                "TELEGRAM_WEBHOOK_SECRET": SECRET,
                "TELEGRAM_WEBHOOK_LISTEN": f"127.0.0.1:{port}",
                "TELEGRAM_HEALTH_PORT": str(health),
            }
        )
        await emulator.wait_for("webhook", where=lambda url: url == PUBLIC, timeout=60)
        assert emulator.webhook.secret == SECRET
        ada = emulator.user(language_code="en")
        assert (await emulator.reply(await ada.says("/about"))).text == "The archive is still empty."
        statuses = [await asyncio.to_thread(posted, f"{local}/telegram", s) for s in (None, "wrong", SECRET)]
        assert statuses == [403, 403, 200]
        assert await asyncio.to_thread(posted, local, SECRET) == 404
        with urllib.request.urlopen(f"http://127.0.0.1:{health}/healthz", timeout=10) as answer:
            assert json.load(answer)["status"] == "ok"
        with urllib.request.urlopen(f"http://127.0.0.1:{health}/metrics", timeout=10) as answer:
            assert b'kiosque_updates_total{kind="message"} 2.0' in answer.read()
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 60)
    written = (out + err).decode()
    assert process.returncode == 0, written
    assert SECRET not in written
    assert TOKEN not in written
    assert emulator.called("getUpdates") == []


async def test_it_does_not_start_without_a_secret(tmp_path: Path) -> None:
    process = await started(environment("http://127.0.0.1:9", tmp_path) | {"TELEGRAM_WEBHOOK_URL": PUBLIC})
    _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert "TELEGRAM_WEBHOOK_SECRET" in err.decode()


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            emulator.webhook.proxies = {"https://bot.example.org": f"http://127.0.0.1:{port}"}
            process = await started(
                environment(emulator.root, tmp_path)
                | {
                    "TELEGRAM_WEBHOOK_URL": PUBLIC,
                    "TELEGRAM_WEBHOOK_SECRET": SECRET,
                    "TELEGRAM_WEBHOOK_LISTEN": f"127.0.0.1:{port}",
                }
            )
            _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert "TELEGRAM_WEBHOOK_LISTEN" in err.decode()
    assert len(err.decode().strip().splitlines()[-1]) < 300
