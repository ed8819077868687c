"""The answer without a chat model: the archive's own sentences, the sources that differ side by side, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answering.asking.question import Kind, Question
from answering.comparing.comparison import differing
from answering.comparing.copies import Printing, Sources, rests_on_garbled
from answering.comparing.further import Further
from answering.comparing.statements import Statement, same_statement
from answering.judging.evidence import Evidence
from answering.types import Answer, Citation, Claim, Disagreement, Mode, Status
from answering.writing.counted import Counted, confidence_of, select_figures
from answering.writing.frames import Frame, frame_for
from answering.writing.holders import holders
from answering.writing.shape_same import same
from answering.writing.shape_statement import Supports
from answering.writing.shape_values import values_in
from answering.writing.short import short_answers, short_line
from answering.writing.sides import differing_values, other_values
from answering.writing.value import Stated, Value
from answering.writing.views import views
from retrieval.facts.duplicates import order
from retrieval.facts.shingles import same_words
from retrieval.types import Article, Coverage, Hit

MOST_CLAIMS = 4
_NEXT_SHARE = 0.7  # a further sentence must be at least this probable, relative to the best
_LISTED_SHARE = 1 / 3  # the same where a list is asked for: each sentence may have one thing of it
_NEAREST = 3
_BRACKETED = re.compile(r"\[(\d+)\]")


def select(evidence: Sequence[Evidence], threshold: float, kind: Kind = Kind.OTHER) -> list[Statement]:
    """Return the statements that answer, most probable first, at most ``MOST_CLAIMS``; none means a refusal.

    A sentence that repeats a statement is counted with it. Of near copies the earliest printed is quoted. ``kind`` is what
    is asked for.
    """
    if not evidence or evidence[0].probability < threshold:
        return []
    share = _LISTED_SHARE if kind is Kind.LIST else _NEXT_SHARE
    floor = max(threshold, evidence[0].probability * share)
    return _group([e for e in evidence if e.probability >= floor], evidence)


def _group(chosen: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Statement]:
    groups: list[list[Evidence]] = []
    for candidate in chosen:
        if not any(same_statement(group[0], candidate) for group in groups):
            groups.append([candidate])
    groups = groups[:MOST_CLAIMS]
    for group in groups:
        group += [e for e in evidence if e is not group[0] and same_statement(group[0], e)]
    return [_statement(group) for group in groups]


def _statement(group: Sequence[Evidence]) -> Statement:
    copies = [e for e in group if e is group[0] or same_words(group[0].text, e.text)]
    first = min(copies, key=lambda e: order(e.article))
    others = {e.article.id: e for e in copies if e.article.id != first.article.id}
    known = set(map(id, copies))
    return Statement(first, tuple(others.values()), tuple(e for e in group if id(e) not in known))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The statements that are quoted, and what is known of their values; none: a refusal.

    ``counts`` are the figures that were asked for, ``stated`` other values, ``views`` what two sides say themselves.
    """

    statements: list[Statement]
    confidence: float
    counts: Sequence[Counted] = ()
    stated: Stated = Stated()
    views: Sequence[Value] = ()


def _choose(question: Question, evidence: Sequence[Evidence], threshold: float, further: Further | None) -> _Chosen:
    confidence = evidence[0].probability if evidence else 0.0
    if question.kind is Kind.NUMBER:
        counts = select_figures(question, evidence, threshold, further)
        if not counts:
            return _Chosen([], min(confidence, threshold / 2))
        first = [each.readings[0].evidence for each in counts]
        more = [reading.evidence for each in counts for reading in each.readings[1:]]
        return _Chosen(_group([*first, *more], evidence), confidence_of(counts[0].readings[0]), counts)
    statements = select(evidence, threshold, question.kind)
    if not statements:
        return _Chosen([], confidence)
    if held := holders(question, evidence):
        named = [value for s in statements for value in values_in(question, s.evidence)]
        held += [value for value in named if any(same(question.kind, value, one) for one in held)]
        return _Chosen(_group([value.evidence for value in held], evidence), confidence, (), Stated(tuple(held), True))
    if told := views(question, [s.evidence for s in statements], evidence):
        return _Chosen(_with(statements, told, evidence), confidence, views=told)
    others = other_values(question, statements, evidence, further)
    return _Chosen(_with(statements, others, evidence), confidence, stated=Stated(tuple(others)))


def _with(statements: list[Statement], values: Sequence[Value], evidence: Sequence[Evidence]) -> list[Statement]:
    """Add the sentences of values to statements, in the place of the last where they are too many."""
    known = [e for s in statements for e in (s.evidence, *s.repeated, *s.alike)]
    added = [s for s in _group([v.evidence for v in values], evidence) if not any(s.evidence is e for e in known)]
    return [*statements[: MOST_CLAIMS - len(added)], *added]


