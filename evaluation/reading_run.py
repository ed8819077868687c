"""Judge a reader by itself: how well it reads the right passage, and how well it tells when none answers.

What it adds to whole answers is another question: ``python -m evaluation run`` has ``kiosque`` beside ``fusion``.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from answering.judging.weighing import default_threshold
from answering.settings import Settings
from evaluation.dataset import DataSet, load
from evaluation.figures import figures_of
from evaluation.gold import gold_of
from evaluation.journal import Row, code_fingerprint, write_whole
from evaluation.prepare import prepare
from evaluation.published import Part
from evaluation.reading import ACROSS, SETS, WHOLE, averaged, posed, read_all, read_from
from evaluation.refusing import Confidence, Remembering, best_threshold, by_evidence, by_reader, cases, refusals
from evaluation.run import WORK, answers_of, indexed
from retrieval.archive import Archive
from retrieval.types import Embedder, Progress, Reader

AT_EVEN = 0.5  # a reader by itself answers from where an answer is more likely than none


def judge_reader(
    reader: Reader,
    embedder: Embedder,
    settings: Settings,
    wanted: Part,
    limit: int | None,
    out: Path,
    progress: Progress,
) -> dict[str, Any]:
    """Return the figures of a reader on a part of the published sets, written to ``out``, all it said beside them.

    ``limit`` takes the first questions of each set. Refusal is judged on PIAF's prepared set of that part. Raises
    KiosqueError when the published sets are not there; a run that was stopped begins anew.
    """
    began = time.perf_counter()
    said = {}
    for name in SETS:
        questions = posed(name, wanted)[:limit]
        said[name] = _told(name, read_all(reader, questions), len(questions), progress)
    across = averaged([said[name] for name in ACROSS])
    with indexed(load(prepare(WHOLE, WORK).folder / wanted), embedder, progress) as (archive, _):
        questions = posed("piaf", wanted)[:limit]
        said[WHOLE] = _told(WHOLE, read_from(archive, reader, questions), len(questions), progress)
    data = load(prepare("piaf", WORK).folder / wanted)
    with indexed(data, embedder, progress) as (archive, _):
        judged, left_out = _refusal(reader, data, archive, settings, limit, progress)
    finished = {
        "reader": reader.name,
        "part": wanted,
        "limit": limit,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - began, 1),
        "cores": len(os.sched_getaffinity(0)),
        "code": code_fingerprint(),
        "spans": {name: _figures(rows) for name, rows in said.items()},
        "across": _figures(across),
        "outside": sum(row["outside"] for rows in said.values() for row in rows),
        "refusal": {
            "questions": len(next(iter(judged.values()))[1]) // 2,
            "left_out": left_out,
            "by": {name: _refusal_figures(*found) for name, found in judged.items()},
        },
        "answers": answers_of(out).name,
    }
    rows = [{"set": name, **row} for name, rows in said.items() for row in rows]
    rows += [{"set": "refusal", "by": name, **row} for name, (_, rows) in judged.items() for row in rows]
    write_whole(answers_of(out), "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    write_whole(out, json.dumps(finished, ensure_ascii=False, indent=1) + "\n")
    return finished


def _told(name: str, rows: Iterable[Row], total: int, progress: Progress) -> list[Row]:
    found = []
    for row in rows:
        found.append(row)
        progress(name, len(found), total)
    return found


def _refusal(
    reader: Reader, data: DataSet, archive: Archive, settings: Settings, limit: int | None, progress: Progress
) -> tuple[dict[str, tuple[float, list[Row]]], int]:
    """Return threshold and rows by what judges (each case twice), and how many questions had no case."""
    questions = [question for question in data.questions if question.answerable and question.answers][:limit]
    gold, _ = gold_of(data, archive)
    once = Remembering(reader)
    ours = settings.evidence_threshold
    judges: dict[str, tuple[Confidence, float]] = {
        "reader alone": (by_reader(once), AT_EVEN),
        "answerer": (by_evidence(archive, once), default_threshold(True) if ours is None else ours),
        "answerer without reader": (by_evidence(archive, None), default_threshold(False)),
    }
    rows: dict[str, tuple[float, list[Row]]] = {name: (threshold, []) for name, (_, threshold) in judges.items()}
    left_out = 0
    for number, case in enumerate(cases(questions, gold, archive), 1):
        left_out += case is None
        for name, (confidence, threshold) in judges.items():
            rows[name][1].extend([] if case is None else refusals(case, confidence, threshold))
        progress("refusal", number, len(questions))
    return rows, left_out


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {name: asdict(figure) for name, figure in figures_of(rows).items()}


def _refusal_figures(threshold: float, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    best, balanced = best_threshold(rows)
    return {
        "threshold": threshold,
        "figures": _figures(rows),
        "upper_bound": {"threshold": best, "balanced_accuracy": balanced},
    }
