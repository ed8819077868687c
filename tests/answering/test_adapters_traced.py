"""What callbacks and tracers see of an answer, and what they never see; LangSmith; what is loaded; the documentation."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackManager
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.tracers import BaseTracer, Run

from answering.adapters import AnswererRunnable, ArchiveRetriever
from answering.answerer import Answerer
from answering.generating.chat import connect_chat_model
from answering.settings import ROOT, Settings
from answering.types import Mode, Status, to_json
from retrieval.archive import Archive
from retrieval.errors import KiosqueError
from retrieval.types import Filters, Vectors
from tests.answering.chained import ARTICLES, KEY, MARKED, WHO, WRITTEN, Listed, answerer
from tests.fakes import HashingEmbedder
from tests.openai_server import Reply, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive(tmp_path_factory.mktemp("adapters") / "index", HashingEmbedder()) as opened:
        assert opened.index(Listed()).added == len(ARTICLES)
        yield opened


# -- callbacks and traces -------------------------------------------------------------------------------------------


class Recorder(BaseTracer):
    """Keeps each root run, with the runs within it, and counts all that began."""

    def __init__(self) -> None:
        super().__init__()
        self.roots: list[Run] = []
        self.began = 0

    def _on_run_create(self, run: Run) -> None:
        self.began += 1

    def _persist_run(self, run: Run) -> None:
        self.roots.append(run)


Tree = tuple[str, str, list["Tree"]]  # type and name of a run, and the runs within it
CHILDREN: list[Tree] = [("retriever", "ArchiveRetriever", []), ("llm", "ScriptedChatModel", [])]
ANSWER: Tree = ("chain", "AnswererRunnable", CHILDREN)


def tree(run: Run) -> Tree:
    return run.run_type, run.name, [tree(child) for child in run.child_runs]


def every(run: Run) -> list[Run]:
    return [run, *(below for child in run.child_runs for below in every(child))]


async def traced(asked: AnswererRunnable[Any], how: str, question: Any, config: Any) -> None:
    if how == "invoke":
        asked.invoke(question, config)
    elif how == "ainvoke":
        await asked.ainvoke(question, config)
    elif how == "stream":
        list(asked.stream(question, config))
    elif how == "batch":
        asked.batch([question], config)
    else:
        _ = [piece async for piece in asked.astream(question, config)]


@pytest.mark.parametrize("how", ["invoke", "ainvoke", "stream", "astream", "batch"])
async def test_a_tracer_sees_the_search_and_the_model_within_the_answer(archive: Archive, how: str) -> None:
    recorder = Recorder()
    asked = AnswererRunnable(answerer(archive), as_json=True)
    await traced(asked, how, WHO, {"callbacks": [recorder], "tags": ["press"], "metadata": {"user": "u1"}})
    [root] = recorder.roots
    assert tree(root) == ANSWER
    assert all(run.tags == ["press"] and run.extra["metadata"]["user"] == "u1" for run in every(root))
    assert all(run.error is None and run.end_time is not None for run in every(root))
    assert root.inputs == {"input": WHO}
    assert root.outputs is not None
    assert (root.outputs["text"], root.outputs["status"]) == ("".join(MARKED), "answered")
    search, model = root.child_runs
    assert search.inputs == {"query": WHO}
    assert search.outputs is not None
    first: Document = search.outputs["documents"][0]
    assert (first.id, first.page_content) == (f"monde:0-{len(ARTICLES[0].text)}", ARTICLES[0].text)
    assert model.outputs is not None
    assert model.outputs["generations"][0][0]["text"] == "".join(WRITTEN)


def test_names_tags_and_callbacks_of_a_chain_go_down(archive: Archive) -> None:
    recorder = Recorder()
    asked = AnswererRunnable(answerer(archive)).with_config(run_name="kiosque", tags=["mine"])
    before: Runnable[str, Any] = RunnableLambda(lambda question: {"question": question})
    chain = before | asked | RunnableLambda(to_json)
    chain.invoke(WHO, {"callbacks": [recorder], "run_name": "whole"})
    [root] = recorder.roots
    assert root.name == "whole"
    assert tree(root.child_runs[1]) == ("chain", "kiosque", CHILDREN)
    assert all("mine" in (run.tags or []) for run in every(root.child_runs[1]))


def test_inside_another_runnable_it_finds_its_parent_by_itself(archive: Archive) -> None:
    recorder, asked = Recorder(), AnswererRunnable(answerer(archive))
    outer: Runnable[str, str] = RunnableLambda(lambda question: asked.invoke(question).text)
    outer.invoke(WHO, {"callbacks": [recorder]})
    assert [tree(run) for run in recorder.roots[0].child_runs] == [ANSWER]


async def test_a_handler_put_into_every_manager_sees_it(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """As OpenTelemetry's instrumentations of LangChain do it."""
    recorder, made = Recorder(), BaseCallbackManager.__init__

    def instrumented(self: BaseCallbackManager, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        if recorder not in self.inheritable_handlers:
            self.add_handler(recorder, inherit=True)

    monkeypatch.setattr(BaseCallbackManager, "__init__", instrumented)
    AnswererRunnable(answerer(archive)).invoke(WHO)
    await AnswererRunnable(answerer(archive)).ainvoke(WHO)
    assert [tree(root) for root in recorder.roots] == [ANSWER, ANSWER]


def test_nothing_of_one_question_stays_for_the_next(archive: Archive) -> None:
    recorder, plain = Recorder(), answerer(archive)
    AnswererRunnable(plain).invoke(WHO, {"callbacks": [recorder]})
    AnswererRunnable(plain).invoke(WHO)
    plain.ask(WHO)
    assert recorder.began == 3


class Broken(HashingEmbedder):
    """Embeds passages, and no question."""

    def embed_query(self, text: str) -> Vectors:
        raise KiosqueError("The encoder is gone.")


@pytest.mark.parametrize("how", ["invoke", "ainvoke", "stream", "astream"])
async def test_errors_are_recorded_where_they_happen(tmp_path: Path, how: str) -> None:
    recorder = Recorder()
    config = {"callbacks": [recorder]}
    with Archive(tmp_path / "index", Broken()) as archive:
        archive.index(Listed())
        with pytest.raises(KiosqueError):
            await traced(AnswererRunnable(answerer(archive)), how, WHO, config)
        with pytest.raises(KiosqueError):
            await traced(AnswererRunnable(answerer(archive)), how, {"question": 3}, config)
    [broken, wrong] = recorder.roots
    assert [(run.name, "The encoder is gone." in (run.error or "")) for run in every(broken)] == [
        ("AnswererRunnable", True),
        ("ArchiveRetriever", True),
    ]
    assert tree(wrong) == ("chain", "AnswererRunnable", [])
    assert "question is not valid" in (wrong.error or "")


async def test_a_failing_model_is_an_error_within_an_answer(archive: Archive) -> None:
    recorder = Recorder()
    failing = AnswererRunnable(answerer(archive, [], ConnectionError("refused")))
    answer = failing.invoke(WHO, {"callbacks": [recorder]})
    assert (answer.status, answer.mode, bool(answer.notice)) == (Status.ANSWERED, Mode.EXTRACTIVE, True)
    [root] = recorder.roots
    assert [bool(run.error) for run in every(root)] == [False, False, True]
    assert "cannot be reached" in (root.child_runs[1].error or "")
    assert "refused" not in (root.child_runs[1].error or "")  # none of the provider's own words


async def test_a_retriever_of_its_own_is_a_run_with_its_errors(archive: Archive) -> None:
    recorder, retriever = Recorder(), ArchiveRetriever(archive=archive, tags=["press"])
    config: Any = {"callbacks": [recorder], "run_name": "find"}
    documents = retriever.invoke(WHO, config)
    assert await retriever.ainvoke(WHO, config) == documents
    with pytest.raises(KiosqueError):
        retriever.invoke(WHO, config, filters=Filters(since="soon"))
    assert [(r.run_type, r.name, r.tags) for r in recorder.roots] == [("retriever", "find", ["press"])] * 3
    assert [(r.outputs or {}).get("documents") for r in recorder.roots] == [documents, documents, None]
    assert [bool(r.error) for r in recorder.roots] == [False, False, True]


@pytest.mark.parametrize("reply", [Reply(WRITTEN), Reply(status=500, body="{}"), Reply(["Le"], end="drop")])
@pytest.mark.parametrize("provider", ["openai", "ollama"])
def test_a_trace_holds_no_key(archive: Archive, monkeypatch: pytest.MonkeyPatch, provider: str, reply: Reply) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    recorder = Recorder()
    with serving(reply) as server:
        values = {"chat_model": f"{provider}:m", "chat_base_url": server.url, "chat_api_key": KEY}
        model: BaseChatModel = connect_chat_model(Settings(_env_file=None, **values))  # type: ignore[arg-type, call-arg]
        AnswererRunnable(Answerer(archive, model, 0.01)).invoke(WHO, {"callbacks": [recorder]})
        assert server.requests[0][1]["authorization"] == f"Bearer {KEY}"
    [root] = recorder.roots
    assert [run.run_type for run in every(root)] == ["chain", "retriever", "llm"]
    assert KEY not in "".join(repr(vars(run)) for run in every(root))


# -- LangSmith, start, and the documentation ------------------------------------------------------------------------

ASKING = """
import sys
called = []
sys.addaudithook(lambda event, args: called.append(event) if event in ("socket.connect", "socket.getaddrinfo") else None)
from pathlib import Path
from answering.adapters import AnswererRunnable, ArchiveRetriever
from answering.answerer import Answerer
from langchain_core.tracers.langchain import wait_for_all_tracers
from retrieval.archive import Archive
from tests.answering.chained import Listed, WHO, WRITTEN
from tests.fakes import HashingEmbedder, ScriptedChatModel
with Archive(Path(sys.argv[1]), HashingEmbedder()) as archive:
    archive.index(Listed())
    ArchiveRetriever(archive=archive).invoke(WHO)
    answer = AnswererRunnable(Answerer(archive, ScriptedChatModel(pieces=WRITTEN), 0.01)).invoke(WHO)
    assert answer.mode == "generative"
wait_for_all_tracers()
print(len(called))
"""


def run(code: str, *arguments: str, **environment: str) -> str:
    """Run code in a process whose environment has no settings of ours or of LangSmith's but the given ones."""
    ours = {name.upper() for name in Settings.model_fields}
    clean = {k: v for k, v in os.environ.items() if k not in ours and not k.startswith(("LANGSMITH_", "LANGCHAIN_"))}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**clean, "KIOSQUE_ENV": os.devnull, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_langsmith_is_not_called_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert run(ASKING, str(tmp_path / "index")).split() == ["0"]


def test_langsmith_gets_the_runs_when_it_is_asked_for(tmp_path: Path) -> None:
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._answer(b"{}")

        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(b"{}")

        do_PATCH = do_POST

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        wanted = {"LANGSMITH_TRACING": "true", "LANGSMITH_ENDPOINT": endpoint, "LANGSMITH_API_KEY": "lsv2-none"}
        more = {"NO_PROXY": "127.0.0.1", "LANGSMITH_DISABLE_RUN_COMPRESSION": "true", "CHAT_API_KEY": KEY}
        assert int(run(ASKING, str(tmp_path / "index"), **wanted, **more)) > 0
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    sent = b"".join(bodies)
    assert {b"AnswererRunnable", b"ArchiveRetriever", b"ScriptedChatModel"} <= set(re.findall(rb"[A-Z]\w{10,}", sent))
    assert KEY.encode() not in sent


def test_what_has_no_chat_model_loads_no_langchain() -> None:
    code = "import sys, answering.wiring, bot.cli, bot.commands; print('langchain_core' in sys.modules)"
    assert run(code).split() == ["False"]
    code = "import sys, answering.adapters; print([m for m in sys.modules if m.split('.')[0].startswith('langchain')])"
    assert {name.split(".")[0] for name in re.findall(r"[\w.]+", run(code))} == {"langchain_core"}


def test_the_documented_example_prints_what_it_says(tmp_path: Path) -> None:
    page = (ROOT / "docs/langchain.md").read_text("utf-8")
    code, printed = re.findall(r"```(?:python|console)\n(.*?)```", page.split("<!-- tests/answering", 1)[1], re.DOTALL)[
        :2
    ]
    run("from bot.cli import app; app(['index', 'seeds'])", INDEX_DIR=str(tmp_path / "index"))
    assert run(textwrap.dedent(code), INDEX_DIR=str(tmp_path / "index")).strip() == printed.strip()