def compose(
    question: Question,
    evidence: Sequence[Evidence],
    hits: Sequence[Hit],
    searched: Coverage,
    threshold: float,
    sources: Sources = Sources(),
    supports: Supports | None = None,
    further: Further | None = None,
) -> Answer:
    """Return the extractive answer to a question from its evidence (see ``evidence.gather``), cited from ``sources``.

    ``supports`` is what a reader says of a statement and texts (``Reader.support``): see ``short.short_answers``.
    ``further`` finds more sentences about a statement (``further.further``), to be compared with it.
    """
    frame = frame_for(question.language)
    chosen = _choose(question, evidence, threshold, further)
    statements, confidence = chosen.statements, chosen.confidence
    if not statements:
        return _refusal(question, hits, searched, confidence, frame)
    citations = tuple(_cite(n, statement, sources) for n, statement in enumerate(statements, 1))
    claims = [Claim(_framed(c, question, frame), (c.marker,)) for c in citations]
    found = _disagreements(question, chosen, citations)
    for sides in found:
        markers = tuple(sorted(sides))
        named = [f"{sides[n]} — {source_name(citations[n - 1].article, frame)} [{n}]" for n in markers]
        told = frame.views if chosen.views else frame.differ
        claims.append(Claim(told.format(sides=" ; ".join(named)), markers))
    short = short_answers(question, statements, chosen.counts, citations, frame, supports, chosen.stated)
    return Answer(
        question=question.text,
        status=Status.ANSWERED,
        text="\n".join(filter(None, (short_line(short, frame), text_of(claims)))),
        mode=Mode.EXTRACTIVE,
        language=question.language,
        claims=tuple(claims),
        citations=citations,
        disagreements=tuple(Disagreement(question.text, tuple(sorted(sides))) for sides in found),
        searched=searched,
        confidence=confidence,
        notice=frame.garbled if rests_on_garbled(claims, citations) else "",
        short=short,
    )


def _cite(marker: int, statement: Statement, sources: Sources) -> Citation:
    return sources.cite(
        marker, [Printing(e.article, e.start, e.end) for e in (statement.evidence, *statement.repeated)]
    )


def text_of(claims: Sequence[Claim]) -> str:
    """Return claims as plain text, a line each, with the markers that they do not name themselves."""
    lines = []
    for claim in claims:
        missing = "".join(f"[{marker}]" for marker in claim.markers if f"[{marker}]" not in claim.text)
        lines.append(f"{claim.text} {missing}".rstrip())
    return "\n".join(lines)


def _disagreements(question: Question, chosen: _Chosen, citations: Sequence[Citation]) -> list[dict[int, str]]:
    """Return what the sources differ on: for each such thing the values that are given, by marker."""
    markers = {
        (evidence.article.id, evidence.start): n
        for n, statement in enumerate(chosen.statements, 1)
        for evidence in (statement.evidence, *statement.repeated, *statement.alike)
    }
    found = []
    for each in chosen.counts:
        known = [r for r in each.readings if (r.evidence.article.id, r.evidence.start) in markers]
        sides = differing(each.question, known)
        found.append({markers[s.evidence.article.id, s.evidence.start]: s.printed for s in sides})
    if not chosen.counts:
        values = differing_values(question, chosen.statements, citations, chosen.stated)
        found.append({n: value.text for value, n in values})
        told = [(v, markers.get((v.evidence.article.id, v.evidence.start))) for v in chosen.views]
        found.append({n: f"« {_plain(v.text)} »" for v, n in told if n is not None})
    return [sides for sides in found if len(sides) > 1]  # near copies of one statement are one side


def _plain(text: str) -> str:
    """Return what an article prints with nothing in it that may pass for a marker."""
    return _BRACKETED.sub(r"(\1)", text)


def _framed(citation: Citation, question: Question, frame: Frame) -> str:
    language = citation.article.language
    quote = _plain(citation.quote)
    if not question.language or not language or question.language == language:
        return quote
    return frame.printed.format(source=source_name(citation.article, frame), quote=quote)


def source_name(article: Article, frame: Frame) -> str:
    """Return what to call an article: its outlet, else its title, else its id; with its date where it has one."""
    name = article.outlet or article.title or frame.untitled.format(id=article.id)
    return f"{name} ({article.published})" if article.published else name


def _refusal(question: Question, hits: Sequence[Hit], searched: Coverage, confidence: float, frame: Frame) -> Answer:
    nearest = tuple({hit.article.id: hit.article for hit in hits}.values())[:_NEAREST]
    lines = [frame.nothing, searched_line(searched, frame)]
    if nearest:
        lines.append(frame.nearest.format(titles=" ; ".join(source_name(article, frame) for article in nearest)))
    return Answer(
        question=question.text,
        status=Status.NO_EVIDENCE,
        text=" ".join(lines),
        mode=Mode.EXTRACTIVE,
        language=question.language,
        searched=searched,
        nearest=nearest,
        confidence=confidence,
    )


def searched_line(searched: Coverage, frame: Frame) -> str:
    """Return the sentence that says how many articles were searched, and which dates they cover."""
    if not searched.articles:
        return frame.searched_none
    if not searched.first:
        return frame.searched.format(n=searched.articles)
    return frame.searched_dates.format(n=searched.articles, first=searched.first, last=searched.last)
