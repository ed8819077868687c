"""The chat: piped questions, JSON lines, commands, failures; and the prompt through a real prompt_toolkit session."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from answering.generating.usage import Tally, Usage
from answering.types import to_json
from bot import failures
from bot.prompting import open_history, prompted_lines
from bot.repl import COMMANDS, Chat, piped_lines
from bot.repl import chat as talk
from retrieval.archive import Archive
from retrieval.errors import KiosqueError
from tests.bot.scripted import OTHER, QUOTE, ScriptedAnswerer, answered, refused
from tests.fakes import HashingEmbedder


@pytest.fixture(autouse=True)
def _log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "ERROR_LOG", tmp_path / "errors.log")


def session(answerer: ScriptedAnswerer, *, as_json: bool = False, terminal: bool = False) -> tuple[Chat, io.StringIO]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, color_system=None, width=300, markup=False, highlight=False)
    return Chat(answerer, console, interactive=terminal, as_json=as_json), out


def test_each_line_is_a_question_and_blank_lines_are_none() -> None:
    answerer = ScriptedAnswerer([answered(), refused()])
    chat, out = session(answerer)
    assert chat.run(["\ufeffCombien de morts ?\n", "\n", "   \n", "Qui a gagné ?"]) == 0
    assert [asked.question for asked in answerer.asked] == ["Combien de morts ?", "Qui a gagné ?"]
    assert out.getvalue().startswith(f"{QUOTE} [1] {OTHER} [2]\n\n[1] Le bilan de Moscou, Le Monde, 2022-03-02")
    assert "Les articles n'en disent rien.\n" in out.getvalue()


def test_the_conversation_goes_on_until_it_is_reset() -> None:
    answerer = ScriptedAnswerer([answered(), refused(), refused()])
    chat, out = session(answerer, as_json=True)
    assert chat.run(["un", "deux", "/reset", "trois"]) == 0
    turns = [[turn.question for turn in asked.conversation.turns] for asked in answerer.asked]
    assert turns == [[], ["un"], []]
    assert len(out.getvalue().splitlines()) == 3


def test_json_is_one_object_a_question() -> None:
    chat, out = session(ScriptedAnswerer([answered(), refused()]), as_json=True)
    chat.run(["un", "deux"])
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert first == to_json(answered("un"))
    assert second == to_json(refused("deux"))
    assert "é" in out.getvalue()


def test_json_lines_stay_aligned_when_a_question_fails(capsys: pytest.CaptureFixture[str]) -> None:
    failing = [KiosqueError("The model file is gone."), ZeroDivisionError("secret detail"), answered()]
    chat, out = session(ScriptedAnswerer(failing), as_json=True)
    assert chat.run(["un", "deux", "trois"]) == 1
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines[0] == {"question": "un", "error": "The model file is gone."}
    assert lines[1]["question"] == "deux"
    assert lines[1]["error"].startswith("Something went wrong (error id ")
    assert lines[2]["status"] == "answered"
    errors = capsys.readouterr().err
    assert errors.splitlines() == [lines[0]["error"], lines[1]["error"]]
    assert "secret detail" not in errors


def test_a_failed_question_is_no_turn_and_ends_a_pipe_with_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    answerer = ScriptedAnswerer([KiosqueError("No."), answered()])
    chat, out = session(answerer)
    assert chat.run(["un", "deux"]) == 1
    assert answerer.asked[1].conversation.turns == ()
    assert capsys.readouterr().err == "No.\n"
    assert QUOTE in out.getvalue()


def test_a_person_who_saw_an_error_leaves_with_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    chat, _ = session(ScriptedAnswerer([KiosqueError("No.")]), terminal=True)
    assert chat.run(["un"]) == 0
    assert capsys.readouterr().err == "No.\n"


def test_an_interruption_ends_the_question_for_a_person_and_the_run_for_a_pipe() -> None:
    chat, out = session(ScriptedAnswerer([KeyboardInterrupt(), answered()]), terminal=True)
    assert chat.run(["un", "deux"]) == 0
    assert "Interrupted." in out.getvalue()
    assert len(chat.conversation.turns) == 1
    chat, _ = session(ScriptedAnswerer([KeyboardInterrupt()]))
    with pytest.raises(KeyboardInterrupt):
        chat.run(["un"])


def test_a_reader_who_left_ends_the_chat() -> None:
    chat, _ = session(ScriptedAnswerer([BrokenPipeError()]))
    with pytest.raises(BrokenPipeError):
        chat.run(["un"])


def test_sentences_are_shown_as_they_come_and_once() -> None:
    streams = (f"{QUOTE} [1]", f"{OTHER} [2]")
    chat, out = session(ScriptedAnswerer([answered()], streams), terminal=True)
    chat.run(["un"])
    body = out.getvalue().partition("[1] «")[0]
    assert body.count(QUOTE) == 1
    assert body.count(OTHER) == 1


def test_a_pipe_is_not_streamed_to() -> None:
    chat, out = session(ScriptedAnswerer([answered()], ("half a sentence",)))
    chat.run(["un"])
    assert "half a sentence" not in out.getvalue()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["/sources"], "There are no sources yet: ask a question first."),
        (["q", "/sources 7"], "There is no source 7: the last answer has 1, 2."),
        (["q", "/sources deux"], "There is no source deux: the last answer has 1, 2."),
        (["q", "/reset", "/sources 1"], "There are no sources yet: ask a question first."),
        (["/nope 1"], "There is no command /nope: /help lists them."),
        (["/\x1b[31mx"], "There is no command /[31mx: /help lists them."),
        (["q", "/sources"], f"[2] « {OTHER} » — sans titre, Le Figaro, 2022-03 (figaro-1)"),
    ],
)
def test_commands_answer_in_one_line(lines: list[str], told: str) -> None:
    chat, out = session(ScriptedAnswerer([answered()]))
    assert chat.run(lines) == 0
    assert out.getvalue().splitlines()[-1] == told


def test_what_the_chat_model_used_is_shown() -> None:
    chat, out = session(ScriptedAnswerer([]))
    chat.run(["/usage"])
    chat.tally = Tally()
    chat.run(["/usage"])
    chat.tally.note("", Usage(4_000, 300, 0.0123, 1, 0))
    chat.run(["/usage"])
    chat.tally.note("", Usage(1_000, 50, 0.004, 1, 1))
    chat.run(["/usage"])
    assert out.getvalue().splitlines() == [
        "There is no chat model.",
        "The chat model has used 0 requests, 0 tokens read and 0 written.",
        "The chat model has used 1 request, 4,000 tokens read and 300 written, cost 0.0123.",
        "The chat model has used 2 requests, about 5,000 tokens read and 350 written, cost 0.0163.",
    ]


@pytest.mark.parametrize(("requests", "told"), [(0, False), (2, True)])
def test_what_was_used_is_told_at_the_end(
    requests: int, told: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out, tally = io.StringIO(), Tally()
    console = Console(file=out, force_terminal=True, color_system=None, width=300, markup=False, highlight=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("bot.prompting.prompted_lines", lambda *_: iter(["/quit"]))
    for _ in range(requests):
        tally.note("", Usage(1_000, 50, 0.0, 1, 0))
    with Archive(tmp_path / "index", HashingEmbedder()) as archive:
        assert talk(ScriptedAnswerer([]), console, archive, tally=tally) == 0
    said = "The chat model used 2 requests, 2,000 tokens read and 100 written."
    assert (out.getvalue().splitlines()[-1] == said) is told


def test_a_refusal_has_no_sources() -> None:
    chat, out = session(ScriptedAnswerer([refused()]))
    chat.run(["q", "/sources 1"])
    assert out.getvalue().endswith("The last answer has no sources.\n")


def test_a_source_is_shown_in_its_context() -> None:
    chat, out = session(ScriptedAnswerer([answered()]))
    chat.run(["q", "/sources 1"])
    assert out.getvalue().splitlines()[-1] == (
        "La guerre dure depuis huit jours. Les pourparlers ont repris jeudi. "
        f">> {QUOTE} << Kiev parle de 9.000 morts. L'ONU compte un million de réfugiés. …"
    )


def test_help_lists_every_command() -> None:
    chat, out = session(ScriptedAnswerer([]))
    chat.run(["/help"])
    assert [line.split()[0] for line in out.getvalue().splitlines()] == list(COMMANDS)


def test_quit_ends_the_chat() -> None:
    answerer = ScriptedAnswerer([])
    chat, out = session(answerer)
    assert chat.run(["/quit", "un"]) == 0
    assert (answerer.asked, out.getvalue()) == ([], "")


def test_commands_print_nothing_on_the_output_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    chat, out = session(ScriptedAnswerer([]), as_json=True)
    assert chat.run(["/help", "/sources 1", "/nope", "/reset", "/quit"]) == 0
    assert out.getvalue() == ""
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_bytes_that_are_no_text_do_not_end_the_chat() -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"caf\xe9 ?\nfin"), encoding="utf-8")
    assert list(piped_lines(stream)) == ["caf\ufffd ?\n", "fin"]
    assert list(piped_lines(io.StringIO("un\ndeux"))) == ["un\n", "deux"]


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[tuple[object, Path]]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe, tmp_path / "var" / "history"


def test_the_prompt_yields_lines_keeps_history_and_ends_at_ctrl_d(keys: tuple[object, Path]) -> None:
    pipe, history = keys
    pipe.send_text("Combien ?\rà moitié\x03/help\r\x04")  # type: ignore[attr-defined]
    assert list(prompted_lines(history, COMMANDS)) == ["Combien ?", "/help"]
    assert list(FileHistory(str(history)).load_history_strings()) == ["/help", "Combien ?"]
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_history_that_cannot_be_written_is_kept_in_memory(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert isinstance(open_history(blocked / "history"), InMemoryHistory)


def test_commands_are_completed_and_questions_are_not() -> None:
    from bot.prompting import command_completer

    def completions(text: str) -> list[str]:
        return [found.text for found in command_completer(COMMANDS).get_completions(Document(text), None)]  # type: ignore[arg-type]

    assert completions("/s") == ["/sources"]
    assert completions("/") == list(COMMANDS)
    assert completions("qui est /s") == []
