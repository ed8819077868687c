"""A chat model behind time limits, retries, a circuit breaker and a meter. To LangChain it is still that model.

Its errors are told in our own words here, inside the run that LangChain traces, so that no trace holds the provider's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.base import LangSmithParams, LanguageModelInput
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.language_models.model_profile import ModelProfile
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata, add_usage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import ConfigDict, Field, SkipValidation

from answering.generating.breaker import Breaker
from answering.generating.failures import Failed, ended, failed, finish_of
from answering.generating.patience import Ended, Patience, Raised, Steps
from answering.generating.tokens import TokenCounter
from answering.generating.usage import Meter, Prices, Usage, billed
from retrieval.errors import KiosqueError

Chunks = Generator[ChatGenerationChunk, None, Failed | None]
Request = Callable[[], Iterator[ChatGenerationChunk]]


class GuardedChatModel(BaseChatModel):
    """``inner``, with whom one waits as ``patience`` says, who is left alone while ``breaker`` says so.

    Raises nothing but ChatModelError. While it waits it streams chunks without text, once in each ``patience.BEAT``, so
    that whoever listens can leave. ``meter`` hears of each request that reached the model; ``counter`` learns from it.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    inner: BaseChatModel
    patience: Patience = Field(default_factory=Patience, exclude=True, repr=False)
    breaker: Breaker = Field(default_factory=Breaker, exclude=True, repr=False)
    counter: TokenCounter = Field(default_factory=TokenCounter, exclude=True, repr=False)
    meter: SkipValidation[Meter | None] = Field(None, exclude=True, repr=False)
    prices: Prices = Field(Prices(0, 0), exclude=True, repr=False)
    context: int = Field(8_192, exclude=True, repr=False)  # tokens
    ends_with_a_reason: bool = False  # an answer without a finish reason was cut off
    structured: Literal["auto", "yes", "no"] = Field("auto", exclude=True, repr=False)  # whether JSON is asked for

    # -- what LangChain and its tracers see ---------------------------------------------------------------------

    @property
    def _llm_type(self) -> str:
        return self.inner._llm_type

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return dict(self.inner._identifying_params)

    @property
    def _serialized(self) -> dict[str, Any]:
        return self.inner._serialized

    def _resolve_model_profile(self) -> ModelProfile | None:
        return self.inner.profile

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        return self.inner._get_ls_params(stop=stop, **kwargs)

    def _get_invocation_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        return self.inner._get_invocation_params(stop=stop, **kwargs)

    def get_num_tokens(self, text: str) -> int:
        """Return about how many tokens a text has for this model; nothing is asked or fetched."""
        return self.counter.count(text)

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[LanguageModelInput, AIMessage]:
        bound: Any = self.inner.bind_tools(tools, **kwargs)
        return self.bind(**bound.kwargs)

    # -- asking -------------------------------------------------------------------------------------------------

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        heard = _Heard()
        with self.breaker.request() as request:
            try:
                wrong = yield from self._tried(lambda: _asked(self.inner, messages, stop, kwargs), heard)
                request.healthy = wrong is None or not wrong.sick
            finally:
                if request.healthy is None and heard.wrote:
                    request.healthy = True  # left early, by someone who had read enough
                self._settle(messages, heard)
        if wrong is not None:
            raise wrong.error()

    def _tried(self, ask: Request, heard: _Heard) -> Chunks:
        """Ask until there is an answer, or no hope of one in time."""
        patience = self.patience
        began = patience.clock()
        attempt = 1
        while True:
            wrong = yield from self._once(ask, heard, began)
            if wrong is None or heard.wrote or not wrong.passing or attempt == patience.attempts:
                return wrong
            seconds = patience.pause(attempt, wrong.wait)
            if seconds > patience.longest or patience.clock() + seconds >= began + patience.first:
                return wrong
            for _ in patience.sleeping(seconds):
                yield _beat()
            attempt += 1

    def _once(self, ask: Request, heard: _Heard, began: float) -> Chunks:
        patience, steps = self.patience, Steps(ask, self.patience.clock)
        try:
            while True:
                until = began + patience.first
                if heard.wrote:
                    until = min(patience.clock() + patience.between, began + patience.whole)
                waiting = steps.next(until)
                while (got := next(waiting)) is None:
                    yield _beat()
                if isinstance(got, Raised) and not heard.finish:
                    return failed(got.error, heard.wrote)
                if isinstance(got, Raised | Ended):  # what fails after the model's last word takes nothing of it back
                    return ended(heard.finish, heard.wrote, heard.anything, self.ends_with_a_reason)
                heard.take(got)
                yield got
        finally:
            steps.close()

    def _settle(self, messages: Sequence[BaseMessage], heard: _Heard) -> None:
        """Tell meter and counter what was used, once anything came: before that, nothing is known to be charged."""
        if not heard.anything:
            return
        asked = "\n".join(str(message.text) for message in messages)
        reported = heard.usage if heard.usage and heard.usage["input_tokens"] > 0 else None
        written = self.counter.count("".join(heard.text))
        if reported:
            self.counter.learn(asked, reported["input_tokens"])
        if self.meter is None:
            return
        # What is broken off is reported in part, or not at all.
        read = reported["input_tokens"] if reported else self.counter.count(asked)
        written = reported["output_tokens"] if reported and heard.finish else written
        usage = Usage(read, written, self.prices.cost(read, written), 1, int(reported is None or not heard.finish))
        try:
            self.meter.note(billed(), usage)
        except KiosqueError as exc:  # an answer is worth more than its bill
            logging.getLogger(__name__).warning("What an answer used was not noted: %s", exc)


