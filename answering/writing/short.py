"""The short answer that stands before the quoted sentences, in their own words.

Values come from the spans that a reader gave the evidence. Without a reader they come only where code alone is sure: the
figures that ``comparison`` reads, where they count just what is asked. Nothing is shown that the quotation of its first
marker does not hold verbatim, but for "yes" and "no".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answering.asking.question import Kind, Question
from answering.comparing.comparison import agree, differing
from answering.comparing.readings import Reading
from answering.comparing.statements import Statement, are_copies
from answering.judging.evidence import Evidence, missing_names
from answering.types import Citation, ShortAnswer
from answering.writing.counted import Counted
from answering.writing.frames import Frame
from answering.writing.shape_same import same
from answering.writing.shape_statement import Supports, YesNo, statement_of, verdict
from answering.writing.shape_values import PROBABLE, counted, figure_place, is_denied, values_in
from answering.writing.value import Stated, Value
from retrieval.facts.shingles import same_story, shingles
from retrieval.ranking.lexical import terms

_MOST = 4  # values shown


@dataclass(frozen=True, slots=True)
class Given:
    """A value with the markers of the citations that give it, and the sentences that do; the first marker's holds it."""

    value: Value
    markers: tuple[int, ...]
    voices: tuple[Evidence, ...]


def short_answers(
    question: Question,
    statements: Sequence[Statement],
    counts: Sequence[Counted],
    citations: Sequence[Citation],
    frame: Frame,
    supports: Supports | None = None,
    stated: Stated = Stated(),
) -> tuple[ShortAnswer, ...]:
    """Return the short answers to a question, likeliest first; those that figures differ on in the order of ``counts``.

    ``statements`` are those that are quoted, in the order of their ``citations``; ``counts`` the figures they give, if how
    many is asked; ``stated`` the values that are known otherwise. ``supports`` gives the probability that texts say what a
    statement says; without it nothing is answered by yes or no.
    """
    if question.kind is Kind.YES_NO:
        return _yes_or_no(question, statements, citations, frame, supports)
    if counts:
        found = [one for each in counts for one in _figures(each, statements, citations)]
    else:
        found = given(question, statements, citations, stated)
    return tuple(
        ShortAnswer(one.value.text, one.markers, independent(one.voices, statements, citations))
        for one in found[:_MOST]
    )


def given(
    question: Question, statements: Sequence[Statement], citations: Sequence[Citation], stated: Stated = Stated()
) -> list[Given]:
    """Return the values that statements give, each once with all that give it, likeliest first."""
    cited = list(zip(statements, citations, strict=True))
    values = [
        (citation.marker, value)
        for statement, citation in cited
        for evidence in (statement.evidence, *statement.repeated, *statement.alike)
        for value in [
            *(value for value in stated.values if value.evidence is evidence),
            *([] if stated.alone else values_in(question, evidence)),
        ]
    ]
    shown = [(n, value) for n, value in values if value.text in citations[n - 1].quote]
    if question.kind is not Kind.LIST:
        shown.sort(key=lambda one: (-one[1].probability, one[0], one[1].start))
    found: list[Given] = []
    for marker, value in shown:
        if any(same(question.kind, one.value, value) for one in found):
            continue
        also = [n for n, other in values if n != marker and same(question.kind, value, other)]
        voices = [other.evidence for _, other in values if same(question.kind, value, other)]
        voices += [
            e for statement, _ in cited for e in statement.alike if value.text in e.text and _are_of(statement, voices)
        ]
        found.append(Given(value, (marker, *sorted(set(also))), tuple(voices)))
    return found


def _are_of(statement: Statement, voices: Sequence[Evidence]) -> bool:
    own = (statement.evidence, *statement.repeated, *statement.alike)
    return any(voice is each for voice in voices for each in own)


