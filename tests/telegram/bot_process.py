"""``kiosque telegram`` as a process of its own, ended and started again on the same data."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Literal

from answering.settings import ROOT
from tests.telegram.ledger import Numbers, in_doubt, read_data
from tests.telegram_emulator import Emulator

KIOSQUE = (sys.executable, "-m", "bot")
_STARTS, _STOPS = 120, 120  # seconds that the bot may take for it
_SIGNALS = {"term": signal.SIGTERM, "kill": signal.SIGKILL}


class BotProcess:
    """What it writes goes to one file. ``exits``, ``stops``, ``starts``, ``in_doubt``: see ``load.Run``."""

    def __init__(self, emulator: Emulator, folder: Path, queue: int) -> None:
        self._emulator, self._folder = emulator, folder
        self._process: asyncio.subprocess.Process | None = None
        self.exits: list[int] = []
        self.stops: list[float] = []
        self.starts: list[float] = []
        self.in_doubt: list[int] = []
        self.numbers: Numbers = {}
        self.environment = {
            **os.environ,
            "KIOSQUE_ENV": os.devnull,
            "INDEX_DIR": str(folder / "index"),
            "CHAT_MODEL": "",
            "TELEGRAM_BOT_TOKEN": emulator.token,
            "TELEGRAM_BASE_URL": emulator.root,
            "TELEGRAM_DATA": str(folder / "telegram.sqlite"),
            "TELEGRAM_QUEUE": str(queue),
            "TELEGRAM_PER_MINUTE": "1000000",  # a refusal to one person must not hide a question that was lost
            "TELEGRAM_PER_DAY": "1000000",
        }

    async def index(self, source: Path) -> None:
        process = await self._run("index", str(source))
        if await process.wait():
            raise RuntimeError(f"the index could not be made: {self.log()}")

    async def start(self) -> None:
        """Start it and wait until it asks for updates. RuntimeError: it ended before."""
        emulator, after, began = self._emulator, self._emulator.position, time.monotonic()

        def asks_for_updates() -> bool:
            return any(
                event.kind == "call" and event.value.method == "deleteWebhook" and event.value.status == 200
                for event in emulator.events[after:]
            )

        self._process = await self._run("telegram")
        ended = asyncio.create_task(self._process.wait())
        polls = asyncio.create_task(emulator.wait_until(asks_for_updates, timeout=_STARTS))
        await asyncio.wait({ended, polls}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not polls.done():
            polls.cancel()
            raise RuntimeError(f"the bot ended at its start: {self.log()[-2000:]}")
        polls.result()
        self.starts.append(time.monotonic() - began)

    async def stop(self, how: Literal["term", "kill"]) -> None:
        """End it, wait until it is gone, and note which answers it made. TimeoutError: it does not stop."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(_SIGNALS[how])
        self.exits.append(await asyncio.wait_for(self._process.wait(), _STOPS))
        self.stops.append(time.monotonic() - began)
        data = read_data(self._folder / "telegram.sqlite")
        self.numbers |= data.numbers
        self.in_doubt.append(in_doubt(self._emulator, data))

    def close(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def memory_mb(self) -> float:
        """Resident memory."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text("utf-8")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def log(self) -> str:
        return (self._folder / "log").read_text("utf-8", "replace")

    async def _run(self, *arguments: str) -> asyncio.subprocess.Process:
        with (self._folder / "log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *KIOSQUE, *arguments, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
