"""The short answer that stands before the quoted sentences, in their own words.

Values come from the spans that a reader gave the evidence. Without a reader they come only where code alone is sure: the
figures that ``comparison`` reads, where they count just what is asked. Nothing is shown that the quotation of its first
marker does not hold verbatim, but for "yes" and "no".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from answering.asking.question import Kind, Question
from answering.comparing.comparison import Reading, Statement, are_copies, differing, same_value
from answering.judging.evidence import Evidence, missing_names
from answering.types import Citation, ShortAnswer
from answering.writing.frames import Frame
from answering.writing.shape_statement import Supports, YesNo, statement_of, verdict
from answering.writing.shape_values import (
    PROBABLE,
    Value,
    counted,
    days_of,
    figure_place,
    is_bare_name,
    is_denied,
    names_of,
    same,
    values_in,
)
from retrieval.dates import date_range
from retrieval.facts.moments import find_moments
from retrieval.facts.shingles import same_story, shingles
from retrieval.ranking.lexical import terms

_MOST = 4  # values shown
_APART = timedelta(days=7)  # between two articles that may disagree on who or where: later, it may be another event
_TOPIC = 2 / 3  # share of the question's terms that two sentences must both hold to disagree
# What only one can be: who leads, who won. "Qui a rencontré Macron ?" has many true answers.
_ONE_PERSON = re.compile(
    r"(?<!\w)(?:dirig|présid|command|gouvern|gagn|remport|succéd|remplac|fond[ée]|auteur|premier ministre|chef|lead|"
    r"led\b|heads?\b|"
    r"president|prime minister|won\b|wins?\b|succeed|replac|found|author|leit|führt|präsid|gewann|gewonn|nachfolg|"
    r"gründ|dirig|encabez|"
    r"presid|gan[óa]|guida|vint|vinc|lidera|venceu|chefia|возглавл|руковод|президент|премьер|командует|победил|"
    r"выиграл|сменил|основал|"
    r"очолю|керує|прем['’]єр|переміг|виграв|заснував)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"(?<!\w)(?:premi[eè]re?s?|deuxième|seconde?|troisième|derni[eè]re?s?|nouve(?:au|lle)s?|prochaine?s?|first|"
    r"second|third|last|next|new|"
    r"erste[nr]?|zweite[nr]?|dritte[nr]?|letzte[nr]?|neue[nr]?|nächste[nr]?|primer[oa]?|segund[oa]|nuev[oa]|"
    r"seconda?|nuov[oa]|"
    r"перв\w+|втор\w+|трет\w+|нов\w+|перш\w+|друг\w+)(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Given:
    """A value with the markers of the citations that give it, and the sentences that do; the first marker's holds it."""

    value: Value
    markers: tuple[int, ...]
    voices: tuple[Evidence, ...]


def short_answers(
    question: Question,
    statements: Sequence[Statement],
    readings: Sequence[Reading],
    citations: Sequence[Citation],
    frame: Frame,
    supports: Supports | None = None,
) -> tuple[ShortAnswer, ...]:
    """Return the short answers to a question, likeliest first; those that figures differ on in the order of ``readings``.

    ``statements`` are those that are quoted, in the order of their ``citations``; ``readings`` the figures they give, if how
    many is asked. ``supports`` gives the probability that texts say what a statement says; without it nothing is answered
    by yes or no.
    """
    if question.kind is Kind.YES_NO:
        return _yes_or_no(question, statements, citations, frame, supports)
    found = _figures(question, statements, readings, citations) if readings else given(question, statements, citations)
    return tuple(
        ShortAnswer(one.value.text, one.markers, _independent(one.voices, statements, citations))
        for one in found[:_MOST]
    )


