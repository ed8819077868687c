"""The guard around a chat model: LangChain's real client against a scripted server. Pauses are recorded, not slept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from answering.answerer import Answerer
from answering.errors import Cancelled, ChatModelError, Failure
from answering.generating import patience
from answering.generating.breaker import Breaker
from answering.generating.chat import connect_chat_model, stream_text
from answering.generating.guarded import GuardedChatModel, guarded
from answering.generating.patience import Patience
from answering.generating.tokens import estimate_tokens
from answering.generating.usage import Tally, Usage, billed, billed_to
from answering.settings import Settings
from answering.types import Mode
from retrieval.archive import Archive
from retrieval.errors import KiosqueError
from tests.answering.chained import MEDINSKI, WHO, Listed
from tests.fakes import HashingEmbedder, ScriptedChatModel
from tests.openai_server import OVERFLOWS, ChatServer, Reply, refusal, serving

KEY = "secret-7f3a9c1e5b"
ASK = [("system", "Rules."), ("human", "Qui ?")]
OK = Reply(["Le bilan", " monte."])
TEXT = "Le bilan monte."


class Clock:
    """A clock that only sleeping moves, and whoever sets it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE", "CHAT_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connect(clock: Clock) -> Callable[..., GuardedChatModel]:
    def connect(server: ChatServer | str, tally: Tally | None = None, **values: Any) -> GuardedChatModel:
        url = server if isinstance(server, str) else server.url
        made = {"chat_model": "openai:m", "chat_base_url": url, "chat_api_key": KEY, **values}
        model = connect_chat_model(Settings(_env_file=None, **made), tally)  # type: ignore[call-arg]
        model.patience = replace(model.patience, clock=clock, sleep=clock.sleep, chance=lambda: 0.5)
        model.breaker = Breaker(clock=clock)
        return model

    return connect


Connect = Callable[..., GuardedChatModel]


def text_of(model: BaseChatModel) -> str:
    return "".join(stream_text(model, ASK))


def failure_of(model: BaseChatModel) -> Failure:
    with pytest.raises(ChatModelError) as caught:
        text_of(model)
    return caught.value.failure


# --- Again ---


@pytest.mark.parametrize(
    "passing",
    [refusal(500), refusal(503), refusal(529), refusal(429), Reply(end="reset"), Reply(end="stop", pieces=[""])],
)
def test_what_passes_is_asked_again(connect: Connect, clock: Clock, passing: Reply) -> None:
    with serving(passing, OK) as server:
        assert text_of(connect(server)) == TEXT
    assert (len(server.requests), clock.slept) == (2, [0.375])


def test_pauses_grow_and_end(connect: Connect, clock: Clock) -> None:
    with serving(refusal(500)) as server:
        model = connect(server)
        model.patience = replace(model.patience, attempts=5)
        assert failure_of(model) is Failure.FAILED
    assert len(server.requests) == 5
    assert clock.slept == [0.375, 0.75, 1.0, 0.5, 1.0, 1.0, 1.0]  # .375, .75, 1.5 and 3, a second at a time


@pytest.mark.parametrize("chance", [0.0, 0.999])
def test_a_pause_is_between_half_and_all(chance: float) -> None:
    pauses = [Patience(chance=lambda: chance).pause(n, None) for n in (1, 2, 3)]
    assert pauses == pytest.approx([0.25 * (1 + chance), 0.5 * (1 + chance), 1.0 * (1 + chance)])


def test_nobody_there_is_asked_three_times(connect: Connect, clock: Clock) -> None:
    with serving(OK) as server:
        url = server.url
    assert failure_of(connect(url)) is Failure.UNREACHABLE
    assert clock.slept == [0.375, 0.75]


@pytest.mark.parametrize(
    "reply",
    [
        *(refusal(status) for status in (400, 401, 402, 403, 404, 422)),
        refusal(429, "You exceeded your current quota", "insufficient_quota"),
        *OVERFLOWS.values(),
        Reply(),
        Reply(finish="content_filter"),
        Reply(["x"], end="{not json"),
    ],
)
def test_what_stays_wrong_is_asked_once(connect: Connect, clock: Clock, reply: Reply) -> None:
    with serving(reply, OK) as server:
        failure_of(connect(server))
    assert (len(server.requests), clock.slept) == (1, [])


