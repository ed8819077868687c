"""The bot itself: getMe, its commands, name and descriptions, its chats and files; getting updates."""

from __future__ import annotations

import re
from typing import Any

from tests.telegram_emulator.access import find_chat
from tests.telegram_emulator.errors import bad_request
from tests.telegram_emulator.parameters import Parameters
from tests.telegram_emulator.render import chat_json, user_json
from tests.telegram_emulator.state import Chat, State
from tests.telegram_emulator.updates import LONGEST_POLL
from tests.telegram_emulator.values import Json

BIGGEST_DOWNLOAD = 20 * 1024 * 1024
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LONGEST = {"name": 64, "description": 512, "short_description": 120}
_RIGHTS = (
    "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members "
    "can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories"
).split()


async def get_me(state: State, p: Parameters) -> Json:
    return user_json(state.bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not state.privacy,
        "supports_inline_queries": state.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
    }


def _scope(state: State, p: Parameters) -> tuple[Any, ...]:
    given = p.object("scope", "BotCommandScope") or {"type": "default"}
    kind = given.get("type")
    if kind in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
        return (kind,)
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    chat = find_chat(state, Parameters(given, {}))
    return (kind, chat.id, int(given.get("user_id", 0))) if kind == "chat_member" else (kind, chat.id)


def _language(p: Parameters) -> str:
    code = p.text("language_code")
    if code and not re.fullmatch("[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


async def set_my_commands(state: State, p: Parameters) -> bool:
    given = p.json("commands", "commands")
    if not isinstance(given, list):
        raise bad_request("expected an Array of BotCommand")
    if len(given) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = []
    for item in given:
        if not isinstance(item, dict) or not isinstance(item.get("command"), str):
            raise bad_request("can't parse BotCommand: Can't find field \"command\"")
        command, description = item["command"].removeprefix("/"), item.get("description")
        if not _COMMAND.fullmatch(command):
            raise bad_request("BOT_COMMAND_INVALID")
        if not isinstance(description, str) or not 1 <= len(description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        commands.append((command, description))
    key = (_scope(state, p), _language(p))
    state.commands[key] = tuple(commands)
    state.journal.record("commands", None, (*key, tuple(commands)))
    return True


async def get_my_commands(state: State, p: Parameters) -> list[Json]:
    found = state.commands.get((_scope(state, p), _language(p)), ())
    return [{"command": command, "description": description} for command, description in found]


async def delete_my_commands(state: State, p: Parameters) -> bool:
    key = (_scope(state, p), _language(p))
    state.commands.pop(key, None)
    state.journal.record("commands", None, (*key, ()))
    return True


async def _set_profile(state: State, p: Parameters, field: str) -> bool:
    text = p.text(field)
    if len(text) > _LONGEST[field]:
        raise bad_request(f"bot {field.replace('_', ' ')} is too long")
    state.profile[field, _language(p)] = text
    return True


async def _get_profile(state: State, p: Parameters, field: str) -> Json:
    own = state.profile.get((field, _language(p))) or state.profile.get((field, ""))
    return {field: own or (state.bot.first_name if field == "name" else "")}


async def set_my_name(state: State, p: Parameters) -> bool:
    return await _set_profile(state, p, "name")


async def set_my_description(state: State, p: Parameters) -> bool:
    return await _set_profile(state, p, "description")


async def set_my_short_description(state: State, p: Parameters) -> bool:
    return await _set_profile(state, p, "short_description")


async def get_my_name(state: State, p: Parameters) -> Json:
    return await _get_profile(state, p, "name")


async def get_my_description(state: State, p: Parameters) -> Json:
    return await _get_profile(state, p, "description")


async def get_my_short_description(state: State, p: Parameters) -> Json:
    return await _get_profile(state, p, "short_description")


async def get_chat(state: State, p: Parameters) -> Json:
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return chat_json(find_chat(state, p)) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def _status(state: State, chat: Chat, user: int) -> str:
    return chat.bot if user == state.bot.id else chat.members.get(user, "left")


def _member(state: State, chat: Chat, user: int) -> Json:
    status = _status(state, chat, user)
    body: Json = {"status": status, "user": user_json(state.users[user])}
    if status == "creator":
        body["is_anonymous"] = False
    if status == "administrator":
        body |= dict.fromkeys(_RIGHTS, False) | {"can_manage_chat": True, "can_delete_messages": True}
    if status == "kicked":
        body["until_date"] = 0
    return body


async def get_chat_member(state: State, p: Parameters) -> Json:
    chat, user = find_chat(state, p), p.integer("user_id")
    if user not in state.users:
        raise bad_request("user not found")
    return _member(state, chat, user)


async def get_chat_administrators(state: State, p: Parameters) -> list[Json]:
    chat = find_chat(state, p)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    return [_member(state, chat, u) for u, status in chat.members.items() if status in ("creator", "administrator")]


async def get_chat_member_count(state: State, p: Parameters) -> int:
    chat = find_chat(state, p)
    return 2 if chat.private else 1 + sum(status not in ("left", "kicked") for status in chat.members.values())


async def get_file(state: State, p: Parameters) -> Json:
    document = state.files.get(p.text("file_id"))
    if document is None:
        raise bad_request("invalid file_id")
    if len(document.data) > BIGGEST_DOWNLOAD:
        raise bad_request("file is too big")
    suffix = re.search(r"\.\w{1,8}$", document.file_name)
    return {
        "file_id": document.file_id,
        "file_unique_id": "AgAD" + document.file_id[-6:],
        "file_size": len(document.data),
        "file_path": f"documents/file_{document.file_id}{suffix[0] if suffix else ''}",
    }


def _allowed(p: Parameters) -> list[str] | None:
    try:
        given = p.json("allowed_updates", "allowed_updates")
    except Exception:
        return None  # what cannot be read changes nothing, as at Telegram
    return given if isinstance(given, list) and all(isinstance(kind, str) for kind in given) else None


async def get_updates(state: State, p: Parameters) -> list[Json]:
    if not state.updates.webhook_url:
        state.updates.allow(_allowed(p))
    limit = min(max(p.integer("limit", 100), 1), 100)
    return await state.updates.get(p.integer("offset"), limit, min(max(p.integer("timeout"), 0), LONGEST_POLL))


async def set_webhook(state: State, p: Parameters) -> bool:
    connections = min(max(p.integer("max_connections", 40), 1), 100)
    if p.flag("drop_pending_updates"):
        state.updates.drop_all()
    await state.webhook.set(p.text("url"), p.text("secret_token"), connections)
    state.updates.allow(_allowed(p))
    return True


async def delete_webhook(state: State, p: Parameters) -> bool:
    if p.flag("drop_pending_updates"):
        state.updates.drop_all()
    await state.webhook.set("", "", 40)
    return True


async def get_webhook_info(state: State, p: Parameters) -> Json:
    return state.webhook.info()


async def log_out(state: State, p: Parameters) -> bool:
    state.logged_out = True
    return True


async def close(state: State, p: Parameters) -> bool:
    return True
