"""Reading a request: JSON, form, multipart or query, as python-telegram-bot and raw clients send them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.telegram_emulator.errors import bad_request
from tests.telegram_emulator.values import Entity, Json


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    mime_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Parameters:
    """Values as they came: a form has strings only, JSON may nest. Telegram reads both alike, so do the getters."""

    values: Mapping[str, Any]
    uploads: Mapping[str, Upload]

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def optional(self, name: str) -> str | None:
        return self.text(name) or None

    def integer(self, name: str, default: int = 0) -> int:
        """``default`` for what is missing or no number, as Telegram does."""
        value = self.values.get(name)
        try:
            return default if value in (None, "") else int(value)
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def json(self, name: str, what: str) -> Any:
        """None where it is missing. ApiError for what is not JSON; ``what`` names it there."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as exc:
            raise bad_request(f"can't parse {what} JSON object") from exc

    def object(self, name: str, what: str) -> Json | None:
        value = self.json(name, what)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f"object expected as {what}")
        return value

    def entities(self, name: str) -> list[Entity]:
        given = self.json(name, "entities")
        if given is None:
            return []
        if not isinstance(given, list):
            raise bad_request("can't parse entities: expected an Array of MessageEntity")
        return [_entity(item) for item in given]

    def plain(self) -> Json:
        """For the record: without the bytes of files."""
        return {**self.values, **{n: f"<{u.name}, {len(u.data)} bytes>" for n, u in self.uploads.items()}}


def _entity(item: Any) -> Entity:
    try:
        user = item.get("user")
        return Entity(
            type=item["type"],
            offset=int(item["offset"]),
            length=int(item["length"]),
            url=item.get("url"),
            user_id=int(user["id"]) if user else None,
            language=item.get("language"),
            custom_emoji_id=item.get("custom_emoji_id"),
            unix_time=item.get("unix_time"),
            date_time_format=item.get("date_time_format"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise bad_request("can't parse MessageEntity: Field must be of type Object") from exc


async def read_parameters(request: web.Request) -> Parameters:
    """ApiError for a body that is not what its content type says, or not UTF-8."""
    values: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json":
            body = await request.json() if request.can_read_body else {}
            if not isinstance(body, dict):
                raise bad_request("can't parse JSON object")
            values.update({k: v for k, v in body.items() if v is not None})
        elif request.method == "POST":
            for name, field in (await request.post()).items():
                if isinstance(field, web.FileField):
                    uploads[name] = Upload(field.filename, field.content_type, field.file.read())
                else:
                    values[name] = field
        json.dumps(values, ensure_ascii=False).encode()
    except UnicodeError as exc:
        raise bad_request("strings must be encoded in UTF-8") from exc
    except ValueError as exc:
        raise bad_request("can't parse JSON object") from exc
    return Parameters(values, uploads)