def _figures(asked: Counted, statements: Sequence[Statement], citations: Sequence[Citation]) -> list[Given]:
    """Return the figures that answer "how many": the first, if it is sure, and those of articles that differ from it."""
    question = asked.question
    markers = {
        (e.article.id, e.start): n for n, s in enumerate(statements, 1) for e in (s.evidence, *s.repeated, *s.alike)
    }
    known = [r for r in asked.readings if (r.evidence.article.id, r.evidence.start) in markers]
    if not known or not _is_sure(question, known[0]):
        return []
    found = []
    for side in differing(question, known) or known[:1]:
        if side.superseded or _is_denied(question, side):
            continue
        equal = [r for r in known if r is side or agree(r, side)]
        numbers = {markers[r.evidence.article.id, r.evidence.start] for r in equal}
        value = counted(question, side)
        first = [n for n in sorted(numbers) if value.text in citations[n - 1].quote]
        if not first:
            continue
        alike = [e for n in numbers for e in statements[n - 1].alike]  # the same figures, by what makes them alike
        voices = (*(r.evidence for r in equal), *alike)
        found.append(Given(value, (first[0], *sorted(numbers - {first[0]})), voices))
    return found


def _is_sure(question: Question, reading: Reading) -> bool:
    """Whether a figure is what is asked for: by a reader's spans, or because it counts just what the question names."""
    evidence, text = reading.evidence, reading.evidence.text
    if reading.superseded or missing_names(reading.scope, question.text) or _is_denied(question, reading):
        return False
    start, end = (evidence.start + at for at in figure_place(text, reading.figure))
    on_it = sum(s.probability for s in evidence.spans if s.start < end and start < s.end)
    if on_it >= PROBABLE:
        return True
    if any(not (v.start < end and start < v.end) for v in values_in(question, evidence)):
        return False  # the reader takes another figure of the sentence for the answer
    nouns = terms(reading.counts, evidence.article.language)[:1]
    return not reading.missing and (reading.exact or set(nouns) <= set(terms(question.text, evidence.article.language)))


def _is_denied(question: Question, reading: Reading) -> bool:
    return is_denied(reading.evidence.text, reading.figure.start, question)


def _yes_or_no(
    question: Question,
    statements: Sequence[Statement],
    citations: Sequence[Citation],
    frame: Frame,
    supports: Supports | None,
) -> tuple[ShortAnswer, ...]:
    """Return "yes" or "no" where quoted sentences state it, and none states the contrary."""
    statement = statement_of(question.text, question.language)
    if supports is None or statement is None:
        return ()
    found: dict[int, YesNo] = {}
    for citation in citations:
        said = None
        if not citation.garbled:
            said = verdict(statement, question.language, citation.quote, citation.article.language, supports)
        if said is not None:
            found[citation.marker] = said
    if len({said.holds for said in found.values()}) != 1:
        return ()
    plain = [n for n, said in found.items() if not said.by]
    markers = tuple(plain or list(found)[:1])
    first = found[markers[0]]
    word = frame.yes if first.holds else frame.no
    voices = [e for n in markers for e in (statements[n - 1].evidence, *statements[n - 1].alike)]
    text = f"{word}, {first.by}" if first.by else word
    return (ShortAnswer(text, markers, independent(voices, statements, citations)),)


def independent(voices: Sequence[Evidence], statements: Sequence[Statement], citations: Sequence[Citation]) -> int:
    """Return how many independent articles sentences are of: copies of one dispatch, and versions of one story, are one."""
    printed = [
        {e.article.id for e in (s.evidence, *s.repeated)} | {c.article.id, *c.also_in}
        for s, c in zip(statements, citations, strict=True)
    ]
    sources: list[list[Evidence]] = []
    for voice in {e.article.id: e for e in voices}.values():
        one = [source for source in sources if any(_one_source(voice, other, printed) for other in source)]
        sources = [source for source in sources if source not in one]
        sources.append([voice, *(each for source in one for each in source)])
    return max(len(sources), 1)


def _one_source(one: Evidence, other: Evidence, printed: Sequence[set[str]]) -> bool:
    if any({one.article.id, other.article.id} <= ids for ids in printed) or are_copies(one, other):
        return True
    return same_story(shingles(one.article.text), shingles(other.article.text))


def short_line(answers: Sequence[ShortAnswer], frame: Frame) -> str:
    """Return short answers on one line, each with its markers, and how many sources give it where that is several."""
    return " ; ".join(
        f"{one.text} {''.join(f'[{n}]' for n in one.markers)}"
        + (f" {frame.sources.format(n=one.sources)}" if one.sources > 1 else "")
        for one in answers
    )
