"""The chat model: what is built from settings, and one contract that the scripted model and a real client both keep."""

import importlib.util
import json
import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from langchain_core.exceptions import (
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelRateLimitError,
    ModelTimeoutError,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.load import dumpd

from answering.chat import LONGEST, connect_chat_model, stream_text
from answering.errors import ChatModelError
from answering.settings import Settings
from retrieval.errors import SettingsError
from tests.chat_server import Reply, serving
from tests.fakes import ScriptedChatModel

KEY = "secret-7f3a9c1e5b"
ASK = [("system", "Rules."), ("human", "Qui ?")]


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE", "OLLAMA_HOST", "OLLAMA_API_KEY", "CHAT_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


# --- Connecting ---


def test_openai_gets_what_is_set() -> None:
    model: Any = connect_chat_model(settings(chat_model="openai:gpt-4o-mini", chat_api_key=KEY, chat_timeout=7))
    assert (model.model_name, model.request_timeout, model.max_retries, model.temperature) == ("gpt-4o-mini", 7.0, 1, 0)
    assert model.openai_api_key.get_secret_value() == KEY
    assert model.openai_api_base is None


def test_a_local_server_needs_no_key_and_never_gets_openais(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model: Any = connect_chat_model(settings(chat_model="openai:qwen3:0.6b", chat_base_url="http://127.0.0.1:8080/v1"))
    assert model.model_name == "qwen3:0.6b"
    assert model.openai_api_base == "http://127.0.0.1:8080/v1"
    assert model.openai_api_key.get_secret_value() == "none"


@pytest.mark.parametrize("name", ["openai:qwen3", "ollama:qwen3"])
def test_a_password_in_the_address_is_for_the_server_and_for_no_trace(name: str) -> None:
    address = "http://ada:s3cret-word@127.0.0.1:8080/v1"
    model: Any = connect_chat_model(settings(chat_model=name, chat_base_url=address))
    assert "s3cret-word" not in json.dumps(dumpd(model))
    assert "s3cret-word" not in repr(model) + str(model.model_dump())
    if name.startswith("openai"):
        assert model.root_client.base_url.password == "s3cret-word"
    else:
        assert model._client._client.headers["Authorization"].startswith("Basic ")


def test_ollama_gets_its_url_time_out_and_key_and_shows_no_key() -> None:
    model: Any = connect_chat_model(
        settings(
            chat_model="ollama:qwen3:0.6b", chat_base_url="http://127.0.0.1:11434", chat_api_key=KEY, chat_timeout=7
        )
    )
    assert (model.model, model.base_url, model.temperature) == ("qwen3:0.6b", "http://127.0.0.1:11434", 0)
    client = model._client._client
    assert client.timeout == httpx.Timeout(7)
    assert client.headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(model) + str(model.model_dump())


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "CHAT_MODEL is not set"),
        ({"chat_model": "nobody:x"}, "CHAT_MODEL=nobody:x names no provider"),
        ({"chat_model": "openai:gpt-4o-mini"}, "CHAT_API_KEY"),
    ],
)
def test_wrong_settings_are_named(values: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        connect_chat_model(settings(**values))
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(importlib.util.find_spec("langchain_anthropic") is not None, reason="the package is installed")
def test_a_missing_package_is_named() -> None:
    with pytest.raises(SettingsError, match=r"CHAT_MODEL=anthropic:x .*: pip install langchain-anthropic\.$"):
        connect_chat_model(settings(chat_model="anthropic:x", chat_api_key=KEY))


# --- The contract ---


Make = Callable[..., BaseChatModel]
FAILURES: dict[str, tuple[Exception, Reply | None, str]] = {
    "key": (
        ModelAuthenticationError("no"),
        Reply(status=401, body='{"error": {"message": "wrong key $KEY"}}'),
        "CHAT_API_KEY",
    ),
    "limit": (
        ModelRateLimitError("no"),
        Reply(status=429, body='{"error": {"message": "slow $KEY"}}'),
        "limits the number",
    ),
    "failure": (ModelAPIError("no"), Reply(status=500, body="$KEY <html>oops"), "failed"),
    "unknown": (ModelNotFoundError("no"), Reply(status=404, body='{"error": {"message": "$KEY"}}'), "CHAT_MODEL"),
    "request": (
        ModelInvalidRequestError("no"),
        Reply(status=400, body='{"error": {"message": "$KEY"}}'),
        "refused the request",
    ),
    "time": (ModelTimeoutError("no"), Reply(end="hang"), "in time"),
    "network": (ModelConnectionError("no"), None, "cannot be reached"),
    "nonsense": (ValueError("no"), Reply(body="<html>Welcome</html>", content_type="text/html"), "no answer"),
}


@pytest.fixture(params=["scripted", "HTTP"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Build a model that streams ``pieces`` and then fails as named, "cut" or "" (not at all)."""
    with ExitStack() as stack:

        def scripted(pieces: list[str], failure: str = "") -> BaseChatModel:
            errors = {name: error for name, (error, _, _) in FAILURES.items()}
            errors["cut"] = httpx.RemoteProtocolError("peer closed connection")
            return ScriptedChatModel(pieces=pieces, error=errors.get(failure))

        def over_http(pieces: list[str], failure: str = "") -> BaseChatModel:
            reply = FAILURES[failure][1] if failure in FAILURES else Reply(pieces, end="drop" if failure else "done")
            url = stack.enter_context(serving(reply)).url if reply else f"http://127.0.0.1:{closed_port()}/v1"
            return connect_chat_model(
                settings(
                    chat_model="openai:m",
                    chat_base_url=url,
                    chat_api_key=KEY,
                    chat_timeout=0.2 if failure == "time" else 20,
                )
            )

        yield scripted if request.param == "scripted" else over_http


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    "pieces", [["Le ", "bilan\n", " monte", " [1].\n"], ["Où ? «\u202f🙂", "\u202f»"], ["", "a", ""]]
)
def test_text_streams_in_order(make: Make, pieces: list[str]) -> None:
    assert list(stream_text(make(pieces), ASK)) == [piece for piece in pieces if piece]


def test_no_text_is_no_error(make: Make) -> None:
    assert list(stream_text(make([]), ASK)) == []


def test_a_model_that_never_stops_is_stopped(make: Make) -> None:
    assert sum(map(len, stream_text(make(["x" * 7_000] * 5), ASK))) == LONGEST


def test_a_reader_may_leave_early(make: Make) -> None:
    pieces = stream_text(make(["a", "b", "c"]), ASK)
    assert next(pieces) == "a"
    pieces.close()


def test_a_stream_that_breaks_off_gives_its_text_and_then_an_error(make: Make) -> None:
    pieces = stream_text(make(["Le bilan", " monte"], "cut"), ASK)
    assert [next(pieces), next(pieces)] == ["Le bilan", " monte"]
    with pytest.raises(ChatModelError, match="broke off"):
        next(pieces)


@pytest.mark.parametrize("failure", FAILURES)
def test_errors_are_one_sentence_and_hold_no_key(make: Make, failure: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ChatModelError, match=FAILURES[failure][2]) as caught:
        list(stream_text(make([], failure), ASK))
    assert str(caught.value).count(".") == 1
    assert "http" not in str(caught.value)
    error: BaseException | None = caught.value
    assert error is not None
    assert error.__cause__ is not None
    assert error.__context__ is None
    assert KEY not in "".join(traceback.format_exception(error)) + caplog.text


# --- Only over HTTP ---


@pytest.mark.parametrize(
    "event",
    [
        "{not json",
        '{"choices": "x"}',
        '{"choices": [{"delta": "x"}]}',
        '"text"',
        '{"error": {"message": "out of memory"}}',
    ],
)
@pytest.mark.filterwarnings("ignore:Pydantic serializer")
def test_malformed_events_are_errors(event: str) -> None:
    with serving(Reply(["Le bilan"], end=event)) as server:
        model = connect_chat_model(settings(chat_model="openai:m", chat_base_url=server.url))
        with pytest.raises(ChatModelError):
            list(stream_text(model, ASK))


def test_what_a_server_is_sent() -> None:
    with serving(Reply(["ok"])) as server:
        model = connect_chat_model(settings(chat_model="openai:qwen3:0.6b", chat_base_url=server.url, chat_api_key=KEY))
        assert list(stream_text(model, ASK)) == ["ok"]
    [(path, headers, body)] = server.requests
    assert (path, headers["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert (body["model"], body["stream"], body["temperature"]) == ("qwen3:0.6b", True, 0)
    assert body["messages"] == [{"role": "system", "content": "Rules."}, {"role": "user", "content": "Qui ?"}]


def test_a_failing_server_is_tried_twice() -> None:
    with serving(Reply(status=500, body="{}")) as server:
        model = connect_chat_model(settings(chat_model="openai:m", chat_base_url=server.url))
        with pytest.raises(ChatModelError):
            list(stream_text(model, ASK))
    assert len(server.requests) == 2


def test_a_password_in_the_url_is_not_told() -> None:
    url = f"http://reader:hunter2@127.0.0.1:{closed_port()}/v1"
    model = connect_chat_model(settings(chat_model="openai:m", chat_base_url=url))
    with pytest.raises(ChatModelError) as caught:
        list(stream_text(model, ASK))
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
