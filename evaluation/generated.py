"""What became of the sentences that a chat model wrote, and whether what they cite supports them.

``Answer.verdicts`` say what the check did; citation recall and precision judge by another's eyes what it let through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from answering.types import Answer, Claim, Fate, Mode, Status
from answering.writing.frames import frame_for
from evaluation.citing import Scores
from retrieval.types import Reader

SUPPORTED = 0.4  # the probability from which the judge counts a sentence as supported (docs/evaluation.md, "Scores")


class Outcome(StrEnum):
    """What became of a question that was to be answered by a chat model."""

    WRITTEN = "written"  # at least one sentence of the model is shown
    REFUSED = "refused"  # the model saw no answer in the passages, and nothing else did
    NO_ANSWER = "no_answer"  # the model saw none, and the extractive answer was given
    UNPROVED = "unproved"  # nothing that it wrote was proved: extractive
    UNREACHABLE = "unreachable"  # it could not be used: extractive
    NOT_ASKED = "not_asked"  # no passage was found


FALLBACKS = (Outcome.NO_ANSWER, Outcome.UNPROVED, Outcome.UNREACHABLE)


def outcome_of(answer: Answer) -> Outcome:
    """Return what became of a question, by the answer of an answerer that has a chat model."""
    refused = answer.status is Status.NO_EVIDENCE
    if answer.mode is Mode.GENERATIVE:
        return Outcome.REFUSED if refused else Outcome.WRITTEN
    frame = frame_for(answer.language)
    if frame.unreachable in answer.notice:
        return Outcome.UNREACHABLE
    if frame.unproved in answer.notice:
        return Outcome.UNPROVED
    return Outcome.NOT_ASKED if refused else Outcome.NO_ANSWER


def described(answer: Answer) -> dict[str, Any]:
    """Return what a run writes down of an answer beside it: the outcome, sentences by fate, and the reasons by fate."""
    reasons: dict[str, Counter[str]] = {fate: Counter() for fate in (Fate.REPAIRED, Fate.REMOVED)}
    for verdict in answer.verdicts:
        if verdict.fate is not Fate.KEPT:
            reasons[verdict.fate][verdict.reason.partition(": ")[0]] += 1  # what it is about comes behind
    fates = Counter(verdict.fate for verdict in answer.verdicts)
    return {
        "outcome": str(outcome_of(answer)),
        "sentences": {str(fate): fates[fate] for fate in Fate},
        "reasons": {str(fate): dict(counted) for fate, counted in reasons.items()},
    }


def tally(described_answers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the sums of what ``described`` gives: answers by outcome, sentences by fate, and each reason by fate."""
    answers: Counter[str] = Counter()
    sentences: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {}
    for one in described_answers:
        answers[one["outcome"]] += 1
        sentences.update(one["sentences"])
        for fate, counted in one["reasons"].items():
            for reason, count in counted.items():
                reasons.setdefault(reason, Counter())[fate] += count
    ordered = sorted(reasons, key=lambda reason: (-reasons[reason].total(), reason))
    return {
        "answers": {str(outcome): answers[outcome] for outcome in Outcome},
        "sentences": {"written": sentences.total()} | {str(fate): sentences[fate] for fate in Fate},
        "reasons": {
            reason: {str(fate): reasons[reason][fate] for fate in (Fate.REPAIRED, Fate.REMOVED)} for reason in ordered
        },
    }


SAID = {
    Outcome.WRITTEN: "answers in the model's words",
    Outcome.REFUSED: "refused by the model",
    Outcome.NO_ANSWER: "extracted: the model saw no answer",
    Outcome.UNPROVED: "extracted: nothing it wrote was proved",
    Outcome.UNREACHABLE: "extracted: it could not be used",
    Outcome.NOT_ASKED: "not asked: no passage was found",
}
Section = list[tuple[str, list[str]]]


