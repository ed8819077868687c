"""Greetings and thanks are told from questions."""

from __future__ import annotations

import pytest

from bot.telegram.handlers.smalltalk import small_talk


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Bonjour !", "start"),
        ("HELLO", "start"),
        ("Добрый день 👋", "start"),
        ("Merci beaucoup !!", "welcome"),
        ("thank you :)", "welcome"),
        ("дякую", "welcome"),
        ("Merci à qui ?", ""),
        ("Bonjour, combien de morts ?", ""),
        ("Salut nazi : qui en parle ?", ""),
        ("?", ""),
        ("", ""),
    ],
)
def test_small_talk(text: str, told: str) -> None:
    assert small_talk(text) == told
