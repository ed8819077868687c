"""The scores of an answer's citations: do they stand in the articles, prove what is said, and come from the right place?"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from answering.types import Answer, Citation, Claim, Mode
from answering.writing.frames import frame_for
from answering.writing.short import short_line
from evaluation.dataset import Question
from evaluation.gold import Gold
from evaluation.squad import in_word, shows_any

Scores = dict[str, float]
_BRACKETS = re.compile(r"[\[\]()]")  # "[7]" of an article becomes "(7)" in an answer, where it would pass for a marker
_MARKER = re.compile(r"\[\d+\]")


def citation_scores(question: Question, gold: Gold, answer: Answer, text_of: Callable[[str], str]) -> Scores:
    """Return the scores of the citations of an answer that is no refusal."""
    citations = answer.citations
    proved = [is_proved(claim, answer) for claim in answer.claims]
    scores = {"cited": _share([*proved, *([False] if says_more(answer) else [])])}
    if not citations:
        return scores
    scores["verbatim"] = _share([is_verbatim(citation, text_of(citation.article.id)) for citation in citations])
    if question.among:
        scores["within"] = _share([citation.article.id in question.among for citation in citations])
    if gold.unit:
        scores["relevant_citations"] = _share([is_relevant(gold, citation) for citation in citations])
    if gold.spans:
        scores["gold_citations"] = _share([gold.overlaps(c.article.id, c.start, c.end) for c in citations])
    return scores


def is_proved(claim: Claim, answer: Answer) -> bool:
    """Whether a sentence is one that a reader sees, and its markers are of citations of this answer.

    A sentence of an extractive answer must hold the quotation that it cites; one that points out a disagreement names
    the citations that differ.
    """
    cited = [citation for citation in answer.citations if citation.marker in claim.markers]
    if not claim.markers or len(cited) != len(set(claim.markers)) or claim.text not in answer.text:
        return False
    if answer.mode is not Mode.EXTRACTIVE:
        return True
    if any(set(claim.markers) == set(found.markers) for found in answer.disagreements):
        return True
    return all(_BRACKETS.sub("", citation.quote) in _BRACKETS.sub("", claim.text) for citation in cited)


def says_more(answer: Answer) -> bool:
    """Whether the text of an answer holds words that are none of its claims; its short answer is judged by itself."""
    rest = answer.text.removeprefix(short_line(answer.short, frame_for(answer.language)))
    for claim in sorted(answer.claims, key=lambda claim: -len(claim.text)):
        rest = rest.replace(claim.text, " ", 1)
    return any(char.isalnum() for char in _MARKER.sub(" ", rest))


def is_verbatim(citation: Citation, stored: str) -> bool:
    """Whether a quotation is a span of the stored text, whole: no word is cut, no blank hangs at an end."""
    start, end, quote = citation.start, citation.end, citation.quote
    if not 0 <= start < end <= len(stored) or stored[start:end] != quote or quote != quote.strip():
        return False
    cut_before = start > 0 and in_word(stored[start - 1]) and in_word(stored[start])
    cut_after = end < len(stored) and in_word(stored[end - 1]) and in_word(stored[end])
    return not cut_before and not cut_after


def is_relevant(gold: Gold, citation: Citation) -> bool:
    return citation.article.id in gold.unit


def sources_recall(question: Question, gold: Gold, citations: Sequence[Citation]) -> float:
    """Return the share of what is wanted that a quotation from a relevant article shows.

    Where nothing is wanted by its text (a known item), one quotation from a relevant article is.
    """
    relevant = [citation for citation in citations if is_relevant(gold, citation)]
    if not question.wanted:
        return float(bool(relevant))
    return _share([any(shows_any(citation.quote, group) for citation in relevant) for group in question.wanted])


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
