"""What a chat model is shown: its rules, the conversation, and numbered passages that nothing in them can close."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from answering.conversation import Conversation, Turn
from answering.errors import ChatModelError, Failure
from answering.generating.chat import Message, room
from answering.generating.marked import Sentence
from answering.generating.tokens import fit_tokens
from prompts import load_prompt
from retrieval.types import Hit

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MAX_PASSAGES = 12
_ANSWER = 1_024  # tokens kept for the answer, a quarter of a small context
_BESIDES = 256  # tokens that a chat template adds, and the wish for JSON
_LEAST = 200  # characters of a passage that is cut: with less there is no use in asking
_RECALLED = 8  # the conversation has an eighth of the context
_HEADING = 300  # characters
_TURNS = 3  # of the conversation, for what "he" and "there" mean
_TURN_CHARACTERS = 600
_CAUSE_CHARACTERS = 300

LANGUAGES = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese",
    "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "tr": "Turkish",
    "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip


def left_beside(model: BaseChatModel, messages: Sequence[Message]) -> tuple[int, Callable[[str], int]]:
    """Return how many tokens of a model's context are left beside messages and the answer, and what counts them."""
    context, count = room(model)
    return context - min(_ANSWER, context // 4) - _BESIDES - sum(count(text) for _, text in messages), count


def fit(
    model: BaseChatModel, question: str, passages: Sequence[Hit], conversation: Conversation, language: str
) -> list[Hit]:
    """Return as many of the first passages as the model has room for, at most ``MAX_PASSAGES``.

    The first one is cut where there is no room for the whole of it. Raises ChatModelError (OVERFLOW) where there is hardly
    room for any of it.
    """
    shown = list(passages[:MAX_PASSAGES])
    left, count = left_beside(model, build_messages(question, [], conversation, language))
    number = fit_tokens([shown_as(n, hit) + _BETWEEN for n, hit in enumerate(shown, 1)], left, count)
    if number or not shown:
        return shown[:number]
    first = _beginning(shown[0], left, count)
    if len(first.text) < _LEAST:
        raise ChatModelError(Failure.OVERFLOW)
    return [first]


def _beginning(hit: Hit, budget: int, count: Callable[[str], int]) -> Hit:
    """Return as much of a passage as has so many tokens when it is shown."""

    def first(length: int) -> Hit:
        return replace(hit, passage=replace(hit.passage, end=hit.passage.start + length))

    longest = bisect_right(range(len(hit.text)), budget, key=lambda length: count(shown_as(1, first(length)))) - 1
    return first(max(longest, 0))


def recalled(model: BaseChatModel, conversation: Conversation) -> Conversation:
    """Return the latest turns of a conversation, as many as a model has room for."""
    context, count = room(model)
    latest = conversation.turns[-_TURNS:]
    number = fit_tokens([turn_as(turn) for turn in reversed(latest)], context // _RECALLED, count)
    return Conversation(latest[len(latest) - number :])


def build_messages(question: str, passages: Sequence[Hit], conversation: Conversation, language: str) -> list[Message]:
    """Return the system and the user message. Nothing of an article, a question or a turn can close its block."""
    name = LANGUAGES.get(language, "the language of the question")
    user = load_prompt("answer.user").render(
        conversation="\n".join(map(turn_as, conversation.turns[-_TURNS:])) or "(nothing)",
        language=name,
        passages=_BETWEEN.join(shown_as(number, hit) for number, hit in enumerate(passages, 1)),
        question=inert(question),
    )
    return [("system", load_prompt("answer.system").render(language=name)), ("human", user)]


def repair_message(
    model: BaseChatModel, failed: Sequence[tuple[Sentence, str]], shown: Sequence[Hit], language: str
) -> Message:
    """Return the user message that gives failed sentences back, each with its reason, and the passages they cite.

    The last sentences are left out where the model has no room for all; the first never is.
    """
    rules = build_messages("", [], Conversation(), language)[0]
    for number in range(len(failed), 1, -1):
        message = _repair(failed[:number], shown, language)
        if left_beside(model, [rules, message])[0] >= 0:
            return message
    return _repair(failed[:1], shown, language)


def _repair(failed: Sequence[tuple[Sentence, str]], shown: Sequence[Hit], language: str) -> Message:
    numbers = sorted({n for sentence, _ in failed for n in sentence.numbers if 1 <= n <= len(shown)})
    lines = [
        f"- {inert(sentence.text[:_TURN_CHARACTERS])} {''.join(f'[{number}]' for number in sentence.numbers)}\n"
        f"  Wrong: {inert(reason[:_CAUSE_CHARACTERS])}"
        for sentence, reason in failed
    ]
    text = load_prompt("answer.repair").render(
        language=LANGUAGES.get(language, "the language of the question"),
        passages=_BETWEEN.join(shown_as(number, shown[number - 1]) for number in numbers),
        sentences="\n".join(lines),
    )
    return "human", text


def turn_as(turn: Turn) -> str:
    """Return a turn of the conversation as a model is shown it, without the markers of its answer."""
    question, answer = (" ".join(text.split())[:_TURN_CHARACTERS] for text in (turn.question, turn.answer))
    answer = re.sub(r"\[\d+\]", "", answer)  # its markers number other passages than these
    return f"- Question: {inert(question)}\n  Answer: {inert(answer)}"


def shown_as(number: int, hit: Hit) -> str:
    """Return a passage as a model is shown it: its number, outlet, date and title, and its text."""
    article = hit.article
    parts = [" ".join(part.split()) for part in (article.outlet, article.published, article.title) if part]
    heading = inert(" | ".join(parts)[:_HEADING]) or "(no outlet, no date)"
    return f"<passage>\n[{number}] {heading}\n{inert(hit.text)}\n</passage>"


_BETWEEN = "\n\n"


def inert(text: str) -> str:
    """Take from a text what could end its block, pass for a marker, or act as a model's own control token.

    Angle and square brackets go in all their forms, and what cannot be seen: other code than the reader reads could
    stand there. Quotations are taken from the article itself.
    """
    return "".join(_INERT.get(char) or _seen(char) for char in text)


def _seen(char: str) -> str:
    return "" if unicodedata.category(char) in _UNSEEN and char not in "\n\t" else char


_UNSEEN = ("Cc", "Cf", "Co", "Cs", "Cn")
_OPENING, _CLOSING = "<＜﹤〈⟨❮❰⧼≺", ">＞﹥〉⟩❯❱⧽≻"
_INERT = (
    dict.fromkeys(_OPENING, "‹")
    | dict.fromkeys(_CLOSING, "›")
    | dict.fromkeys("[［【〔⟦⦋〖﹝", "(")
    | dict.fromkeys("]］】〕⟧⦌〗﹞", ")")
)
