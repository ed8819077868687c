"""sendMessage, editMessageText and what else makes, changes and removes messages."""

from __future__ import annotations

import secrets
from typing import Any

from tests.telegram_emulator.access import (
    find_chat,
    find_message,
    find_reply,
    find_thread,
    flood,
    thread_of,
    too_long,
    writable_chat,
)
from tests.telegram_emulator.errors import ApiError, NotEmulated, bad_request
from tests.telegram_emulator.formatting import read_text
from tests.telegram_emulator.markup import read_markup
from tests.telegram_emulator.parameters import Parameters
from tests.telegram_emulator.render import message_json
from tests.telegram_emulator.state import Chat, Message, State
from tests.telegram_emulator.values import Action, Buttons, Document, Draft, Entity, Json, Sent, utf16_length

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
BIGGEST_UPLOAD = 50 * 1024 * 1024
ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note cancel".split()
)


def _text(state: State, p: Parameters) -> tuple[str, tuple[Entity, ...]]:
    if not p.text("text"):
        raise bad_request("message text is empty")
    given = p.entities("entities")
    return read_text(p.text("text"), p.optional("parse_mode"), given, state.users.keys(), may_be_empty=False)


def _rows(p: Parameters, *, inline_only: bool = False) -> Buttons:
    return read_markup(p.object("reply_markup", "reply keyboard markup"), inline_only=inline_only)


async def send_message(state: State, p: Parameters) -> Json:
    text, entities = _text(state, p)
    return _send(state, p, text, entities, source=p.text("text"))


async def send_document(state: State, p: Parameters) -> Json:
    given = p.entities("caption_entities")
    mode = p.optional("parse_mode")
    caption, entities = read_text(p.text("caption"), mode, given, state.users.keys(), may_be_empty=True)
    return _send(state, p, caption, entities, source=p.text("caption"), document=_document(state, p))


def _document(state: State, p: Parameters) -> Document:
    name = p.text("document")
    upload = p.uploads.get(name.removeprefix("attach://") if name.startswith("attach://") else "document")
    if upload is not None:
        if len(upload.data) > BIGGEST_UPLOAD:
            raise ApiError(413, "Request Entity Too Large")
        if not upload.data:
            raise bad_request("file must be non-empty")
        return state.add_file(upload.name, upload.mime_type, upload.data)
    if name.startswith(("http://", "https://")):
        raise NotEmulated("sending a document by URL")
    if not name:
        raise bad_request("there is no document in the request")
    if name not in state.files:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return state.files[name]


def _send(
    state: State,
    p: Parameters,
    text: str,
    entities: tuple[Entity, ...],
    *,
    source: str,
    document: Document | None = None,
) -> Json:
    rows = _rows(p)
    chat = writable_chat(state, p)
    thread = find_thread(chat, p)
    replied = find_reply(state, chat, p, thread)
    longest = LONGEST_CAPTION if document else LONGEST_TEXT
    if utf16_length(text) > longest:
        raise bad_request("message caption is too long" if document else "message is too long")
    flood(state, chat)
    message = state.new_message(
        chat,
        state.bot,
        text=text,
        entities=entities,
        source=source,
        parse_mode=p.optional("parse_mode"),
        rows=rows,
        reply_to=replied,
        thread=thread_of(chat, thread, replied),
        document=document,
        preview=_preview(p),
        silent=p.flag("disable_notification"),
        protected=p.flag("protect_content"),
    )
    state.journal.record("message", chat.id, message.sent())
    return message_json(state, message)


def _preview(p: Parameters) -> Json | None:
    options = p.object("link_preview_options", "LinkPreviewOptions")
    return options or ({"is_disabled": True} if p.flag("disable_web_page_preview") else None)


async def send_message_draft(state: State, p: Parameters) -> bool:
    given = p.entities("entities")
    mode = p.optional("parse_mode")
    text, entities = read_text(p.text("text"), mode, given, state.users.keys(), may_be_empty=True)
    chat = writable_chat(state, p)
    if not chat.private:
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    if p.integer("draft_id") == 0:
        raise bad_request("RANDOM_ID_INVALID")
    thread = find_thread(chat, p)
    if utf16_length(text) > LONGEST_TEXT:
        raise too_long()
    state.flood.draft(chat.id, state.clock())
    draft = Draft(chat.id, p.integer("draft_id"), text, entities, p.text("text"), thread, state.clock())
    state.drafts.append(draft)
    state.journal.record("draft", chat.id, draft)
    return True


