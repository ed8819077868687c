"""What all handlers share: settings, the archive and its answerer, what the bot keeps, and the threads to run them in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from answering.answerer import Answerer
from bot.telegram.config import TelegramSettings
from bot.telegram.inbox import Inbox
from bot.telegram.people import People
from bot.telegram.store import Store
from bot.telegram.texts import Texts, languages
from bot.telegram.typed import Typed
from retrieval.archive import Archive

if TYPE_CHECKING:
    from telegram import User

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Shared:
    """``asking`` holds the question that is being answered for each user; ``now`` gives UTC seconds."""

    settings: TelegramSettings
    archive: Archive
    answerer: Answerer
    inbox: Inbox
    store: Store
    people: People
    now: Callable[[], float] = time.time
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="answer"))
    asking: dict[int, asyncio.Task[Any]] = field(default_factory=dict)
    typed: Typed = field(default_factory=Typed)

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run what takes long, or waits for the disk, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, partial(function, *args, **kwargs))

    def texts(self, user: User | None) -> Texts:
        """Return the interface in the language that a user chose, else that of their Telegram, else English."""
        chosen = self.people.language(user.id) if user else ""
        spoken = (user.language_code or "")[:2].lower() if user else ""
        return Texts(next((code for code in (chosen, spoken) if code in languages()), "en"))


def shared(context: Any) -> Shared:
    """Return what a handler's context carries."""
    found: Shared = context.bot_data["shared"]
    return found
