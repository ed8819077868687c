"""What Telegram's side knows: people, chats, messages, files, queries that wait, and the bot's own profile."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_emulator.clock import Clock
from tests.telegram_emulator.faults import Faults
from tests.telegram_emulator.journal import Journal
from tests.telegram_emulator.limits import Flood, Limits
from tests.telegram_emulator.updates import Updates
from tests.telegram_emulator.values import (
    Action,
    Buttons,
    Call,
    CallbackAnswer,
    Document,
    Draft,
    Entity,
    InlineAnswer,
    Json,
    Sent,
)
from tests.telegram_emulator.webhook import Webhook


@dataclass(slots=True, eq=False)
class User:
    """``started``: wrote to the bot in private, so that it may write back."""

    id: int
    first_name: str
    language_code: str | None = None
    username: str | None = None
    is_bot: bool = False
    started: bool = False
    blocked: bool = False


@dataclass(slots=True, eq=False)
class Chat:
    """``type``: private, group or supergroup. ``bot``: the bot's status there, as in ChatMember."""

    id: int
    type: str
    title: str | None = None
    forum: bool = False
    user: User | None = None
    bot: str = "member"
    may_write: bool = True
    members: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Message] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        return self.type == "private"


@dataclass(slots=True, eq=False)
class Message:
    id: int
    chat: Chat
    sender: User
    date: int
    at: float
    text: str = ""
    entities: tuple[Entity, ...] = ()
    source: str = ""
    parse_mode: str | None = None
    rows: Buttons = ()
    reply_to: Message | None = None
    thread: int | None = None
    document: Document | None = None
    preview: Json | None = None
    silent: bool = False
    protected: bool = False
    service: Json | None = None
    via_bot: bool = False
    anonymous: bool = False  # an administrator who writes in the group's name
    inline_message_id: str | None = None
    edit_date: int | None = None
    edits: int = 0
    deleted: bool = False
    versions: list[Sent] = field(default_factory=list)

    def sent(self) -> Sent:
        return Sent(
            message_id=self.id,
            chat=self.chat.id,
            sender=self.sender.id,
            text=self.text,
            entities=self.entities,
            source=self.source,
            parse_mode=self.parse_mode,
            buttons=self.rows,
            reply_to=self.reply_to.id if self.reply_to else None,
            thread=self.thread,
            date=self.date,
            at=self.at,
            edited=self.edits,
            deleted=self.deleted,
            document=self.document,
            preview=self.preview,
            silent=self.silent,
            protected=self.protected,
            inline_message_id=self.inline_message_id,
        )

    def keep_version(self) -> Sent:
        self.versions.append(self.sent())
        return self.versions[-1]


@dataclass(slots=True, eq=False)
class Query:
    """A callback or inline query that waits for its answer."""

    id: str
    user: User
    data: str
    at: float
    answer: asyncio.Future[Any]
    offset: str = ""


@dataclass(slots=True, eq=False)
class State:
    bot: User
    token: str
    clock: Clock
    epoch: float
    privacy: bool
    inline: bool
    limits: Limits
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, Document] = field(default_factory=dict)
    callbacks: dict[str, Query] = field(default_factory=dict)
    inline_queries: dict[str, Query] = field(default_factory=dict)
    inline_messages: dict[str, Message] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    callback_answers: list[CallbackAnswer] = field(default_factory=list)
    inline_answers: list[InlineAnswer] = field(default_factory=list)
    commands: dict[tuple[tuple[Any, ...], str], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)  # (name | description | ..., language) -> text
    logged_out: bool = False
    flood: Flood = field(init=False)
    updates: Updates = field(init=False)
    webhook: Webhook = field(init=False)
    _private_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.flood = Flood(self.limits)
        self.updates = Updates(self.journal, self.clock)
        self.webhook = Webhook(self.updates, self.journal, self.date)
        self.users[self.bot.id] = self.bot

    def date(self) -> int:
        """Unix seconds."""
        return int(self.epoch + self.clock())

    def fresh(self) -> int:
        """A number not given before, for identifiers."""
        return next(self._ids)

    def new_message(self, chat: Chat, sender: User, **content: Any) -> Message:
        """Private chats and basic groups share one row of numbers, every supergroup has its own: as at Telegram."""
        own = chat.type == "supergroup"
        number = max(chat.messages, default=1) + 1 if own else next(self._private_ids)  # 1 opened the supergroup
        message = Message(number, chat, sender, self.date(), self.clock(), **content)
        chat.messages[number] = message
        message.keep_version()
        return message

    def add_file(self, name: str, mime_type: str, data: bytes) -> Document:
        document = Document(f"BQACAgIAAxkBAA{self.fresh():06d}", name, mime_type, data)
        self.files[document.file_id] = document
        return document

    def bot_messages(self, chat: Chat) -> Iterable[Message]:
        return (m for m in chat.messages.values() if m.sender is self.bot and m.service is None)
