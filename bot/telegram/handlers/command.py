"""What a command is, and what it says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Message

from bot.telegram.pages.markup import Page
from bot.telegram.pages.texts import Texts
from bot.telegram.shared import Shared

Command = Callable[[Message, str, Any, Shared, Texts], Awaitable[Page | None]]
"""Given the message, what follows the command, the bot, what is shared and the texts; returns what to answer."""


def parse(message: Message, bot: Any) -> tuple[str, str] | None:
    """Return a command's name in lower case and what follows it; None when another bot is meant, or it is none."""
    head, *said = (message.text or message.caption or "").split(maxsplit=1)[:2] or [""]
    name, _, target = head[1:].partition("@")
    if not head.startswith("/") or (target and target.lower() != bot.username.lower()):
        return None
    return name.lower(), said[0].strip() if said else ""
