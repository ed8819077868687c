"""/healthz and /metrics on 127.0.0.1, served by the bot's own event loop: one that is stuck does not answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from bot.telegram.metrics import Metrics
from bot.telegram.storage.database import Database
from retrieval.archive import Archive
from retrieval.errors import KiosqueError, SettingsError

Check = Callable[[], str]
"""Returns "", or why not: a fixed sentence without a secret, as anybody on this machine may read it."""

HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
PATIENCE = 5.0  # seconds that a check may take
SILENCE = 90.0  # seconds without Telegram that are no failure yet: polling tries again after 30 at the latest
WEBHOOK_LOOK = 30.0  # seconds between two looks at how Telegram fares with the webhook
FAILED = "The check itself failed."
UNFINISHED = f"The check did not finish within {PATIENCE:g} seconds."


class Server:
    """The running server; ``port`` is where it listens."""

    def __init__(self, http: HTTPServer, checks: Checks, port: int) -> None:
        self._http, self._checks, self.port = http, checks, port

    async def close(self) -> None:
        self._http.stop()
        await self._http.close_all_connections()
        self._checks.close()


async def serve(port: int, metrics: Metrics, checks: Mapping[str, Check]) -> Server:
    """Serve on 127.0.0.1 from the running event loop; port 0 is any that is free.

    Raises SettingsError when the port cannot be had.
    """
    try:
        sockets = bind_sockets(port, "127.0.0.1")
    except OSError as exc:
        raise SettingsError(
            f"The port {port} of TELEGRAM_HEALTH_PORT cannot be had: {exc.strerror}; "
            "end the program that uses it, name another port, or 0 for none."
        ) from exc
    running = Checks(checks)
    application = Application(
        [(r"/healthz", _Health, {"checks": running}), (r"/metrics", _Metrics, {"metrics": metrics})],
        default_handler_class=_Nothing,
        log_function=lambda handler: None,
    )
    http = HTTPServer(
        application, max_header_size=16_384, max_body_size=1_024, body_timeout=5, idle_connection_timeout=120
    )
    http.add_sockets(sockets)
    return Server(http, running, sockets[0].getsockname()[1])


class Checks:
    """Runs checks one after the other in a thread of their own; who asks while they run gets the same results."""

    def __init__(self, checks: Mapping[str, Check], patience: float = PATIENCE) -> None:
        self._checks, self._patience = checks, patience
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._running: asyncio.Future[None] | None = None
        self._results: dict[str, str] = {}

    async def results(self) -> dict[str, str]:
        """Return what each check says, ``UNFINISHED`` for one that is not done in time."""
        if self._running is None or self._running.done():
            self._results = {}
            loop = asyncio.get_running_loop()
            self._running = loop.run_in_executor(self._thread, self._run, self._results)
        results = self._results
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._running), self._patience)
        return {name: results.get(name, UNFINISHED) for name in self._checks}

    def _run(self, results: dict[str, str]) -> None:
        for name, check in self._checks.items():
            try:
                results[name] = check()
            except Exception:  # its message may quote anything
                results[name] = FAILED

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


class _Handler(RequestHandler):
    """Answers GET to a host of this machine, and tells nobody who serves it."""

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")

    def prepare(self) -> None:
        # A page in a browser can have its own name resolve to 127.0.0.1, and then read what it gets (DNS rebinding).
        if self.request.host_name not in HOSTS:
            raise HTTPError(421)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        if status_code == 405:
            self.set_header("Allow", "GET")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {self._reason}\n")


class _Health(_Handler):
    def initialize(self, checks: Checks) -> None:
        self._checks = checks

    async def get(self) -> None:
        results = await self._checks.results()
        if any(results.values()):
            self.set_status(503)
        status = "failing" if any(results.values()) else "ok"
        self.finish({"status": status, "checks": {name: why or "ok" for name, why in results.items()}})


class _Metrics(_Handler):
    def initialize(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def get(self) -> None:
        text = await asyncio.to_thread(self._metrics.text)  # some of it is asked of the databases
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.finish(text)


class _Nothing(_Handler):
    def prepare(self) -> None:
        super().prepare()
        raise HTTPError(404)


# -- checks -----------------------------------------------------------------------------------------------------------


class Heartbeat:
    """When Telegram was last reached. It begins as reached: the bot has asked Telegram its name before it serves."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()

    def beat(self) -> None:
        self._last = self._clock()

    def silence(self) -> float:
        """Return the seconds since Telegram was last reached."""
        return self._clock() - self._last


class BeatingRequest(HTTPXRequest):
    """For ``ApplicationBuilder.get_updates_request``: a beat whenever Telegram answers a request for updates.

    With success: an error of a proxy, or that another program polls in our place (409), is none.
    """

    __slots__ = ("_heartbeat",)

    def __init__(self, heartbeat: Heartbeat) -> None:
        # There is one poll at a time; at a stop one more, while the last is given up.
        super().__init__(connection_pool_size=2)
        self._heartbeat = heartbeat

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, payload = await super().do_request(*args, **kwargs)
        if 200 <= status < 300:
            self._heartbeat.beat()
        return status, payload


async def watch_webhook(
    bot: Bot, heartbeat: Heartbeat, url: str, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> None:
    """Beat while Telegram has our webhook and can deliver to it; runs until cancelled.

    Updates themselves are no sign: a bot that nobody writes to gets none. So Telegram is asked (getWebhookInfo): it must
    name our address and no failed delivery since the last look.
    """
    last_error = None
    while True:
        with suppress(TelegramError):
            info = await bot.get_webhook_info()
            if info.url == url and info.last_error_date in (None, last_error):
                heartbeat.beat()
            last_error = info.last_error_date
        await sleep(WEBHOOK_LOOK)


def telegram_check(heartbeat: Heartbeat, within: float = SILENCE) -> Check:
    """Return the check whether Telegram was reached within so many seconds."""

    def check() -> str:
        return "" if heartbeat.silence() <= within else f"Telegram was not reached for more than {within:g} seconds."

    return check


def database_check(database: Database) -> Check:
    """Return the check whether the bot's file can be written: a full disk, or one mounted read-only, fails it."""

    def check() -> str:
        try:
            with database.transaction():
                database.change("INSERT OR REPLACE INTO meta VALUES ('health', '')")
        except KiosqueError:
            return "The bot's data file cannot be written."
        return ""

    return check


def archive_check(archive: Archive) -> Check:
    """Return the check whether the archive can be read. An empty one is no failure."""

    def check() -> str:
        archive.coverage()
        return ""

    return check