@dataclass(slots=True)
class _Heard:
    """What came of an answer so far. ``wrote``: a part of its text, or of a call of a tool."""

    anything: bool = False
    wrote: bool = False
    finish: str = ""
    text: list[str] = field(default_factory=list)
    usage: UsageMetadata | None = None

    def take(self, chunk: ChatGenerationChunk) -> None:
        message = chunk.message
        self.anything = True
        self.finish = finish_of(chunk.generation_info, message.response_metadata) or self.finish
        if message.additional_kwargs.get("refusal"):  # where OpenAI's models put it when they are held to a schema
            self.finish = "refusal"
        if text := str(message.text):
            self.text.append(text)
        if isinstance(message, AIMessageChunk):
            self.wrote = self.wrote or bool(message.tool_call_chunks)
            if message.usage_metadata or (chunk.generation_info or {}).get("token_usage"):
                self.usage = add_usage(self.usage, message.usage_metadata or _usage(chunk.generation_info))
        self.wrote = self.wrote or bool(text)


def _asked(
    model: BaseChatModel, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]
) -> Iterator[ChatGenerationChunk]:
    """Yield a model's chunks, whose text can be read; all at once from a model that does not stream."""
    if type(model)._stream is BaseChatModel._stream:
        whole = model._generate(messages, stop=stop, **kwargs).generations[0].message
        fields = {name: value for name, value in whole.model_dump().items() if name != "type"}
        yield ChatGenerationChunk(message=AIMessageChunk(**fields))
        return
    for chunk in _streamed(model, messages, stop, kwargs):
        str(chunk.message.text)  # what is no text fails here, where errors are told
        yield chunk


def _streamed(
    model: BaseChatModel, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]
) -> Iterator[ChatGenerationChunk]:
    """Ask for the tokens used; a server that does not know this wish (``stream_options``) is asked without it, for good."""
    started = False
    try:
        for chunk in model._stream(messages, stop=stop, **kwargs):
            started = True
            yield chunk
        return
    except Exception as exc:
        if started or not getattr(model, "stream_usage", False) or "stream_options" not in str(exc):
            raise
    model.stream_usage = False  # type: ignore[attr-defined]
    yield from model._stream(messages, stop=stop, **kwargs)


def _usage(info: Mapping[str, Any] | None) -> UsageMetadata:
    """Return the tokens that OpenAI's client reports beside an answer held to a schema."""
    usage = (info or {})["token_usage"]
    read, written = usage["prompt_tokens"], usage["completion_tokens"]
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


def _beat() -> ChatGenerationChunk:
    """Return what only says that the wait goes on."""
    return ChatGenerationChunk(message=AIMessageChunk(content=""))


def guarded(model: BaseChatModel, **fields: Any) -> GuardedChatModel:
    """Return ``model`` behind a guard of its own, with its callbacks and tags; one that has a guard is returned as it is."""
    if isinstance(model, GuardedChatModel):
        return model
    kept = {name: getattr(model, name) for name in ("name", "callbacks", "tags", "metadata", "verbose")}
    return GuardedChatModel(inner=model, **kept, **fields)


def one_try(model: BaseChatModel) -> GuardedChatModel:
    """Return ``model`` behind a guard that asks once, for a model that is not of the settings."""
    return guarded(model, patience=Patience(attempts=1))
