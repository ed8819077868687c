"""The values of an answer. Frozen; the JSON that the faces print is made from them by ``to_json`` alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from retrieval.reading.paging import page_of
from retrieval.types import Article, Coverage

_BEGINNING = 60  # characters of what stands for a title
_WORD = re.compile(r"\w")
_BEFORE_A_CUT = " ,;:–—-«“„\"'("  # signs that nothing follows any more


class Status(StrEnum):
    ANSWERED = "answered"
    PARTIAL = "partial"  # some of what was asked is proved, and the text says what is missing
    NO_EVIDENCE = "no_evidence"


class Mode(StrEnum):
    EXTRACTIVE = "extractive"
    GENERATIVE = "generative"


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim span of a stored article: ``quote == article.text[start:end]``, always.

    ``also_in`` holds the ids of other articles that print the same sentence in the same words, the earliest first.
    ``garbled`` holds the (start, end) of its mangled words, offsets like its own; none for a clean sentence.
    """

    marker: int
    article: Article
    start: int
    end: int
    also_in: tuple[str, ...] = ()
    garbled: tuple[tuple[int, int], ...] = ()

    @property
    def quote(self) -> str:
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer, with the markers of the citations that prove it (at least one)."""

    text: str
    markers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The answer in a few words: a value as the quotations print it, or "yes" or "no" in the question's language.

    ``markers`` are the citations that give it (at least one); a printed value is a part of the first one's quotation.
    ``sources`` counts the independent articles that give it: copies of one dispatch are one.
    """

    text: str
    markers: tuple[int, ...]
    sources: int = 1


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Sources that give different values for the same thing: what it is about, and the citations that differ."""

    about: str
    markers: tuple[int, ...]


class Fate(StrEnum):
    """What became of a sentence that a chat model wrote."""

    KEPT = "kept"
    REPAIRED = "repaired"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a sentence that the model wrote, and why.

    ``sentence`` is it as it is shown, or as it was written where it was removed; ``markers`` are the citations that prove
    it, none for a removed one. ``reason`` says what was wrong at first (a value of ``checks.Reason``, and what it is about),
    empty for a kept one. ``written`` is the first version of a repaired one.
    """

    sentence: str
    fate: Fate
    reason: str = ""
    markers: tuple[int, ...] = ()
    written: str = ""


@dataclass(frozen=True, slots=True)
class SearchedPeriod:
    """What a question's words of time made of the search.

    ``since`` and ``until`` are the days asked about (ISO, both meant, empty for an open end): only what tells of them was
    searched. ``dropped``: that gave no answer, so all dates were searched. ``newest_first``: the latest is asked for.
    """

    since: str
    until: str
    dropped: bool
    newest_first: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent to a person. ``text`` is the whole answer as plain text, framed in ``language`` (ISO 639-1).

    ``confidence`` in [0, 1] estimates that the archive answers the question. ``nearest`` are the articles closest to the
    question, filled when nothing answers it. ``notice`` says what a reader must know besides (a fallback, for instance).
    """

    question: str
    status: Status
    text: str
    mode: Mode
    language: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    searched: Coverage = Coverage(0)
    nearest: tuple[Article, ...] = ()
    confidence: float = 0.0
    notice: str = ""
    standalone: str = ""  # the question as it was searched, when the conversation changed it
    elapsed_ms: float = 0.0
    stages: tuple[tuple[str, float], ...] = ()  # milliseconds: search, extract, generate; or cached; total
    period: SearchedPeriod | None = None  # when words of time in the question had a part in it
    short: tuple[ShortAnswer, ...] = ()  # shown before the claims; several where sources differ, or for a list
    verdicts: tuple[Verdict, ...] = ()  # one a sentence that a chat model wrote


def to_json(answer: Answer) -> dict[str, Any]:
    """Return the documented JSON object of an answer (README, "JSON")."""
    return {
        "question": answer.question,
        "status": str(answer.status),
        "text": answer.text,
        "mode": str(answer.mode),
        "elapsed_ms": round(answer.elapsed_ms, 1),
        "confidence": round(answer.confidence, 4),
        "language": answer.language,
        "standalone": answer.standalone or None,
        "notice": answer.notice or None,
        "short": [{"text": s.text, "markers": list(s.markers), "sources": s.sources} for s in answer.short],
        "claims": [{"text": c.text, "markers": list(c.markers)} for c in answer.claims],
        "citations": [_citation(c) for c in answer.citations],
        "disagreements": [{"about": d.about, "markers": list(d.markers)} for d in answer.disagreements],
        "verdicts": [_verdict(v) for v in answer.verdicts],
        "searched": {
            "articles": answer.searched.articles,
            "from": answer.searched.first or None,
            "to": answer.searched.last or None,
        },
        "period": _period(answer.period) if answer.period else None,
        "nearest": [article_json(a) for a in answer.nearest],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "sentence": verdict.sentence,
        "fate": str(verdict.fate),
        "reason": verdict.reason or None,
        "markers": list(verdict.markers),
        "written": verdict.written or None,
    }


def _period(period: SearchedPeriod) -> dict[str, Any]:
    return {
        "since": period.since or None,
        "until": period.until or None,
        "dropped": period.dropped,
        "newest_first": period.newest_first,
    }


def article_json(article: Article) -> dict[str, Any]:
    """Return an article as ``to_json`` has it. ``beginning`` stands for the title of one that has none."""
    return {
        "article_id": article.id,
        "title": article.title or None,
        "beginning": None if article.title else _beginning(article.text) or None,
        "outlet": article.outlet or None,
        "url": article.url or None,
        "published": article.published or None,
        "dated_by": article.dated_by or None,
    }


def _beginning(text: str) -> str:
    """Return the first words of ``text`` on one line, with " …" where it goes on; at most ``_BEGINNING`` characters."""
    first = _WORD.search(text)
    if first is None:
        return ""
    line = " ".join(text[first.start() :].split(None, _BEGINNING))
    if len(line) <= _BEGINNING:
        return line
    kept = line[: _BEGINNING - 1]
    whole = kept.rsplit(" ", 1)[0] if " " in kept else kept[:-1]  # a script without spaces is cut anywhere
    return f"{whole.rstrip(_BEFORE_A_CUT)} …"


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "marker": citation.marker,
        **article_json(citation.article),
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "page": page_of(citation.article, citation.start),
        "also_in": list(citation.also_in),
        "garbled": [list(span) for span in citation.garbled],
    }