def given(question: Question, statements: Sequence[Statement], citations: Sequence[Citation]) -> list[Given]:
    """Return the values that a reader's spans give in statements, each once with all that give it, likeliest first."""
    cited = list(zip(statements, citations, strict=True))
    values = [
        (citation.marker, value)
        for statement, citation in cited
        for evidence in (statement.evidence, *statement.repeated, *statement.alike)
        for value in values_in(question, evidence)
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


def _figures(
    question: Question, statements: Sequence[Statement], readings: Sequence[Reading], citations: Sequence[Citation]
) -> list[Given]:
    """Return the figures that answer "how many": the first, if it is sure, and those of articles that differ from it."""
    markers = {
        (e.article.id, e.start): n for n, s in enumerate(statements, 1) for e in (s.evidence, *s.repeated, *s.alike)
    }
    known = [r for r in readings if (r.evidence.article.id, r.evidence.start) in markers]
    if not known or not _is_sure(question, known[0]):
        return []
    found = []
    for side in differing(question, known) or known[:1]:
        if side.superseded or _is_denied(question, side):
            continue
        equal = [r for r in known if r.figure.percent == side.figure.percent and same_value(r.figure, side.figure)]
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
    return (ShortAnswer(text, markers, _independent(voices, statements, citations)),)


def _independent(voices: Sequence[Evidence], statements: Sequence[Statement], citations: Sequence[Citation]) -> int:
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


def differing_values(
    question: Question, statements: Sequence[Statement], citations: Sequence[Citation]
) -> list[tuple[Value, int]]:
    """Return the values, with their markers, that independent articles give for what can have only one; none when unsure.

    Two true answers do not differ ("Lavrov", "le ministre russe"; a town and its country; Monday's talks and Thursday's), so
    both must be names or days, in sentences about the same event, of articles that do not know the other name.
    """
    if question.kind not in (Kind.TIME, Kind.PLACE, Kind.PERSON):
        return []
    if question.kind is Kind.PERSON and not _ONE_PERSON.search(question.text):
        return []
    sides: list[Given] = []
    for other in given(question, statements, citations):
        if all(_differ(question, side, other, statements, citations) for side in sides):
            sides.append(other)
    return [(side.value, side.markers[0]) for side in sides] if len(sides) > 1 else []


def _differ(
    question: Question, one: Given, other: Given, statements: Sequence[Statement], citations: Sequence[Citation]
) -> bool:
    if set(one.markers) & set(other.markers) or _independent((*one.voices, *other.voices), statements, citations) < 2:
        return False
    a, b = one.value, other.value
    if _ordinals(a) != _ordinals(b) or not _same_topic(question, a.evidence, b.evidence):
        return False
    return _differ_on_days(a, b) if question.kind is Kind.TIME else _differ_on_names(a, b)


def _ordinals(value: Value) -> set[str]:
    return {word.casefold()[:5] for word in _ORDINAL.findall(value.evidence.text)}


def _same_topic(question: Question, one: Evidence, other: Evidence) -> bool:
    """Whether two sentences hold most of the question's terms; of another language, most of each other's."""
    ours, theirs = (set(terms(e.text, e.article.language)) for e in (one, other))
    asked = set(terms(question.text, question.language))
    if question.language == one.article.language == other.article.language:
        return all(len(asked & said) >= _TOPIC * len(asked) for said in (ours, theirs)) and bool(asked)
    return 2 * len(ours & theirs) >= max(len(ours), len(theirs))


def _differ_on_days(one: Value, other: Value) -> bool:
    """Whether two values are days apart, both past when both articles appeared: else it may have happened again."""
    a, b = days_of(one), days_of(other)
    dates = [date_range(value.evidence.article.published) for value in (one, other)]
    if a is None or b is None or dates[0] is None or dates[1] is None:
        return False
    last = max(a[1], b[1])
    return (a[1] < b[0] or b[1] < a[0]) and all(known and last <= known[0] for known in dates)


def _differ_on_names(one: Value, other: Value) -> bool:
    """Whether two values are different names, of articles of about the same day that each know only one of them."""
    a, b = names_of(one), names_of(other)
    if not is_bare_name(one) or not is_bare_name(other) or a & b or not _is_near(one.evidence, other.evidence):
        return False
    if _knows_any(a, other.evidence.article.text) or _knows_any(b, one.evidence.article.text):
        return False
    days = [find_moments(v.evidence.text, v.language, v.evidence.article.published) for v in (one, other)]
    return not days[0] or not days[1] or any(x.first <= y.last and y.first <= x.last for x in days[0] for y in days[1])


def _knows_any(names: frozenset[str], text: str) -> bool:
    """Whether a text has any of some names, in any spelling."""
    return missing_names(names, text) < 1


def _is_near(one: Evidence, other: Evidence) -> bool:
    dates = [date_range(evidence.article.published) for evidence in (one, other)]
    return not all(dates) or abs(dates[0][0] - dates[1][0]) <= _APART  # type: ignore[index]  # both are there
