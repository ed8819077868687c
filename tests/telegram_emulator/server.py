"""The HTTP server, and the emulator that a test holds."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from aiohttp import web

from tests.telegram_emulator.access import chat_id_of
from tests.telegram_emulator.clock import Clock
from tests.telegram_emulator.errors import ApiError, NotEmulated
from tests.telegram_emulator.faults import Fault, Gate
from tests.telegram_emulator.limits import Limits
from tests.telegram_emulator.methods import find_method
from tests.telegram_emulator.parameters import Parameters, read_parameters
from tests.telegram_emulator.people import Group, Person
from tests.telegram_emulator.state import Chat, State, User
from tests.telegram_emulator.values import Action, Call, Draft, Event, Json, Sent

TOKEN = "4242424242:emulated-no-real-bot-has-this-one"
BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body>\r\n</html>\r\n"
BIGGEST_BODY = 64 * 1024 * 1024
T = TypeVar("T")
Where = Person | Group | int


class Emulator:
    """A Bot API server on loopback: ``async with Emulator() as emulator``.

    ``clock`` gives monotonic seconds and ``epoch`` what Unix time its zero is; ``privacy`` is privacy mode in groups.
    On leaving, whatever went wrong inside the emulator itself, and every call of a method that it does not know, is
    raised (``failures``).
    """

    def __init__(
        self,
        token: str = TOKEN,
        username: str = "kiosque_bot",
        *,
        name: str = "Kiosque",
        clock: Clock = time.monotonic,
        epoch: float | None = None,
        privacy: bool = True,
        inline: bool = True,
        limits: Limits | None = None,
    ) -> None:
        bot = User(int(token.partition(":")[0]), name, username=username, is_bot=True)
        self.state = State(
            bot=bot,
            token=token,
            clock=clock,
            epoch=time.time() - clock() if epoch is None else epoch,
            privacy=privacy,
            inline=inline,
            limits=limits or Limits(),
        )
        self.token, self.username, self.clock = token, username, clock
        self.failures: list[Exception] = []
        self.root = ""
        self._runner: web.AppRunner | None = None

        self.limits, self.faults = self.state.limits, self.state.faults
        self.updates, self.webhook = self.state.updates, self.state.webhook
        self.calls, self.commands, self.profile = self.state.calls, self.state.commands, self.state.profile
        self.callback_answers, self.inline_answers = self.state.callback_answers, self.state.inline_answers

    async def __aenter__(self) -> Emulator:
        app = web.Application(client_max_size=BIGGEST_BODY)
        app.router.add_route("*", r"/bot{token:[^/]*}/{method:[^/]*}", self._method)
        app.router.add_get(r"/file/bot{token:[^/]*}/{path:.*}", self._file)
        app.router.add_route("*", "/{rest:.*}", self._nothing)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.root = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.clear()
        await self.webhook.stop()
        self.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()
        if self.failures and error is None:
            raise ExceptionGroup("in the Telegram emulator", self.failures)

    @property
    def base_url(self) -> str:
        """As `ApplicationBuilder.base_url` wants it: the token follows."""
        return f"{self.root}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.root}/file/bot"

    # People and chats.

    def user(
        self,
        id: int | None = None,
        first_name: str = "Ada",
        language_code: str | None = "fr",
        username: str | None = None,
        *,
        started: bool = False,
    ) -> Person:
        """A person, and the private chat with the bot, which may write there once the person did (or ``started``)."""
        id = id or 6_000_000_000 + self.state.fresh()  # people of today have more than 32 bits
        user = User(id, first_name, language_code, username, started=started)
        assert id > 0, "a person's id is positive"
        assert id not in self.state.users, f"there is a user {id} already"
        self.state.users[id] = user
        self.state.chats[id] = Chat(id, "private", user=user)
        return Person(self.state, user)

    def group(self, id: int | None = None, title: str = "Groupe", *, forum: bool = False) -> Group:
        id = id or -1_001_000_000_000 - self.state.fresh()
        assert id < 0, "a group's id is negative"
        assert id not in self.state.chats, f"there is a chat {id} already"
        kind = "supergroup" if forum or str(id).startswith("-100") else "group"
        chat = self.state.chats[id] = Chat(id, kind, title, forum)
        return Group(self.state, chat)

    # What happened.

    def messages(self, chat: Where, thread: int | None = None) -> list[Sent]:
        """What the bot sent there, as it stands now; deleted ones too, flagged."""
        found = self.state.bot_messages(self.state.chats[_id(chat)])
        return [m.sent() for m in found if thread in (None, m.thread)]

    def shown(self, chat: Where, thread: int | None = None) -> list[Sent]:
        """The same without the deleted ones."""
        return [sent for sent in self.messages(chat, thread) if not sent.deleted]

    def current(self, sent: Sent) -> Sent:
        """The message as it stands now."""
        return self.state.chats[sent.chat].messages[sent.message_id].sent()

    def versions(self, sent: Sent) -> list[Sent]:
        """The message as first sent and after each edit."""
        return list(self.state.chats[sent.chat].messages[sent.message_id].versions)

    def drafts(self, chat: Where | None = None) -> list[Draft]:
        return [d for d in self.state.drafts if chat is None or d.chat == _id(chat)]

    def actions(self, chat: Where | None = None) -> list[Action]:
        return [a for a in self.state.actions if chat is None or a.chat == _id(chat)]

    def called(self, method: str, chat: Where | None = None) -> list[Call]:
        return [c for c in self.calls if c.method == method and (chat is None or c.chat == _id(chat))]

    def floods(self) -> list[Call]:
        """The requests that broke a limit: 429 that no fault injected."""
        return [call for call in self.calls if call.status == 429 and not call.fault]

    @property
    def events(self) -> list[Event]:
        return self.state.journal.events

    @property
    def position(self) -> int:
        """Where the journal stands: give it as ``after`` to wait for what comes later."""
        return self.state.journal.position

    async def wait_for(
        self,
        kind: str,
        chat: Where | None = None,
        *,
        where: Callable[[Any], bool] | None = None,
        after: int = 0,
        count: int = 1,
        timeout: float = 10.0,
    ) -> Any:
        """The value of the ``count``-th event of this kind (`journal.KINDS`), already there or yet to come."""
        number = None if chat is None else _id(chat)
        return (await self.state.journal.wait(kind, number, after, where, timeout, count)).value

    async def wait_until(self, condition: Callable[[], T], *, timeout: float = 10.0) -> T:
        """What ``condition`` returns once that is true; it is looked at after every event."""
        return await self.state.journal.until(condition, timeout)

    async def reply(self, message: Sent, *, count: int = 1, timeout: float = 10.0) -> Sent:
        """The bot's ``count``-th message in that chat after this one, in the same thread."""
        where = self.state.chats[message.chat]
        topic = message.thread if message.thread in where.topics else None

        def fits(sent: Sent) -> bool:
            in_topic = sent.thread if sent.thread in where.topics else None
            return sent.message_id > message.message_id and in_topic == topic

        sent: Sent = await self.wait_for("message", message.chat, where=fits, count=count, timeout=timeout)
        return sent

    # HTTP.

    def _refused(self, token: str) -> ApiError | None:
        if token == self.token:
            return ApiError(400, "Logged out") if self.state.logged_out else None
        well_formed = re.fullmatch(r"\d+:[\w-]+", token)
        return ApiError(401, "Unauthorized") if well_formed else ApiError(404, "Not Found")

    async def _nothing(self, request: web.Request) -> web.Response:
        return _failed(ApiError(404, "Not Found"))

    async def _file(self, request: web.Request) -> web.Response:
        if refused := self._refused(request.match_info["token"]):
            return _failed(refused)
        found = re.fullmatch(r"documents/file_(\w+?)(\.\w+)?", request.match_info["path"])
        document = self.state.files.get(found[1]) if found else None
        return _failed(ApiError(404, "Not Found")) if document is None else web.Response(body=document.data)

    async def _method(self, request: web.Request) -> web.StreamResponse:
        if refused := self._refused(request.match_info["token"]):
            return _failed(refused)
        name, at, p = request.match_info["method"], self.clock(), Parameters({}, {})
        fault: Fault | None = None
        try:
            name, method = find_method(name)
            p = await read_parameters(request)
            struck = self.faults.take(name, chat_id_of(p))
            if isinstance(struck, Gate):
                await struck.passed()
            elif struck is not None:
                fault = struck
            result = await method(self.state, p) if fault is None or fault.after else None
            outcome: ApiError | None = None
        except ApiError as error:
            result, outcome = None, error
            if isinstance(error, NotEmulated):
                self.failures.append(error)
        except Exception as error:
            result, outcome = None, ApiError(500, "Internal Server Error: the emulator failed")
            self.failures.append(error)
        if fault is not None:
            self._record(name, p, at, fault.status, result, fault.description, fault=True)
            return _faulty(request, fault)
        status, why = (200, None) if outcome is None else (outcome.status, outcome.description)
        self._record(name, p, at, status, result, why, fault=False)
        return web.json_response({"ok": True, "result": result}) if outcome is None else _failed(outcome)

    def _record(
        self, name: str, p: Parameters, at: float, status: int | None, result: Any, why: str | None, *, fault: bool
    ) -> None:
        chat = chat_id_of(p)
        call = Call(len(self.calls) + 1, name, p.plain(), chat, at, status, result, why, fault)
        self.calls.append(call)
        self.state.journal.record("call", chat, call)


def _id(chat: Where) -> int:
    return chat if isinstance(chat, int) else chat.id


def _failed(error: ApiError) -> web.Response:
    body: Json = {"ok": False, "error_code": error.status, "description": error.description}
    if error.retry_after is not None:
        body["parameters"] = {"retry_after": error.retry_after}
    return web.json_response(body, status=error.status)


def _faulty(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.status is None:
        if request.transport is not None:
            request.transport.abort()
        raise asyncio.CancelledError  # nobody is left to answer
    if fault.status == 502:  # from the proxy before Telegram, so no JSON
        return web.Response(status=502, text=BAD_GATEWAY, content_type="text/html")
    return _failed(ApiError(fault.status, fault.description, fault.retry_after))
