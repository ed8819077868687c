"""The bundled reader at work: a trained cross-encoder in onnxruntime, on the bundled encoder's tables (docs/reader.md)."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.encoding.encoder import Tables, open_session
from retrieval.errors import SettingsError
from retrieval.judging.pairs import Encoded, Tokenizer
from retrieval.judging.spans import Judged, best_spans
from retrieval.types import PassageReading, Vectors

WEIGHTS = Path(__file__).resolve().parent / "weights"
_DIGESTED = 2**20  # bytes
FILES = ("reader.onnx", "types.npy", "reader.json")


class BundledReader:
    """The reader in ``weights_folder`` (see ``training.reader_export``), with the tables of a prepared model folder.

    Passages are read side by side on ``threads`` threads (0: one a core), each by a run of its own, so that a reading
    depends on its question and passage alone. One of more than ``WINDOW`` tokens is read in overlapping windows: the
    highest of each judgement counts. What lies beyond ``MOST_TOKENS`` is not read.
    """

    def __init__(
        self, model_dir: Path, weights_folder: Path = WEIGHTS, threads: int = 0, tables: Tables | None = None
    ) -> None:
        """Begin to load, on a thread; ``tables`` of an embedder of the same folder save loading them again.

        Raises SettingsError when a file is missing, or ``reader.json`` is not of this format.
        """
        for path in (weights_folder / name for name in FILES):
            if not path.is_file():
                raise SettingsError(f"The reader's file {path} is missing; restore it, or set EVIDENCE_MODEL=none.")
        self.name = _name(weights_folder)
        self._columns, self._supported = _described(weights_folder / "reader.json")
        self._pool = ThreadPoolExecutor(threads or len(os.sched_getaffinity(0)), thread_name_prefix="read")
        self._tables = self._pool.submit(lambda: tables or Tables.load(model_dir))
        self._model = self._pool.submit(_open, weights_folder)

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        return [self._highest(windows, "relevant") for windows in self._judged(question, passages)]

    def read(self, question: str, passages: Sequence[str]) -> list[PassageReading]:
        readings = []
        for passage, windows in zip(passages, self._judged(question, passages), strict=True):
            margin, spans = best_spans(windows, passage)
            relevant, answers = (self._highest(windows, name) for name in ("relevant", "answers"))
            readings.append(PassageReading(relevant, answers, margin, spans))
        return readings

    def support(self, statement: str, passages: Sequence[str]) -> list[float]:
        weight, intercept = self._supported
        found = [self._highest(windows, "supported") for windows in self._judged(statement, passages)]
        return [0.5 + 0.5 * math.tanh((weight * logit + intercept) / 2) for logit in found]

    def _highest(self, windows: Sequence[Judged], judgement: str) -> float:
        return float(max(one.judgements[self._columns[judgement]] for one in windows))

    def _judged(self, question: str, passages: Sequence[str]) -> list[list[Judged]]:
        """Run every window of every passage, the longest first so that no thread ends long after the others."""
        pairs = self._tokenizer.windows(question, passages)
        places = [(number, part) for number, windows in enumerate(pairs) for part in range(len(windows))]
        places.sort(key=lambda place: -len(pairs[place[0]][place[1]].ids))
        said = self._pool.map(self._run, [pairs[number][part] for number, part in places])
        found = dict(zip(places, said, strict=True))
        return [[found[number, part] for part in range(len(windows))] for number, windows in enumerate(pairs)]

    def _run(self, pair: Encoded) -> Judged:
        session, types = self._model.result()
        embedded = self.tables.embed(pair.ids) + types[pair.types()]
        spans, judgements = session.run(["spans", "judgements"], {"embeddings": embedded[None]})
        return Judged(pair, spans[0], judgements[0])

    @property
    def tables(self) -> Tables:
        """Return the tables, loaded."""
        return self._tables.result()

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer(self.tables.vocabulary)


def _name(folder: Path) -> str:
    """Return a name of the weights: a digest of the small files, and of the end of the large one (all of it: 50 ms)."""
    graph, *small = (folder / name for name in FILES)
    digest = hashlib.sha256(graph.stat().st_size.to_bytes(8))
    with graph.open("rb") as file:
        file.seek(max(0, graph.stat().st_size - _DIGESTED))
        digest.update(file.read())
    for path in small:
        digest.update(path.read_bytes())
    return f"bundled-reader-{digest.hexdigest()[:12]}"


def _described(path: Path) -> tuple[dict[str, int], tuple[float, float]]:
    """Return the column of each judgement, and weight and intercept that make a probability of ``supported``."""
    try:
        described = json.loads(path.read_text("utf-8"))
        columns = {str(name): column for column, name in enumerate(described["judgements"])}
        fitted = described["probabilities"]["supported"]
        if not {"answers", "relevant", "supported"} <= columns.keys():
            raise ValueError("a judgement is missing")
        return columns, (float(fitted["supported"]), float(fitted["intercept"]))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise SettingsError(
            f"The reader's file {path} is not one of training.reader_export --calibrate; restore it, "
            "or set EVIDENCE_MODEL=none."
        ) from exc


def _open(folder: Path) -> tuple[Any, Vectors]:
    try:
        return open_session(folder / "reader.onnx"), np.load(folder / "types.npy", allow_pickle=False)
    except Exception as exc:  # onnxruntime raises kinds of its own for a file that is cut short or no graph
        raise SettingsError(
            f"The reader in {folder} cannot be loaded: {type(exc).__name__}; restore it, or set EVIDENCE_MODEL=none."
        ) from exc
