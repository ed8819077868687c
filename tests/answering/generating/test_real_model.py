"""Answers about the seeds by a real chat model: ``make test-llm MODEL=path.gguf``; docs/chat_model.md says more.

Whatever the model, what is answered is proved, and what happens to the request is told. ``KIOSQUE_TEST_MODEL`` names a
GGUF file, for which llama.cpp's server is started; ``KIOSQUE_TEST_MODEL_URL`` a server that runs already.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from answering.answerer import Answerer
from answering.conversation import Conversation
from answering.errors import ChatModelError, Failure
from answering.generating.chat import connect_chat_model, stream_text
from answering.generating.guarded import GuardedChatModel
from answering.generating.messages import build_messages
from answering.generating.structured import stream_sentences
from answering.generating.tokens import estimate_tokens
from answering.generating.usage import Tally
from answering.settings import ROOT, Settings
from answering.types import Mode
from retrieval.archive import Archive
from retrieval.types import Article
from tests.answering.test_seeds import CASES, Case
from tests.fakes import hit_on

MODEL, URL = os.environ.get("KIOSQUE_TEST_MODEL", ""), os.environ.get("KIOSQUE_TEST_MODEL_URL", "")
CONTEXT = 4_096  # tokens: a model of any size reads so many in a minute or two, on a processor of any kind
ANSWER = 300  # tokens
LOADING = 300  # seconds
pytestmark = pytest.mark.skipif(not (MODEL or URL), reason="no model: make test-llm MODEL=path/to/model.gguf")


@contextmanager
def llama_server(model: str) -> Iterator[str]:
    """Run llama.cpp's server for a model file, until left; its address comes once the model is loaded."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    python = ROOT / ".venv" / "llm" / "bin" / "python"
    command = [str(python), "-m", "llama_cpp.server", "--model", model, "--n_ctx", str(CONTEXT)]
    process = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", port], cwd=Path(model).parent)
    try:
        url = f"http://127.0.0.1:{port}/v1"
        for _ in range(LOADING):
            if process.poll() is not None:
                pytest.fail(f"llama.cpp's server ended with status {process.returncode}: can it read this model?")
            try:
                if httpx.get(f"{url}/models", trust_env=False).is_success:
                    break
            except httpx.TransportError:
                threading.Event().wait(1)
        else:
            pytest.fail(f"The model was not loaded in {LOADING} seconds.")
        yield url
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="module")
def tally() -> Tally:
    return Tally()


@pytest.fixture(scope="module")
def model(tally: Tally) -> Iterator[GuardedChatModel]:
    os.environ["NO_PROXY"] = "127.0.0.1,localhost"

    def connected(url: str) -> GuardedChatModel:
        values = {"chat_model": "openai:local", "chat_base_url": url, "chat_timeout": 1_800, "chat_context": CONTEXT}
        made = connect_chat_model(Settings(_env_file=None, **values), tally)  # type: ignore[arg-type, call-arg]
        # A small model may not know how to end, and llama-cpp-python streams long Cyrillic texts ever more slowly.
        return made.model_copy(update={"inner": made.inner.model_copy(update={"extra_body": {"max_tokens": ANSWER}})})

    if URL:
        yield connected(URL)
        return
    with llama_server(MODEL) as url:
        yield connected(url)


@pytest.mark.parametrize("case", CASES, ids=[case.question for case in CASES])
def test_what_is_answered_is_proved(case: Case, seeds_archive: Archive, model: GuardedChatModel) -> None:
    heard: list[str] = []
    answer = Answerer(seeds_archive, model).ask(case.question, on_sentence=heard.append)
    print(f"\n{case.question}\n  {answer.mode} {answer.status}: {answer.text!r} {answer.notice}")
    markers = {citation.marker for citation in answer.citations}
    for citation in answer.citations:
        article = seeds_archive.article(citation.article.id)
        assert article.text[citation.start : citation.end] == citation.quote != ""
    for claim in answer.claims:
        assert claim.markers
        assert set(claim.markers) <= markers
    if answer.mode is Mode.GENERATIVE:
        assert [re.sub(r" (?:\[\d+\])+$", "", sentence) for sentence in heard] == [c.text for c in answer.claims]


def test_asked_for_json_it_writes_json_or_is_asked_without_it(model: GuardedChatModel) -> None:
    held = model.model_copy(update={"structured": "yes"})
    article = Article("1", "The tower of Kyiv was hit, and 5 people died.", outlet="Le Monde", language="en")
    messages = build_messages("How many people died?", [hit_on(article)], Conversation(), "en")
    sentences = []
    try:
        for sentence in stream_sentences(held, messages, "en"):
            sentences.append(sentence)
    except ChatModelError as exc:
        if exc.failure is not Failure.UNFINISHED:  # it went on and on, each time in other words
            raise
    print(f"\nJSON: {held.structured}: {sentences}")
    assert sentences
    assert not any(set(sentence.text) & set("{}") for sentence in sentences)


def test_it_reports_what_it_used_and_no_more_than_was_estimated(model: GuardedChatModel, tally: Tally) -> None:
    before = tally.total()
    question = "Réponds en une phrase courte. " + "Les pourparlers ont repris lundi à la frontière. " * 60
    said = []
    try:
        for piece in stream_text(model, [("human", question)]):
            said.append(piece)
    except ChatModelError as exc:
        if exc.failure is not Failure.UNFINISHED:  # a small model may not know how to end
            raise
    assert "".join(said).strip()
    used = tally.total().read - before.read
    print(f"\n{used} tokens were read, {estimate_tokens(question)} estimated; in all {tally.total()}")
    assert 0 < used <= 1.2 * estimate_tokens(question)


def test_what_is_too_long_is_told(model: GuardedChatModel) -> None:
    with pytest.raises(ChatModelError) as caught:
        list(stream_text(model, [("human", "Les pourparlers ont repris lundi. " * CONTEXT)]))
    # llama-cpp-python's server ends the stream without a word; llama.cpp's own and others say what is wrong.
    assert caught.value.failure in (Failure.OVERFLOW, Failure.MALFORMED)
