"""A message to be sent: its HTML and its buttons. Checked where they are made, as Telegram would check them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from bot.telegram.pages.links import is_web_url
from bot.telegram.pages.split import shorten, visible

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup

TEXT_UNITS = 64  # of a button's label; longer ones do not show
DATA_BYTES = 64
COPY_CHARACTERS = 256
INLINE_CHARACTERS = 256


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a message, with exactly one of: callback data, a web address, text to copy, an inline query.

    ``text`` is trimmed to ``TEXT_UNITS``. Raises ValueError for what Telegram would refuse: the whole message with it.
    """

    text: str
    data: str = ""
    url: str = ""
    copy: str = ""
    inline: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", shorten(" ".join(self.text.split()), TEXT_UNITS))
        if not visible(self.text):
            raise ValueError("a button needs a text")
        if sum(map(bool, (self.data, self.url, self.copy, self.inline))) != 1:
            raise ValueError(f"the button {self.text!r} needs exactly one of data, url, copy and inline")
        if len(self.data.encode()) > DATA_BYTES:
            raise ValueError(f"callback data takes {DATA_BYTES} bytes at most: {self.data!r}")
        if self.url and not is_web_url(self.url):
            raise ValueError(f"a button opens http and https addresses only: {self.url!r}")
        if len(self.copy) > COPY_CHARACTERS:
            raise ValueError(f"a button copies {COPY_CHARACTERS} characters at most, not {len(self.copy)}")
        if len(self.inline) > INLINE_CHARACTERS:
            raise ValueError(f"an inline query has {INLINE_CHARACTERS} characters at most, not {len(self.inline)}")


Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One message: Telegram's HTML, and rows of buttons. Longer than a message, it is sent in parts (``split.split``),
    the buttons with the last one."""

    html: str
    rows: tuple[Row, ...] = ()


def plain(text: str) -> Page:
    """Return a page of interface text."""
    return Page(escape(text, quote=False))


def rows_of(buttons: Sequence[Button], width: int) -> tuple[Row, ...]:
    """Return ``buttons`` in rows of at most ``width``."""
    return tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))


def to_markup(rows: Iterable[Iterable[Button]]) -> InlineKeyboardMarkup | None:
    """Return the keyboard as python-telegram-bot takes it; None without any button."""
    from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

    def made(button: Button) -> InlineKeyboardButton:
        return InlineKeyboardButton(
            button.text,
            callback_data=button.data or None,
            url=button.url or None,
            copy_text=CopyTextButton(button.copy) if button.copy else None,
            switch_inline_query=button.inline or None,
        )

    keyboard = [[made(button) for button in row] for row in rows]
    keyboard = [row for row in keyboard if row]
    return InlineKeyboardMarkup(keyboard) if keyboard else None
