"""The bot's settings: what is wrong is one sentence that names the variable, and no secret leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from answering.settings import ROOT, Settings, load_settings
from bot.telegram.config import TelegramSettings
from retrieval.errors import SettingsError
from tests.telegram.made import TOKEN

SECRET = "a-webhook-secret_0123456789"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*TelegramSettings.model_fields, "kiosque_env"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def load(folder: Path, *lines: str, token: str = TOKEN) -> TelegramSettings:
    path = folder / "settings.env"
    path.write_text("\n".join((f"TELEGRAM_BOT_TOKEN={token}", *lines)), encoding="utf-8")
    return load_settings(TelegramSettings, env_file=path)


def test_a_token_is_enough(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.telegram_bot_token.get_secret_value() == TOKEN
    assert (settings.telegram_access, settings.telegram_allowed, settings.telegram_admins) == ("open", (), ())
    assert settings.telegram_webhook_url == ""
    assert settings.webhook_address == ("127.0.0.1", 8443)
    assert settings.telegram_data == ROOT / "var" / "telegram.sqlite"
    assert settings.telegram_base_url == "https://api.telegram.org"
    assert (settings.telegram_per_minute, settings.telegram_per_day) == (6, 200)
    assert (settings.telegram_chat_model_per_day, settings.telegram_queue) == (1000, 100)
    assert (settings.telegram_conversation_hours, settings.telegram_health_port) == (12, 0)
    assert (settings.telegram_log, settings.telegram_log_level) == ("text", "info")


def test_a_missing_token_names_the_steps(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, token="")
    assert str(caught.value) == (
        "The setting TELEGRAM_BOT_TOKEN is not valid: it is missing; open the chat with @BotFather in Telegram, send "
        "/newbot, answer its two questions, and copy the token that it gives into .env, after TELEGRAM_BOT_TOKEN=. "
        "See .env.example."
    )


def test_other_faces_need_no_token(tmp_path: Path) -> None:
    path = tmp_path / "settings.env"
    path.write_text("TELEGRAM_BOT_TOKEN=no token\nTELEGRAM_ADMINS=x\nTHREADS=3", encoding="utf-8")
    assert type(load_settings(env_file=path)) is Settings


def test_the_other_settings_are_read_too(tmp_path: Path) -> None:
    assert load(tmp_path, "THREADS=3").threads == 3


def test_ids_are_separated_by_commas(tmp_path: Path) -> None:
    settings = load(tmp_path, "TELEGRAM_ALLOWED=12, -1001234567890,7,12", "TELEGRAM_ADMINS=4503599627370495")
    assert settings.telegram_allowed == (12, -1001234567890, 7)
    assert settings.telegram_admins == (2**52 - 1,)


def test_the_data_file_starts_at_the_root(tmp_path: Path) -> None:
    assert load(tmp_path, "TELEGRAM_DATA=bot.sqlite").telegram_data == ROOT / "bot.sqlite"
    assert load(tmp_path, f"TELEGRAM_DATA={tmp_path}/b.sqlite").telegram_data == tmp_path / "b.sqlite"


@pytest.mark.parametrize(
    ("text", "address"),
    [("0.0.0.0:80", ("0.0.0.0", 80)), ("[::1]:65535", ("::1", 65535)), ("localhost:1", ("localhost", 1))],
)
def test_where_the_webhook_listens(tmp_path: Path, text: str, address: tuple[str, int]) -> None:
    assert load(tmp_path, f"TELEGRAM_WEBHOOK_LISTEN={text}").webhook_address == address


def test_a_webhook_with_its_secret(tmp_path: Path) -> None:
    url = "https://bot.example.org:8443/telegram"
    settings = load(tmp_path, f"TELEGRAM_WEBHOOK_URL={url}", f"TELEGRAM_WEBHOOK_SECRET={SECRET}")
    assert settings.telegram_webhook_url == url
    assert settings.telegram_webhook_secret.get_secret_value() == SECRET


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8081", "http://[::1]:8081", "http://localhost:8081/", "https://api.example.org/telegram"]
)
def test_a_bot_api_server_of_ones_own(tmp_path: Path, url: str) -> None:
    assert load(tmp_path, f"TELEGRAM_BASE_URL={url}").telegram_base_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("lines", "name", "reason"),
    [
        (["TELEGRAM_WEBHOOK_URL=http://bot.example.org"], "TELEGRAM_WEBHOOK_URL", "must be an https:// address"),
        (["TELEGRAM_WEBHOOK_URL=https://"], "TELEGRAM_WEBHOOK_URL", "must be an https:// address"),
        (["TELEGRAM_WEBHOOK_URL=https://a:b@example.org"], "TELEGRAM_WEBHOOK_URL", "must be an https:// address"),
        (["TELEGRAM_WEBHOOK_URL=https://example.org:99999"], "TELEGRAM_WEBHOOK_URL", "must be an https:// address"),
        (
            ["TELEGRAM_WEBHOOK_URL=https://example.org"],
            "TELEGRAM_WEBHOOK_SECRET",
            "must be set when TELEGRAM_WEBHOOK_URL",
        ),
        (["TELEGRAM_WEBHOOK_SECRET=short"], "TELEGRAM_WEBHOOK_SECRET", "must be 16 to 256 letters, digits, _ or -"),
        (["TELEGRAM_WEBHOOK_SECRET=" + "x" * 257], "TELEGRAM_WEBHOOK_SECRET", "must be 16 to 256"),
        (["TELEGRAM_WEBHOOK_SECRET=has.a.dot.in.it.which.is.wrong"], "TELEGRAM_WEBHOOK_SECRET", "must be 16 to 256"),
        (["TELEGRAM_WEBHOOK_LISTEN=8443"], "TELEGRAM_WEBHOOK_LISTEN", "must be an address and a port"),
        (["TELEGRAM_WEBHOOK_LISTEN=127.0.0.1:70000"], "TELEGRAM_WEBHOOK_LISTEN", "must be an address and a port"),
        (["TELEGRAM_ACCESS=closed"], "TELEGRAM_ACCESS", "Input should be 'open', 'allowed' or 'invite'"),
        (["TELEGRAM_ACCESS=invite"], "TELEGRAM_INVITE_CODE", "must be set when TELEGRAM_ACCESS is invite"),
        (["TELEGRAM_ALLOWED=@someone"], "TELEGRAM_ALLOWED", "must be ids separated by commas"),
        (["TELEGRAM_ALLOWED=1,,2"], "TELEGRAM_ALLOWED", "must be ids separated by commas"),
        (["TELEGRAM_ALLOWED=0"], "TELEGRAM_ALLOWED", "must be ids separated by commas"),
        (["TELEGRAM_ALLOWED=9999999999999999"], "TELEGRAM_ALLOWED", "must be ids separated by commas"),
        (["TELEGRAM_ADMINS=-100123"], "TELEGRAM_ADMINS", "must be ids of users"),
        (["TELEGRAM_PER_MINUTE=0"], "TELEGRAM_PER_MINUTE", "Input should be greater"),
        (["TELEGRAM_PER_DAY=many"], "TELEGRAM_PER_DAY", "Input should be a valid integer"),
        (["TELEGRAM_CHAT_MODEL_PER_DAY=-1"], "TELEGRAM_CHAT_MODEL_PER_DAY", "Input should be greater"),
        (["TELEGRAM_QUEUE=0"], "TELEGRAM_QUEUE", "Input should be greater"),
        (["TELEGRAM_CONVERSATION_HOURS=nan"], "TELEGRAM_CONVERSATION_HOURS", "Input should be"),
        (["TELEGRAM_HEALTH_PORT=65536"], "TELEGRAM_HEALTH_PORT", "Input should be less"),
        (["TELEGRAM_LOG=xml"], "TELEGRAM_LOG", "Input should be 'text' or 'json'"),
        (["TELEGRAM_LOG_LEVEL=INFO"], "TELEGRAM_LOG_LEVEL", "Input should be 'debug', 'info', 'warning' or 'error'"),
        (["TELEGRAM_BASE_URL=http://api.telegram.org"], "TELEGRAM_BASE_URL", "may be http:// on this machine only"),
        (
            ["TELEGRAM_BASE_URL=http://127.0.0.1.example.org"],
            "TELEGRAM_BASE_URL",
            "may be http:// on this machine only",
        ),
        (["TELEGRAM_BASE_URL=http://127.0.0.1@example.org"], "TELEGRAM_BASE_URL", "must be an https:// address"),
        (["TELEGRAM_BASE_URL=https://api.telegram.org/?x"], "TELEGRAM_BASE_URL", "must be an https:// address"),
        (["TELEGRAM_BASE_URL=ftp://localhost"], "TELEGRAM_BASE_URL", "must be an https:// address"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_setting(
    tmp_path: Path, lines: list[str], name: str, reason: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, *lines)
    message = str(caught.value)
    assert message.startswith(f"The setting {name} is not valid: {reason}")
    assert message.endswith(". See .env.example.")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "123456789:has/a/slash"),
        ("TELEGRAM_BOT_TOKEN", "bot123456789:AAE-made_for_a_test"),
        ("TELEGRAM_WEBHOOK_SECRET", "too.secret"),
    ],
)
def test_a_secret_that_is_not_valid_is_not_shown(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^The setting {name} is not valid: must ") as caught:
        load(tmp_path, f"{name}={value}")
    assert value not in str(caught.value)


def test_secrets_are_in_nothing_that_is_printed(tmp_path: Path) -> None:
    settings = load(
        tmp_path, f"TELEGRAM_WEBHOOK_SECRET={SECRET}", "TELEGRAM_ACCESS=invite", "TELEGRAM_INVITE_CODE=open sesame"
    )
    assert settings.telegram_invite_code.get_secret_value() == "open sesame"
    for shown in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        for secret in (TOKEN, SECRET, "open sesame"):
            assert secret not in shown
