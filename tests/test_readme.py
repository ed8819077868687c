"""The README's transcript is what the commands print, and its settings table is the settings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from answering.settings import ROOT, Settings

README = (ROOT / "README.md").read_text("utf-8")
TRANSCRIPT = README.split("<!-- tests/test_readme.py", 1)[1].split("```")[1].removeprefix("console\n")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if k.lower() not in Settings.model_fields}
    return {**clean, "INDEX_DIR": str(tmp_path_factory.mktemp("index")), "KIOSQUE_ENV": os.devnull}


def kiosque(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_transcript_is_what_the_commands_print(environment: dict[str, str]) -> None:
    kiosque(["index", "seeds"], environment)
    entries = re.split(r"^\$ kiosque ask ", TRANSCRIPT, flags=re.MULTILINE)[1:]
    assert len(entries) >= 4
    for entry in entries:
        question, _, printed = entry.partition("\n")
        assert kiosque(["ask", question.strip('"')], environment).strip() == printed.strip()


def test_the_settings_table_has_every_setting() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \|", README, flags=re.MULTILINE)
    assert table == [name.upper() for name in Settings.model_fields]


def test_every_linked_file_exists() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert Path(ROOT / target).exists(), target
