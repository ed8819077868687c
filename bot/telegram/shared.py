"""What all handlers share: settings, the archive and its answerer, what the bot keeps, and the threads to run them in."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from answering.answerer import Answerer
from bot.telegram.config import TelegramSettings
from bot.telegram.handlers.typed import Typed
from bot.telegram.health import Heartbeat
from bot.telegram.intake.looks import Looks
from bot.telegram.intake.order import ARRIVAL, Lanes
from bot.telegram.intake.workers import Workers
from bot.telegram.metrics import Metrics
from bot.telegram.outgoing.pacing import Pacing
from bot.telegram.pages.texts import Texts, languages
from bot.telegram.storage.database import Database
from bot.telegram.storage.inbox import Inbox
from bot.telegram.storage.people import People
from bot.telegram.storage.store import Asker, Store
from retrieval.archive import Archive

if TYPE_CHECKING:
    from telegram import Chat, Message, User

QUICK = 4  # threads for the database and for searches
GRACE = 20.0  # seconds
AT_A_TIME = 16  # answers in the making: with a chat model most of them wait for it
FORGETS = 3  # of one person, in any minute: each rewrites much of the bot's file
WHILE_TYPED = 1  # answers for inline mode: never more than one core's work
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that is being answered; ``stopped`` once its asker wants no answer any more."""

    task: asyncio.Task[None]
    stopped: threading.Event


@dataclass(frozen=True, slots=True)
class Shared:
    """``asking`` holds the question that is being answered for each sender, ``told`` when each was last told a limit.

    ``now`` gives UTC seconds; ``grace`` is how many of them a stop waits for what is being answered.
    """

    settings: TelegramSettings
    archive: Archive
    answerer: Answerer
    database: Database
    inbox: Inbox
    store: Store
    people: People
    lanes: Lanes = field(default_factory=Lanes)
    pacing: Pacing = field(default_factory=Pacing)
    metrics: Metrics = field(default_factory=Metrics)
    heartbeat: Heartbeat = field(default_factory=Heartbeat)
    now: Callable[[], float] = time.time
    grace: float = GRACE
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(QUICK, thread_name_prefix="quick"))
    workers: Workers = field(default_factory=lambda: Workers(AT_A_TIME))
    inline_workers: Workers = field(default_factory=lambda: Workers(WHILE_TYPED))
    asking: dict[int, Asking] = field(default_factory=dict)
    told: dict[int, float] = field(default_factory=dict)
    typed: Typed = field(default_factory=Typed)
    looks: Looks = field(default_factory=Looks)
    forgets: Looks = field(default_factory=lambda: Looks(FORGETS))
    indexing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run what waits for the disk, or searches, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, partial(function, *args, **kwargs))

    async def keep(self, user: int, write: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R | None:
        """Run what writes about a user for the update at hand; not if they were forgotten since it came, then None."""
        writing = partial(write, *args, **kwargs)
        return await self.run(self.people.unless_forgotten, user, ARRIVAL.get().at, writing)

    def texts(self, sender: User | Chat | None) -> Texts:
        """Return the interface in the language that a sender chose, else that of their Telegram, else English."""
        chosen = self.people.language(sender.id) if sender else ""
        spoken = (getattr(sender, "language_code", None) or "")[:2].lower()
        return Texts(next((code for code in (chosen, spoken) if code in languages()), "en"))


def shared(context: Any) -> Shared:
    """Return what a handler's context carries."""
    found: Shared = context.bot_data["shared"]
    return found


def sender_of(message: Message) -> int:
    """Return whom a message is from: a person, or the chat in whose name an anonymous administrator writes."""
    if message.sender_chat is not None:
        return message.sender_chat.id
    assert message.from_user is not None
    return message.from_user.id


def asker_of(message: Message) -> Asker:
    """Return the conversation that a message belongs to."""
    return Asker(message.chat.id, topic_of(message), sender_of(message))


def topic_of(message: Message) -> int:
    """Return the forum topic of a message, 0 when it is in none (a chain of replies is no topic)."""
    return (message.message_thread_id or 0) if message.is_topic_message else 0
