"""``kiosque telegram`` as a process: wrong tokens, an unreachable server, and no secret in anything that it writes."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import sys
from pathlib import Path

import pytest

from answering.settings import ROOT
from bot.telegram.app import log_to
from tests.telegram_emulator import TOKEN, Emulator, Limits

pytestmark = pytest.mark.anyio


def environment(emulator_root: str, folder: Path, token: str = TOKEN) -> dict[str, str]:
    named = {
        "TELEGRAM_BOT_TOKEN": token,
        "TELEGRAM_BASE_URL": emulator_root,
        "TELEGRAM_DATA": str(folder / "telegram.sqlite"),
        "INDEX_DIR": str(folder / "index"),
        "KIOSQUE_ENV": str(folder / "env"),
    }
    (folder / "env").touch()
    return {**os.environ, **named}


async def started(environment: dict[str, str]) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "bot", "telegram"]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe)


async def test_it_serves_until_a_signal_and_logs_no_token(tmp_path: Path) -> None:
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        process = await started(environment(emulator.root, tmp_path))
        await emulator.wait_for("polling", timeout=60)
        ada = emulator.user(language_code="en")
        told = await emulator.reply(await ada.says("/about"))
        assert told.text == "The archive is still empty."
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    assert TOKEN not in (out + err).decode()
    assert TOKEN.partition(":")[2] not in (out + err).decode()


async def test_a_token_that_telegram_does_not_know(tmp_path: Path) -> None:
    async with Emulator() as emulator:
        wrong = "987654321:AAE-nobody_has_this_one"
        process = await started(environment(emulator.root, tmp_path, wrong))
        _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert "Telegram does not know this TELEGRAM_BOT_TOKEN" in err.decode()
    assert wrong not in err.decode()


async def test_without_a_token_the_steps_are_told(tmp_path: Path) -> None:
    process = await started(environment("http://127.0.0.1:9", tmp_path, ""))
    _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert "@BotFather" in err.decode()
    assert len(err.decode().strip().splitlines()) == 1


def test_no_secret_is_logged_in_messages_or_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        log_to(stream)
        try:
            raise ValueError(f"https://api.telegram.org/bot{TOKEN}/getMe")
        except ValueError:
            logging.getLogger("any").exception("at %s", TOKEN)
        logging.getLogger("httpx").info("POST /bot%s/getMe", TOKEN)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert "ValueError" in stream.getvalue()
    assert TOKEN not in stream.getvalue()
