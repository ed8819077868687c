"""The methods by name, and how one is called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot

from tests.telegram_emulator import methods_bot, methods_messages, methods_queries
from tests.telegram_emulator.errors import ApiError, NotEmulated
from tests.telegram_emulator.parameters import Parameters
from tests.telegram_emulator.state import State

Method = Callable[[State, Parameters], Awaitable[Any]]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


_FUNCTIONS: tuple[Method, ...] = (
    methods_messages.send_message,
    methods_messages.send_document,
    methods_messages.send_message_draft,
    methods_messages.edit_message_text,
    methods_messages.edit_message_reply_markup,
    methods_messages.delete_message,
    methods_messages.delete_messages,
    methods_messages.send_chat_action,
    methods_queries.answer_callback_query,
    methods_queries.answer_inline_query,
    methods_bot.get_me,
    methods_bot.set_my_commands,
    methods_bot.get_my_commands,
    methods_bot.delete_my_commands,
    methods_bot.set_my_name,
    methods_bot.set_my_description,
    methods_bot.set_my_short_description,
    methods_bot.get_my_name,
    methods_bot.get_my_description,
    methods_bot.get_my_short_description,
    methods_bot.get_chat,
    methods_bot.get_chat_member,
    methods_bot.get_chat_administrators,
    methods_bot.get_chat_member_count,
    methods_bot.get_file,
    methods_bot.get_updates,
    methods_bot.set_webhook,
    methods_bot.delete_webhook,
    methods_bot.get_webhook_info,
    methods_bot.log_out,
    methods_bot.close,
)
# Names are not case sensitive at Telegram.
METHODS: dict[str, tuple[str, Method]] = {
    _camel(function.__name__).lower(): (_camel(function.__name__), function) for function in _FUNCTIONS
}
_REAL = {name.lower(): name for name in dir(Bot) if not name.startswith("_") and any(map(str.isupper, name))}


def find_method(name: str) -> tuple[str, Method]:
    """The name as Telegram writes it, and the function. ApiError 404 for what no Bot API has, 501 for what is not here."""
    if name.lower() in METHODS:
        return METHODS[name.lower()]
    if name.lower() in _REAL:
        raise NotEmulated(_REAL[name.lower()])
    raise ApiError(404, "Not Found")
