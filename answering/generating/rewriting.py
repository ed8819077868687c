"""A follow-up made a question of its own by the chat model, and checked: what it wrote must come from the conversation."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from answering.checking.checks import INSTRUCTS
from answering.checking.naming import find_names, stands_in
from answering.checking.numerals import in_digits, numerals
from answering.checking.polarity import denies
from answering.conversation import Conversation, Turn
from answering.errors import ChatModelError, Failure
from answering.generating.chat import Message, stream_text
from answering.generating.messages import LANGUAGES, inert, recalled, turn_as
from answering.generating.refusals import refuses
from prompts import load_prompt
from retrieval.language import QUESTION_MINIMUM, detect_language
from retrieval.ranking.lexical import terms
from retrieval.sentences import sentence_spans

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

LONGEST = 300  # characters of a question that is taken from the model
_LONGEST_ASKED = 600  # of one that the model is asked to rewrite: a longer one leans on nothing
_PATIENCE = 15.0  # seconds: the answer itself is still to come
_READ = 2_000  # characters of the model's text that are read, reasoning included
_NEW_WORDS = 2  # that stand in no turn: "depuis", "raison"
_KEPT = 0.5  # share of the question's own words that the new one must hold

_THINKING = re.compile(r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL)
_LABEL = re.compile(
    r"\A(?:\*\*|\W){0,3}(?:(?:the )?(?:standalone|rewritten|last)? ?question|question(?: autonome| reformulée)?|"
    r"(?:переформулированный |самостоятельный )?вопрос|(?:самостійне )?запитання|frage|"
    r"pregunta)(?:\*\*)?\s?[:：]\s*(?:\*\*)?",
    re.IGNORECASE,
)
_QUOTES = "«»“”„\"'`* "
_FOREIGN = re.compile(r"://|\bwww\.|\b[\w-]{2,}\.[a-z]{2,}\b|(?<!\w)@\w|NO_ANSWER|[{}|]", re.IGNORECASE)
_ASKS = ("?", "？", "؟")


def rewritten(
    model: BaseChatModel,
    question: str,
    conversation: Conversation,
    language: str,
    check: Callable[[], None] = lambda: None,
) -> str:
    """Return the question as the chat model makes it stand alone; empty where that is itself, or cannot be used.

    One short request, and none without a turn before it. What comes back is used only if it is one question, of at most
    ``LONGEST`` characters, in the language of the question, that keeps what this one names and brings no name, no figure
    and hardly a word that stands neither in it nor in the turns shown. A model that fails costs nothing but its time, and
    it has ``_PATIENCE`` seconds.
    ``check`` is called while the model writes, and may raise, to leave.
    """
    turns = tuple(_without_instructions(turn) for turn in recalled(model, conversation).turns)
    if not turns or len(question) > _LONGEST_ASKED:
        return ""
    ends = time.monotonic() + _PATIENCE

    def waits() -> None:
        check()
        if time.monotonic() > ends:
            raise ChatModelError(Failure.LATE)

    try:
        with closing(stream_text(model, _messages(question, turns, language), waits)) as pieces:
            text = ""
            for piece in pieces:
                text += piece
                if len(text) > _READ:
                    return ""
    except ChatModelError:
        return ""
    made = _line(text)
    said = [part for turn in turns for part in (turn.question, turn.standalone, turn.answer)]
    return made if made != question and _usable(made, question, said, language) else ""


def _messages(question: str, turns: tuple[Turn, ...], language: str) -> list[Message]:
    name = LANGUAGES.get(language, "the language of the question")
    user = load_prompt("followup.user").render(
        conversation="\n".join(map(turn_as, turns)), language=name, question=inert(question)
    )
    return [("system", load_prompt("followup.system").render(language=name)), ("human", user)]


def _without_instructions(turn: Turn) -> Turn:
    """Return a turn as it was searched, without the sentences of its answer that speak to a machine."""
    spans = sentence_spans(turn.answer, "")
    answer = " ".join(turn.answer[a:b] for a, b in spans if not INSTRUCTS.search(turn.answer[a:b]))
    return Turn(turn.standalone or turn.question, turn.standalone, answer)


def _line(text: str) -> str:
    """Return the one line that a model wrote, without its label and quotation marks; empty where there are several."""
    lines = [line.strip() for line in _THINKING.sub(" ", text).splitlines() if line.strip()]
    if len(lines) != 1:
        return ""
    return " ".join(_LABEL.sub("", lines[0]).strip(_QUOTES).split())


def _usable(made: str, question: str, said: list[str], language: str) -> bool:
    """Whether a rewritten question is one, keeps what the question names, and invents nothing."""
    if len(made) > LONGEST or not re.search(r"\w", made) or inert(made) != made:  # nothing unseen, no marker, no tag
        return False
    if _FOREIGN.search(made) or INSTRUCTS.search(made) or refuses(made):
        return False
    if question.rstrip().endswith(_ASKS) and not made.endswith(_ASKS):
        return False
    if len(sentence_spans(made, language)) != 1 or detect_language(made, QUESTION_MINIMUM) not in ("", language):
        return False
    return _invents_nothing(made, [question, *said], language) and _keeps(made, question, language)


def _invents_nothing(made: str, known: list[str], language: str) -> bool:
    names = [name for name in find_names(made, language) if not name.weak]
    held = [(find_names(text, language), text) for text in known]
    if not all(any(stands_in(name, others, text) for others, text in held) for name in names):
        return False
    figures = {figure for text in known for figure in numerals(in_digits(text))}
    if not figures.issuperset(numerals(in_digits(made))):
        return False
    words = {word for text in known for word in terms(text, language)}
    return len(set(terms(made, language)) - words) <= _NEW_WORDS


def _keeps(made: str, question: str, language: str) -> bool:
    """Whether all names and figures of the question, and half of its other words, stand in the new one."""
    others = find_names(made, language)
    names = [name for name in find_names(question, language) if not name.weak]
    if not all(stands_in(name, others, made) for name in names):
        return False
    if not set(numerals(in_digits(made))).issuperset(numerals(in_digits(question))):
        return False
    own, new = set(terms(question, language)), set(terms(made, language))
    if own <= new:
        return denies(made) or not denies(question)
    # What it leaves out may only give way to names: "cette ville" to "Kharkiv", and not "morts" to "blessés".
    named = {word for name in others for word in terms(name.text, language)}
    return len(own & new) >= _KEPT * len(own) and new - own <= named and (denies(made) or not denies(question))
