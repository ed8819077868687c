"""Asynchronous tests here run on asyncio, by anyio's pytest plugin (httpx brings it)."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from tests.telegram_emulator import Emulator, ManualClock

os.environ["PTB_TIMEDELTA"] = "1"  # as ``kiosque telegram`` sets it


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1000.0)


@pytest.fixture
async def emulator(clock: ManualClock, anyio_backend: str) -> AsyncIterator[Emulator]:
    """With a clock that stands still: limits are met at once, and nothing grows old by itself."""
    async with Emulator(clock=clock, epoch=1_790_000_000 - 1000) as emulator:
        yield emulator


@pytest.fixture
async def bot(emulator: Emulator) -> AsyncIterator[Bot]:
    """python-telegram-bot's own client."""
    async with Bot(emulator.token, base_url=emulator.base_url, base_file_url=emulator.base_file_url) as bot:
        yield bot
