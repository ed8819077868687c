"""LangChain's conventions: the standard suites, composition, streams, callbacks, and what a tracer sees and does not see."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import ConfigurableField, Runnable, RunnableLambda
from langchain_core.tools import create_retriever_tool
from langchain_tests.integration_tests import EmbeddingsIntegrationTests, RetrieversIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests
from pydantic import ValidationError

from answering.adapters import AnswererRunnable, ArchiveEmbeddings, ArchiveRetriever, conversation_of
from answering.answerer import Answerer
from answering.conversation import Conversation
from answering.types import Answer, Mode, to_json
from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.errors import KiosqueError
from retrieval.types import Filters, Vectors
from tests.answering.chained import ARTICLES, KEY, KHARKIV, MARKED, MEDINSKI, TOLL, TREE, WHO, WRITTEN, Listed, answerer
from tests.fakes import HashingEmbedder, ScriptedChatModel

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive(tmp_path_factory.mktemp("adapters") / "index", HashingEmbedder()) as opened:
        assert opened.index(Listed()).added == len(ARTICLES)
        yield opened


# -- the standard suites --------------------------------------------------------------------------------------------


class TestRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _seeds(self, seeds_archive: Archive) -> None:
        self.archive = seeds_archive

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return ArchiveRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"archive": self.archive}

    @property
    def retriever_query_example(self) -> str:
        return WHO


class _Real:
    @pytest.fixture(autouse=True)
    def _encoder(self, embedder: BundledEmbedder) -> None:
        self.embedder = embedder

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return ArchiveEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"embedder": self.embedder}


class TestEmbeddings(_Real, EmbeddingsIntegrationTests):
    pass


class TestEmbeddingsUnit(_Real, EmbeddingsUnitTests):
    pass


def test_vectors_are_those_of_the_archive(embedder: BundledEmbedder) -> None:
    adapted = ArchiveEmbeddings(embedder)
    assert adapted.embed_query(WHO) == embedder.embed_query(WHO).tolist()
    assert adapted.embed_documents([WHO, TOLL]) == embedder.embed_passages([WHO, TOLL]).tolist()
    assert adapted.embed_query(WHO) != adapted.embed_documents([WHO])[0]  # a question has another prefix
    assert adapted.embed_documents([]) == []


# -- the retriever --------------------------------------------------------------------------------------------------


def test_a_document_is_a_passage_with_its_article(archive: Archive) -> None:
    [found] = ArchiveRetriever(archive=archive, k=1).invoke(WHO)
    [hit] = archive.search(WHO, limit=1)
    assert found.page_content == hit.text == ARTICLES[0].text
    assert found.id == f"monde:0-{len(hit.text)}"
    assert found.metadata == {
        "article_id": "monde",
        "title": "Pourparlers",
        "beginning": None,
        "outlet": "Le Monde",
        "url": "https://example.org/1",
        "published": "2022-03-02",
        "dated_by": None,
        "source": "https://example.org/1",
        "language": "fr",
        "start": 0,
        "end": len(hit.text),
        "page": None,
        "score": hit.score,
        "also_in": [],
    }
    assert json.loads(json.dumps(found.metadata)) == found.metadata


def test_what_an_article_lacks_and_where_else_it_stands(archive: Archive) -> None:
    [found] = ArchiveRetriever(archive=archive, k=1).invoke("chêne abattu par la tempête")
    assert TREE in found.page_content
    assert (found.metadata["article_id"], found.metadata["also_in"]) == ("pdf", ["copie"])
    assert (found.metadata["source"], found.metadata["page"], found.metadata["title"]) == ("pdf", 1, None)


def test_filters_and_k_are_fields_and_may_change_with_a_call(archive: Archive) -> None:
    retriever = ArchiveRetriever(archive=archive, filters=Filters(outlets=("AFP",)))
    assert [d.metadata["article_id"] for d in retriever.invoke(WHO)] == ["afp"]
    changed = retriever.invoke(WHO, filters={"outlets": ["Le Monde"]})
    assert [d.metadata["article_id"] for d in changed] == ["monde"]
    assert [d.metadata["article_id"] for d in retriever.invoke(WHO)] == ["afp"]
    chosen = ArchiveRetriever(archive=archive).configurable_fields(k=ConfigurableField(id="k"))
    assert len(chosen.invoke(WHO, {"configurable": {"k": 2}})) == 2


@pytest.mark.parametrize("wrong", [{"k": 0}, {"k": -1}, {"filter": {}}, {"filters": {"outlet": "AFP"}}])
def test_a_wrong_parameter_is_refused_rather_than_passed_over(archive: Archive, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ArchiveRetriever(archive=archive, **wrong)
    with pytest.raises(ValidationError):
        ArchiveRetriever(archive=archive).invoke(WHO, **wrong)


async def test_batches_and_awaits_give_the_same(archive: Archive) -> None:
    retriever = ArchiveRetriever(archive=archive)
    each = [retriever.invoke(question, k=2) for question in (WHO, TOLL)]
    assert retriever.batch([WHO, TOLL], k=2) == each
    assert await retriever.abatch([WHO, TOLL], k=2) == each


def test_an_agent_may_have_it_as_a_tool(archive: Archive) -> None:
    tool = create_retriever_tool(ArchiveRetriever(archive=archive, k=1), "archive", "Searches news articles.")
    assert tool.invoke({"query": WHO}) == ARTICLES[0].text


class Waiting(HashingEmbedder):
    """Embeds a question once it is let."""

    def __init__(self) -> None:
        self.asked, self.let = Event(), Event()

    def embed_query(self, text: str) -> Vectors:
        self.asked.set()
        assert self.let.wait(60), "the loop is blocked"
        return super().embed_query(text)


@pytest.mark.parametrize("kind", ["retriever", "embeddings", "answerer", "stream"])
async def test_nothing_blocks_the_loop(tmp_path: Path, kind: str) -> None:
    embedder = Waiting()
    with Archive(tmp_path / "index", embedder) as archive:
        archive.index(Listed())
        asked = AnswererRunnable(Answerer(archive, threshold=0.01))

        async def streamed() -> Any:
            return await anext(asked.astream(WHO))

        calls = {
            "retriever": lambda: ArchiveRetriever(archive=archive).ainvoke(WHO),
            "embeddings": lambda: ArchiveEmbeddings(embedder).aembed_query(WHO),
            "answerer": lambda: asked.ainvoke(WHO),
            "stream": streamed,
        }
        task = asyncio.ensure_future(calls[kind]())
        while not embedder.asked.is_set():
            await asyncio.sleep(0)
        assert not task.done()
        embedder.let.set()
        assert await asyncio.wait_for(task, 60)


# -- the answerer as a runnable -------------------------------------------------------------------------------------


def test_a_question_gives_what_the_answerer_gives(archive: Archive) -> None:
    mine, its = AnswererRunnable(answerer(archive)).invoke(WHO), answerer(archive).ask(WHO)
    assert (mine.text, mine.claims, mine.citations, mine.mode) == (its.text, its.claims, its.citations, Mode.GENERATIVE)
    assert mine.text == "".join(MARKED)
    assert AnswererRunnable(Answerer(archive, threshold=0.01)).invoke(WHO).citations[0].quote == MEDINSKI


async def test_it_composes(archive: Archive) -> None:
    chain = AnswererRunnable(answerer(archive)) | RunnableLambda(to_json) | (lambda answer: answer["text"])
    assert chain.invoke(WHO) == "".join(MARKED)
    assert await chain.ainvoke(WHO) == "".join(MARKED)
    assert list(chain.stream(WHO)) == ["".join(MARKED)]
    before: Runnable[str, Any] = RunnableLambda(lambda place: {"question": f"Combien de civils tués à {place} ?"})
    batched = before | AnswererRunnable(Answerer(archive, threshold=0.01))
    assert [a.citations[0].quote for a in batched.batch(["Kharkiv", "Tchernihiv"])] == [KHARKIV, TOLL]


@pytest.mark.parametrize("filters", [Filters(outlets=("AFP",)), {"outlets": ["AFP"]}])
def test_filters_limit_what_is_searched(archive: Archive, filters: Any) -> None:
    answer = AnswererRunnable(Answerer(archive, threshold=0.01)).invoke({"question": TOLL, "filters": filters})
    assert answer.searched.articles == 1
    assert {c.article.id for c in answer.citations} == {"afp"}


def test_a_conversation_comes_as_ours_or_as_messages(archive: Archive) -> None:
    asked = AnswererRunnable(Answerer(archive, threshold=0.01))
    first = asked.invoke("Combien de civils ont été tués à Tchernihiv ?")
    conversation = Conversation().followed_by(first)
    then = asked.invoke({"question": "Et à Kharkiv ?", "conversation": conversation})
    assert then.standalone == "Combien de civils ont été tués à Kharkiv ?"
    assert then.citations[0].quote == KHARKIV
    messages = [HumanMessage(first.question), AIMessage(first.text)]
    assert conversation_of(messages) == conversation
    again = asked.invoke({"question": "Et à Kharkiv ?", "chat_history": messages})
    assert (again.standalone, again.text) == (then.standalone, then.text)
    pairs = [("human", first.question), ("ai", first.text), ("human", "Et à Kharkiv ?"), ("ai", then.text)]
    third = asked.invoke({"question": "Et à Tchernihiv ?", "chat_history": pairs})
    assert third.standalone == "Combien de civils ont été tués à Tchernihiv ?"


def test_of_messages_only_questions_with_answers_count() -> None:
    messages: list[BaseMessage] = [SystemMessage("Rules."), AIMessage("Welcome."), HumanMessage("Qui ?")]
    messages += [
        AIMessage(""),
        AIMessage([{"type": "text", "text": "Lui."}]),
        AIMessage("Et lui."),
        HumanMessage("Et ?"),
    ]
    assert [(t.question, t.answer) for t in conversation_of(messages).turns] == [("Qui ?", "Lui.")]
    long = [message for n in range(50) for message in (HumanMessage(f"Q{n} ?"), AIMessage(f"A{n}."))]
    assert [t.answer for t in conversation_of(long).turns] == [f"A{n}." for n in range(44, 50)]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (3, "input"),
        (None, "input"),
        ({}, "question"),
        ({"question": WHO, "since": KEY}, "since"),
        ({"question": WHO, "filters": {"outlet": KEY}}, r"filters\.outlet"),
        ({"question": WHO, "filters": {"outlets": KEY}}, r"filters\.outlets"),
        ({"question": WHO, "chat_history": KEY}, "chat_history"),
        ({"question": WHO, "chat_history": [{"a": KEY}]}, "chat_history"),
        ({"question": WHO, "chat_history": [3]}, "chat_history"),
        ({"question": WHO, "chat_history": [("nobody", KEY)]}, "chat_history"),
        ({"question": WHO, "chat_history": [{"role": "tool", "content": KEY}]}, "chat_history"),
    ],
)
def test_a_wrong_input_is_named_and_not_repeated(archive: Archive, wrong: Any, named: str) -> None:
    with pytest.raises(KiosqueError, match=rf"^The answerer's {named} is not valid: ") as caught:
        AnswererRunnable(answerer(archive)).invoke(wrong)
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_schemas_say_what_goes_in_and_comes_out(archive: Archive) -> None:
    asked = AnswererRunnable(answerer(archive))
    schema = asked.get_input_jsonschema()
    assert {"type": "string"} in schema["anyOf"]
    assert set(schema["$defs"]["AnswererInput"]["properties"]) == {
        "question",
        "filters",
        "conversation",
        "chat_history",
    }
    assert {"text", "claims", "citations"} <= set(asked.get_output_jsonschema()["$defs"]["Answer"]["properties"])
    assert AnswererRunnable(answerer(archive), as_json=True).get_output_jsonschema()["type"] == "object"


# -- streams --------------------------------------------------------------------------------------------------------


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "elapsed_ms": None}


SCRIPTS = {
    "written": WRITTEN,
    "letters": list("".join(WRITTEN)),
    "with one unproved": [WRITTEN[0], "Le pape a démissionné hier soir à Rome. [1]\n", WRITTEN[1]],
    "unproved": ["Le pape a démissionné hier soir à Rome. [1]\n"],
    "nothing": [],
}


@pytest.mark.parametrize("script", SCRIPTS)
async def test_what_is_streamed_adds_up_to_the_answer(archive: Archive, script: str) -> None:
    asked = AnswererRunnable(answerer(archive, SCRIPTS[script]), as_json=True)
    whole = asked.invoke(WHO)
    assert timeless(whole) == timeless(to_json(answerer(archive, SCRIPTS[script]).ask(WHO)))
    pieces = list(asked.stream(WHO))
    later = [piece async for piece in asked.astream(WHO)]
    for streamed in (pieces, later):
        total: Any = streamed[0]
        for piece in streamed[1:]:
            total += piece
        assert timeless(total) == timeless(whole)
    texts = list(asked.pick("text").stream(WHO))
    assert "".join(texts) == whole["text"]
    if whole["mode"] == "generative":
        assert texts == [*MARKED, ""]


async def test_without_json_a_stream_is_the_answer(archive: Archive) -> None:
    asked = AnswererRunnable(answerer(archive))
    [answer] = list(asked.stream(WHO))
    assert isinstance(answer, Answer)
    assert answer.text == "".join(MARKED)
    assert [a.text async for a in asked.astream(WHO)] == [answer.text]


class Slow(ScriptedChatModel):
    """Says its first sentence, and goes on once it is let; ``left`` when nobody reads any more."""

    said: Event = Event()
    let: Event = Event()
    left: Event = Event()
    ended: bool = False

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        try:
            for number, chunk in enumerate(super()._stream(*args, **kwargs)):
                if number == 2:
                    self.said.set()
                    assert self.let.wait(60)
                yield chunk
            self.ended = True
        finally:
            self.left.set()


def slow() -> Slow:
    model = Slow(pieces=[*WRITTEN, "Et encore.", "Et encore.", "Et encore."])
    model.said, model.let, model.left = Event(), Event(), Event()
    return model


def test_a_sentence_comes_before_the_model_has_ended_and_whoever_leaves_ends_it(archive: Archive) -> None:
    model = slow()
    stream = AnswererRunnable(Answerer(archive, model, 0.01), as_json=True).stream(WHO)
    assert next(stream) == {"text": MARKED[0]}
    stream.close()  # type: ignore[attr-defined]
    model.let.set()
    assert model.left.wait(60)
    assert not model.ended


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_cancelled_task_ends_the_model(archive: Archive, streamed: bool) -> None:
    model = slow()
    asked = AnswererRunnable(Answerer(archive, model, 0.01), as_json=True)
    heard: list[Any] = []

    async def listen() -> None:
        async for piece in asked.astream(WHO):
            heard.append(piece)

    task = asyncio.ensure_future(listen() if streamed else asked.ainvoke(WHO))
    while not model.said.is_set() or (streamed and not heard):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    model.let.set()
    await asyncio.to_thread(model.left.wait, 60)
    assert not model.ended
    assert heard == [{"text": text} for text in MARKED[: len(heard)]]  # the second may have come meanwhile
    assert 1 <= len(heard) <= 2 if streamed else not heard


async def test_errors_leave_a_stream(archive: Archive) -> None:
    asked, wrong = AnswererRunnable(answerer(archive), as_json=True), {"question": WHO, "filters": {"since": "soon"}}
    with pytest.raises(KiosqueError, match="'soon' is no date"):
        list(asked.stream(wrong))
    with pytest.raises(KiosqueError, match="'soon' is no date"):
        [piece async for piece in asked.astream(wrong)]
