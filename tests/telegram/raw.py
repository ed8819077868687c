"""Requests as no library would send them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.telegram_emulator import Emulator

Answer = tuple[int, Any]


async def call(emulator: Emulator, method: str, **parameters: Any) -> Answer:
    """Status, and the result or the description."""
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        response = await client.post(f"{emulator.base_url}{emulator.token}/{method}", json=parameters)
    body = response.json()
    assert body["ok"] is (response.status_code == 200)
    return response.status_code, body["result"] if body["ok"] else body["description"]
