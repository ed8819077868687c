"""A follow-up question in the chat of the terminal, answered by the real answerer: it says how it was understood."""

from __future__ import annotations

import io
import json

from answering.answerer import Answerer
from bot.repl import Chat
from bot.terminal import console
from retrieval.archive import Archive


def test_json_says_how_a_follow_up_was_understood(seeds_archive: Archive) -> None:
    out = io.StringIO()
    chat = Chat(Answerer(seeds_archive), console(out), seeds_archive, as_json=True)
    lines = ["Combien de morts à Tchernihiv ?", "Et à Kharkiv ?", "Et les blessés ?", "/reset", "Et à Kharkiv ?"]
    assert chat.run(lines) == 0
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one["question"] for one in told] == [line for line in lines if line != "/reset"]
    assert [one["standalone"] for one in told] == [
        None,
        "Combien de morts à Kharkiv ?",
        "Combien de blessés à Kharkiv ?",
        None,
    ]


def test_the_chat_says_how_a_follow_up_was_understood(seeds_archive: Archive) -> None:
    out = io.StringIO()
    chat = Chat(Answerer(seeds_archive), console(out), seeds_archive)
    assert chat.run(["Combien de morts à Tchernihiv ?", "Et à Kharkiv ?"]) == 0
    first, second = out.getvalue().split("Cherché dans")[:2]
    assert "Compris" not in first
    assert "Compris : Combien de morts à Kharkiv ?" in second
