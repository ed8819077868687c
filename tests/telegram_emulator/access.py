"""What a request names: a chat that may be written to, a message, a thread, a message to reply to."""

from __future__ import annotations

from tests.telegram_emulator.errors import ApiError, bad_request, forbidden
from tests.telegram_emulator.parameters import Parameters
from tests.telegram_emulator.state import Chat, Message, State
from tests.telegram_emulator.values import Json


def chat_id_of(p: Parameters) -> int | None:
    """The chat that a request is about, where it names one by number."""
    try:
        return int(p.text("chat_id"))
    except ValueError:
        return None


def find_chat(state: State, p: Parameters) -> Chat:
    """A chat that the bot may see. ApiError: none, kicked."""
    if not p.text("chat_id"):
        raise bad_request("chat_id is empty")
    number = chat_id_of(p)
    chat = state.chats.get(number) if number is not None else None
    if chat is None:
        raise bad_request("chat not found")
    if not chat.private and chat.bot in ("kicked", "left"):
        what = "kicked from" if chat.bot == "kicked" else "not a member of"
        raise forbidden(f"bot {'was' if chat.bot == 'kicked' else 'is'} {what} the {chat.type} chat")
    return chat


def writable_chat(state: State, p: Parameters) -> Chat:
    chat = find_chat(state, p)
    if chat.user is not None:
        if chat.user.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.user.started:
            raise forbidden("bot can't initiate conversation with a user")
    elif not chat.may_write:
        raise bad_request("not enough rights to send text messages to the chat")
    return chat


def find_message(chat: Chat, p: Parameters, purpose: str) -> Message:
    """``purpose`` as Telegram names it: "message to edit", "message to delete"."""
    number = p.integer("message_id")
    if number <= 0:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(number)
    if message is None or message.deleted:
        raise bad_request(f"{purpose} not found")
    return message


def find_thread(chat: Chat, p: Parameters) -> int | None:
    """A forum's topic. The number of a chain of replies is no thread to write to, nor is 1, the general topic."""
    thread = p.integer("message_thread_id")
    if thread and thread not in chat.topics:
        raise bad_request("message thread not found")
    return thread or None


def find_reply(state: State, chat: Chat, p: Parameters, thread: int | None) -> Message | None:
    """The message replied to, by reply_parameters or the older reply_to_message_id."""
    given: Json = p.object("reply_parameters", "reply parameters") or {
        "message_id": p.integer("reply_to_message_id"),
        "allow_sending_without_reply": p.flag("allow_sending_without_reply"),
    }
    number = given.get("message_id")
    if not number:
        return None
    where = state.chats.get(int(given["chat_id"])) if given.get("chat_id") else chat
    replied = where.messages.get(int(number)) if where is not None else None
    if replied is None or replied.deleted or replied.service is not None:
        if given.get("allow_sending_without_reply") is True or given.get("allow_sending_without_reply") == "true":
            return None
        raise bad_request("message to be replied not found")
    if (quote := given.get("quote")) and (len(str(quote)) > 1024 or str(quote) not in replied.text):
        raise bad_request("QUOTE_TEXT_INVALID")
    if thread is not None and replied.thread != thread:
        raise bad_request("message to be replied not found")
    return replied


def thread_of(chat: Chat, thread: int | None, replied: Message | None) -> int | None:
    """A supergroup numbers the chains of replies too: by the first message of the chain."""
    if thread is not None or replied is None or chat.type != "supergroup":
        return thread
    return replied.thread or replied.id


def flood(state: State, chat: Chat) -> None:
    state.flood.message(chat.id, private=chat.private, now=state.clock())


def too_long() -> ApiError:
    return bad_request("MESSAGE_TOO_LONG")
