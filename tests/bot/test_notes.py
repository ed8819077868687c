"""What the chat says of a quotation besides its words."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from answering.types import Answer, Citation, Claim, Mode, Status
from bot.notes import notes_on
from bot.repl import Chat
from retrieval.archive import Archive
from retrieval.types import Article
from tests.bot.scripted import ScriptedAnswerer
from tests.fakes import HashingEmbedder
from tests.retrieval.material import MemorySource

SAID = "Les deux délégations se sont retrouvées jeudi en Biélorussie, après un essai la semaine dernière."
TALKS = Article("talks", f"{SAID} La suite est incertaine.", published="2022-03-04", language="fr")
SPUN = Article(
    "spun", "La France va apporter une aide supplémcheztaire à l'Ukraine.", published="2022-03-04", language="fr"
)


def test_days_mangled_words_and_other_printings(tmp_path: Path) -> None:
    with Archive(tmp_path, HashingEmbedder()) as archive:
        archive.index(MemorySource({"mem/1": TALKS, "mem/2": SPUN}))
        cited = Citation(1, TALKS, 0, len(SAID), ("copy", "other"))
        assert [line.plain for line in notes_on(archive, cited, "fr")] == [
            "« jeudi » : 2022-03-03",
            "« la semaine dernière » : 2022-02-21 – 2022-02-27",
            "= copy, other",
        ]
        start = SPUN.text.index("supplém")
        garbled = Citation(1, SPUN, 0, len(SPUN.text), garbled=((start, start + len("supplémcheztaire")),))
        assert [line.plain for line in notes_on(archive, garbled, "en")] == [
            "The quoted sentence has garbled words. (supplémcheztaire)"
        ]
        assert notes_on(archive, replace(cited, start=len(SAID) + 1, end=len(TALKS.text), also_in=()), "fr") == []

        answer = Answer("?", Status.ANSWERED, SAID, Mode.EXTRACTIVE, "fr", (Claim(SAID, (1,)),), (cited,))
        out = io.StringIO()
        chat = Chat(ScriptedAnswerer([answer]), Console(file=out, color_system=None, width=300), archive)
        chat.run(["Où ?", "/sources 1"])
        assert out.getvalue().endswith(
            "« jeudi » : 2022-03-03\n« la semaine dernière » : 2022-02-21 – 2022-02-27\n= copy, other\n"
        )
