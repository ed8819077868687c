"""The settings of the Telegram bot, on top of those that every face has. ``.env.example`` lists them all."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from answering.settings import ROOT, Settings

Ids = Annotated[tuple[int, ...], NoDecode]  # NoDecode: written as 1, 2, -3 and not as JSON
_MOST = 2**52  # Telegram: an id has at most 52 significant bits
_MISSING = (
    "it is missing; open the chat with @BotFather in Telegram, send /newbot, answer its two questions, and copy the token "
    "that it gives into .env, after TELEGRAM_BOT_TOKEN="
)


class TelegramSettings(Settings):
    """Validated settings of the bot: ``load_settings(TelegramSettings)``. An id is a user when positive, else a chat."""

    telegram_bot_token: SecretStr = Field(
        SecretStr(""), validate_default=True, description="the bot's token, from @BotFather; never shown or logged"
    )
    telegram_webhook_url: str = Field("", description="public https address of the webhook; empty: polling")
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), validate_default=True, description="what Telegram must send with each update to the webhook"
    )
    telegram_webhook_listen: str = Field("127.0.0.1:8443", description="address and port where the webhook listens")
    telegram_access: Literal["open", "allowed", "invite"] = Field("open", description="who may ask")
    telegram_invite_code: SecretStr = Field(
        SecretStr(""), validate_default=True, description="code that lets a person in when access is invite"
    )
    telegram_allowed: Ids = Field((), description="ids of users and (negative) of chats that may ask")
    telegram_admins: Ids = Field((), description="ids of the users who may run the bot's admin commands")
    telegram_per_minute: Annotated[int, Field(ge=1)] = Field(6, description="questions a user may ask in a minute")
    telegram_per_day: Annotated[int, Field(ge=1)] = Field(200, description="questions a user may ask in 24 hours")
    telegram_chat_model_per_day: Annotated[int, Field(ge=0)] = Field(
        1000, description="answers by the chat model in a day (UTC), of all users; then answers are extractive"
    )
    telegram_queue: Annotated[int, Field(ge=1)] = Field(100, description="questions that may wait for an answer")
    telegram_conversation_hours: Annotated[float, Field(gt=0, le=24 * 366)] = Field(
        12, description="hours for which a question may refer to earlier ones"
    )
    telegram_data: Path = Field(Path("var/telegram.sqlite"), description="file of the bot's conversations and people")
    telegram_health_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0, description="loopback port of /healthz and /metrics; 0: off"
    )
    telegram_log: Literal["text", "json"] = Field("text", description="form of the log: lines of text, or of JSON")
    telegram_log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least level of the bot's own lines in the log"
    )
    telegram_base_url: str = Field("https://api.telegram.org", description="address of the Bot API server")

    @property
    def webhook_address(self) -> tuple[str, int]:
        """Return host and port of ``telegram_webhook_listen``."""
        return _address(self.telegram_webhook_listen)

    @field_validator("telegram_bot_token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if not text:
            raise ValueError(_MISSING)
        if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", text):
            raise ValueError("must look like 123456789:AAE..., as @BotFather gave it")
        return value

    @field_validator("telegram_webhook_url")
    @classmethod
    def _https(cls, value: str) -> str:
        parts = _split(value)
        if value and (parts is None or parts.scheme != "https" or parts.fragment):
            raise ValueError("must be an https:// address, for example https://bot.example.org/telegram")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _secret(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        text = value.get_secret_value()
        if not text and info.data.get("telegram_webhook_url"):
            raise ValueError("must be set when TELEGRAM_WEBHOOK_URL is, or anybody could send updates to the bot")
        if text and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", text):
            raise ValueError("must be 16 to 256 letters, digits, _ or -")
        return value

    @field_validator("telegram_webhook_listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        _address(value)
        return value

    @field_validator("telegram_invite_code")
    @classmethod
    def _code(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if info.data.get("telegram_access") == "invite" and not value.get_secret_value().strip():
            raise ValueError("must be set when TELEGRAM_ACCESS is invite")
        return value

    @field_validator("telegram_allowed", "telegram_admins", mode="before")
    @classmethod
    def _ids(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",")]
        if not all(re.fullmatch(r"-?[1-9][0-9]{0,15}", part) and abs(int(part)) < _MOST for part in parts):
            raise ValueError("must be ids separated by commas, for example 123456789, -1001234567890")
        return tuple(dict.fromkeys(int(part) for part in parts))

    @field_validator("telegram_admins")
    @classmethod
    def _users(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(number < 0 for number in value):
            raise ValueError("must be ids of users, and a negative id is a chat")
        return value

    @field_validator("telegram_data")
    @classmethod
    def _data_from_root(cls, value: Path) -> Path:
        try:
            return ROOT / value.expanduser()
        except RuntimeError as exc:
            raise ValueError(f"{value} names no home folder that is known") from exc

    @field_validator("telegram_base_url")
    @classmethod
    def _server(cls, value: str) -> str:
        """The token is part of every address, so it travels unencrypted only to this machine."""
        parts = _split(value)
        if parts is None or parts.query or parts.fragment or parts.scheme not in ("https", "http"):
            raise ValueError("must be an https:// address, or http:// of a Bot API server on this machine")
        if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
            raise ValueError("may be http:// on this machine only (127.0.0.1, ::1, localhost), else https://")
        return value.rstrip("/")


def _split(url: str) -> SplitResult | None:
    """Return the parts of an address that has a host, a port that can be one, and neither names nor spaces in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    usable = parts.hostname and port != 0 and "@" not in parts.netloc and not re.search(r"[\s\x00-\x1f\x7f]", url)
    return parts if usable else None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):([0-9]{1,5})", text)
    if not match or not 0 < int(match[3]) < 65536:
        raise ValueError("must be an address and a port, for example 127.0.0.1:8443 or [::1]:8443")
    return match[1] or match[2], int(match[3])