@pytest.mark.parametrize("end", ["drop", "stop"])
def test_after_the_first_word_nothing_is_asked_again(connect: Connect, end: str) -> None:
    with serving(Reply(["Le"], end=end), OK) as server:
        assert failure_of(connect(server)) is Failure.CUT_OFF
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("headers", "slept"),
    [({"Retry_After": "3"}, 3), ({"Retry_After_Ms": "1500"}, 1.5), ({"Retry_After": "soon"}, 0.375)],
)
def test_the_provider_says_when(connect: Connect, clock: Clock, headers: dict[str, str], slept: float) -> None:
    with serving(refusal(429, **headers), OK) as server:
        assert text_of(connect(server)) == TEXT
    assert clock.now == slept


def test_a_date_is_told_by_the_providers_clock(connect: Connect, clock: Clock) -> None:
    dated = refusal(429, Retry_After="Wed, 02 Mar 2022 10:00:09 GMT", Date="Wed, 02 Mar 2022 10:00:00 GMT")
    with serving(dated, OK) as server:
        assert text_of(connect(server)) == TEXT
    assert clock.now == 9


@pytest.mark.parametrize(("timeout", "after"), [(60, "21"), (5, "5"), (60, "99999999")])
def test_who_wants_to_be_asked_much_later_is_not(connect: Connect, clock: Clock, timeout: float, after: str) -> None:
    with serving(refusal(429, Retry_After=after), OK) as server:
        assert failure_of(connect(server, chat_timeout=timeout)) is Failure.LIMITED
    assert (len(server.requests), clock.slept) == (1, [])


# --- Time ---


@pytest.mark.parametrize("end", ["hang", "ping"])
@pytest.mark.parametrize("pieces", [[], ["Le"]])
def test_silence_ends(connect: Connect, pieces: list[str], end: str) -> None:
    """Comments that keep the connection alive are silence too."""
    with serving(Reply(pieces, end=end)) as server:
        model = connect(server)
        model.patience = Patience(first=60 if pieces else 0.2, between=0.2)
        heard = stream_text(model, ASK)
        assert list(islice(heard, len(pieces))) == pieces
        with pytest.raises(ChatModelError) as caught:
            next(heard)
    assert (caught.value.failure, len(server.requests)) == (Failure.LATE, 1)


def test_an_endless_answer_ends(connect: Connect, clock: Clock) -> None:
    with serving(Reply(["Non. "] * 50)) as server:
        model = connect(server)
        model.patience = replace(model.patience, whole=35, between=1_000)
        pieces = stream_text(model, ASK)
        for _ in range(4):
            assert next(pieces) == "Non. "
            clock.now += 10
        with pytest.raises(ChatModelError) as caught:
            next(pieces)
    assert caught.value.failure is Failure.LATE


def test_a_slow_reader_is_not_the_models_silence(connect: Connect, clock: Clock) -> None:
    with serving(OK) as server:
        model = connect(server)
        pieces = stream_text(model, ASK)
        assert next(pieces) == "Le bilan"
        clock.now += model.patience.between + 1
        assert next(pieces) == " monte."


def test_the_limits_follow_from_one_setting() -> None:
    assert [(p.first, p.between, p.whole) for p in map(Patience.of, (60, 600, 3_600))] == [
        (60, 30, 300),
        (600, 300, 3_000),
        (3_600, 1_800, 3_600),
    ]


