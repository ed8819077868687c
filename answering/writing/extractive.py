"""The answer without a chat model: the archive's own sentences, the sources that differ side by side, or a refusal."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from answering.asking.question import Kind, Question
from answering.comparing.comparison import Reading, Statement, comparable, differing, read_figures, same_statement
from answering.comparing.concepts import concepts
from answering.comparing.copies import Printing, Sources, rests_on_garbled
from answering.judging.evidence import Evidence
from answering.types import Answer, Citation, Claim, Disagreement, Mode, Status
from answering.writing.frames import Frame, frame_for
from answering.writing.shape_statement import Supports
from answering.writing.short import differing_values, short_answers, short_line
from retrieval.facts.duplicates import order
from retrieval.facts.shingles import same_words
from retrieval.types import Article, Coverage, Hit

MOST_CLAIMS = 4
_NEXT_SHARE = 0.7  # a further sentence must be at least this probable, relative to the best
_SIDE_SHARE = 0.5  # a figure that other articles give, relative to the threshold: it is compared, not chosen
_NEAREST = 3
_BRACKETED = re.compile(r"\[(\d+)\]")


def select(evidence: Sequence[Evidence], threshold: float) -> list[Statement]:
    """Return the statements that answer, most probable first, at most ``MOST_CLAIMS``; none means a refusal.

    A sentence that repeats a statement is counted with it. Of near copies the earliest printed is quoted.
    """
    if not evidence or evidence[0].probability < threshold:
        return []
    floor = max(threshold, evidence[0].probability * _NEXT_SHARE)
    return _group([e for e in evidence if e.probability >= floor], evidence)


def select_figures(
    question: Question, evidence: Sequence[Evidence], threshold: float
) -> tuple[list[Statement], list[Reading]]:
    """Return the statements that answer "how many", with the figure that each gives; none means a refusal.

    The best figure comes first, then those of other articles for the same thing: where they differ, all are shown. A
    figure that its sentence calls an earlier one counts only where no other is probable enough.
    """
    readings = read_figures(question, evidence)
    wanted = concepts(question.text)
    if "people" in wanted and not any(
        wanted["people"] <= concepts(r.counts).get("people", frozenset()) for r in readings
    ):
        return [], []
    readings.sort(key=lambda r: (not r.exact, r.missing, bool(r.scope) and r.exact, -r.evidence.probability))
    current = [r for r in readings if not r.superseded]
    readings = current if current and confidence_of(current[0]) >= threshold else readings
    if not readings or confidence_of(readings[0]) < threshold:
        return [], []
    first = readings[0]
    sides = [r for r in readings if r is first or comparable(question, first, r)]
    best = {r.evidence.article.id: r for r in reversed(sides)}  # an article's best reading speaks for it
    kept = [r for r in sides if best[r.evidence.article.id] is r and confidence_of(r) >= threshold * _SIDE_SHARE]
    statements = _group([r.evidence for r in kept], evidence)
    return statements, kept


def confidence_of(reading: Reading) -> float:
    """Return how probable it is that a figure answers. To count exactly what was asked is evidence of its own."""
    return math.sqrt(reading.evidence.probability) if reading.exact else reading.evidence.probability


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


def compose(
    question: Question,
    evidence: Sequence[Evidence],
    hits: Sequence[Hit],
    searched: Coverage,
    threshold: float,
    sources: Sources = Sources(),
    supports: Supports | None = None,
) -> Answer:
    """Return the extractive answer to a question from its evidence (see ``evidence.gather``), cited from ``sources``.

    ``supports`` is what a reader says of a statement and texts (``Reader.support``): see ``short.short_answers``.
    """
    frame = frame_for(question.language)
    confidence = evidence[0].probability if evidence else 0.0
    readings: list[Reading] = []
    if question.kind is Kind.NUMBER:
        statements, readings = select_figures(question, evidence, threshold)
        confidence = confidence_of(readings[0]) if readings else min(confidence, threshold / 2)
    else:
        statements = select(evidence, threshold)
    if not statements:
        return _refusal(question, hits, searched, confidence, frame)
    citations = tuple(_cite(n, statement, sources) for n, statement in enumerate(statements, 1))
    claims = [Claim(_framed(c, question, frame), (c.marker,)) for c in citations]
    found, sides = _disagreement(question, statements, readings, citations, frame)
    if found is not None:
        claims.append(Claim(frame.differ.format(sides=" ; ".join(sides)), found.markers))
    short = short_answers(question, statements, readings, citations, frame, supports)
    return Answer(
        question=question.text,
        status=Status.ANSWERED,
        text="\n".join(filter(None, (short_line(short, frame), text_of(claims)))),
        mode=Mode.EXTRACTIVE,
        language=question.language,
        claims=tuple(claims),
        citations=citations,
        disagreements=(found,) if found else (),
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


def _disagreement(
    question: Question,
    statements: Sequence[Statement],
    readings: Sequence[Reading],
    citations: Sequence[Citation],
    frame: Frame,
) -> tuple[Disagreement | None, list[str]]:
    """Return what the sources differ on, and each side as "value — source [marker]"."""
    markers = {
        (evidence.article.id, evidence.start): n
        for n, statement in enumerate(statements, 1)
        for evidence in (statement.evidence, *statement.repeated, *statement.alike)
    }
    known = [r for r in readings if (r.evidence.article.id, r.evidence.start) in markers]
    sides = {markers[s.evidence.article.id, s.evidence.start]: s for s in differing(question, known)}
    printed = {n: side.printed for n, side in sides.items()}
    if not readings:
        printed = {n: value.text for value, n in differing_values(question, statements, citations)}
    if len(printed) < 2:  # near copies of one statement are one side
        return None, []
    named = [f"{text} — {source_name(citations[n - 1].article, frame)} [{n}]" for n, text in sorted(printed.items())]
    return Disagreement(question.text, tuple(sorted(printed))), named


def _framed(citation: Citation, question: Question, frame: Frame) -> str:
    language = citation.article.language
    quote = _BRACKETED.sub(r"(\1)", citation.quote)  # what an article prints must not pass for a marker
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
