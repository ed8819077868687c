"""Kiosque in LangChain's own terms: the archive as a retriever, its embedder as embeddings, the answerer as a runnable.

They are searched and asked as ever; what is added here is how LangChain's users call them, compose them and trace them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from copy import copy
from queue import SimpleQueue
from threading import Event
from typing import Annotated, Any, Literal, TypeVar, cast, overload

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import AddableDict, Runnable, RunnableConfig
from langchain_core.runnables.config import (
    ContextThreadPoolExecutor,
    get_callback_manager_for_config,
    run_in_executor,
)
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from answering.answerer import Answerer
from answering.asking.followup import standalone
from answering.conversation import MAX_TURNS, Conversation, Turn
from answering.types import Answer, article_json, to_json
from retrieval.archive import Archive
from retrieval.errors import KiosqueError
from retrieval.reading.paging import page_of
from retrieval.types import Embedder, Filters, Hit

# -- values ---------------------------------------------------------------------------------------------------------


def _messages(value: Any) -> list[BaseMessage]:
    try:
        return convert_to_messages(value)
    except (ValueError, TypeError, KeyError, NotImplementedError):  # their text repeats the messages
        raise ValueError("it must be a list of LangChain messages") from None


class AnswererInput(BaseModel):
    """A question, what it is limited to, and the conversation before it: Kiosque's own, or LangChain's messages."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    question: str
    filters: Filters = Filters()
    conversation: Conversation = Conversation()
    chat_history: Annotated[list[Any], AfterValidator(_messages)] = Field(
        default=[], description="messages, oldest first; where there are any, they are taken for the conversation"
    )

    def so_far(self) -> Conversation:
        return conversation_of(self.chat_history) if self.chat_history else self.conversation


def conversation_of(messages: Sequence[BaseMessage]) -> Conversation:
    """Return the conversation that messages make: each human message with the answer that follows it.

    Messages of other kinds, and a question without an answer, are passed over.
    """
    conversation, question = Conversation(), ""
    for message in messages:
        if isinstance(message, HumanMessage):
            question = " ".join(str(message.text).split())
        elif isinstance(message, AIMessage) and question and message.text:
            turn = Turn(question, standalone(question, conversation), str(message.text))
            conversation, question = Conversation((*conversation.turns, turn)[-MAX_TURNS:]), ""
    return conversation


def _read(asked: Any) -> AnswererInput:
    try:
        return AnswererInput.model_validate({"question": asked} if isinstance(asked, str) else asked)
    except ValidationError as exc:
        first = exc.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "input"
        reason = first["msg"].removeprefix("Value error, ")
        raise KiosqueError(
            f"The answerer's {where} is not valid: {reason}; give it a question, or a dictionary with question, filters "
            "and conversation or chat_history."
        ) from exc


def _document(hit: Hit) -> Document:
    article, start, end = hit.article, hit.passage.start, hit.passage.end
    about = {
        **article_json(article),
        "source": article.url or article.id,
        "language": article.language or None,
        "start": start,
        "end": end,
        "page": page_of(article, start),
        "score": float(hit.score),
        "also_in": list(hit.also_in),
    }
    return Document(page_content=hit.text, id=f"{article.id}:{start}-{end}", metadata=about)


# -- the archive ----------------------------------------------------------------------------------------------------


class ArchiveRetriever(BaseRetriever):
    """Finds passages: at most ``k`` documents, best first, each a passage as it stands in its article.

    ``metadata`` of a document has the names of Kiosque's JSON, and ``source`` (address or id), ``start`` and ``end`` in
    the article, ``score``. ``k`` and ``filters`` may also be given to a call: ``invoke(query, k=3)``.
    Raises what ``Archive.search`` raises.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    archive: Archive = Field(exclude=True, repr=False)
    k: PositiveInt = 10
    filters: Filters = Filters()

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun | None = None, **changed: Any
    ) -> list[Document]:
        asked = ArchiveRetriever(archive=self.archive, **{"k": self.k, "filters": self.filters, **changed})
        return [_document(hit) for hit in self.archive.search(query, limit=asked.k, filters=asked.filters)]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun | None = None, **changed: Any
    ) -> list[Document]:
        return await run_in_executor(None, self._get_relevant_documents, query, **changed)


class ArchiveEmbeddings(Embeddings):
    """An embedder of Kiosque's, with its prefixes for questions and passages: unit vectors as lists of floats."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self.embedder.embed_query(text).tolist()
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.embedder.embed_passages(texts).tolist()
        return vectors


class _TracedArchive:
    """An archive each of whose searches shows as the run of a retriever, within the run that ``config`` belongs to."""

    def __init__(self, archive: Archive, config: RunnableConfig) -> None:
        self._archive, self._config = archive, config

    def __getattr__(self, name: str) -> Any:
        return getattr(self._archive, name)

    def search(self, query: str, **options: Any) -> list[Hit]:
        callbacks = get_callback_manager_for_config(self._config)
        run = callbacks.on_retriever_start(None, query, name=ArchiveRetriever.__name__)
        try:
            hits = self._archive.search(query, **options)
        except BaseException as exc:
            run.on_retriever_error(exc)
            raise
        run.on_retriever_end([_document(hit) for hit in hits])
        return hits


