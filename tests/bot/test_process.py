"""Whole processes, as a person or a script starts them, with the bundled encoder."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from answering.settings import ROOT, Settings


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment whose archive holds the seeds, indexed by a real process with the bundled encoder."""
    folder = tmp_path_factory.mktemp("seeds")
    settings = {name.upper() for name in Settings.model_fields}
    environment = {name: value for name, value in os.environ.items() if name.upper() not in settings} | {
        "INDEX_DIR": str(folder / "index"),
        "KIOSQUE_ENV": os.devnull,
    }
    done = process(environment, "index", str(ROOT / "seeds"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("5 added, 0 updated, 0 removed, 0 unchanged; ")
    return environment


def process(
    environment: dict[str, str], *arguments: str, text: bytes | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=text or b"",
        capture_output=True,
        env=environment | {"PYTHONUTF8": "1"},
        cwd=ROOT,
        timeout=300,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_process_answers_with_verbatim_quotations(seeds: dict[str, str]) -> None:
    done = process(seeds, "ask", "Qui dirige la délégation russe ?", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["status"] == "answered"
    assert answer["citations"]
    for citation in answer["citations"]:
        shown = process(seeds, "show", citation["article_id"])
        assert citation["quote"] in shown.stdout


def test_a_process_refuses_with_status_0(seeds: dict[str, str]) -> None:
    done = process(seeds, "ask", "Qui a gagné la Coupe du monde 2018 ?", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "no_evidence"


def test_a_process_reads_questions_from_a_pipe(seeds: dict[str, str]) -> None:
    done = process(seeds, "repl", "--json", text=b"Qui dirige la d\xe9l\xe9gation russe ?\n\n/reset\nHow many fled?\n")
    values = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [value["question"] for value in values] == ["Qui dirige la d\ufffdl\ufffdgation russe ?", "How many fled?"]


@pytest.mark.parametrize(
    ("arguments", "reader", "lines"),
    [("search guerre --limit 50", "head -1", 1), ("status", "true", 0), ("status --json", "true", 0)],
)
def test_a_reader_who_leaves_is_no_trouble(seeds: dict[str, str], arguments: str, reader: str, lines: int) -> None:
    command = f'"{sys.executable}" -m bot {arguments} | {reader}'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        env=seeds,
        cwd=ROOT,
        timeout=300,
        check=False,
    )
    assert done.stderr == b""
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == lines


@pytest.mark.parametrize(
    ("arguments", "setting", "status"),
    [
        (["ask", ""], {}, 2),
        (["index", "/no/such/folder"], {}, 2),
        (["status"], {"THREADS": "many"}, 2),
        (["show", "nope"], {}, 1),
        (["--help"], {}, 0),
    ],
)
def test_a_process_ends_with_its_status(
    seeds: dict[str, str], arguments: list[str], setting: dict[str, str], status: int
) -> None:
    done = process(seeds | setting, *arguments)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == (1 if status else 0)


def test_asking_loads_nothing_that_reads_files_or_the_web() -> None:
    code = "import sys, bot.cli, answering.wiring; print(*(name for name in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "retrieval.archive" in loaded
    heavy = {"retrieval.reading.readers", "trafilatura", "lxml", "pypdf", "markdown_it", "httpx", "feedparser"}
    assert loaded & heavy == set()
