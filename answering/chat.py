"""The chat model: connecting to it through LangChain, and reading its text with every error mapped once, here."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from answering.errors import ChatModelError
from answering.settings import Settings
from retrieval.errors import SettingsError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Message = tuple[str, str]  # role (system, human or ai) and text

LONGEST = 20_000  # characters of one answer; a model that has written more is going round in circles
_RETRIES = 1
_NO_KEY = "none"  # OpenAI's client wants a key even for a server that takes none
_OLLAMA_CONTEXT = 8_192  # tokens; Ollama's own default is smaller, and it cuts what exceeds it without a word


def connect_chat_model(settings: Settings) -> BaseChatModel:
    """Return the chat model that ``CHAT_MODEL`` names; nothing is sent yet.

    Raises SettingsError naming the setting to change: no such provider, its package is missing, or it wants a key.
    """
    provider, _, name = settings.chat_model.partition(":")
    if not provider or not name:
        raise SettingsError("CHAT_MODEL is not set: name a chat model, for example openai:gpt-5-mini or ollama:qwen3.")
    from langchain.chat_models import init_chat_model  # 1.5 s

    detail = ""
    try:
        model: BaseChatModel = init_chat_model(name, model_provider=provider, **_options(provider, settings))
    except ImportError as exc:
        found = re.search(r"pip install ([\w-]+)", str(exc))
        package = found[1] if found else f"langchain-{provider.replace('_', '-')}"
        raise SettingsError(
            f"CHAT_MODEL={provider}:{name} needs a package that is not installed: pip install {package}."
        ) from exc
    except Exception as exc:  # each provider's client has its own errors, and some quote the values given
        detail = f"{type(exc).__name__}: {exc}"
    else:
        _forget_secrets(model)
        return model
    if "Unsupported provider" in detail:
        raise SettingsError(
            f"CHAT_MODEL={provider}:{name} names no provider that LangChain knows: for a server that speaks OpenAI's "
            "protocol write openai:MODEL and set CHAT_BASE_URL, for others install langchain-<provider>."
        )
    if re.search(r"key|credential|token", detail, re.IGNORECASE) and not settings.chat_api_key.get_secret_value():
        raise SettingsError(f"CHAT_MODEL={provider}:{name} needs a key: set CHAT_API_KEY.")
    raise SettingsError(
        f"CHAT_MODEL={provider}:{name} cannot be set up: check CHAT_MODEL, CHAT_BASE_URL and CHAT_API_KEY."
    )


def _options(provider: str, settings: Settings) -> dict[str, Any]:
    key, base_url = settings.chat_api_key.get_secret_value(), settings.chat_base_url
    options: dict[str, Any] = {"temperature": 0}
    if base_url:
        options["base_url"] = base_url
    if provider == "ollama":
        client: dict[str, Any] = {"timeout": settings.chat_timeout}
        if key:
            client["headers"] = {"Authorization": f"Bearer {key}"}
        return options | {"client_kwargs": client, "num_ctx": _OLLAMA_CONTEXT}
    options |= {"timeout": settings.chat_timeout, "max_retries": _RETRIES}
    if provider == "openai" and base_url:
        # A placeholder also keeps the user's own OPENAI_API_KEY from going to a server that is not OpenAI's.
        options |= {"api_key": key or _NO_KEY, "use_responses_api": False}
    elif key:
        options["api_key"] = key
    return options


def _forget_secrets(model: BaseChatModel) -> None:
    """Take key and password out of plain fields once the model's clients hold them: the fields show in traces."""
    client = getattr(model, "client_kwargs", None)
    if isinstance(client, dict):
        client.pop("headers", None)
    for name in ("openai_api_base", "base_url"):
        address = getattr(model, name, None)
        if isinstance(address, str):
            setattr(model, name, re.sub(r"//[^/@]*@", "//", address))


def stream_text(model: BaseChatModel, messages: Sequence[Message]) -> Generator[str, None, None]:
    """Yield the model's text as it comes, at most ``LONGEST`` characters, without reasoning that comes apart from it.

    Raises ChatModelError for whatever the provider or the network does wrong. Closing the iterator ends the request.
    """
    chunks = iter(model.stream(list(messages)))
    length = 0
    try:
        while length < LONGEST:
            try:
                chunk = next(chunks, None)
                text = "" if chunk is None else str(chunk.text)
            except Exception as exc:  # providers raise what they like; the extractive answer is given all the same
                error, cause = ChatModelError(_sentence(exc, started=length > 0)), RuntimeError(_detail(exc, model))
                break
            if chunk is None:
                return
            text = text[: LONGEST - length]
            length += len(text)
            if text:
                yield text
        else:
            return
    finally:
        if close := getattr(chunks, "close", None):
            close()
    # Raised out here, so that not even the context holds the provider's exception: it may hold the key.
    raise error from cause


def _sentence(exc: Exception, started: bool) -> str:
    """Say what went wrong, by LangChain's neutral errors where the provider has them, else by the HTTP status."""
    names = " ".join(kind.__name__ for kind in type(exc).__mro__)
    status = getattr(exc, "status_code", None) or getattr(getattr(exc, "response", None), "status_code", None)
    code = status if isinstance(status, int) else 0
    if "ContextOverflow" in names:
        return "The passages are too long for the chat model: serve it with a larger context."
    if "Timeout" in names:
        return "The chat model did not answer in time: raise CHAT_TIMEOUT, or name a faster model."
    if code in (401, 403) or re.search("Authentication|PermissionDenied", names):
        return "The chat model's provider refused the key: check CHAT_API_KEY."
    if code == 404 or "NotFound" in names:
        return "The chat model's provider knows no such model or address: check CHAT_MODEL and CHAT_BASE_URL."
    if code == 429 or "RateLimit" in names:
        return "The chat model's provider limits the number of requests: try again later."
    if 400 <= code < 500 or "InvalidRequest" in names:
        return "The chat model's provider refused the request: check CHAT_MODEL."
    if re.search("Protocol|ReadError|ConnectionReset", names) or (started and "Connect" in names):
        return "The connection to the chat model broke off: try again."
    if "Connect" in names:
        return "The chat model cannot be reached: check CHAT_BASE_URL and the network."
    if code >= 500 or "APIError" in names:
        return "The chat model's provider failed: try again later."
    return "The chat model sent something that is no answer: check that CHAT_BASE_URL is a chat model's address."


def _detail(exc: Exception, model: BaseChatModel) -> str:
    """Describe a provider's error for the log, without the secrets that its text may repeat."""
    from pydantic import SecretStr

    text = f"{type(exc).__module__}.{type(exc).__name__}: {exc}"
    values = (getattr(model, name, None) for name in type(model).model_fields)
    for secret in (value.get_secret_value() for value in values if isinstance(value, SecretStr)):
        if secret and secret != _NO_KEY:
            text = text.replace(secret, "***")
    text = re.sub(r"//[^/\s@]+@", "//***@", text)
    return re.sub(r"(?i)\b(bearer\s+|sk-)[\w.~+/=*-]+", r"\1***", text)[:2_000]