# -- the answerer ---------------------------------------------------------------------------------------------------

T = TypeVar("T", Answer, dict[str, Any], covariant=True)


class AnswererRunnable(Runnable[str | dict[str, Any] | AnswererInput, T]):
    """An answerer as a link of a chain: a question or a dictionary like ``AnswererInput`` in, the answer out.

    The answer is an ``Answer``; with ``as_json`` it is the documented JSON object, and ``stream`` gives the sentences of
    a chat model once they are verified: pieces of a dictionary that add up to the whole, ``pick("text")`` those of its
    text. The search and the chat model are runs within its own, with the callbacks, tags and metadata given to it.
    Whoever leaves a stream, or cancels the task that waits, ends the request to the chat model.
    Raises KiosqueError for an input that is none, and what ``Answerer.ask`` raises.
    """

    @overload
    def __init__(self: AnswererRunnable[Answer], answerer: Answerer) -> None: ...
    @overload
    def __init__(self: AnswererRunnable[dict[str, Any]], answerer: Answerer, *, as_json: Literal[True]) -> None: ...
    def __init__(self, answerer: Answerer, *, as_json: bool = False) -> None:
        self._answerer, self._as_json = answerer, as_json

    @property
    def InputType(self) -> Any:
        return str | AnswererInput

    @property
    def OutputType(self) -> Any:
        return dict[str, Any] if self._as_json else Answer

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> T:
        return self._call_with_config(self._invoke, input, config, **kwargs)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> T:
        return await self._acall_with_config(self._ainvoke, input, config, **kwargs)

    def stream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[T]:
        yield from self._transform_stream_with_config(iter([input]), self._stream, config, **kwargs)

    async def astream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> AsyncIterator[T]:
        async def once() -> AsyncIterator[Any]:
            yield input

        async for piece in self._atransform_stream_with_config(once(), self._astream, config, **kwargs):
            yield piece

    def _ask(
        self,
        asked: Any,
        config: RunnableConfig,
        on_sentence: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Answer:
        """Ask within the run of ``config``. A chat model finds that run by itself: it stands in the context."""
        read = _read(asked)
        answerer = copy(self._answerer)
        answerer._archive = cast(Archive, _TracedArchive(answerer._archive, config))
        return answerer.ask(
            read.question,
            conversation=read.so_far(),
            filters=read.filters,
            on_sentence=on_sentence,
            cancelled=cancelled,
        )

    def _whole(self, answer: Answer) -> T:
        return cast(T, to_json(answer) if self._as_json else answer)

    def _invoke(self, asked: Any, run_manager: Any, config: RunnableConfig) -> T:
        return self._whole(self._ask(asked, config))

    async def _ainvoke(self, asked: Any, run_manager: Any, config: RunnableConfig) -> T:
        gone = Event()
        try:
            return self._whole(await run_in_executor(config, self._ask, asked, config, None, gone.is_set))
        finally:
            gone.set()

    def _stream(self, inputs: Iterator[Any], run_manager: Any, config: RunnableConfig) -> Iterator[T]:
        heard, gone, pieces = SimpleQueue[str | None](), Event(), _Pieces()
        pool = ContextThreadPoolExecutor(1, thread_name_prefix="answer")
        try:
            asking = pool.submit(self._ask, next(inputs), config, heard.put, gone.is_set)
            asking.add_done_callback(lambda _: heard.put(None))
            for sentence in iter(heard.get, None):
                if self._as_json:
                    yield cast(T, pieces.of(sentence))
            answer = asking.result()
            yield cast(T, pieces.rest(answer) if self._as_json else answer)
        finally:
            gone.set()
            pool.shutdown(wait=False)

    async def _astream(self, inputs: AsyncIterator[Any], run_manager: Any, config: RunnableConfig) -> AsyncIterator[T]:
        heard, gone, pieces = asyncio.Queue[str | None](), Event(), _Pieces()
        loop, asked = asyncio.get_running_loop(), await anext(inputs)

        def hear(sentence: str) -> None:
            loop.call_soon_threadsafe(heard.put_nowait, sentence)

        asking = asyncio.ensure_future(run_in_executor(config, self._ask, asked, config, hear, gone.is_set))
        asking.add_done_callback(lambda _: heard.put_nowait(None))
        try:
            while (sentence := await heard.get()) is not None:
                if self._as_json:
                    yield cast(T, pieces.of(sentence))
            answer = await asking
            yield cast(T, pieces.rest(answer) if self._as_json else answer)
        finally:
            gone.set()
            asking.cancel()


class _Pieces:
    """Cuts an answer's JSON into dictionaries that add up to it: ``text`` sentence by sentence, the rest at the end."""

    def __init__(self) -> None:
        self._told = ""

    def of(self, sentence: str) -> AddableDict:
        piece = f"\n{sentence}" if self._told else sentence  # as ``text_of`` joins them
        self._told += piece
        return AddableDict(text=piece)

    def rest(self, answer: Answer) -> AddableDict:
        whole = to_json(answer)
        return AddableDict(whole | {"text": whole["text"].removeprefix(self._told)})
