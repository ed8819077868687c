"""Run systems over a data folder: index it, ask everything, score it, write it down. A stopped run goes on."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from answering.judging.reading import reads
from answering.judging.weighing import default_threshold
from answering.settings import ROOT, Settings
from answering.wiring import build_answerer, open_embedder, open_reader
from evaluation.asking import ask_one
from evaluation.dataset import DataSet, Question
from evaluation.figures import figures_of, latencies
from evaluation.finished import FORMAT
from evaluation.generated import tally
from evaluation.gold import Gold, gold_of
from evaluation.journal import Journal, Row, code_fingerprint, write_whole
from evaluation.systems import FUSION, OURS, Kiosque, System, as_read
from retrieval.archive import Archive
from retrieval.errors import NotFound
from retrieval.reading.sources import FolderSource
from retrieval.types import Embedder, Progress, Reader

WORK = ROOT / "var" / "evaluation"
BASELINES = (FUSION, "bm25", "dense", "lead", "textbook")


@dataclass(frozen=True, slots=True)
class Options:
    """How to run. ``systems`` come in this order; ``limit`` takes the first questions (None: all)."""

    systems: tuple[str, ...] = (OURS, *BASELINES)
    retrieval_only: bool = False
    limit: int | None = None
    workers: int = 1


def run(data: DataSet, settings: Settings, options: Options, out: Path, progress: Progress) -> dict[str, Any]:
    """Return the finished run, written to ``out`` with every answer beside it (``answers_of``).

    What was answered before a stop is not asked again, as long as code, questions, articles and settings are the same.
    Raises KiosqueError (DataError for the folder); KeyboardInterrupt keeps what was answered.
    """
    began = time.perf_counter()
    data = replace(data, questions=data.questions[: options.limit])
    code = code_fingerprint()
    embedder = open_embedder(settings, progress)
    with indexed(data, embedder, progress) as (archive, skipped):
        gold, lost = gold_of(data, archive)
        journal = Journal(out.with_suffix(".part"), _fingerprint(data, settings, options, archive, code))
        try:
            judge = _citation_judge(settings, options, embedder)
            for name in options.systems:
                waiting = [q for q in data.questions if (name, q.id) not in journal.rows]
                if waiting:
                    system = _system(name, archive, embedder, settings, progress)
                    _ask_all(system, waiting, gold, archive, options, journal, progress, judge)
        finally:
            journal.close()
        order = [(name, question.id) for name in options.systems for question in data.questions]
        rows = [journal.rows[key] for key in order]
        described = _described(data, settings, options, archive, code)
    finished = {
        **described,
        "skipped_articles": skipped,
        "lost_spans": lost,
        "seconds": round(time.perf_counter() - began, 1),
        "answers": answers_of(out).name,
        "systems": {name: summary([row for row in rows if row["system"] == name], name) for name in options.systems},
        "scores": {name: {row["id"]: _kept(row) for row in rows if row["system"] == name} for name in options.systems},
    }
    journal.copy_to(answers_of(out), order)
    write_whole(out, json.dumps(finished, ensure_ascii=False, indent=1) + "\n")
    journal.remove()
    return finished


def _kept(row: Row) -> dict[str, float]:
    """Return the scores of a row with its confidence: what two runs are compared by."""
    known = {} if row["confidence"] is None else {"confidence": row["confidence"]}
    return {**row["scores"], **known}


def answers_of(out: Path) -> Path:
    return out.with_suffix(".answers.jsonl")


@contextmanager
def indexed(data: DataSet, embedder: Embedder, progress: Progress) -> Iterator[tuple[Archive, int]]:
    """Open the archive of a data folder and bring it up to date; also give how many articles could not be read.

    Folders that share their articles share it.
    """
    key = blake2b(f"{data.articles}\n{embedder.name}".encode(), digest_size=4).hexdigest()
    with Archive(WORK / "index" / f"{data.articles.parent.name}-{key}", embedder) as archive:
        report = archive.index(FolderSource(data.articles), progress)
        yield archive, len(report.skipped)


def _system(name: str, archive: Archive, embedder: Embedder, settings: Settings, progress: Progress) -> System:
    if name == OURS:
        answerer = build_answerer(settings, archive)
        return Kiosque(archive, answerer, rank=as_read(archive, answerer.reader) if answerer.reader else None)
    if name == FUSION:
        return Kiosque(archive, build_answerer(without_reader(settings), archive), name)
    if name == "textbook":
        from answering.generating.chat import connect_chat_model
        from evaluation.textbook import Textbook

        chat_model = connect_chat_model(settings) if settings.chat_model else None
        return Textbook.build(archive, embedder, WORK / "textbook" / archive.folder.name, chat_model, progress)
    from evaluation.baselines import baseline

    return baseline(name, archive)


def _citation_judge(settings: Settings, options: Options, embedder: Embedder) -> Reader | None:
    """Return what judges the citations of a chat model: the bundled reader, whatever the answerer weighs evidence with."""
    if not settings.chat_model or options.retrieval_only:
        return None
    reader = open_reader(settings.model_copy(update={"evidence_model": "bundled"}), embedder)
    return reader if reads(reader) else None


def without_reader(settings: Settings) -> Settings:
    """Return the settings of an answerer that judges by similarity alone: what a reader is compared with."""
    return settings.model_copy(update={"evidence_model": "none", "evidence_threshold": None})


def _ask_all(
    system: System,
    questions: Sequence[Question],
    gold: dict[str, Gold],
    archive: Archive,
    options: Options,
    journal: Journal,
    progress: Progress,
    judge: Reader | None,
) -> None:
    def text_of(article: str) -> str:
        try:
            return archive.article(article).text
        except NotFound:
            return ""

    def ask(question: Question) -> Row:
        return ask_one(system, question, gold[question.id], text_of, retrieval_only=options.retrieval_only, judge=judge)

    progress(system.name, 0, len(questions))
    with ThreadPoolExecutor(options.workers) as pool:
        asked = [pool.submit(ask, question) for question in questions]
        written = 0
        try:
            for future in as_completed(asked):
                journal.add(future.result())
                written += 1
                progress(system.name, written, len(questions))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            for future in asked:  # what was answered meanwhile is not lost
                if (
                    future.done()
                    and not future.cancelled()
                    and (system.name, future.result()["id"]) not in journal.rows
                ):
                    journal.add(future.result())
            raise


def summary(rows: Sequence[Row], name: str) -> dict[str, Any]:
    """Return what is said of a system: figures, also by kind and by language, latency, length, errors, memory."""

    def figures(chosen: Sequence[Row]) -> dict[str, Any]:
        return {figure: asdict(value) for figure, value in figures_of(chosen).items()}

    def by(field: str) -> dict[str, Any]:
        values = sorted({row["question"].get(field, "") for row in rows} - {""})
        return {value: figures([row for row in rows if row["question"].get(field) == value]) for value in values}

    generated = [row["generated"] for row in rows if "generated" in row]
    words = sorted(row["words"] for row in rows if row.get("words"))  # a refusal shows none
    return {
        "figures": figures(rows),
        "kinds": by("kind"),
        "languages": by("language"),
        "latency_ms": latencies(rows),
        "words": words[len(words) // 2] if words else None,  # of an answer, median
        "errors": sum("error" in row for row in rows),
        "fallbacks": sum(bool(row.get("fell_back")) for row in rows),
        **({"generated": tally(generated)} if generated else {}),
        # The process's, so the first system's own: what comes after stands on it.
        "peak_memory_mb": max((row.get("peak_mb", 0.0) for row in rows), default=0.0) if name == OURS else None,
    }


def _fingerprint(data: DataSet, settings: Settings, options: Options, archive: Archive, code: str) -> str:
    parts = {
        "data": data.fingerprint,
        "folder": str(data.folder.resolve()),
        "archive": archive.status().change,
        "settings": _settings(settings),
        "chat_base_url": settings.chat_base_url,
        "retrieval_only": options.retrieval_only,
        "code": code,
    }
    return blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=8).hexdigest()


def _settings(settings: Settings) -> dict[str, Any]:
    """Return what changes answers, none of it secret."""
    threshold = settings.evidence_threshold
    return {
        "embedding_model": settings.embedding_model,
        "chat_model": settings.chat_model,
        "evidence_model": settings.evidence_model,
        "threshold": default_threshold(settings.evidence_model == "bundled") if threshold is None else threshold,
    }


def _described(data: DataSet, settings: Settings, options: Options, archive: Archive, code: str) -> dict[str, Any]:
    answerable = sum(question.answerable for question in data.questions)
    status = archive.status()
    return {
        "format": FORMAT,
        "set": {
            "name": data.name,
            "folder": os.path.relpath(data.folder.resolve(), ROOT),
            "fingerprint": data.fingerprint,
            "questions": len(data.questions),
            "answerable": answerable,
            "unanswerable": len(data.questions) - answerable,
        },
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": {
            **_settings(settings),
            "retrieval_only": options.retrieval_only,
            "limit": options.limit,
            "workers": options.workers,
            "code": code,
        },
        "machine": {
            "cores": len(os.sched_getaffinity(0)),
            "processor": platform.machine(),
            "python": platform.python_version(),
        },
        "archive": {
            "articles": status.articles,
            "passages": status.passages,
            "encoder": status.encoder,
            "dense_index": status.dense_index,
        },
    }
