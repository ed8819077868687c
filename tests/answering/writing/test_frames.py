"""The bot's own words: every language says everything, with the same gaps."""

from __future__ import annotations

from dataclasses import fields
from string import Formatter

import pytest

from answering.writing.frames import FRAMES, Frame, frame_for

NAMES = [field.name for field in fields(Frame)]


def gaps(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", FRAMES)
def test_every_language_says_it_with_the_same_gaps(language: str, name: str) -> None:
    text = getattr(FRAMES[language], name)
    assert text.strip() == text != ""
    assert gaps(text) == gaps(getattr(FRAMES["en"], name))


@pytest.mark.parametrize("name", NAMES)
def test_no_language_borrows_another_s_sentence(name: str) -> None:
    if name not in (
        "printed",
        "untitled",
        "no",
        "sources",
    ):  # quotation marks, "article" and "no" are the same in several
        assert len({getattr(frame, name) for frame in FRAMES.values()}) == len(FRAMES)


def test_the_languages_that_are_asked_for_are_there() -> None:
    assert {"fr", "en", "ru", "uk", "de", "es"} <= set(FRAMES)


@pytest.mark.parametrize("language", ["", "tr", "zh", "FR"])
def test_a_language_without_a_frame_gets_the_english_one(language: str) -> None:
    assert frame_for(language) is FRAMES["en"]
