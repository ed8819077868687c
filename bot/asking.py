"""One question, asked and printed: what ``ask`` and the chat have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from answering.conversation import Conversation
from answering.types import Answer, to_json
from bot.render import answer_parts, sentence
from bot.terminal import show, to_line
from retrieval.types import Filters

if TYPE_CHECKING:
    from answering.answerer import Answerer


def ask_and_show(
    answerer: Answerer,
    question: str,
    out: Console,
    *,
    conversation: Conversation,
    filters: Filters,
    as_json: bool = False,
) -> Answer:
    """Ask, print the answer on ``out`` and return it. On a terminal its sentences are shown as they come."""
    if as_json or not out.is_terminal:
        answer = answerer.ask(question, conversation=conversation, filters=filters)
        streamed: list[str] = []
    else:
        answer, streamed = _ask_live(answerer, question, out, conversation, filters)
    if as_json:
        write_json(out, to_json(answer))
    else:
        show(out, *answer_parts(answer, streamed=tuple(streamed)))
    return answer


def _ask_live(
    answerer: Answerer, question: str, out: Console, conversation: Conversation, filters: Filters
) -> tuple[Answer, list[str]]:
    streamed: list[str] = []
    with out.status("…", spinner="dots") as waiting:

        def on_sentence(text: str) -> None:
            waiting.stop()
            streamed.append(text)
            show(out, sentence(text))

        answer = answerer.ask(question, conversation=conversation, filters=filters, on_sentence=on_sentence)
    return answer, streamed


def write_json(out: Console, value: dict[str, object]) -> None:
    """Print one JSON object on a line of its own, at once: whoever reads the pipe waits for it."""
    out.file.write(to_line(value) + "\n")
    out.file.flush()
