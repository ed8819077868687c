"""Answers written by a chat model, of which only the proved sentences are kept and shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from answering.checking.checks import Fault, Reason
from answering.checking.proof import Proof, Prover
from answering.comparing.copies import Printing, Sources
from answering.conversation import Conversation
from answering.errors import ChatModelError, Failure
from answering.generating.chat import Message
from answering.generating.marked import Sentence
from answering.generating.messages import build_messages, fit, repair_message
from answering.generating.structured import sentences_of, stream_sentences
from answering.listening import Listener
from answering.types import Citation, Claim, Fate, Verdict
from retrieval.facts.shingles import same_words
from retrieval.types import Embedder, Hit, Reader

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_REPAIRED_AT_ONCE = 8  # sentences: an answer is asked to have six


@dataclass(frozen=True, slots=True)
class Draft:
    """What is left of a model's answer. Citations are numbered from 1, in the order in which the claims use them.

    ``verdicts`` has one entry a sentence, in the order written; the repaired ones are the last of the claims. ``no_answer``:
    the model said that the passages do not answer. ``interrupted`` says, in a sentence, why the model broke off after at
    least one claim; else empty.
    """

    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    no_answer: bool = False
    interrupted: str = ""

    @property
    def dropped(self) -> int:
        """How many sentences were removed for want of proof."""
        return sum(verdict.fate is Fate.REMOVED for verdict in self.verdicts)


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
    reader: Reader | None = None,
) -> Draft:
    """Have ``model`` answer from ``passages`` (best first) in ``language``, and keep what they prove.

    What is quoted is cited where ``sources`` have it first and clean (see ``copies``); only quotations that ``counts``
    lets through prove anything. ``reader`` helps to tell what a passage supports. Sentences that fail are given back to
    the model once, all in one request after the answer, and what it makes of them is checked again.

    ``listener`` hears each kept sentence with its markers as soon as it is proved, the repaired ones last; none is ever
    withdrawn. Raises ChatModelError when the model fails before anything was proved, Cancelled when nobody listens any
    more.
    """
    shown = fit(model, question, passages, conversation, language)
    if not shown:
        return Draft(no_answer=True)
    while True:
        desk = Desk(Prover(shown, embedder, language, sources, reader), listener, sources, counts)
        messages = build_messages(question, shown, conversation, language)
        with closing(stream_sentences(model, messages, language, listener.check)) as sentences:
            try:
                if _judge(sentences, desk):
                    return Draft(verdicts=tuple(desk.verdicts), no_answer=True)
                break
            except ChatModelError as exc:
                if desk.claims:
                    return desk.draft(interrupted=str(exc))
                if exc.failure is not Failure.OVERFLOW or len(shown) == 1:
                    raise
        shown = shown[: len(shown) // 2]  # the model's context is smaller than CHAT_CONTEXT says
    _repair(model, messages[0], shown, language, desk, listener)
    return desk.draft()


def judge(text: str, passages: Sequence[Hit], language: str, embedder: Embedder, reader: Reader | None = None) -> Draft:
    """Judge a text as if a chat model had answered with it, and could repair nothing; ``passages`` are all shown."""
    desk = Desk(Prover(passages, embedder, language, Sources(), reader), Listener(), Sources(), lambda quotation: True)
    declined = _judge(sentences_of(iter([text]), language), desk)
    return Draft(verdicts=tuple(desk.verdicts), no_answer=True) if declined else desk.draft()


def _judge(sentences: Iterator[Sentence], desk: Desk) -> bool:
    """Have every sentence judged; return whether the model says, before any is proved, that it has no answer."""
    for sentence in sentences:
        if sentence.declines and not desk.claims:
            return True
        if not sentence.declines:
            desk.take(sentence)
    return False


def _repair(
    model: BaseChatModel, system: Message, shown: Sequence[Hit], language: str, desk: Desk, listener: Listener
) -> None:
    """Have the model write the failed sentences again, with what is wrong with them and their passages before it.

    One request for all of them: it costs an answer one call at most, and delays nothing that is proved. A model that
    fails now has failed at nothing that was shown: the sentences stay removed.
    """
    failed = [(place, sentence) for place, sentence in desk.failed if _cites(sentence, shown)][:_REPAIRED_AT_ONCE]
    if not failed:
        return
    listener.check()
    messages = [system, repair_message(model, [(s, desk.verdicts[at].reason) for at, s in failed], shown, language)]
    waiting = dict(failed)
    with closing(stream_sentences(model, messages, language, listener.check)) as sentences:
        try:
            for sentence in sentences:
                if not waiting or sentence.declines:
                    return
                place = min(waiting, key=lambda at: (-_likeness(sentence, waiting[at]), at))
                if desk.take(sentence, instead_of=place):
                    del waiting[place]
        except ChatModelError:
            return


def _cites(sentence: Sentence, shown: Sequence[Hit]) -> bool:
    return any(1 <= number <= len(shown) for number in sentence.numbers)


def _likeness(one: Sentence, other: Sentence) -> float:
    """Return the share of words that two sentences have in common: which one was written again."""
    a, b = (set(re.findall(r"\w+", sentence.text.casefold())) for sentence in (one, other))
    return len(a & b) / len(a | b) if a | b else 0.0


class Desk:
    """Where sentences come in, and those with proof go on as claims, with their citations numbered."""

    def __init__(
        self, prover: Prover, listener: Listener, sources: Sources, counts: Callable[[Printing], bool]
    ) -> None:
        self.claims: list[Claim] = []
        self.verdicts: list[Verdict] = []
        self.failed: list[tuple[int, Sentence]] = []  # with their places among the verdicts
        self._prover, self._listener, self._sources, self._counts = prover, listener, sources, counts
        self._quoted: list[list[Printing]] = []  # the printings of each citation's sentence, by marker

    def take(self, sentence: Sentence, instead_of: int | None = None) -> bool:
        """Judge a sentence, and show it when it is proved. ``instead_of``: the place of the one that it repairs."""
        if any(claim.text == sentence.text for claim in self.claims):
            return False  # small models say things twice
        proof = self._proved(sentence)
        if not proof.quotations:
            if instead_of is None:
                self.failed.append((len(self.verdicts), sentence))
                self.verdicts.append(Verdict(sentence.text, Fate.REMOVED, str(proof.failure)))
            return False
        markers = tuple(dict.fromkeys(map(self._marker, proof.quotations)))
        self.claims.append(Claim(sentence.text, markers))
        if instead_of is None:
            self.verdicts.append(Verdict(sentence.text, Fate.KEPT, markers=markers))
        else:
            first = self.verdicts[instead_of]
            self.verdicts[instead_of] = Verdict(sentence.text, Fate.REPAIRED, first.reason, markers, first.sentence)
        self._listener.hear(marked(self.claims[-1]))
        return True

    def _proved(self, sentence: Sentence) -> Proof:
        """Return the proof of a sentence by quotations that count: what is left must prove it without the others."""
        proof = self._prover.prove(sentence)
        if all(map(self._counts, proof.quotations)):
            return proof
        alone = [self._prover.prove(replace(sentence, numbers=(number,))) for number in sentence.numbers]
        counting = tuple(quotation for one in alone for quotation in one.quotations if self._counts(quotation))
        return Proof(counting, None if counting else Fault(Reason.DAYS))

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
        return Draft(tuple(self.claims), citations, tuple(self.verdicts), interrupted=interrupted)


def marked(claim: Claim) -> str:
    """Return a claim as it is shown: "The sentence. [1][2]"."""
    return f"{claim.text} {''.join(f'[{marker}]' for marker in claim.markers)}"
