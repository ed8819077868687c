"""What a small model really wrote, and what the reader makes of it: ``outputs/*.jsonl``, whose first line says by whom."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from answering.generating.structured import sentences_of

FOLDER = Path(__file__).parent / "outputs"
LINES = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in sorted(FOLDER.glob("*.jsonl"))}
CASES: list[Any] = [
    pytest.param(case, id=f"{name}-{case['question']}-{case['form']}-{case['temperature']}")
    for name, lines in LINES.items()
    for case in map(json.loads, lines[1:])
]


def read(case: dict[str, Any], size: int) -> list[tuple[str, tuple[int, ...]]]:
    text = case["text"]
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    return [(sentence.text, sentence.numbers) for sentence in sentences_of(pieces, case["language"])]


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("case", CASES)
def test_what_a_model_wrote(case: dict[str, Any], size: int) -> None:
    assert read(case, size) == [(text, tuple(numbers)) for text, numbers in case["sentences"]]


@pytest.mark.parametrize("case", CASES)
def test_no_passage_is_named_that_the_model_did_not_name(case: dict[str, Any]) -> None:
    """Numbers stand in brackets in these texts, or in a list after "passages"."""
    named = {
        int(digits) for found in re.findall(r"\[([\d, ]+)\]", case["text"]) for digits in re.findall(r"\d+", found)
    }
    for _, numbers in read(case, 10_000):
        assert set(numbers) <= named


def test_every_file_says_whose_words_these_are() -> None:
    assert len(CASES) >= 25
    for lines in LINES.values():
        assert {"model", "licence", "source"} <= json.loads(lines[0]).keys()
