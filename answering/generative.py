"""Answers written by a chat model, of which only the proved sentences are kept and shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from answering.chat import Message, stream_text
from answering.conversation import Conversation, Turn
from answering.copies import Printing, Sources
from answering.errors import ChatModelError
from answering.listening import Listener
from answering.marked import Sentence, SentenceReader
from answering.proof import Prover
from answering.types import Citation, Claim
from prompts import load_prompt
from retrieval.facts.shingles import same_words
from retrieval.types import Embedder, Hit

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MAX_PASSAGES = 12
# With the rules and the answer this stays within a context of 8,192 tokens, in French, English or Russian.
MAX_CHARACTERS = 12_000
_TURNS = 3  # of the conversation, for what "he" and "there" mean
_TURN_CHARACTERS = 600

_LANGUAGES = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese",
    "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "tr": "Turkish",
    "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """What is left of a model's answer. Citations are numbered from 1, in the order in which the claims use them.

    ``dropped`` counts the sentences without proof. ``no_answer``: the model said that the passages do not answer.
    ``interrupted`` says, in a sentence, why the model broke off after at least one claim; else empty.
    """

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    dropped: int
    no_answer: bool
    interrupted: str = ""


def write(
    model: BaseChatModel,
    question: str,
    passages: Sequence[Hit],
    conversation: Conversation,
    language: str,
    embedder: Embedder,
    listener: Listener = Listener(),
    sources: Sources = Sources(),
    counts: Callable[[Printing], bool] = lambda quotation: True,
) -> Draft:
    """Have ``model`` answer from ``passages`` (best first) in ``language``, and keep what they prove.

    What is quoted is cited where ``sources`` have it first and clean (see ``copies``); only quotations that ``counts``
    lets through prove anything.

    ``listener`` hears each kept sentence with its markers as soon as it is proved, in order; none is ever withdrawn.
    Raises ChatModelError when the model fails before anything was proved, Cancelled when nobody listens any more.
    """
    shown = fit(passages)
    if not shown:
        return Draft((), (), 0, no_answer=True)
    desk = _Desk(Prover(shown, embedder, language, sources), listener, sources, counts)
    messages = build_messages(question, shown, conversation, language)
    with closing(_sentences(model, messages, language, listener)) as sentences:
        try:
            for sentence in sentences:
                if sentence.declines and not desk.claims:
                    return Draft((), (), desk.dropped, no_answer=True)
                if not sentence.declines:
                    desk.take(sentence)
        except ChatModelError as exc:
            if not desk.claims:
                raise
            return desk.draft(interrupted=str(exc))
    return desk.draft()


class _Desk:
    """Where sentences come in, and those with proof go on as claims, with their citations numbered."""

    def __init__(
        self, prover: Prover, listener: Listener, sources: Sources, counts: Callable[[Printing], bool]
    ) -> None:
        self.claims: list[Claim] = []
        self.dropped = 0
        self._prover, self._listener, self._sources, self._counts = prover, listener, sources, counts
        self._quoted: list[list[Printing]] = []  # the printings of each citation's sentence, by marker

    def take(self, sentence: Sentence) -> None:
        if any(claim.text == sentence.text for claim in self.claims):
            return  # small models say things twice
        proof = self._prover.prove(sentence)
        if not all(map(self._counts, proof)):  # what is left must prove it without the others
            alone = [self._prover.prove(replace(sentence, numbers=(number,))) for number in sentence.numbers]
            proof = tuple(quotation for found in alone for quotation in found if self._counts(quotation))
        if not proof:
            self.dropped += 1
            return
        self.claims.append(Claim(sentence.text, tuple(dict.fromkeys(map(self._marker, proof)))))
        self._listener.hear(marked(self.claims[-1]))

    def _marker(self, quotation: Printing) -> int:
        """Return the marker of a quotation: one for all articles that print it, since copies prove no more than one does."""
        for marker, printings in enumerate(self._quoted, 1):
            if same_words(printings[0].text, quotation.text):
                printings.append(quotation)
                return marker
        self._quoted.append([quotation])
        return len(self._quoted)

    def draft(self, interrupted: str = "") -> Draft:
        citations = tuple(self._sources.cite(marker, found) for marker, found in enumerate(self._quoted, 1))
        return Draft(tuple(self.claims), citations, self.dropped, no_answer=False, interrupted=interrupted)


def marked(claim: Claim) -> str:
    """Return a claim as it is shown: "The sentence. [1][2]"."""
    return f"{claim.text} {''.join(f'[{marker}]' for marker in claim.markers)}"


def _sentences(
    model: BaseChatModel, messages: Sequence[Message], language: str, listener: Listener
) -> Generator[Sentence, None, None]:
    reader = SentenceReader(language)
    with closing(stream_text(model, messages)) as pieces:
        for piece in pieces:
            listener.check()
            yield from reader.feed(piece)
    yield from reader.finish()


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

    Angle and square brackets go, with their full-width forms; quotations are taken from the article itself.
    """
    return text.translate(_INERT)


_INERT = str.maketrans("<>＜＞[]［］【】", "‹›‹›()()()")
