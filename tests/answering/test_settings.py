"""Settings: ``.env.example`` is the whole truth, a bad value is one sentence, and no secret leaves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from answering.settings import ROOT, Settings, load_settings
from bot.telegram.config import TelegramSettings
from retrieval.errors import SettingsError

EXAMPLE = ROOT / ".env.example"
SECRET = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*TelegramSettings.model_fields, "kiosque_env"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.env"
    path.write_text(text, encoding="utf-8")
    return path


def example() -> dict[str, str]:
    """Return the names and values of ``.env.example``; a comment stands above each."""
    blocks = EXAMPLE.read_text(encoding="utf-8").strip().split("\n\n")[1:]
    found = {}
    for block in blocks:
        *comment, line = block.splitlines()
        assert comment, f"{line} has no comment"
        assert all(part.startswith("# ") for part in comment)
        match = re.fullmatch(r"([A-Z_]+)=(\S*)", line)
        assert match, line
        found[match[1]] = match[2]
    return found


def test_the_example_lists_every_setting_and_nothing_else() -> None:
    assert list(example()) == [name.upper() for name in TelegramSettings.model_fields]
    assert set(Settings.model_fields) < set(TelegramSettings.model_fields)


def test_the_example_holds_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    none = tmp_path / "there is none"
    assert load_settings(env_file=EXAMPLE) == load_settings(env_file=none)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:a")
    assert load_settings(TelegramSettings, env_file=EXAMPLE) == load_settings(TelegramSettings, env_file=none)


def test_a_face_adds_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSQUE_ENV", str(written(tmp_path, "THREADS=7\nTELEGRAM_BOT_TOKEN=1:a\nTELEGRAM_QUEUE=8")))
    settings = load_settings(TelegramSettings)
    assert (settings.threads, settings.telegram_queue) == (7, 8)
    assert not hasattr(load_settings(), "telegram_queue")


def test_values_that_the_example_leaves_empty_are_empty_by_default() -> None:
    defaults = {name.upper(): field.default for name, field in TelegramSettings.model_fields.items()}
    for name, value in example().items():
        default = defaults[name]
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        assert (value == "") == (default in ("", None, ())), name


def test_relative_folders_start_at_the_root(tmp_path: Path) -> None:
    settings = load_settings(env_file=written(tmp_path, f"INDEX_DIR=archive\nMODEL_DIR={tmp_path}\n"))
    assert settings.index_dir == ROOT / "archive"
    assert settings.model_dir == tmp_path


def test_a_model_in_a_folder_starts_at_the_root_and_a_name_stays(tmp_path: Path) -> None:
    for line, expected in (
        ("seeds", str(ROOT / "seeds")),
        (f"{tmp_path}", str(tmp_path)),
        ("some-one/some-model", "some-one/some-model"),
        ("bundled", "bundled"),
        ("none", "none"),
        ("", "bundled"),
    ):
        assert load_settings(env_file=written(tmp_path, f"EVIDENCE_MODEL={line}")).evidence_model == expected


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADS", "3")
    assert load_settings(env_file=written(tmp_path, "THREADS=2\nCHAT_TIMEOUT=5")).threads == 3


def test_kiosque_env_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSQUE_ENV", str(written(tmp_path, "THREADS=7")))
    assert load_settings().threads == 7


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("THREADS=many", "THREADS"),
        ("THREADS=-1", "THREADS"),
        ("CHAT_TIMEOUT=0", "CHAT_TIMEOUT"),
        ("CHAT_TIMEOUT=nan", "CHAT_TIMEOUT"),
        ("EVIDENCE_THRESHOLD=1.5", "EVIDENCE_THRESHOLD"),
        ("CHAT_MODEL=gpt-5", "CHAT_MODEL"),
        ("CHAT_MODEL=openai:", "CHAT_MODEL"),
        ("CHAT_BASE_URL=localhost:8000", "CHAT_BASE_URL"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_setting(tmp_path: Path, line: str, name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file=written(tmp_path, f"{line}\nCHAT_API_KEY={SECRET}\n"))
    message = str(caught.value)
    assert message.startswith(f"The setting {name} is not valid: ")
    assert message.endswith(". See .env.example.")
    assert "\n" not in message
    assert SECRET not in message


def test_the_reason_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file=written(tmp_path, "CHAT_MODEL=gpt-5"))
    assert str(caught.value) == (
        "The setting CHAT_MODEL is not valid: must look like provider:model, for example openai:gpt-5-mini or "
        "ollama:qwen3. See .env.example."
    )


def test_a_secret_is_in_nothing_that_is_printed(tmp_path: Path) -> None:
    settings = load_settings(env_file=written(tmp_path, f"CHAT_API_KEY={SECRET}"))
    assert settings.chat_api_key.get_secret_value() == SECRET
    for shown in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        assert SECRET not in shown


def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "binary.env"
    path.write_bytes(b"THREADS=\xff\xfe\n")
    with pytest.raises(SettingsError, match=re.escape(f"The settings file {path} cannot be read: ")) as caught:
        load_settings(env_file=path)
    assert "\n" not in str(caught.value)


def test_settings_do_not_change() -> None:
    settings = load_settings(env_file=EXAMPLE)
    with pytest.raises(ValueError, match="frozen"):
        settings.threads = 2  # type: ignore[misc]


def test_a_settings_file_that_is_named_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSQUE_ENV", str(tmp_path / "gone.env"))
    with pytest.raises(SettingsError, match=r"gone\.env does not exist; correct KIOSQUE_ENV"):
        load_settings()