def _editable(state: State, p: Parameters) -> Message:
    if identifier := p.text("inline_message_id"):
        if identifier not in state.inline_messages:
            raise bad_request("MESSAGE_ID_INVALID")
        return state.inline_messages[identifier]
    message = find_message(writable_chat(state, p), p, "message to edit")
    if message.sender is not state.bot or message.service is not None:
        raise bad_request("message can't be edited")
    return message


async def edit_message_text(state: State, p: Parameters) -> Json | bool:
    text, entities = _text(state, p)
    rows = _rows(p, inline_only=True)
    message = _editable(state, p)
    if message.document is not None:
        raise bad_request("there is no text in the message to edit")
    if utf16_length(text) > LONGEST_TEXT:
        raise too_long()
    return _edit(state, p, message, text, entities, rows)


async def edit_message_reply_markup(state: State, p: Parameters) -> Json | bool:
    rows = _rows(p, inline_only=True)
    message = _editable(state, p)
    return _edit(state, p, message, message.text, message.entities, rows)


def _edit(
    state: State, p: Parameters, message: Message, text: str, entities: tuple[Entity, ...], rows: Buttons
) -> Json | bool:
    """Without reply_markup the buttons go, as at Telegram."""
    if (text, entities, rows) == (message.text, message.entities, message.rows):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same as a "
            "current content and reply markup of the message"
        )
    if not message.chat.private and state.limits.group_edits:
        flood(state, message.chat)
    if "text" in p.values:
        message.source, message.parse_mode, message.preview = p.text("text"), p.optional("parse_mode"), _preview(p)
    message.text, message.entities, message.rows = text, entities, rows
    message.edits += 1
    message.edit_date, message.at = state.date(), state.clock()
    state.journal.record("edit", message.chat.id, message.keep_version())
    return True if p.text("inline_message_id") else message_json(state, message)


async def delete_message(state: State, p: Parameters) -> bool:
    if not p.text("chat_id"):
        raise bad_request("chat identifier is not specified")
    chat = find_chat(state, p)
    _delete(state, chat, find_message(chat, p, "message to delete"))
    return True


async def delete_messages(state: State, p: Parameters) -> bool:
    """Those that are not there are passed over."""
    chat = find_chat(state, p)
    numbers = p.json("message_ids", "message_ids")
    if not isinstance(numbers, list) or not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad_request("too many message identifiers specified")
    for message in [chat.messages[n] for n in map(int, numbers) if n in chat.messages]:
        if not message.deleted:
            _delete(state, chat, message)
    return True


def _delete(state: State, chat: Chat, message: Message) -> None:
    own = message.sender is state.bot
    if not own and not chat.private and chat.bot != "administrator":
        raise bad_request("message can't be deleted")
    if state.date() - message.date > 48 * 3600 and (chat.private or chat.bot != "administrator"):
        raise bad_request("message can't be deleted")
    message.deleted = True
    state.journal.record("delete", chat.id, message.sent())


async def send_chat_action(state: State, p: Parameters) -> bool:
    action = p.text("action").lower()
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(state, p)
    made = Action(chat.id, action, find_thread(chat, p), state.clock())
    state.actions.append(made)
    state.journal.record("action", chat.id, made)
    return True


def inline_message(state: State, chat: Chat, sender: Any, sent: Sent) -> Message:
    """The message that a person sends by choosing one of the bot's inline results."""
    message = state.new_message(
        chat,
        sender,
        text=sent.text,
        entities=sent.entities,
        source=sent.source,
        parse_mode=sent.parse_mode,
        rows=sent.buttons,
        preview=sent.preview,
        via_bot=True,
    )
    if sent.buttons:  # only a message with a keyboard can be edited by the bot
        message.inline_message_id = secrets.token_urlsafe(20)
        state.inline_messages[message.inline_message_id] = message
    return message
