"""What a test reads: frozen values of what the bot sent and did. Offsets and lengths are in UTF-16 code units."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

Json = dict[str, Any]


class _Short:
    """Shows only what is given, so that a failed comparison can be read."""

    __slots__ = ()

    def __repr__(self) -> str:
        given = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in given.items() if v is not None)})"


@dataclass(frozen=True, slots=True, repr=False)
class Entity(_Short):
    """A MessageEntity. ``user_id`` is a text_mention's."""

    type: str
    offset: int
    length: int
    url: str | None = None
    user_id: int | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    unix_time: int | None = None
    date_time_format: str | None = None

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, slots=True, repr=False)
class Button(_Short):
    """An InlineKeyboardButton: a label and exactly one action."""

    text: str
    url: str | None = None
    callback_data: str | None = None
    switch_inline_query: str | None = None
    switch_inline_query_current_chat: str | None = None
    switch_inline_query_chosen_chat: str | None = None
    copy_text: str | None = None
    web_app: str | None = None
    login_url: str | None = None


Buttons = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    file_id: str
    file_name: str
    mime_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it stands (or stood: see `Emulator.versions`).

    ``text`` is the text, or a document's caption, after parsing and trimming; ``source`` what the sender gave
    before parsing; ``thread`` is message_thread_id; ``date`` Unix seconds by the emulator's clock; ``at`` the clock's
    own seconds when this version came to be; ``preview`` is link_preview_options as given.
    """

    message_id: int
    chat: int
    sender: int
    text: str
    entities: tuple[Entity, ...]
    source: str
    parse_mode: str | None
    buttons: Buttons
    reply_to: int | None
    thread: int | None
    date: int
    at: float
    edited: int
    deleted: bool
    document: Document | None
    preview: Json | None
    silent: bool
    protected: bool
    inline_message_id: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(button.text for row in self.buttons for button in row)

    def button(self, wanted: str) -> Button:
        """The one button whose label or callback data is ``wanted``. LookupError names those that are there."""
        found = [b for row in self.buttons for b in row if wanted in (b.text, b.callback_data)]
        if len(found) != 1:
            there = [(b.text, b.callback_data or b.url) for row in self.buttons for b in row]
            raise LookupError(f"{len(found)} buttons are {wanted!r}; there are {there}")
        return found[0]

    def covered(self, type: str) -> tuple[str, ...]:
        """The pieces of the text that entities of this type cover."""
        return tuple(utf16_slice(self.text, e.offset, e.length) for e in self.entities if e.type == type)


@dataclass(frozen=True, slots=True)
class Draft:
    """One frame of sendMessageDraft."""

    chat: int
    draft_id: int
    text: str
    entities: tuple[Entity, ...]
    source: str
    thread: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Action:
    chat: int
    action: str
    thread: int | None
    at: float


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    query_id: str
    user: int
    data: str
    text: str
    show_alert: bool
    url: str | None
    cache_time: int
    at: float


@dataclass(frozen=True, slots=True)
class InlineResult:
    """An article. ``text`` is the message that choosing it would send, after parsing."""

    id: str
    title: str
    description: str | None
    text: str
    entities: tuple[Entity, ...]
    source: str
    url: str | None
    buttons: Buttons
    preview: Json | None


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """``button`` is (text, start_parameter) of the button above the results."""

    query_id: str
    user: int
    query: str
    offset: str
    results: tuple[InlineResult, ...]
    next_offset: str
    cache_time: int
    is_personal: bool
    button: tuple[str, str | None] | None
    at: float


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it was answered. ``status`` is None for a connection that was dropped; ``fault``: it was injected."""

    number: int
    method: str
    parameters: Json
    chat: int | None
    at: float
    status: int | None
    result: Any
    description: str | None
    fault: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in order; ``kind`` as listed in `journal.KINDS`."""

    number: int
    kind: str
    chat: int | None
    value: Any


def utf16_length(text: str) -> int:
    return len(text) + sum(c > "\uffff" for c in text)


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The piece of ``text`` at ``offset``, both in UTF-16 code units. UnicodeDecodeError if it would cut a pair."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le")


def entity_json(entity: Entity) -> Json:
    """As Telegram writes it; a text_mention's user is put in by who knows the users."""
    return {k: v for k, v in asdict(entity).items() if v is not None and k != "user_id"}
