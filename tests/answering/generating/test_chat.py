"""The chat model: what is built from settings, and one contract that the scripted model and a real client both keep."""

import importlib.util
import json
import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest
from langchain_core.exceptions import (
    ContextOverflowError,
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

from answering.errors import Cancelled, ChatModelError, Failure
from answering.generating.chat import LONGEST, connect_chat_model, room, stream_text
from answering.generating.guarded import GuardedChatModel
from answering.generating.patience import Patience
from answering.generating.refusals import LONGEST_REFUSAL
from answering.generating.tokens import estimate_tokens
from answering.settings import Settings
from retrieval.errors import SettingsError
from tests.fakes import ScriptedChatModel
from tests.openai_server import OVERFLOWS, Reply, refusal, serving

KEY = "secret-7f3a9c1e5b"
TEXT = "Les pourparlers ont repris lundi à la frontière. " * 50
ASK = [("system", "Rules."), ("human", "Qui ?")]


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE", "OLLAMA_HOST", "OLLAMA_API_KEY", "CHAT_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


# --- Connecting ---


def inner(**values: Any) -> Any:
    """Return the client that LangChain makes of settings."""
    return connect_chat_model(settings(**values)).inner


def test_openai_gets_what_is_set() -> None:
    model = inner(chat_model="openai:gpt-4o-mini", chat_api_key=KEY, chat_timeout=7)
    assert (model.model_name, model.max_retries, model.temperature) == ("gpt-4o-mini", 0, 0)
    assert model.request_timeout == httpx.Timeout(7, connect=7)
    assert inner(chat_model="openai:m", chat_api_key=KEY).request_timeout == httpx.Timeout(60, connect=10)
    assert model.openai_api_key.get_secret_value() == KEY
    assert model.openai_api_base is None


def test_a_local_server_needs_no_key_and_never_gets_openais(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model = inner(chat_model="openai:qwen3:0.6b", chat_base_url="http://127.0.0.1:8080/v1")
    assert model.model_name == "qwen3:0.6b"
    assert model.openai_api_base == "http://127.0.0.1:8080/v1"
    assert model.openai_api_key.get_secret_value() == "none"


@pytest.mark.parametrize("name", ["openai:qwen3", "ollama:qwen3"])
def test_a_password_in_the_address_is_for_the_server_and_for_no_trace(name: str) -> None:
    address = "http://ada:s3cret-word@127.0.0.1:8080/v1"
    whole = connect_chat_model(settings(chat_model=name, chat_base_url=address))
    model: Any = whole.inner
    for shown in (whole, model):
        assert "s3cret-word" not in json.dumps(dumpd(shown)) + repr(shown) + str(shown.model_dump())
    assert "s3cret-word" not in str(whole._serialized) + str(whole._get_invocation_params())
    if name.startswith("openai"):
        assert model.root_client.base_url.password == "s3cret-word"
    else:
        assert model._client._client.headers["Authorization"].startswith("Basic ")


def test_ollama_gets_its_url_time_out_and_key_and_shows_no_key() -> None:
    url = "http://127.0.0.1:11434"
    model = inner(chat_model="ollama:qwen3:0.6b", chat_base_url=url, chat_api_key=KEY, chat_timeout=7)
    assert (model.num_ctx, inner(chat_model="ollama:m", chat_context=32_768).num_ctx) == (8_192, 32_768)
    assert (model.model, model.base_url, model.temperature) == ("qwen3:0.6b", "http://127.0.0.1:11434", 0)
    client = model._client._client
    assert client.timeout == httpx.Timeout(7, connect=7)
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


AT_ONCE = Patience(sleep=lambda seconds: None)  # pauses take no time
Make = Callable[..., BaseChatModel]
FAILURES: dict[Failure, tuple[Exception, Reply | None]] = {
    Failure.KEY: (ModelAuthenticationError("no"), refusal(401, "wrong key $KEY", "$KEY", "$KEY")),
    Failure.LIMITED: (ModelRateLimitError("no"), refusal(429, "slow $KEY")),
    Failure.FAILED: (ModelAPIError("no"), Reply(status=500, body="$KEY <html>oops")),
    Failure.UNKNOWN: (ModelNotFoundError("no"), refusal(404, "$KEY")),
    Failure.INVALID: (ModelInvalidRequestError("no"), refusal(400, "$KEY")),
    Failure.OVERFLOW: (ContextOverflowError("no"), OVERFLOWS["OpenAI"]),
    Failure.LATE: (ModelTimeoutError("no"), Reply(end="hang")),
    Failure.UNREACHABLE: (ModelConnectionError("no"), None),
    Failure.MALFORMED: (ValueError("no"), Reply(body="<html>Welcome $KEY</html>", content_type="text/html")),
    Failure.REFUSED: (ModelInvalidRequestError("content_filter"), refusal(400, "$KEY", "content_filter")),
}


@pytest.fixture(params=["scripted", "HTTP"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Build a model that streams ``pieces`` and then fails as named, is "cut", or ends (None)."""
    with ExitStack() as stack:

        def scripted(pieces: list[str], failure: str | None = None) -> BaseChatModel:
            errors = {name: error for name, (error, _) in FAILURES.items()}
            return ScriptedChatModel(
                pieces=pieces,
                error=httpx.RemoteProtocolError("peer closed connection")
                if failure == "cut"
                else errors[Failure(failure)]
                if failure
                else None,
            )

        def over_http(pieces: list[str], failure: str | None = None) -> BaseChatModel:
            known = failure is not None and failure != "cut"
            reply = FAILURES[Failure(failure)][1] if known else Reply(pieces, end="drop" if failure else "done")
            url = stack.enter_context(serving(reply)).url if reply else f"http://127.0.0.1:{closed_port()}/v1"
            timeout = 0.2 if failure == Failure.LATE else 60
            return connected(url, chat_api_key=KEY, chat_timeout=timeout)

        yield scripted if request.param == "scripted" else over_http


def connected(url: str, **values: Any) -> GuardedChatModel:
    """Return the chat model of settings, for which pauses take no time."""
    model = connect_chat_model(settings(chat_model="openai:m", chat_base_url=url, **values))
    model.patience = replace(model.patience, sleep=AT_ONCE.sleep)
    return model


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def failure_of(model: BaseChatModel) -> Failure:
    with pytest.raises(ChatModelError) as caught:
        list(stream_text(model, ASK))
    return caught.value.failure


@pytest.mark.parametrize(
    "pieces", [["Le ", "bilan\n", " monte", " [1].\n"], ["Où ? «\u202f🙂", "\u202f»"], ["", "a", ""]]
)
def test_text_streams_in_order(make: Make, pieces: list[str]) -> None:
    assert list(stream_text(make(pieces), ASK)) == [piece for piece in pieces if piece]


@pytest.mark.parametrize("pieces", [[], ["", ""]])
def test_no_text_is_no_answer(make: Make, pieces: list[str]) -> None:
    assert failure_of(make(pieces)) is Failure.EMPTY


@pytest.mark.parametrize("pieces", [["Je suis désolé, mais je ne ", "peux pas vous aider."], ["I cannot", " help."]])
def test_a_refusal_in_words_is_no_answer(make: Make, pieces: list[str]) -> None:
    heard = stream_text(make(pieces), ASK)
    assert [next(heard), next(heard)] == pieces
    with pytest.raises(ChatModelError) as caught:
        next(heard)
    assert caught.value.failure is Failure.REFUSED


def test_a_long_answer_may_begin_like_a_refusal(make: Make) -> None:
    pieces = ["I cannot help but notice. ", "x" * LONGEST_REFUSAL]
    assert list(stream_text(make(pieces), ASK)) == pieces


def test_there_is_room_for_so_many_tokens(make: Make) -> None:
    tokens, count = room(make([]))
    assert (tokens, abs(count(TEXT) - estimate_tokens(TEXT)) <= 1) == (8_192, True)
    model = connect_chat_model(settings(chat_model="openai:m", chat_api_key=KEY, chat_context=32_768))
    assert room(model)[0] == 32_768
    model.counter.learn(TEXT, 2 * estimate_tokens(TEXT))
    assert room(model)[1](TEXT) == pytest.approx(2 * estimate_tokens(TEXT), abs=2)


def test_a_model_that_never_stops_is_stopped(make: Make) -> None:
    assert sum(map(len, stream_text(make(["x" * 7_000] * 5), ASK))) == LONGEST


def test_a_reader_may_leave_early(make: Make) -> None:
    pieces = stream_text(make(["a", "b", "c"]), ASK)
    assert next(pieces) == "a"
    pieces.close()


def test_a_check_that_raises_ends_it(make: Make) -> None:
    left = iter([False, True])

    def check() -> None:
        if next(left):
            raise Cancelled("Enough.")

    pieces = stream_text(make(["a", "b", "c"]), ASK, check)
    assert next(pieces) == "a"
    with pytest.raises(Cancelled):
        next(pieces)


def test_a_stream_that_breaks_off_gives_its_text_and_then_an_error(make: Make) -> None:
    pieces = stream_text(make(["Le bilan", " monte"], "cut"), ASK)
    assert [next(pieces), next(pieces)] == ["Le bilan", " monte"]
    with pytest.raises(ChatModelError, match="broke off") as caught:
        next(pieces)
    assert caught.value.failure is Failure.CUT_OFF


@pytest.mark.parametrize("failure", FAILURES)
def test_errors_are_one_sentence_and_hold_no_key(
    make: Make, failure: Failure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ChatModelError) as caught:
        list(stream_text(make([], failure), ASK))
    error = caught.value
    assert (error.failure, str(error)) == (failure, str(ChatModelError(failure)))
    assert isinstance(error.__cause__, RuntimeError)
    assert error.__cause__.__cause__ is error.__cause__.__context__ is error.__context__ is None
    assert KEY not in "".join(traceback.format_exception(error)) + caplog.text


@pytest.mark.parametrize("failure", Failure)
def test_each_failure_has_its_sentence(failure: Failure) -> None:
    sentence = str(ChatModelError(failure))
    assert sentence.count(".") == 1
    assert sentence.endswith(".")
    assert "http" not in sentence
    assert sum(str(ChatModelError(other)) == sentence for other in Failure) == 1


# --- Only over HTTP ---


@pytest.mark.parametrize(
    ("event", "failure"),
    [
        ("{not json", Failure.MALFORMED),
        ('{"choices": "x"}', Failure.MALFORMED),
        ('{"choices": [{"delta": "x"}]}', Failure.MALFORMED),
        ('"text"', Failure.MALFORMED),
        ('{"error": {"message": "out of memory"}}', Failure.FAILED),
        ('{"error": {"message": "your prompt was flagged", "code": "content_filter"}}', Failure.REFUSED),
    ],
)
@pytest.mark.filterwarnings("ignore:Pydantic serializer")
def test_malformed_events_are_errors(event: str, failure: Failure) -> None:
    with serving(Reply(["Le bilan"], end=event)) as server:
        pieces = stream_text(connected(server.url), ASK)
        assert next(pieces) == "Le bilan"
        with pytest.raises(ChatModelError) as caught:
            next(pieces)
    assert (caught.value.failure, len(server.requests)) == (failure, 1)


@pytest.mark.parametrize("name", OVERFLOWS)
def test_what_is_too_long_is_told_from_what_is_wrong(name: str) -> None:
    with serving(OVERFLOWS[name]) as server:
        assert failure_of(connected(server.url)) is Failure.OVERFLOW
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (Reply(finish="content_filter"), Failure.REFUSED),
        (Reply(["Je ne"], finish="content_filter"), Failure.REFUSED),
        (Reply(["Le bilan"], finish="length"), Failure.UNFINISHED),
        (Reply(finish="length"), Failure.EMPTY),
        (Reply(["Le bilan"], end="stop"), Failure.CUT_OFF),
        (refusal(403, "Your input was flagged by moderation"), Failure.REFUSED),
        (refusal(403), Failure.KEY),
        (refusal(402), Failure.LIMITED),
        (refusal(422), Failure.INVALID),
        (refusal(503), Failure.FAILED),
    ],
)
def test_how_an_answer_can_end(reply: Reply, failure: Failure) -> None:
    with serving(reply) as server:
        assert failure_of(connected(server.url)) is failure


def test_a_call_of_a_tool_is_an_answer() -> None:
    schema = {"title": "cite", "description": "Cite.", "type": "object", "properties": {"n": {"type": "integer"}}}
    with serving(Reply(tool=("cite", '{"n": 1}'))) as server:
        message = connected(server.url).bind_tools([schema]).invoke(ASK)
    assert [(call["name"], call["args"]) for call in message.tool_calls] == [("cite", {"n": 1})]
    assert server.requests[0][2]["tools"][0]["function"]["name"] == "cite"


def test_what_a_server_is_sent() -> None:
    with serving(Reply(["ok"])) as server:
        model = connect_chat_model(settings(chat_model="openai:qwen3:0.6b", chat_base_url=server.url, chat_api_key=KEY))
        assert list(stream_text(model, ASK)) == ["ok"]
    [(path, headers, body)] = server.requests
    assert (path, headers["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert (body["model"], body["stream"], body["temperature"]) == ("qwen3:0.6b", True, 0)
    assert body["messages"] == [{"role": "system", "content": "Rules."}, {"role": "user", "content": "Qui ?"}]


def test_a_reader_who_leaves_ends_the_request() -> None:
    with serving(Reply(["a"] * 3, end="ping")) as server:
        pieces = stream_text(connected(server.url), ASK)
        next(pieces)
        pieces.close()
        assert server.left.wait(30)


def test_a_password_in_the_url_is_not_told() -> None:
    model = connected(f"http://reader:hunter2@127.0.0.1:{closed_port()}/v1")
    with pytest.raises(ChatModelError) as caught:
        list(stream_text(model, ASK))
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
