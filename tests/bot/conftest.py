"""What the tests of the command line share: articles, a small real embedder, and ways to run a command."""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from answering import wiring
from answering.settings import Settings
from answering.types import Answer
from bot import failures
from bot.cli import run
from retrieval.archive import Archive
from retrieval.types import Progress, Vectors
from tests.bot.scripted import ScriptedAnswerer

ARTICLES = [
    {"id": "monde-1", "title": "Le bilan", "outlet": "Le Monde", "published": "2022-03-02", "language": "fr"}
    | {"text": "Moscou a annoncé 498 soldats russes tués. Kiev parle de 9.000 morts dans les rangs russes."},
    {"id": "figaro-1", "title": "L'exode", "outlet": "Le Figaro", "published": "2022-03", "language": "fr"}
    | {"text": "Un million de réfugiés ont fui l'Ukraine, selon l'ONU. La Pologne en accueille la moitié."},
]


class WordEmbedder:
    """A small embedder that needs no model: words hashed into a unit vector."""

    name = "words-64"
    dimension = 64

    def embed_query(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(word.encode()) % self.dimension] += 1
        return vector / max(float(np.linalg.norm(vector)), 1e-6)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.embed_query(text) for text in texts])


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def kiosque(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line here, on an archive in a folder of its own with a small embedder."""

    def open_archive(settings: Settings, *, rebuild: bool = False, progress: Progress | None = None) -> Archive:
        return Archive(tmp_path / "index", WordEmbedder(), rebuild=rebuild, retention=settings.retention)

    def run_here(*arguments: object) -> Outcome:
        status = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Outcome(status, printed.out, printed.err)

    monkeypatch.setenv("KIOSQUE_ENV", os.devnull)
    monkeypatch.setattr(wiring, "open_archive", open_archive)
    monkeypatch.setattr(failures, "ERROR_LOG", tmp_path / "errors.log")
    return run_here


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    lines = (json.dumps(article, ensure_ascii=False) for article in ARTICLES)
    (path / "press.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def indexed(kiosque: Run, folder: Path) -> Run:
    assert kiosque("index", folder).status == 0
    return kiosque


Script = Callable[..., ScriptedAnswerer]


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Script:
    """Let the commands be answered by a script, and return the answerer that remembers what it was asked."""

    def install(*script: Answer | BaseException) -> ScriptedAnswerer:
        answerer = ScriptedAnswerer(script)
        monkeypatch.setattr(wiring, "build_answerer", lambda *given, **options: answerer)
        return answerer

    return install
