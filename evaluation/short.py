"""The scores of the short answer: its words against the wanted ones, and whether a quotation gives it."""

from __future__ import annotations

from answering.types import Answer, ShortAnswer, Status
from answering.writing.frames import FRAMES
from evaluation.citing import Scores
from evaluation.dataset import Question
from evaluation.squad import exact_match, f1, shows

# No quotation prints these: they are the answer's own words.
_YES_OR_NO = frozenset(word for frame in FRAMES.values() for word in (frame.yes, frame.no))


def short_scores(question: Question, answer: Answer) -> Scores:
    """Return the scores of the short answer of an answerable question that has ``answers``; else none.

    Only the first value counts. ``short_f1`` and ``short_em`` are 0 for a refusal and for an answer without a short one;
    ``short_given`` says whether there is one, and only then there are ``short_f1_given`` and ``short_em_given``.
    """
    if not question.answerable or not question.answers:
        return {}
    if answer.status is Status.NO_EVIDENCE or not answer.short:
        return {"short_f1": 0.0, "short_em": 0.0, "short_given": 0.0}
    first = answer.short[0]
    language = _language(answer, first)
    words = f1(first.text, question.answers, language)
    equal = exact_match(first.text, question.answers, language)
    both = {"short_f1": words, "short_em": equal}
    return both | {"short_given": 1.0} | {f"{name}_given": value for name, value in both.items()}


def _language(answer: Answer, short: ShortAnswer) -> str:
    """Return the language of a short answer: a value is printed in that of the article it comes from."""
    quoted = [citation.article.language for citation in answer.citations if citation.marker in short.markers]
    return next(filter(None, quoted), answer.language)


def short_cited(answer: Answer) -> Scores:
    """Return the share of short answers that a quotation gives; nothing where there is none.

    Its markers are of citations of this answer, and the first one's quotation prints it as whole words, unless it is
    "yes" or "no".
    """
    if not answer.short:
        return {}
    return {"short_cited": sum(_is_given(answer, short) for short in answer.short) / len(answer.short)}


def _is_given(answer: Answer, short: ShortAnswer) -> bool:
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    if not short.markers or not all(marker in quotes for marker in short.markers):
        return False
    return shows(quotes[short.markers[0]], short.text) or short.text in _YES_OR_NO
