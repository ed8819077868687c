"""Inline keyboards, with what Telegram demands of buttons; other reply markups are kept as they came."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tests.telegram_emulator.errors import bad_request
from tests.telegram_emulator.links import link_error
from tests.telegram_emulator.values import Button, Buttons, Json

MOST_BUTTONS, MOST_IN_A_ROW = 100, 8  # telegram.constants.InlineKeyboardMarkupLimit
_ACTIONS = (
    "url",
    "callback_data",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "web_app",
    "login_url",
)
_INNER = {"switch_inline_query_chosen_chat": "query", "copy_text": "text", "web_app": "url", "login_url": "url"}


def read_markup(markup: Json | None, *, inline_only: bool = False) -> Buttons:
    """The rows of an inline keyboard; empty for no markup and for the other kinds."""
    if markup is None:
        return ()
    if "inline_keyboard" not in markup:
        if inline_only:
            raise bad_request("inline keyboard expected")
        if not any(kind in markup for kind in ("keyboard", "remove_keyboard", "force_reply")):
            raise bad_request("object expected as reply markup")
        return ()
    keyboard = markup["inline_keyboard"]
    if not isinstance(keyboard, list) or not all(isinstance(row, list) for row in keyboard):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    rows = tuple(tuple(_button(item) for item in row) for row in keyboard if row)
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > MOST_IN_A_ROW for row in rows):
        raise bad_request("reply markup is too long")
    return rows


def _button(item: Any) -> Button:
    if not isinstance(item, dict):
        raise _unparsed("InlineKeyboardButton must be an Object")
    if not isinstance(item.get("text"), str):
        raise _unparsed('Can\'t find field "text"')
    if not item["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    given = {name: item[name] for name in _ACTIONS if item.get(name) is not None}
    if not given:
        raise _unparsed("Text buttons are unallowed in the inline keyboard")
    if len(given) > 1:  # Telegram takes one and forgets the rest; its documentation says "exactly one"
        raise _unparsed(f"exactly one action is allowed, found {sorted(given)}")
    ((name, value),) = given.items()
    if name in _INNER:
        value = value.get(_INNER[name]) if isinstance(value, dict) else None
    if not isinstance(value, str):
        raise _unparsed(f'Field "{name}" must be of another type')
    _check(name, value)
    return Button(item["text"], **{name: value})


def _check(name: str, value: str) -> None:
    if name == "callback_data" and not 1 <= len(value.encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if name == "copy_text" and not 1 <= len(value) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if name in ("url", "web_app", "login_url") and (why := link_error(value)):
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: {why}")


def _unparsed(why: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {why}")


def markup_json(rows: Buttons) -> Json:
    return {"inline_keyboard": [[_button_json(button) for button in row] for row in rows]}


def _button_json(button: Button) -> Json:
    given = {name: value for name, value in asdict(button).items() if value is not None}
    return {name: {_INNER[name]: value} if name in _INNER else value for name, value in given.items()}
