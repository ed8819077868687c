"""The command line of the evaluation: real runs on a small folder, exit statuses, one sentence for what is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import evaluation.run
from answering.settings import ROOT
from evaluation import gate
from evaluation.cli import main
from evaluation.run import answers_of
from tests.evaluation.material import write_folder


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation.run, "WORK", tmp_path / "work")
    monkeypatch.setenv("CHAT_MODEL", "")


def test_run_compare_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, first, second = write_folder(tmp_path / "set"), tmp_path / "a.json", tmp_path / "b.json"
    assert main(["run", str(folder), "--systems", "lead,kiosque", "--json", str(first)]) == 0
    printed = capsys.readouterr().out
    assert "set: 3 answerable and 2 unanswerable questions" in printed
    assert "│ figure" in printed or "┃ figure" in printed
    assert list(json.loads(first.read_text("utf-8"))["systems"]) == ["kiosque", "lead"]
    assert main(["run", str(folder), "--systems", "kiosque", "--limit", "4", "--json", str(second)]) == 0
    assert len(answers_of(second).read_text("utf-8").splitlines()) == 4
    capsys.readouterr()
    out = tmp_path / "compared.json"
    assert (
        main(["compare", str(first), str(second), "--system", "lead", "--against", "kiosque", "--json", str(out)]) == 0
    )
    printed = capsys.readouterr().out
    assert "b kiosque against a lead" in printed
    assert "4 questions are in both; 1 only in the first" in printed
    assert "q4" in json.loads(out.read_text("utf-8"))["won"]  # the lead sentence never refuses
    assert main(["report", str(first), str(second)]) == 0
    assert "answered 100\u00a0% of 3 answerable questions" in first.with_suffix(".html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["run", "nowhere"], 1, "nowhere is no data folder; make one with `python -m evaluation prepare NAME`."),
        (["run", ".", "--systems", "best"], 2, "'best' is none of kiosque, fusion, bm25, dense, lead, textbook"),
        (["run", ".", "--json", "out.txt"], 2, "'out.txt' must end in .json"),
        (["run", ".", "--limit", "0"], 2, "--limit"),
        (["run"], 2, "Missing argument 'FOLDER' (see python -m evaluation --help)."),
        (["prepare", "squad"], 1, "There is no set 'squad'"),
        (["compare", "a.json", "b.json"], 1, "a.json cannot be read: No such file or directory"),
        (["report", "a.json"], 1, "a.json cannot be read: No such file or directory"),
        (["frobnicate"], 2, "frobnicate"),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence(
    arguments: list[str],
    status: int,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(write_folder(tmp_path / "set"))
    assert main(arguments) == status
    told = capsys.readouterr().err
    assert sentence in told
    assert len(told.strip().splitlines()) == 1


def test_the_gate_compares_with_its_baseline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "WORK", tmp_path / "work")
    monkeypatch.setattr(gate, "SEEDS", write_folder(tmp_path / "small"))
    monkeypatch.setattr(gate, "BASELINE", tmp_path / "baseline.json")
    monkeypatch.setattr(gate, "DATA", tmp_path / "nowhere")
    assert main(["gate"]) == 1
    captured = capsys.readouterr()
    assert "small: the baseline was made with other questions" in captured.out
    assert "PIAF is left out" in captured.err
    assert main(["gate", "--update"]) == 0
    assert main(["gate"]) == 0
    monkeypatch.setenv("EVIDENCE_THRESHOLD", "1")
    capsys.readouterr()
    assert main(["gate"]) == 1
    assert "small: answered is 0.000, and may not be below 0.667" in capsys.readouterr().out


_IN_ANOTHER_FOLDER = (
    "import sys, pathlib, evaluation.run; evaluation.run.WORK = pathlib.Path(sys.argv.pop(1)); "
    "from evaluation.cli import main, stop_on_terminate; stop_on_terminate(); sys.exit(main())"
)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_how_to_go_on(sent: signal.Signals, tmp_path: Path) -> None:
    """A real signal, once the journal shows that questions are being answered."""
    questions = [{"id": f"q{i}", "question": f"Que dit l'article {i} ?", "answerable": False} for i in range(2000)]
    folder, out = write_folder(tmp_path / "set", questions), tmp_path / "run.json"
    arguments = ["run", str(folder), "--systems", "kiosque", "--json", str(out)]
    command = [sys.executable, "-c", _IN_ANOTHER_FOLDER, str(tmp_path / "work"), *arguments]
    # A shell's background job ignores SIGINT, and so would what these tests start from there.
    restored = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=os.environ, **restored) as process:
        part = out.with_suffix(".part")
        while process.poll() is None and not (part.exists() and part.read_bytes().count(b"\n") > 2):
            pass
        process.send_signal(sent)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told.strip()) == (130, "Stopped; the same command goes on from here.")
    assert not out.exists()
    assert part.read_bytes().count(b"\n") > 2
