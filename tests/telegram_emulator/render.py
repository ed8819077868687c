"""The emulator's objects as the Bot API writes them."""

from __future__ import annotations

from tests.telegram_emulator.markup import markup_json
from tests.telegram_emulator.state import Chat, Message, State, User
from tests.telegram_emulator.values import Document, Entity, Json, entity_json

# core.telegram.org/bots/api#message: what "from" holds, for old clients, where an administrator writes anonymously.
GROUP_ANONYMOUS_BOT: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


def user_json(user: User) -> Json:
    optional = {"username": user.username, "language_code": user.language_code}
    return {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name} | _given(optional)


def chat_json(chat: Chat) -> Json:
    if chat.user is not None:
        return {"id": chat.id, "type": "private", "first_name": chat.user.first_name} | _given(
            {"username": chat.user.username}
        )
    return {"id": chat.id, "type": chat.type, "title": chat.title} | ({"is_forum": True} if chat.forum else {})


def document_json(document: Document) -> Json:
    return {
        "file_id": document.file_id,
        "file_unique_id": "AgAD" + document.file_id[-6:],
        "file_name": document.file_name,
        "mime_type": document.mime_type,
        "file_size": len(document.data),
    }


def message_json(state: State, message: Message, *, with_reply: bool = True) -> Json:
    """A reply holds the message it replies to, and that one holds no further."""
    if message.deleted:  # InaccessibleMessage
        return {"chat": chat_json(message.chat), "message_id": message.id, "date": 0}
    body: Json = {
        "message_id": message.id,
        "from": user_json(message.sender),
        "chat": chat_json(message.chat),
        "date": message.date,
    }
    if message.anonymous:
        body |= {"from": GROUP_ANONYMOUS_BOT, "sender_chat": chat_json(message.chat)}
    body |= _given({"edit_date": message.edit_date, "message_thread_id": message.thread})
    if message.thread in message.chat.topics:
        body["is_topic_message"] = True
    if message.service is not None:
        return body | message.service
    text, entities = ("caption", "caption_entities") if message.document else ("text", "entities")
    body |= _given({text: message.text or None})
    if message.entities:
        body[entities] = [entity_with_user(state, entity) for entity in message.entities]
    if message.document:
        body["document"] = document_json(message.document)
    if message.rows:
        body["reply_markup"] = markup_json(message.rows)
    if message.preview:
        body["link_preview_options"] = message.preview
    if message.via_bot:
        body["via_bot"] = user_json(state.bot)
    if message.protected:
        body["has_protected_content"] = True
    if with_reply and (replied := replied_to(message)) is not None and not replied.deleted:
        body["reply_to_message"] = message_json(state, replied, with_reply=False)
    return body


def replied_to(message: Message) -> Message | None:
    """What Telegram gives as reply_to_message: in a forum's topic, without a reply, the message that opened the topic."""
    opener = message.chat.topics.get(message.thread or 0)
    return message.reply_to or (opener if opener is not message else None)


def entity_with_user(state: State, entity: Entity) -> Json:
    body = entity_json(entity)
    return body if entity.user_id is None else body | {"user": user_json(state.users[entity.user_id])}


def _given(optional: Json) -> Json:
    return {name: value for name, value in optional.items() if value is not None}
