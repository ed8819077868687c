"""Finished runs made by hand, small enough that every figure of theirs can be checked by reading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ARTICLE = "000_a"
FACT = {
    "id": "q1",
    "question": "Combien de réfugiés ?",
    "language": "fr",
    "answerable": True,
    "answers": ["un million"],
    "relevant": [{"article": ARTICLE, "start": 10, "end": 50}],
    "kind": "fact",
}
LIST = {
    "id": "q2",
    "question": "Where did they meet?",
    "language": "en",
    "answerable": True,
    "all_of": [["Bélarus", "Belarus"], ["Pologne"]],
    "relevant": [{"article": ARTICLE, "quote": "entre la Pologne et le Bélarus"}],
    "wrong": ["Turquie"],
    "conversation": ["Who met?"],
    "kind": "follow_up",
}
SOUGHT = {
    "id": "q3",
    "question": "Qui est Podoliak ?",
    "language": "fr",
    "answerable": True,
    "answers": ["un négociateur"],
    "relevant": [{"article": "001_b"}],
    "kind": "fact",
}
ABSENT = {
    "id": "q4",
    "question": "Combien de soldats ukrainiens ?",
    "language": "fr",
    "answerable": False,
    "kind": "near_miss",
}


def citation(quote: str, start: int = 10, **fields: Any) -> dict[str, Any]:
    return {"marker": 1, "article_id": ARTICLE, "quote": quote, "start": start, "end": start + len(quote)} | fields


def answer(text: str, confidence: float, *citations: dict[str, Any], status: str = "answered") -> dict[str, Any]:
    claims = [{"text": text, "markers": [1]}] if citations else []
    return {
        "status": status,
        "text": text,
        "confidence": confidence,
        "claims": claims,
        "citations": list(citations),
        "notice": None,
    }


def row(
    question: dict[str, Any], given: dict[str, Any] | None, scores: dict[str, float], **fields: Any
) -> dict[str, Any]:
    """Return a line of the answers of kiosque; ``fields`` replaces parts of it."""
    ranking = [{"article": ARTICLE, "start": 0, "end": 640, "score": 2.125}]
    return {
        "system": "kiosque",
        "id": question["id"],
        "question": question,
        "ranking": ranking,
        "answer": given,
        "stages_ms": {"search": 10.0, "total": 100.0},
        "scores": scores,
    } | fields


def standard_rows() -> list[dict[str, Any]]:
    """Four questions: one right, one answered without all that is wanted, one refused wrongly, one answered wrongly."""
    return [
        row(
            FACT,
            answer("Plus d'un million.", 0.9, citation("Plus d'un million de réfugiés", outlet="20 Minutes")),
            {"recall@1": 1.0, "recall@5": 1.0, "answered": 1.0, "correct": 1.0, "coverage": 1.0},
        ),
        row(
            LIST,
            answer("Au Bélarus, ou en Turquie.", 0.6, citation("Au Bélarus, ou en Turquie")),
            {"recall@1": 0.0, "recall@5": 1.0, "answered": 1.0, "correct": 0.0, "coverage": 0.5},
        ),
        row(
            SOUGHT,
            answer("Je n'ai rien trouvé.", 0.1, status="no_evidence"),
            {"recall@1": 0.0, "recall@5": 0.0, "answered": 0.0, "correct": 0.0, "coverage": 0.0},
        ),
        row(ABSENT, answer("Ils sont 498.", 0.4, citation("498 soldats russes")), {"refused": 0.0}),
    ]


def mean(rows: Sequence[dict[str, Any]], name: str) -> dict[str, Any] | None:
    values = [row["scores"][name] for row in rows if name in row["scores"]]
    if not values:
        return None
    value = sum(values) / len(values)
    return {"value": value, "low": max(value - 0.125, 0.0), "high": min(value + 0.125, 1.0), "n": len(values)}


def figures(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    names = dict.fromkeys(name for row in rows for name in row["scores"])
    return {name: figure for name in names if (figure := mean(rows, name))}


def summary(rows: Sequence[dict[str, Any]], **extra: Any) -> dict[str, Any]:
    """Return one system's part of RUN.json; ``extra`` are figures that are not means of scores."""

    def by(field: str) -> dict[str, Any]:
        parts = dict.fromkeys(row["question"].get(field, "") for row in rows)
        return {part: figures([row for row in rows if row["question"].get(field, "") == part]) for part in parts}

    return {
        "figures": figures(rows) | extra,
        "kinds": by("kind"),
        "languages": by("language"),
        "latency_ms": {"search": {"p50": 12.0, "p95": 20.1}, "total": {"p50": 100.0, "p95": 140.0}},
        "peak_memory_mb": 512.3,
    }


def write_run(
    path: Path,
    rows: Sequence[dict[str, Any]] | None = None,
    systems: dict[str, dict[str, Any]] | None = None,
    **fields: Any,
) -> Path:
    """Write RUN.json and its answers; ``systems`` are summaries beside kiosque's, ``fields`` replaces parts of RUN.json.

    Rows are kiosque's unless they name another system.
    """
    rows = standard_rows() if rows is None else list(rows)
    names = dict.fromkeys(row["system"] for row in rows)
    by_system = {name: [row for row in rows if row["system"] == name] for name in names}
    answerable = [row["question"]["answerable"] for row in by_system["kiosque"]]
    run = {
        "format": 1,
        "set": {
            "name": "made",
            "folder": "evaluation/sets/made",
            "fingerprint": "f00d",
            "questions": len(answerable),
            "answerable": sum(answerable),
            "unanswerable": len(answerable) - sum(answerable),
        },
        "made": "2026-11-22T07:10:00+00:00",
        "seconds": 61.2,
        "settings": {
            "embedding_model": "bundled",
            "chat_model": "",
            "threshold": 0.091,
            "retrieval_only": False,
            "workers": 1,
            "limit": None,
            "code": "c0de",
        },
        "machine": {"cores": 2, "processor": "x86_64", "python": "3.11.2"},
        "archive": {"articles": 5, "passages": 23, "encoder": "e5", "dense_index": "exact"},
        "answers": path.with_suffix(".answers.jsonl").name,
        "systems": {name: summary(members) for name, members in by_system.items()} | (systems or {}),
        "scores": {name: {row["id"]: row["scores"] for row in members} for name, members in by_system.items()},
    } | fields
    path.write_text(json.dumps(run, ensure_ascii=False), "utf-8")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.with_suffix(".answers.jsonl").write_text(lines, "utf-8")
    return path
