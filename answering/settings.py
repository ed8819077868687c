"""Every setting of Kiosque, read from the environment and ``.env`` once, at start. ``.env.example`` lists them all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, overload

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from retrieval.errors import SettingsError
from retrieval.keeping.retention import Retention

ROOT = Path(__file__).resolve().parent.parent
Days = Annotated[int, Field(ge=0, le=36_500)]


class Settings(BaseSettings):
    """Validated settings. Relative paths are taken from the project's root, so any working folder will do."""

    model_config = SettingsConfigDict(
        env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    index_dir: Path = Field(Path("var/index"), description="folder of the archive: SQLite, FAISS and Tantivy")
    model_dir: Path = Field(Path("var/model"), description="folder of the prepared embedding model")
    sources_file: Path = Field(Path("var/sources.toml"), description="what kiosque sync takes articles from")
    embedding_model: str = Field("bundled", description="bundled, or the name or path of a sentence-transformers model")
    evidence_model: str = Field(
        "bundled", description="bundled, none, or the name or path of a sentence-transformers CrossEncoder"
    )
    chat_model: str = Field("", description="provider:model for LangChain's init_chat_model; empty: no chat model")
    chat_base_url: str = Field("", description="base URL of an OpenAI-compatible endpoint, or of Ollama")
    chat_api_key: SecretStr = Field(
        SecretStr(""), description="key of the chat model's provider; never shown or logged"
    )
    chat_timeout: Annotated[float, Field(gt=0, le=3600)] = Field(
        60.0, description="seconds to wait for the chat model before the extractive answer is given"
    )
    chat_context: Annotated[int, Field(ge=1_024, le=10_000_000)] = Field(
        8_192, description="tokens that the chat model has room for: rules, passages and answer together"
    )
    chat_structured: Literal["auto", "yes", "no"] = Field(
        "auto", description="whether the chat model is asked for JSON; auto: where LangChain knows that it can be"
    )
    chat_model_price_in: Annotated[float, Field(ge=0)] | None = Field(
        None, description="what a million tokens that the chat model reads cost; empty: costs are not counted"
    )
    chat_model_price_out: Annotated[float, Field(ge=0)] | None = Field(
        None, description="what a million tokens that the chat model writes cost; empty: costs are not counted"
    )
    evidence_threshold: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="confidence from which a question is answered, 0 to 1; empty: the measured default"
    )
    threads: Annotated[int, Field(ge=0, le=256)] = Field(
        0, description="threads for embedding and reading; 0: one a core"
    )
    retention_days: Days = Field(0, description="days for which an article is kept after its publication; 0: for ever")
    retention_days_by_outlet: Annotated[tuple[tuple[str, Days], ...], NoDecode] = Field(
        (), description="the same for single outlets, as Le Monde=30, AFP=7; 0: for ever"
    )

    @property
    def retention(self) -> Retention:
        """Return for how long articles are kept."""
        return Retention(self.retention_days, self.retention_days_by_outlet)

    @field_validator("retention_days_by_outlet", mode="before")
    @classmethod
    def _by_outlet(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [(name.strip(), days.strip()) for name, _, days in (part.rpartition("=") for part in value.split(","))]
        if not all(name and days.isdecimal() for name, days in pairs):
            raise ValueError("must look like Le Monde=30, AFP=7: names of outlets with their days")
        return tuple((name, int(days)) for name, days in pairs)

    @field_validator("chat_model")
    @classmethod
    def _provider_and_model(cls, value: str) -> str:
        if value and not all(part.strip() for part in value.partition(":")[::2]):
            raise ValueError("must look like provider:model, for example openai:gpt-5-mini or ollama:qwen3")
        return value

    @field_validator("embedding_model", "evidence_model")
    @classmethod
    def _folder_from_root(cls, value: str) -> str:
        """Take a folder from the project's root; anything else is a name."""
        folder = ROOT / os.path.expanduser(value)
        return str(folder) if value not in ("bundled", "none") and folder.is_dir() else value

    @field_validator("chat_base_url")
    @classmethod
    def _http(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value

    @field_validator("index_dir", "model_dir", "sources_file")
    @classmethod
    def _from_root(cls, value: Path) -> Path:
        try:
            return ROOT / value.expanduser()
        except RuntimeError as exc:
            raise ValueError(f"{value} names no home folder that is known") from exc


S = TypeVar("S", bound=Settings)


@overload
def load_settings(*, env_file: Path | None = None) -> Settings: ...
@overload
def load_settings(kind: type[S], *, env_file: Path | None = None) -> S: ...
def load_settings(kind: type[Settings] = Settings, *, env_file: Path | None = None) -> Settings:
    """Read the environment and ``.env`` (``KIOSQUE_ENV`` names another file), as ``kind``: a face adds its own settings.

    Raises SettingsError with one sentence that names the setting; a secret's value is never part of it.
    """
    named = os.environ.get("KIOSQUE_ENV")
    chosen = env_file or Path(named or ROOT / ".env")
    if env_file is None and named and not chosen.exists():
        raise SettingsError(f"The settings file {chosen} does not exist; correct KIOSQUE_ENV, or unset it.")
    try:
        return kind(_env_file=chosen)  # type: ignore[call-arg]
    except ValidationError as exc:
        first = exc.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "a setting"
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"The setting {name} is not valid: {reason}. See .env.example.") from exc
    except (UnicodeDecodeError, OSError) as exc:
        raise SettingsError(f"The settings file {chosen} cannot be read: {exc}.") from exc
