"""Wide questions written by a chat model: passages in batches to proved sentences, then these to one answer, proved again.

The two steps are those of MapReduce as summaries of many texts use it. No line is shown that its passages do not prove:
the second step is shown sentences, but what it writes is checked against the passages that they name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from answering.asking.wide import Wanted
from answering.checking.proof import Prover
from answering.comparing.copies import Printing, Sources
from answering.errors import ChatModelError, Failure
from answering.generating.chat import Message
from answering.generating.generative import Desk, Draft, marked
from answering.generating.marked import Sentence
from answering.generating.messages import LANGUAGES, MAX_PASSAGES, inert, left_beside, shown_as
from answering.generating.structured import stream_sentences
from answering.generating.tokens import fit_tokens
from answering.listening import Listener
from answering.times.when import read_period
from answering.types import Citation, Claim
from answering.wide.dated import LONGEST, days_told
from answering.wide.finding import Widened
from answering.wide.words import day_heading, words_for
from prompts import load_prompt
from retrieval.archive import Archive
from retrieval.days import Days
from retrieval.facts.moments import find_moments
from retrieval.types import Hit, Reader

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_LEAST_PROVED = 0.5  # of what the second step writes; with less the first step's sentences are the answer
_FORMS = {wanted: f"wide.{wanted}" for wanted in Wanted}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A wide question to a model, and where its answer is checked; passages are numbered from 1, the same in both steps."""

    model: BaseChatModel
    question: str
    wanted: Wanted
    language: str
    passages: Sequence[Hit]
    listener: Listener

    @property
    def named(self) -> str:
        return LANGUAGES.get(self.language, "the language of the question")


def write_wide(
    model: BaseChatModel,
    question: str,
    widened: Widened,
    language: str,
    archive: Archive,
    listener: Listener = Listener(),
    sources: Sources = Sources(),
    counts: Callable[[Printing], bool] = lambda quotation: True,
    reader: Reader | None = None,
) -> Draft:
    """Have ``model`` answer a wide question from its passages in ``language``, and keep what they prove.

    First it writes sentences from the passages, as many of them at a time as it has room for; of these, the proved ones
    are given to it once more, to be made one answer. Where fewer than half of what it then writes is proved, or it fails,
    they are the answer themselves. The claims of a timeline are in the order of their days, each with its date.

    ``listener`` hears the claims once it is sure that they are the answer; none is ever withdrawn. Raises ChatModelError
    when the model fails before anything was proved, Cancelled when nobody listens any more.
    """
    asked = _Asked(model, question, widened.wide.wanted, language, widened.hits, Listener(None, listener.cancelled))
    prover = Prover(widened.hits, archive.embedder, language, sources, reader)

    def desk() -> Desk:
        return Desk(prover, asked.listener, sources, counts)

    mapped = desk()
    proved, requests, interrupted = _map(asked, mapped)
    if not proved:
        return Draft(verdicts=tuple(mapped.verdicts), no_answer=not mapped.verdicts)
    draft = mapped.draft(interrupted)
    if requests > 1:
        written = desk()
        if _merged(asked, proved, written):
            draft = written.draft(interrupted)
    if asked.wanted is Wanted.TIMELINE:
        draft = _in_order(archive, draft, language)
    for claim in draft.claims:
        listener.hear(marked(claim))
    return draft


def _map(asked: _Asked, desk: Desk) -> tuple[list[Sentence], int, str]:
    """Return the proved sentences with the passages they name, how many requests gave some, and why the model broke off.

    A batch that is more than the model has room for is halved. A failure after something was proved ends the reading.
    """
    proved: list[Sentence] = []
    silent: ChatModelError | None = None
    requests, numbers = 0, list(range(1, len(asked.passages) + 1))
    most = len(numbers)
    while numbers:
        batch = _fitting(asked, numbers)[:most]
        before = len(proved)
        try:
            for sentence in _taken(asked, _reading(asked, batch), desk):
                proved.append(sentence)
        except ChatModelError as exc:
            if exc.failure is Failure.OVERFLOW and len(batch) > 1:
                most = len(batch) // 2  # the model's context is smaller than CHAT_CONTEXT says
                continue
            if exc.failure in (Failure.EMPTY, Failure.REFUSED):  # these passages alone
                silent, numbers = silent or exc, numbers[len(batch) :]
                continue
            if not proved:
                raise
            return proved, requests + 1, str(exc)
        requests += len(proved) > before
        numbers = numbers[len(batch) :]
    if silent and not proved:
        raise silent
    return proved, requests, str(silent or "")


