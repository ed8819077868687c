"""Answers in JSON: how they are asked for and read, with LangChain's real client against a scripted server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain.chat_models import init_chat_model

from answering.conversation import Conversation
from answering.errors import ChatModelError, Failure
from answering.generating.chat import connect_chat_model
from answering.generating.generative import write
from answering.generating.guarded import GuardedChatModel, guarded
from answering.generating.marked import Sentence
from answering.generating.structured import SCHEMA, AnswerReader, json_options, sentences_of, stream_sentences
from answering.generating.usage import Tally
from answering.listening import Listener
from answering.settings import Settings
from answering.types import Claim
from retrieval.types import Article
from tests.answering.generating.test_marked import read as read_plain
from tests.fakes import HashingEmbedder, ScriptedChatModel, hit_on
from tests.openai_server import ChatServer, Reply, refusal, serving

ASK = [("system", "Rules."), ("human", "Qui ?")]
UP, DOWN = Sentence("Le bilan monte.", (1,)), Sentence("Il baisse.", (2, 3))
DELTA = {"delta": {"role": "assistant", "refusal": "I'm sorry."}, "index": 0, "finish_reason": "stop"}
REFUSAL = json.dumps({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [DELTA]})
NO = Sentence("NO_ANSWER", (), declines=True)
WHOLE = '{"sentences": [{"text": "Le bilan monte.", "passages": [1]}, {"text": "Il baisse.", "passages": [2, 3]}]'
OBJECTS = '[{"text": "Le bilan monte.", "passages": [1]}, {"text": "Il baisse.", "passages": [2, 3]}'


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE", "CHAT_MODEL", "CHAT_STRUCTURED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def read(text: str, size: int = 0) -> list[Sentence]:
    reader, step = AnswerReader("fr"), size or len(text) or 1
    pieces = [text[i : i + step] for i in range(0, len(text), step)]
    return [sentence for piece in pieces for sentence in reader.feed(piece)] + list(reader.finish())


# --- Reading ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WHOLE + ', "no_answer": false}', [UP, DOWN]),
        ('{"no_answer": false, ' + WHOLE[1:] + "}", [UP, DOWN]),
        (json.dumps(json.loads(WHOLE + "}"), indent=4), [UP, DOWN]),
        ("\n ```json\n" + WHOLE + "}\n```\nI hope that helps! [9]", [UP, DOWN]),
        ("```\n" + WHOLE + "}```", [UP, DOWN]),
        ("Here is the answer:\n\n" + WHOLE + "}", [UP, DOWN]),
        ("<think>{\"text\": \"Hm.\", \"passages\": [4]}</think>" + WHOLE + "}", [UP, DOWN]),
        ("Le bilan monte. [1]\n" + '{"text": "Il baisse.", "passages": [2, 3]}', [UP, DOWN]),
        (OBJECTS + "]", [UP, DOWN]),
        ('{"text": "Le bilan monte.", "passages": [1]}\n{"text": "Il baisse.", "passages": [2, 3]}', [UP, DOWN]),
        ('{"passages": [1], "text": "Le bilan monte."}', [UP]),
        ('{"id": 7, "text": "Le bilan monte.", "passages": [1]}', [UP]),
        ('{"text": "Le bilan monte [1].", "passages": [1]}', [UP]),
        ('{"text": "Le bilan monte.", "passages": ["1"]}', [UP]),
        ('{"text": "Le bilan monte.", "passages": "[1]"}', [UP]),
        ('{"text": "Le bilan monte.", "passages": 1}', [UP]),
        ('{"sentence": "Le bilan monte.", "source": "Passage 1"}', [UP]),
        ('{"text": "Le bilan monte. Il reste haut.", "passages": [1]}', [UP, Sentence("Il reste haut.", (1,))]),
        ('{"text": "Le bilan monte [1]. Il baisse [2, 3].", "passages": [1, 2, 3]}', [UP, DOWN]),
        ('{"text": "Le bilan monte", "passages": [1, 1]}', [UP]),
        ('{"text": "Anna avait un frère (7).", "passages": [1]}', [Sentence("Anna avait un frère (7).", (1,))]),
        ('{"text": "Le\\nbilan\nmonte.", "passages": [1]}', [UP]),
        ('{"text": "Un \\"{1}\\" [x] {", "passages": [1]}', [Sentence('Un "{1}" (x) {.', (1,))]),
        ('{"text": "**Le bilan** monte https://evil.example/x.", "passages": [1]}', [UP]),
        ('{"text": "\\u041e\\u043d \\u0443\\u0448\\u0451\\u043b.", "passages": [1]}', [Sentence("Он ушёл.", (1,))]),
        ('{"sentences": [], "no_answer": true}', [NO]),
        ('{"no_answer": true, "sentences": []}', [NO]),
        (WHOLE + ', "no_answer": true}', [UP, DOWN, NO]),
        ('{"sentences": [{"text": "NO_ANSWER", "passages": []}], "no_answer": false}', [NO]),
        ('{"sentences": [{"text": "Il dit: \\"no_answer\\": true", "passages": [1]}]}',
         [Sentence('Il dit: "no_answer": true.', (1,))]),
        ('{"sentences": [], "no_answer": false}', []),
        ("{}", []),
    ],
)  # fmt: skip
def test_json(text: str, expected: list[Sentence]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Broken off: what is whole stays, and a number that may go on is none.
        (WHOLE[:-2], [UP, Sentence("Il baisse.", (2, 3))]),
        (WHOLE[:-4], [UP]),
        (OBJECTS[:-30], [UP]),
        ('{"text": "Le bilan monte.", "passages": [1', [Sentence("Le bilan monte.", ())]),
        ('{"text": "Le bilan mon', [Sentence("Le bilan mon.", ())]),
        # No JSON: an unescaped quotation mark, a missing comma or brace, a comma too many, single quotes, a comment.
        ('[{"text": "Il dit "non" fort.", "passages": [1]}, {"text": "Il baisse.", "passages": [2, 3]}]',
         [Sentence('Il dit "non" fort.', (1,)), DOWN]),
        ('[{"text": "Le bilan monte.", "passages": [1,]} {"text": "Il baisse.", "passages": [2, 3]}]', [UP, DOWN]),
        ('[{"text": "Le bilan monte.", "passages": [1], {"text": "Il baisse.", "passages": [2, 3]}]', [UP, DOWN]),
        ('[{"text": "Le \\bilan\\q", "passages": [1]}, {"text": "Il baisse.", "passages": [2, 3]}]', None),
        # The passages of one sentence are never another's.
        ('[{"text": "Le bilan monte."}, {"text": "Il baisse.", "passages": [2, 3]}]',
         [Sentence("Le bilan monte.", ()), DOWN]),
        ('[{"text": "Le bilan monte.", {"text": "Il baisse.", "passages": [2, 3]}]', [DOWN]),
        ('[{"text": "Le bilan monte., {"text": "Il baisse.", "passages": [2, 3]}]', [DOWN]),
        ('[{"text": "Le bilan monte.", "passages": []}, {"passages": [2, 3]}]', [Sentence("Le bilan monte.", ())]),
        ('[{"text": "Le bilan monte.", "passages": [-1, true, null, "x", 1.5, {"a": 2}]}]',
         [Sentence("Le bilan monte.", ())]),
        # JSON of another form: its strings are text.
        ('{"answer": "Le bilan monte [1]. Il baisse [2][3]."}', [UP, DOWN]),
        ('{"answer": ["Le bilan monte [1].", "Il baisse [2][3]."]}', [UP, DOWN]),
        ('{"answer": "NO_ANSWER"}', [NO]),
    ],
)  # fmt: skip
def test_json_that_is_broken(text: str, expected: list[Sentence] | None) -> None:
    found = read(text)
    assert found == expected if expected is not None else found[-1] == DOWN


@pytest.mark.parametrize(
    "text",
    ["[1] Le bilan monte.\n[2] Il baisse.", "[ 1 ] Oui.", "{x} Oui [1].", "`Oui` [1].", "```\nOui [1].\n```", "[", "{",
     "``", "[passage 1] Oui.", "\n\n\n", "<p>Oui [1].</p>", "« Non » [1]. { Oui [2]."],
)  # fmt: skip
def test_what_is_no_json_is_read_as_text(text: str) -> None:
    assert read(text) == read_plain(text)


def test_a_sentence_comes_as_soon_as_its_object_is_closed() -> None:
    reader = AnswerReader("fr")
    first = OBJECTS.index("}")
    assert list(reader.feed(OBJECTS[:first])) == []
    assert list(reader.feed("}")) == [UP]


SCRAPS = [
    '{"sentences": [', '{"text": "', "Le bilan", " monte.", "[1]", '", "passages": [', "1", "2, 3", "]}", "]}, ", "]",
    '"no_answer": true', '"no_answer": false}', "}", "{", '"', "\\", '\\"', "\n", "```json\n", "```", "<think>",
    "</think>", " ", ", ", "[{", "NO_ANSWER", "passages", '"answer": "', ":", "\\u00e9", "\\ud800", "[", "`",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(SCRAPS), st.text(max_size=3)), max_size=40).map("".join)


@settings(max_examples=500)
@given(TEXTS, st.integers(1, 9))
def test_how_the_stream_is_cut_changes_nothing(text: str, size: int) -> None:
    assert read(text, size) == read(text)


@settings(max_examples=300)
@given(TEXTS)
def test_no_number_comes_of_nothing_and_no_mark_up_is_left(text: str) -> None:
    for sentence in read('{"sentences": [' + text):
        assert all(str(number) in text for number in sentence.numbers)
        assert not set(sentence.text) & set("[]【】［］*`\x00\n")


# Questions claim nothing, and neither do headings ("outlet | date | title").
PARTS = st.lists(
    st.tuples(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="?:：|"), max_size=30).map(
            lambda text: f"Le {text} monte"
        ),
        st.lists(st.integers(1, 99), max_size=4, unique=True),
    ),
    max_size=6,
)


@settings(max_examples=300)
@given(PARTS, st.booleans(), st.sampled_from([None, 2]), st.integers(1, 9))
def test_whatever_a_text_holds_its_passages_are_its_own(
    parts: list[tuple[str, list[int]]], ascii_only: bool, indent: int | None, size: int
) -> None:
    value = {"sentences": [{"text": f"mot{at} {text}", "passages": n} for at, (text, n) in enumerate(parts)]}
    found = read(json.dumps(value, ensure_ascii=ascii_only, indent=indent), size)
    for sentence in found:
        for at, (text, numbers) in enumerate(parts):
            if sentence.text.startswith(f"mot{at} ") and "[" not in text and "【" not in text and "［" not in text:
                assert sentence.numbers == tuple(numbers)
    firsts = [sentence.text for sentence in found if sentence.text.startswith("mot")]
    assert [text.split()[0] for text in firsts] == [f"mot{at}" for at in range(len(parts))]


@pytest.mark.parametrize("junk", ["}", "{", '{"text":', '"', '{"text": "a"}', '{"a', "[{", '\\"', '{"text": "}', "\n"])
def test_endless_junk_is_read_in_bounded_time(junk: str) -> None:
    assert len(read('{"sentences": [' + junk * (20_000 // len(junk)))) <= 20_000


# --- Asking ---


def connected(server: ChatServer, **values: Any) -> GuardedChatModel:
    made = {"chat_model": "openai:m", "chat_base_url": server.url, "chat_structured": "yes", **values}
    return connect_chat_model(Settings(_env_file=None, **made), values.pop("meter", None))  # type: ignore[call-arg]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving() as made:
        yield made


def pieces(text: str) -> Reply:
    return Reply([text[i : i + 5] for i in range(0, len(text), 5)], usage=(90, 30))


def sent(server: ChatServer, at: int = 0) -> dict[str, Any]:
    return server.requests[at][2]


def test_json_is_asked_for_by_a_strict_schema_and_streams(server: ChatServer) -> None:
    server.replies = [pieces(WHOLE + ', "no_answer": false}')]
    assert list(stream_sentences(connected(server), ASK, "fr")) == [UP, DOWN]
    asked = sent(server)
    assert asked["response_format"]["type"] == "json_schema"
    form = asked["response_format"]["json_schema"]
    assert (form["name"], form["strict"]) == ("answer", True)
    assert form["schema"]["properties"] == SCHEMA["properties"]
    assert asked["stream"] is True
    assert asked["messages"][0]["content"] == "Rules."
    assert asked["messages"][1]["content"].startswith("Qui ?\n\nGive this answer as one JSON object")


def test_the_first_sentence_comes_before_the_last_is_written(server: ChatServer) -> None:
    server.replies = [Reply([WHOLE[:70]], end="hang")]
    sentences = stream_sentences(connected(server), ASK, "fr")
    assert next(sentences) == UP
    sentences.close()


def test_tokens_are_counted_once(server: ChatServer) -> None:
    server.replies = [pieces(WHOLE + "}")]
    tally = Tally()
    made = Settings(_env_file=None, chat_model="openai:m", chat_base_url=server.url, chat_structured="yes")  # type: ignore[call-arg]
    assert list(stream_sentences(connect_chat_model(made, tally), ASK, "fr")) == [UP, DOWN]
    assert (tally.total().read, tally.total().written, tally.total().estimated) == (90, 30, 0)


@pytest.mark.parametrize("status", [400, 422, 500])
def test_who_refuses_the_parameter_is_asked_without_it_from_then_on(server: ChatServer, status: int) -> None:
    no = refusal(status, "response_format of type 'json_schema' is not supported")
    model = connected(server)
    model.patience = replace(model.patience, sleep=lambda seconds: None)
    tries = 3 if status == 500 else 1  # it may have been a passing one
    server.replies = [no] * tries + [Reply(["Le bilan monte. [1]"])]
    assert list(stream_sentences(model, ASK, "fr")) == [UP]
    assert list(stream_sentences(model, ASK, "fr")) == [UP]
    asked = ["response_format" in sent(server, at) for at in range(len(server.requests))]
    assert asked == [True] * tries + [False, False]
    assert sent(server, tries)["messages"][1]["content"] == "Qui ?"


def test_what_fails_after_a_sentence_is_not_asked_again(server: ChatServer) -> None:
    server.replies = [Reply([WHOLE[:70]], end='{"error": {"code": 500, "message": "oops"}}')]
    shown: list[Sentence] = []
    with pytest.raises(ChatModelError) as caught:
        shown.extend(stream_sentences(connected(server), ASK, "fr"))
    assert caught.value.failure is Failure.FAILED
    assert shown == [UP]
    assert len(server.requests) == 1


def test_who_refuses_the_question_itself_is_asked_for_json_again(server: ChatServer) -> None:
    server.replies = [refusal(400), refusal(400), pieces(WHOLE + "}")]
    model = connected(server)
    with pytest.raises(ChatModelError) as caught:
        list(stream_sentences(model, ASK, "fr"))
    assert caught.value.failure is Failure.INVALID
    assert list(stream_sentences(model, ASK, "fr")) == [UP, DOWN]
    assert ["response_format" in sent(server, at) for at in range(3)] == [True, False, True]


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (refusal(400, "too long", "context_length_exceeded"), Failure.OVERFLOW),
        (refusal(400, "no", "content_filter"), Failure.REFUSED),
        (refusal(401), Failure.KEY),
        (Reply(['{"sentences": [{"text": "Le'], finish="length"), Failure.UNFINISHED),
        (Reply(['{"sent'], finish="content_filter"), Failure.REFUSED),
        (Reply(['{"sent'], end="drop"), Failure.CUT_OFF),
        (Reply(), Failure.EMPTY),
        (Reply(end=REFUSAL), Failure.REFUSED),
    ],
)
def test_what_else_goes_wrong_is_told_as_without_json(server: ChatServer, reply: Reply, failure: Failure) -> None:
    server.replies = [reply]
    with pytest.raises(ChatModelError) as caught:
        list(stream_sentences(connected(server), ASK, "fr"))
    assert caught.value.failure is failure
    assert len(server.requests) == 1


def test_a_server_that_does_not_heed_the_parameter_is_read_as_text(server: ChatServer) -> None:
    server.replies = [Reply(["Le bilan monte. [1]\nIl baisse. [2][3]"])]
    assert list(stream_sentences(connected(server), ASK, "fr")) == [UP, DOWN]


@pytest.mark.parametrize(
    ("name", "setting", "asked"),
    [
        ("gpt-4o-mini", "auto", True),
        ("gpt-4o-mini", "no", False),
        ("m", "auto", False),
        ("m", "yes", True),
        ("gpt-4", "yes", False),  # LangChain would have it call a tool
    ],
)
@pytest.mark.filterwarnings("ignore:Cannot use method='json_schema'")
def test_langchain_knows_who_can(server: ChatServer, name: str, setting: str, asked: bool) -> None:
    server.replies = [pieces("Le bilan monte. [1]")]
    model = connected(server, chat_model=f"openai:{name}", chat_structured=setting)
    assert list(stream_sentences(model, ASK, "fr")) == [UP]
    assert ("response_format" in sent(server)) is asked


def test_other_clients_are_asked_in_their_own_way() -> None:
    ollama = guarded(init_chat_model("qwen3", model_provider="ollama"), structured="yes")
    assert json_options(ollama)["format"]["properties"] == SCHEMA["properties"]
    assert json_options(guarded(ScriptedChatModel(), structured="yes")) == {}


def test_a_written_answer_is_the_same_either_way(server: ChatServer) -> None:
    tower = "La tour de télévision de Kiev a été touchée, faisant 5 morts."
    passages = [hit_on(Article("monde", f"{tower} Moscou dément.", language="fr"))]
    false = "Moscou a annoncé 7 morts à Kiev."
    value = {"sentences": [{"text": tower, "passages": [1]}, {"text": false, "passages": [1]}], "no_answer": False}
    server.replies = [
        pieces(json.dumps(value)),
        pieces(json.dumps({"sentences": [{"text": "Moscou dément.", "passages": [1]}], "no_answer": False})),
    ]
    shown: list[str] = []
    draft = write(connected(server), "?", passages, Conversation(), "fr", HashingEmbedder(), Listener(shown.append))
    assert draft.claims == (Claim(tower, (1,)), Claim("Moscou dément.", (2,)))
    assert shown == [f"{tower} [1]", "Moscou dément. [2]"]
    assert [verdict.fate.name for verdict in draft.verdicts] == ["KEPT", "REPAIRED"]
    assert "Wrong:" in sent(server, 1)["messages"][1]["content"]
    assert "response_format" in sent(server, 1)


def test_closing_ends_the_request() -> None:
    closed: list[bool] = []

    def endless() -> Iterator[str]:
        try:
            while True:
                yield OBJECTS
        finally:
            closed.append(True)

    sentences = sentences_of(endless(), "fr")
    assert next(sentences) == UP
    sentences.close()
    assert closed == [True]


@pytest.mark.parametrize("text", ["Le bilan monte. [1]\n", '{"text": "Le bilan monte.", "passages": [1]}\n'])
def test_a_model_that_says_the_same_for_ever_is_left(text: str) -> None:
    given = 0

    def endless() -> Iterator[str]:
        nonlocal given
        while True:
            given += 1
            yield text

    assert list(sentences_of(endless(), "fr")) == [UP]
    assert given == 3


def test_a_model_that_goes_on_and_on_is_left() -> None:
    endless = (f"Le bilan monte à {number}. [1]\n" for number in count())
    assert len(list(sentences_of(endless, "fr"))) == 60


def test_the_same_with_another_passage_is_another_sentence() -> None:
    text = "Le bilan monte. [1]\nLe bilan monte. [2]\nOui. [3]\n"
    assert [s.numbers for s in sentences_of(iter([text]), "fr")] == [(1,), (2,), (3,)]
