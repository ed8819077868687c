"""Delivery of updates by HTTP POST: in order within a chat, several chats at once, again until it is a 2xx.

Source of the behaviour: core.telegram.org/bots/api#setwebhook and telegram-bot-api (WebhookActor.cpp).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from tests.telegram_emulator.errors import bad_request
from tests.telegram_emulator.journal import Journal
from tests.telegram_emulator.updates import DEFAULT, Pending, Updates
from tests.telegram_emulator.values import Json

_SECRET = re.compile(r"[A-Za-z0-9_-]+")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(slots=True, eq=False)
class Webhook:
    """``proxies`` maps the beginning of a public URL to the loopback one behind it, as a reverse proxy would.

    ``pause`` is the wait in real seconds before a third try and later ones; the second follows at once.
    """

    updates: Updates
    journal: Journal
    date: Callable[[], int]
    proxies: dict[str, str] = field(default_factory=dict)
    pause: float = 0.05
    secret: str = ""
    connections: int = 40
    error: tuple[int, str] | None = None
    deliveries: list[tuple[int, int | None]] = field(default_factory=list)  # (update id, status) of each try
    _loop: asyncio.Task[None] | None = None
    _rows: dict[tuple[str, int], asyncio.Task[None]] = field(default_factory=dict)

    async def set(self, url: str, secret: str, connections: int) -> None:
        """ApiError for a URL or a secret that Telegram would refuse."""
        if url:
            _check_url(url, self.proxies)
            if len(secret) > 256:
                raise bad_request("secret token is too long")
            if secret and not _SECRET.fullmatch(secret):
                raise bad_request("secret token contains unallowed characters")
        await self.stop()
        self.updates.webhook_url, self.secret, self.connections, self.error = url, secret, connections, None
        if url:
            self.updates.stop_poll("terminated by setWebhook request")
            self._loop = asyncio.create_task(self._deliver_all())
        self.journal.record("webhook", None, url)

    async def stop(self) -> None:
        tasks = [*self._rows.values(), *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._rows, self._loop = {}, None

    def info(self) -> Json:
        info: Json = {
            "url": self.updates.webhook_url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.live()),
        }
        if self.updates.webhook_url:
            info |= {"max_connections": self.connections, "ip_address": "127.0.0.1"}
        if self.error:
            info |= {"last_error_date": self.error[0], "last_error_message": self.error[1]}
        if self.updates.allowed != DEFAULT:
            info["allowed_updates"] = sorted(self.updates.allowed)
        return info

    async def _deliver_all(self) -> None:
        places = asyncio.Semaphore(self.connections)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            while True:
                self.updates.arrived.clear()
                for update in self.updates.live():
                    if update.queue not in self._rows:
                        task = asyncio.create_task(self._deliver_row(update.queue, session, places))
                        self._rows[update.queue] = task
                await self.updates.arrived.wait()

    async def _deliver_row(
        self, queue: tuple[str, int], session: aiohttp.ClientSession, places: asyncio.Semaphore
    ) -> None:
        fails = 0
        while update := next((u for u in self.updates.live() if u.queue == queue), None):
            async with places:
                why = await self._post(update, session)
            if why is None:
                fails = 0
                self.updates.take(update.id)
                continue
            fails += 1
            self.error = (self.date(), why)
            self.journal.record("webhook_error", None, why)
            if fails > 1:
                await asyncio.sleep(self.pause)
        del self._rows[queue]

    async def _post(self, update: Pending, session: aiohttp.ClientSession) -> str | None:
        """None when the bot took it, else what went wrong."""
        url = _behind(self.updates.webhook_url, self.proxies)
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        body = {"update_id": update.id, update.kind: update.body}
        try:
            async with session.post(url, json=body, headers=headers) as response:
                await response.read()
        except (aiohttp.ClientError, TimeoutError) as exc:
            self.deliveries.append((update.id, None))
            refused = isinstance(exc, aiohttp.ClientConnectorError)
            return "Connection refused" if refused else "Webhook connection closed"
        self.deliveries.append((update.id, response.status))
        if 200 <= response.status <= 299:
            return None
        return f"Wrong response from the webhook: {response.status} {response.reason}"


def _behind(url: str, proxies: Mapping[str, str]) -> str:
    for public, local in proxies.items():
        if url.startswith(public):
            return local + url.removeprefix(public)
    return url


def _check_url(url: str, proxies: Mapping[str, str]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request("bad webhook: invalid webhook URL specified")
    behind = urlsplit(_behind(url, proxies))
    if behind.hostname in _LOOPBACK:  # what a local Bot API server allows: http, and any port
        if behind is not parts and parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in (443, 80, 88, 8443):
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    raise bad_request("bad webhook: Failed to resolve host: Name or service not known")
