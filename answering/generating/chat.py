"""The chat model: connecting to it through LangChain, and reading its text. What can go wrong is in ``guarded``."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from answering.errors import ChatModelError, Failure
from answering.generating.patience import Patience
from answering.generating.refusals import LONGEST_REFUSAL, refuses
from answering.generating.usage import Meter, Prices
from answering.settings import Settings
from retrieval.errors import SettingsError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

    from answering.generating.guarded import GuardedChatModel

Message = tuple[str, str]  # role (system, human or ai) and text

LONGEST = 20_000  # characters of one answer; a model that has written more is going round in circles
_NO_KEY = "none"  # OpenAI's client wants a key even for a server that takes none
_CONNECTING = 10.0  # seconds


def connect_chat_model(settings: Settings, meter: Meter | None = None) -> GuardedChatModel:
    """Return the chat model that ``CHAT_MODEL`` names, guarded; nothing is sent yet. ``meter`` hears what it uses.

    Raises SettingsError naming the setting to change: no such provider, its package is missing, or it wants a key.
    """
    provider, _, name = settings.chat_model.partition(":")
    if not provider or not name:
        raise SettingsError("CHAT_MODEL is not set: name a chat model, for example openai:gpt-5-mini or ollama:qwen3.")
    from langchain.chat_models import init_chat_model  # 1.5 s

    from answering.generating.guarded import guarded

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
        return guarded(
            model,
            patience=Patience.of(settings.chat_timeout),
            context=settings.chat_context,
            structured=settings.chat_structured,
            meter=meter,
            prices=Prices(settings.chat_model_price_in or 0.0, settings.chat_model_price_out or 0.0),
            # The servers that end without a word are those that speak OpenAI's protocol.
            ends_with_a_reason=getattr(model, "use_responses_api", None) is False,
        )
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
    import httpx

    key, base_url, timeout = settings.chat_api_key.get_secret_value(), settings.chat_base_url, settings.chat_timeout
    limits = httpx.Timeout(timeout, connect=min(timeout, _CONNECTING))
    options: dict[str, Any] = {"temperature": 0}
    if base_url:
        options["base_url"] = base_url
    if provider == "ollama":
        client: dict[str, Any] = {"timeout": limits}
        if key:
            client["headers"] = {"Authorization": f"Bearer {key}"}
        # Ollama's own default is smaller, and it cuts what exceeds it without a word.
        return options | {"client_kwargs": client, "num_ctx": settings.chat_context}
    # Retries are ours (see ``guarded``): the client's would multiply them, and go on after our patience ended.
    options |= {"timeout": limits if provider == "openai" else timeout, "max_retries": 0}
    if provider == "openai" and base_url:
        # A placeholder also keeps the user's own OPENAI_API_KEY from going to a server that is not OpenAI's.
        options |= {"api_key": key or _NO_KEY, "use_responses_api": False, "stream_usage": True}
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


def stream_text(
    model: BaseChatModel,
    messages: Sequence[Message],
    check: Callable[[], None] = lambda: None,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> Generator[str, None, None]:
    """Yield the model's text as it comes, at most ``LONGEST`` characters, without reasoning that comes apart from it.

    ``options`` go to LangChain's client of the provider. ``check`` is called at each piece, and once a second while none
    comes: it may raise, to leave. Raises ChatModelError for whatever the provider or the network does wrong, and for an
    answer that is empty or refuses, after its text. Closing the iterator ends the request.
    """
    from answering.generating.guarded import one_try

    length, said = 0, ""
    with closing(
        cast("Generator[AIMessageChunk, None, None]", one_try(model).stream(list(messages), **options))
    ) as chunks:
        for chunk in chunks:
            check()
            text = str(chunk.text)[: LONGEST - length]
            length += len(text)
            said = (said + text)[: LONGEST_REFUSAL + 1]
            if text:
                yield text
            if length == LONGEST:
                return
    if refuses(said):
        raise ChatModelError(Failure.REFUSED)


def room(model: BaseChatModel) -> tuple[int, Callable[[str], int]]:
    """Return how many tokens a model has room for (CHAT_CONTEXT), and what counts those of a text for it."""
    from answering.generating.guarded import one_try

    asked = one_try(model)
    return asked.context, asked.get_num_tokens