def _taken(asked: _Asked, messages: list[Message], desk: Desk) -> Iterator[Sentence]:
    """Yield the sentences that the model writes and the passages prove."""
    with closing(stream_sentences(asked.model, messages, asked.language, asked.listener.check)) as sentences:
        for sentence in sentences:
            if sentence.declines:
                return
            if desk.take(sentence):
                yield sentence


def _merged(asked: _Asked, proved: Sequence[Sentence], desk: Desk) -> bool:
    """Have the model make one answer of proved sentences; return whether it is good enough to stand for them."""
    try:
        kept = sum(1 for _ in _taken(asked, _writing(asked, proved), desk))
    except ChatModelError:
        return False
    return 0 < kept >= _LEAST_PROVED * len(desk.verdicts)


def _fitting(asked: _Asked, numbers: Sequence[int]) -> list[int]:
    """Return as many of the first passages as the model has room for; always one."""
    left, count = left_beside(asked.model, _reading(asked, []))
    texts = [shown_as(number, asked.passages[number - 1]) + "\n\n" for number in numbers[:MAX_PASSAGES]]
    return list(numbers[: max(1, fit_tokens(texts, left, count))])


def _reading(asked: _Asked, numbers: Sequence[int]) -> list[Message]:
    user = load_prompt("wide.map.user").render(
        form=load_prompt(_FORMS[asked.wanted]).render(),
        language=asked.named,
        passages="\n\n".join(shown_as(number, asked.passages[number - 1]) for number in numbers),
        question=inert(asked.question),
    )
    return [("system", load_prompt("wide.map.system").render(language=asked.named)), ("human", user)]


def _writing(asked: _Asked, proved: Sequence[Sentence]) -> list[Message]:
    """Return the messages of the second step, with as many of the sentences as the model has room for."""

    def messages(lines: Sequence[str]) -> list[Message]:
        user = load_prompt("wide.write.user").render(
            form=load_prompt(_FORMS[asked.wanted]).render(),
            language=asked.named,
            question=inert(asked.question),
            sentences="".join(lines).rstrip(),
        )
        return [("system", load_prompt("wide.write.system").render(language=asked.named)), ("human", user)]

    lines = [f"- {inert(one.text)} {''.join(f'[{n}]' for n in one.numbers)}\n" for one in proved]
    left, count = left_beside(asked.model, messages([]))
    return messages(lines[: max(1, fit_tokens(lines, left, count))])


def _in_order(archive: Archive, draft: Draft, language: str) -> Draft:
    """Return a draft with its claims in the order of the days that they or their quotations tell of, each with its date."""
    cited = {citation.marker: citation for citation in draft.citations}
    days = [_days(archive, claim, [cited[marker] for marker in claim.markers], language) for claim in draft.claims]
    last = (date.max, date.max)
    ordered = sorted(range(len(days)), key=lambda at: ((days[at] or last)[::-1], at))
    claims = [_headed(draft.claims[at], days[at], language) for at in ordered]
    renumbered: dict[int, int] = {}
    for claim in claims:
        for marker in claim.markers:
            renumbered.setdefault(marker, len(renumbered) + 1)

    def anew(markers: Sequence[int]) -> tuple[int, ...]:
        return tuple(renumbered[marker] for marker in markers)

    return replace(
        draft,
        claims=tuple(replace(claim, markers=anew(claim.markers)) for claim in claims),
        citations=tuple(replace(cited[old], marker=new) for old, new in renumbered.items()),
        verdicts=tuple(replace(verdict, markers=anew(verdict.markers)) for verdict in draft.verdicts),
    )


def _days(archive: Archive, claim: Claim, citations: Sequence[Citation], language: str) -> Days | None:
    own = [moment for moment in find_moments(claim.text, language, "") if (moment.last - moment.first).days <= LONGEST]
    if own:
        return own[0].first, own[0].last
    found = [days_told(archive, Printing(c.article, c.start, c.end)) for c in citations]
    return next((days for days in found if days), None)


def _names_a_day(text: str, days: Days, language: str) -> bool:
    """Whether a claim names a day, or a month, in figures; "5 morts" and "en 2019" are none."""
    if any((moment.last - moment.first).days <= LONGEST for moment in find_moments(text, language, "")):
        return True
    period = read_period(text, language, days[0], days)
    if period is None or period.in_name or not (period.first and period.last):
        return False
    figures = any(character.isdecimal() for start, end in period.spans for character in text[start:end])
    return figures and (period.last - period.first).days <= LONGEST


def _headed(claim: Claim, days: Days | None, language: str) -> Claim:
    """Return a claim with its date before it, where it names none itself."""
    if days is None or _names_a_day(claim.text, days, language):
        return claim
    line = words_for(language).headed.format(heading=day_heading(*days, language), line=claim.text)
    return replace(claim, text=line)
