"""A strict emulator of Telegram's Bot API (10.0) for tests: real HTTP on loopback, no global state.

It enforces what Telegram enforces, as far as this project's bot can meet it; `Emulator` is where to begin. Methods
that it does not know are answered 501 and raised when the test ends.
"""

from tests.telegram_emulator.clock import ManualClock
from tests.telegram_emulator.faults import Fault, Faults, Gate
from tests.telegram_emulator.html import HtmlError, parse_html
from tests.telegram_emulator.limits import Limits
from tests.telegram_emulator.people import Group, Person, Tap
from tests.telegram_emulator.server import TOKEN, Emulator
from tests.telegram_emulator.values import (
    Action,
    Button,
    Call,
    CallbackAnswer,
    Document,
    Draft,
    Entity,
    Event,
    InlineAnswer,
    InlineResult,
    Sent,
    utf16_length,
    utf16_slice,
)

__all__ = [
    "TOKEN",
    "Action",
    "Button",
    "Call",
    "CallbackAnswer",
    "Document",
    "Draft",
    "Emulator",
    "Entity",
    "Event",
    "Fault",
    "Faults",
    "Gate",
    "Group",
    "HtmlError",
    "InlineAnswer",
    "InlineResult",
    "Limits",
    "ManualClock",
    "Person",
    "Sent",
    "Tap",
    "parse_html",
    "utf16_length",
    "utf16_slice",
]
