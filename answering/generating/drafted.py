"""What a chat model's draft comes to: an answer with its notices, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from answering.asked import Asked
from answering.comparing.copies import rests_on_garbled
from answering.generating.generative import Draft
from answering.types import Answer, Mode, Status, Verdict
from answering.writing.extractive import text_of
from answering.writing.frames import frame_for


@dataclass(frozen=True, slots=True)
class Written:
    """What came of asking the chat model.

    ``answer`` is None where nothing is proved, or the model failed: ``notice`` says which, and ``verdicts`` what was wrong
    with each sentence. ``no_answer``: it says that the passages do not answer.
    """

    answer: Answer | None = None
    notice: str = ""
    verdicts: tuple[Verdict, ...] = ()
    no_answer: bool = False


def written_from(draft: Draft, asked: Asked) -> Written:
    """Return what a draft comes to: it is shown if one sentence at least is proved."""
    frame = frame_for(asked.language)
    if draft.no_answer:
        return Written(verdicts=draft.verdicts, no_answer=True)
    if not draft.claims:
        return Written(None, frame.unproved, draft.verdicts)
    notices = [draft.interrupted] if draft.interrupted else []
    if draft.dropped:
        notices.append(frame.dropped.format(n=draft.dropped))
    if rests_on_garbled(draft.claims, draft.citations):
        notices.append(frame.garbled)
    answer = Answer(
        question=asked.text,
        status=Status.PARTIAL if draft.interrupted else Status.ANSWERED,
        text=text_of(draft.claims),
        mode=Mode.GENERATIVE,
        language=asked.language,
        claims=draft.claims,
        citations=draft.citations,
        verdicts=draft.verdicts,
        searched=asked.coverage,
        confidence=1.0,
        notice=" ".join(notices),
    )
    return Written(answer)
