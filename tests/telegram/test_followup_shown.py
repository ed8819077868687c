"""A follow-up question on Telegram: under its answer, or its refusal, stands how it was understood."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from retrieval.archive import Archive
from tests.telegram.running import running
from tests.telegram_emulator import Emulator, Limits

pytestmark = pytest.mark.anyio

TOLL = "Combien de morts à Tchernihiv ?"


@pytest.fixture
async def emulator(anyio_backend: str) -> AsyncIterator[Emulator]:
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        yield emulator


@pytest.mark.parametrize(
    ("language", "question", "understood"),
    [
        ("fr", "Et à Kharkiv ?", "Question comprise ainsi\u00a0: Combien de morts à Kharkiv\u00a0?"),
        ("en", "Et à Kharkiv ?", "Understood as: Combien de morts à Kharkiv\u00a0?"),
        ("fr", "Et à <Ouagadougou> & Lima ?", ""),  # no one place: it stays as it is
    ],
)
async def test_a_follow_up_is_shown_as_it_was_understood(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, language: str, question: str, understood: str
) -> None:
    ada = emulator.user(language_code=language)
    async with running(emulator, seeds_archive, tmp_path):
        first = await emulator.reply(await ada.says(TOLL))
        follow = await emulator.reply(await ada.says(question))
    for marker in ("Question comprise ainsi", "Understood as"):
        assert marker not in first.text
        assert (marker in follow.text) == understood.startswith(marker)
    assert plain(understood) in plain(follow.text)


async def test_a_refusal_shows_how_the_question_was_understood(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path):
        await emulator.reply(await ada.says(TOLL))
        follow = await emulator.reply(await ada.says("Et à Ouagadougou ?"))
    assert "Question comprise ainsi : Combien de morts à Ouagadougou ?" in plain(follow.text)


def plain(text: str) -> str:
    """Return a text with the spaces of French as plain ones."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")
