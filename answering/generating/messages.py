"""What a chat model is shown: its rules, the conversation, and numbered passages that nothing in them can close."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from answering.conversation import Conversation, Turn
from answering.generating.chat import Message
from answering.generating.marked import Sentence
from prompts import load_prompt
from retrieval.types import Hit

MAX_PASSAGES = 12
# With the rules and the answer this stays within a context of 8,192 tokens, in French, English or Russian.
MAX_CHARACTERS = 12_000
_TURNS = 3  # of the conversation, for what "he" and "there" mean
_TURN_CHARACTERS = 600
_CAUSE_CHARACTERS = 300

_LANGUAGES = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese",
    "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "tr": "Turkish",
    "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip


def fit(passages: Sequence[Hit]) -> list[Hit]:
    """Return as many of the first passages as fit the budget; the first always does (its text is cut when shown)."""
    shown: list[Hit] = []
    room = MAX_CHARACTERS
    for hit in passages[:MAX_PASSAGES]:
        room -= len(hit.text)
        if room < 0 and shown:
            break
        shown.append(hit)
    return shown


def build_messages(question: str, passages: Sequence[Hit], conversation: Conversation, language: str) -> list[Message]:
    """Return the system and the user message. Nothing of an article, a question or a turn can close its block."""
    name = _LANGUAGES.get(language, "the language of the question")
    user = load_prompt("answer.user").render(
        conversation="\n".join(map(_turn, conversation.turns[-_TURNS:])) or "(nothing)",
        language=name,
        passages="\n\n".join(_passage(number, hit) for number, hit in enumerate(passages, 1)),
        question=_inert(question),
    )
    return [("system", load_prompt("answer.system").render(language=name)), ("human", user)]


def repair_message(failed: Sequence[tuple[Sentence, str]], shown: Sequence[Hit], language: str) -> Message:
    """Return the user message that gives failed sentences back, each with its reason, and the passages they cite."""
    numbers = sorted({n for sentence, _ in failed for n in sentence.numbers if 1 <= n <= len(shown)})
    lines = [
        f"- {_inert(sentence.text[:_TURN_CHARACTERS])} {''.join(f'[{number}]' for number in sentence.numbers)}\n"
        f"  Wrong: {_inert(reason[:_CAUSE_CHARACTERS])}"
        for sentence, reason in failed
    ]
    text = load_prompt("answer.repair").render(
        language=_LANGUAGES.get(language, "the language of the question"),
        passages="\n\n".join(_passage(number, shown[number - 1]) for number in numbers),
        sentences="\n".join(lines),
    )
    return "human", text


def _turn(turn: Turn) -> str:
    question, answer = (" ".join(text.split())[:_TURN_CHARACTERS] for text in (turn.question, turn.answer))
    answer = re.sub(r"\[\d+\]", "", answer)  # its markers number other passages than these
    return f"- Question: {_inert(question)}\n  Answer: {_inert(answer)}"


def _passage(number: int, hit: Hit) -> str:
    article, text = hit.article, hit.text[:MAX_CHARACTERS]
    parts = [" ".join(part.split()) for part in (article.outlet, article.published, article.title) if part]
    heading = _inert(" | ".join(parts)) or "(no outlet, no date)"
    return f"<passage>\n[{number}] {heading}\n{_inert(text)}\n</passage>"


def _inert(text: str) -> str:
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
