"""From the start of the process to the answer, on the seeds, against a bare Python start in the same run.

python -m benchmarks.startup [--runs 10] [--json var/benchmarks/startup.json]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from answering.settings import ROOT
from benchmarks.orangesum import WORK
from benchmarks.report import percentiles, print_table, write_json

_KIOSQUE = [sys.executable, "-m", "bot"]
_QUESTION = "Qui dirige la délégation russe ?"


def main() -> None:
    parser = argparse.ArgumentParser(description="Cold start to answer.")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--json", type=Path, default=WORK / "startup.json")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "INDEX_DIR": folder, "KIOSQUE_ENV": os.devnull}
        _run([*_KIOSQUE, "index", str(ROOT / "seeds")], environment)
        _run([*_KIOSQUE, "ask", _QUESTION], environment)
        figures: dict[str, Any] = {}
        for name, command in (
            ("python_ms", [sys.executable, "-c", "pass"]),
            ("ask_ms", [*_KIOSQUE, "ask", _QUESTION]),
            ("repl_one_question_ms", [*_KIOSQUE, "repl", "--json"]),
        ):
            seconds = [_run(command, environment) for _ in range(arguments.runs)]
            figures |= percentiles(name, np.array(seconds) * 1000)
    print_table("Start", figures)
    write_json(arguments.json, figures)


def _run(command: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, input=_QUESTION.encode(), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