def sections(tallies: Sequence[Mapping[str, Any]]) -> dict[str, Section]:
    """Return several tallies side by side as texts, by title: rows of a name and a cell for each tally.

    Outcomes that none has are left out, and so is a section without rows.
    """
    written = [one["sentences"].get("written", 0) for one in tallies]
    sentences: Section = [("written", [str(count) for count in written])]
    for fate in Fate:
        counts = [one["sentences"].get(fate, 0) for one in tallies]
        sentences.append((str(fate), [_share(count, of) for count, of in zip(counts, written, strict=True)]))
    reasons: Section = []
    for reason in dict.fromkeys(reason for one in tallies for reason in one["reasons"]):
        found = [one["reasons"].get(reason, {}) for one in tallies]
        counted = [tuple(each.get(fate, 0) for fate in (Fate.REPAIRED, Fate.REMOVED)) for each in found]
        reasons.append((reason, [f"{repaired} repaired, {removed} removed" for repaired, removed in counted]))
    told = [outcome for outcome in Outcome if any(one["answers"].get(outcome) for one in tallies)]
    answers: Section = [(SAID[outcome], [str(one["answers"].get(outcome, 0)) for one in tallies]) for outcome in told]
    titled = {"sentences": sentences, "why they were not kept": reasons, "answers": answers}
    return {title: section for title, section in titled.items() if section}


def _share(count: int, of: int) -> str:
    return f"{count} ({100 * count / of:.0f} %)" if of else str(count)


def sentence_scores(answer: Answer) -> Scores:
    """Return the scores of what a chat model wrote, for an answerer that has one.

    ``by_model``: the answer or refusal is the model's own. Where it wrote sentences, ``kept_sentences`` is the share shown
    as it wrote them, and ``shown_sentences`` that of those and the repaired ones.
    """
    outcome = outcome_of(answer)
    scores = {} if outcome is Outcome.NOT_ASKED else {"by_model": float(outcome not in FALLBACKS)}
    if not answer.verdicts:
        return scores
    fates = Counter(verdict.fate for verdict in answer.verdicts)
    kept, shown = fates[Fate.KEPT], fates[Fate.KEPT] + fates[Fate.REPAIRED]
    return scores | {"kept_sentences": kept / fates.total(), "shown_sentences": shown / fates.total()}


def support_scores(answer: Answer, judge: Reader) -> Scores:
    """Return citation recall and precision of an answer in a chat model's words, as in ALCE (Gao et al. 2023).

    Recall is the share of sentences that all their quotations together support. A quotation counts for precision where
    its sentence is so supported, unless it alone does not support it and the others do without it. An answer that cites
    nothing has 0 in both. ``judge`` stands for ALCE's entailment model. Nothing for a refusal or an extractive answer.
    """
    if answer.mode is not Mode.GENERATIVE or answer.status is Status.NO_EVIDENCE or not answer.claims:
        return {}
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    supported, needed = [], []
    for claim in answer.claims:
        cited = [quotes[marker] for marker in dict.fromkeys(claim.markers) if marker in quotes]
        recall, precise = _judged(claim, cited, judge)
        supported.append(recall)
        needed += precise
    return {
        "citation_recall": sum(supported) / len(supported),
        "citation_precision": sum(needed) / len(needed) if needed else 0.0,
    }


def _judged(claim: Claim, cited: Sequence[str], judge: Reader) -> tuple[bool, list[bool]]:
    """Return whether the quotations of a claim support it together, and for each whether it counts for precision."""
    if not cited:
        return False, []
    if len(cited) == 1:
        held = judge.support(claim.text, cited)[0] >= SUPPORTED
        return held, [held]
    others = [" ".join(other for at, other in enumerate(cited) if at != place) for place in range(len(cited))]
    together, *each = (found >= SUPPORTED for found in judge.support(claim.text, [" ".join(cited), *cited, *others]))
    alone, without = each[: len(cited)], each[len(cited) :]
    return together, [together and (one or not rest) for one, rest in zip(alone, without, strict=True)]
