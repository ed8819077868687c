"""What the emulator refuses, in Telegram's words, and how much it lets through."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot
from telegram.error import RetryAfter

from tests.telegram.raw import call
from tests.telegram_emulator import Emulator, ManualClock

pytestmark = pytest.mark.anyio

ADA = 1001


@pytest.mark.parametrize(
    ("method", "parameters", "description"),
    [
        ("sendMessage", {"text": "a"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 5, "text": "a"}, "chat not found"),
        ("sendMessage", {"chat_id": ADA}, "message text is empty"),
        ("sendMessage", {"chat_id": ADA, "text": " \n "}, "text must be non-empty"),
        ("sendMessage", {"chat_id": ADA, "text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ("sendMessage", {"chat_id": ADA, "text": "é" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": ADA, "text": "😀" * 2049}, "message is too long"),
        ("sendMessage", {"chat_id": ADA, "text": "a", "parse_mode": "bbcode"}, "unsupported parse_mode"),
        (
            "sendMessage",
            {"chat_id": ADA, "text": "<b>a", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            "sendMessage",
            {"chat_id": ADA, "text": "a", "reply_parameters": {"message_id": 99}},
            "message to be replied not found",
        ),
        ("sendMessage", {"chat_id": ADA, "text": "a", "message_thread_id": 7}, "message thread not found"),
        ("sendMessage", {"chat_id": ADA, "text": "a", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ("sendChatAction", {"chat_id": ADA, "action": "dance"}, "wrong parameter action in request"),
        ("editMessageText", {"chat_id": ADA, "text": "a"}, "message identifier is not specified"),
        ("editMessageText", {"chat_id": ADA, "message_id": 99, "text": "a"}, "message to edit not found"),
        ("deleteMessage", {"chat_id": ADA, "message_id": 99}, "message to delete not found"),
        ("deleteMessages", {"chat_id": ADA, "message_ids": []}, "message identifiers are not specified"),
        ("sendMessageDraft", {"chat_id": ADA, "draft_id": 0, "text": "a"}, "RANDOM_ID_INVALID"),
        ("sendMessageDraft", {"chat_id": ADA, "draft_id": 1, "text": "a" * 4097}, "MESSAGE_TOO_LONG"),
        ("sendDocument", {"chat_id": ADA}, "there is no document in the request"),
        ("sendDocument", {"chat_id": ADA, "document": "none"}, "wrong file identifier/HTTP URL specified"),
        ("getFile", {"file_id": "none"}, "invalid file_id"),
        ("getChatMember", {"chat_id": ADA, "user_id": 5}, "user not found"),
        ("setMyCommands", {"commands": [{"command": "Ask", "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "ask", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [{"command": "c", "description": "d"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ("setMyCommands", {"commands": [], "language_code": "fra"}, "invalid language code specified"),
        ("setMyShortDescription", {"short_description": "a" * 121}, "bot short description is too long"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "a" * 201}, "MESSAGE_TOO_LONG"),
        ("answerCallbackQuery", {"callback_query_id": "1", "url": "https://lemonde.fr"}, "URL_INVALID"),
        (
            "answerCallbackQuery",
            {"callback_query_id": "1"},
            "query is too old and response timeout expired or query ID is invalid",
        ),
    ],
)  # fmt: skip
async def test_refusals(emulator: Emulator, method: str, parameters: dict[str, Any], description: str) -> None:
    emulator.user(ADA, started=True)
    assert await call(emulator, method, **parameters) == (400, f"Bad Request: {description}")


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"copy_text": {"text": "a" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"url": "ftp://a.fr"}, "inline keyboard button URL 'ftp://a.fr' is invalid: Unsupported URL protocol"),
        ({"url": "http://localhost/"}, "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL"),
        ({}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": " ", "callback_data": "a"}, "inline keyboard button text must be non-empty"),
    ],
)
async def test_refused_buttons(emulator: Emulator, button: dict[str, Any], description: str) -> None:
    emulator.user(ADA, started=True)
    markup = {"inline_keyboard": [[{"text": "A", **button}]]}
    answer = await call(emulator, "sendMessage", chat_id=ADA, text="a", reply_markup=markup)
    assert answer == (400, f"Bad Request: {description}")
    assert emulator.messages(ADA) == []


async def test_limits(emulator: Emulator, bot: Bot, clock: ManualClock) -> None:
    """Three at once and one a second in private; 20 a minute in a group, edits counted; 30 a second overall."""
    emulator.user(ADA, started=True)
    for _ in range(3):
        await bot.send_message(ADA, "a")
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(ADA, "a")
    assert caught.value._retry_after.total_seconds() == 1
    clock.advance(1)
    await bot.send_message(ADA, "a")
    with pytest.raises(RetryAfter):
        await bot.send_message(ADA, "a")

    group = emulator.group()
    sent = [await bot.send_message(group.id, "a") for _ in range(15)]
    clock.advance(10)
    for i in range(5):
        await sent[0].edit_text(f"a{i}")
    for refused in (bot.send_message(group.id, "a"), sent[0].edit_text("b")):
        with pytest.raises(RetryAfter) as caught:
            await refused
        assert caught.value._retry_after.total_seconds() == 50
    assert [c.description for c in emulator.floods()][-1] == "Too Many Requests: retry after 50"

    clock.advance(100)
    for i in range(30):
        emulator.user(5000 + i, started=True)
        await bot.send_message(5000 + i, "a")
    with pytest.raises(RetryAfter):
        await bot.send_message(ADA, "a")
    emulator.limits.enabled = False
    await bot.send_message(ADA, "a")


async def test_the_limit_of_drafts(emulator: Emulator, bot: Bot, clock: ManualClock) -> None:
    emulator.user(ADA, started=True)
    for i in range(3):
        await bot.send_message_draft(ADA, 1, str(i))
    with pytest.raises(RetryAfter):
        await bot.send_message_draft(ADA, 1, "3")
    await bot.send_message(ADA, "drafts are no messages")
    clock.advance(1)
    await bot.send_message_draft(ADA, 1, "4")