def test_whoever_listens_can_leave_while_nothing_comes(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BEAT", 0.01)
    beats: list[int] = []

    def check() -> None:
        beats.append(len(beats))
        if len(beats) == 3:
            raise Cancelled("Enough.")

    with serving(Reply(end="hang")) as server, pytest.raises(Cancelled):
        list(stream_text(connect(server), ASK, check))
    assert len(beats) == 3


def test_whoever_listens_can_leave_during_a_pause(connect: Connect, clock: Clock) -> None:
    def check() -> None:
        if clock.now >= 2:
            raise Cancelled("Enough.")

    with serving(refusal(429, Retry_After="10"), OK) as server, pytest.raises(Cancelled):
        list(stream_text(connect(server), ASK, check))
    assert (len(server.requests), clock.slept) == (1, [1.0, 1.0])


# --- The breaker ---


def test_who_fails_again_and_again_is_left_alone_then_tried(connect: Connect, clock: Clock) -> None:
    with serving(*[refusal(500)] * 9, OK) as server:
        model = connect(server)
        assert [failure_of(model) for _ in range(4)] == [Failure.FAILED] * 3 + [Failure.RESTING]
        assert len(server.requests) == 9
        clock.now += 60
        assert text_of(model) == text_of(model) == TEXT


@pytest.mark.parametrize("reply", [OVERFLOWS["OpenAI"], refusal(400), Reply(), Reply(finish="content_filter")])
def test_what_a_question_brings_on_itself_is_no_illness(connect: Connect, reply: Reply) -> None:
    with serving(reply) as server:
        model = connect(server)
        assert Failure.RESTING not in [failure_of(model) for _ in range(5)]
    assert len(server.requests) == 5


def test_a_refused_key_is_not_sent_for_ever(connect: Connect) -> None:
    with serving(refusal(401)) as server:
        model = connect(server)
        assert [failure_of(model) for _ in range(5)] == [Failure.KEY] * 3 + [Failure.RESTING] * 2
    assert len(server.requests) == 3


def test_a_reader_who_had_enough_tells_that_it_is_well(connect: Connect) -> None:
    with serving(*[refusal(401)] * 2, OK, *[refusal(401)] * 3) as server:
        model = connect(server)
        assert [failure_of(model) for _ in range(2)] == [Failure.KEY] * 2
        pieces = stream_text(model, ASK)
        next(pieces)
        pieces.close()
        assert [failure_of(model) for _ in range(4)] == [Failure.KEY] * 3 + [Failure.RESTING]


def test_the_extractive_answer_says_that_the_model_is_left_alone(connect: Connect, tmp_path: Path) -> None:
    with serving(refusal(401)) as server, Archive(tmp_path / "index", HashingEmbedder()) as archive:
        archive.index(Listed())
        asked = Answerer(archive, connect(server), 0.01)
        answers = [asked.ask(WHO) for _ in range(4)]
    assert [str(ChatModelError(Failure.KEY)) in answer.notice for answer in answers] == [True, True, True, False]
    assert str(ChatModelError(Failure.RESTING)) in answers[3].notice
    assert (answers[3].mode, answers[3].citations[0].quote) == (Mode.EXTRACTIVE, MEDINSKI)


# --- Tokens and cost ---

TODAY = date(2026, 3, 2)


def tally() -> Tally:
    return Tally(lambda: TODAY)


def test_what_the_provider_reports_is_noted_for_the_user(connect: Connect) -> None:
    used = tally()
    with serving(replace(OK, usage=(900, 40))) as server:
        model = connect(server, used, chat_model_price_in=2, chat_model_price_out=10)
        with billed_to("7"):
            text_of(model)
            text_of(model)
    assert server.requests[0][2]["stream_options"] == {"include_usage": True}
    assert used.by_day() == [(TODAY, "7", Usage(1_800, 80, pytest.approx(0.0044), 2, 0))]


def test_a_server_that_reports_nothing_is_counted_here(connect: Connect) -> None:
    used = tally()
    with serving(OK) as server:
        text_of(connect(server, used))
    read, written = estimate_tokens("Rules.\nQui ?"), estimate_tokens(TEXT)
    assert abs(used.total().read - read) <= 1
    assert abs(used.total().written - written) <= 1
    assert (used.total().requests, used.total().estimated) == (1, 1)


def test_a_server_that_knows_no_such_wish_is_asked_without_it_for_good(connect: Connect) -> None:
    with serving(replace(OK, knows_usage=False, usage=(900, 40))) as server:
        model = connect(server)
        assert text_of(model) == text_of(model) == TEXT
    assert ["stream_options" in body for _, _, body in server.requests] == [True, False, False]


def test_what_is_cut_off_is_counted_as_far_as_it_came(connect: Connect) -> None:
    used = tally()
    with serving(Reply(["Le bilan"], end="drop")) as server:
        failure_of(connect(server, used))
    assert (used.total().estimated, abs(used.total().written - estimate_tokens("Le bilan")) <= 1) == (1, True)


def test_what_never_reached_the_model_is_not_counted(connect: Connect) -> None:
    used = tally()
    with serving(refusal(429), refusal(401)) as server:
        failure_of(connect(server, used))
    assert (len(server.requests), used.total()) == (2, Usage())


def test_a_meter_that_fails_costs_no_answer(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def note(self, user: str, usage: Usage) -> None:
            raise KiosqueError("The disk is full.")

    with serving(OK) as server, caplog.at_level(logging.WARNING, "answering.generating.guarded"):
        assert text_of(connect(server, Broken())) == TEXT
    assert "The disk is full." in caplog.text


def test_reports_set_the_counter_right(connect: Connect) -> None:
    long = "Le président a déclaré que les pourparlers reprendraient. " * 60
    estimate = estimate_tokens(f"Rules.\n{long}")
    with serving(replace(OK, usage=(estimate * 3 // 2, 40))) as server:
        model = connect(server)
        before = model.get_num_tokens(long)
        list(stream_text(model, [("system", "Rules."), ("human", long)]))
    assert model.get_num_tokens(long) == pytest.approx(1.5 * before, rel=0.01)


# --- To LangChain it is that model ---


class Recorder(BaseCallbackHandler):
    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.tokens: list[str] = []

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        self.seen.append((args, kwargs))

    def on_llm_new_token(self, token: Any, **kwargs: Any) -> None:
        self.tokens.append(token)

    def on_llm_error(self, error: BaseException, **kwargs: Any) -> None:
        self.seen.append((error, error.__cause__, kwargs))


def test_a_trace_shows_the_model_behind_the_guard(connect: Connect) -> None:
    recorder = Recorder()
    with serving(OK) as server:
        message = [*connect(server).stream(ASK, {"callbacks": [recorder]})]
    [((serialized, _), started)] = recorder.seen
    assert "".join(chunk.text for chunk in message) == "".join(recorder.tokens) == TEXT
    assert serialized["id"][-1] == "ChatOpenAI"
    assert started["metadata"]["ls_provider"] == "openai"
    assert started["metadata"]["ls_model_name"] == "m"
    assert started["invocation_params"]["model"] == "m"


@pytest.mark.parametrize(
    "reply",
    [
        refusal(401, "Incorrect key $KEY given by Ada", "$KEY", "$KEY", X_Echo=KEY),
        refusal(400, "Bad prompt: Qui ? $KEY Ada"),
        Reply(["x"], end='{"error": {"message": "Ada"}}'),
        Reply(["x"], end="{Ada"),
    ],
)
def test_no_trace_holds_the_providers_words(connect: Connect, reply: Reply) -> None:
    recorder = Recorder()
    with serving(reply) as server, pytest.raises(ChatModelError):
        list(connect(server).stream(ASK, {"callbacks": [recorder]}))
    assert isinstance(recorder.seen[-1][0], ChatModelError)
    assert "Ada" not in str(recorder.seen)
    assert KEY not in str(recorder.seen)


@pytest.mark.anyio
async def test_it_streams_to_a_task(connect: Connect) -> None:
    with serving(OK) as server:
        assert "".join([chunk.text async for chunk in connect(server).astream(ASK)]) == TEXT


class Whole(ScriptedChatModel):
    """A model that does not stream."""

    _stream = BaseChatModel._stream


def test_a_model_that_does_not_stream_answers_at_once() -> None:
    assert list(stream_text(Whole(pieces=["Le ", "bilan"]), ASK)) == ["Le bilan"]


class Curious(ScriptedChatModel):
    """A model that says whose question it is answering."""

    def _stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        self.pieces = [billed()]
        return super()._stream(messages, stop, run_manager, **kwargs)

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(""))])


def test_the_model_runs_in_the_context_of_whoever_asks() -> None:
    with billed_to("Ada"):
        assert text_of(Curious()) == "Ada"


def test_a_guard_is_not_guarded_again() -> None:
    model = guarded(ScriptedChatModel(name="n", tags=["press"]))
    assert guarded(model) is model
    assert (model.name, model.tags) == ("n", ["press"])
