"""What a child process does until it kills itself: index a folder, and die at a chosen step.

A step is a statement given to SQLite, a file or folder opened, made, renamed or removed under the index, or either side of
what FAISS and Tantivy write. Nothing under test is replaced: the hooks only count, and at the chosen number send SIGKILL.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from retrieval.archive import Archive
from retrieval.passages import Chunking
from retrieval.reading.sources import FolderSource
from tests.fakes import HashingEmbedder

CHUNKING = Chunking(60, 20)
# Children are forked from one clean process that has imported all of this: a fork of the test process would inherit its
# threads' locks.
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


class Steps:
    """Counts steps, and ends the process at one of them."""

    def __init__(self, fatal: int) -> None:
        self.labels: list[str] = []
        self._fatal = fatal

    def __call__(self, label: str) -> None:
        if len(self.labels) == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.labels.append(label)


def index_folder(index: Path, folder: Path, fatal: int, labels: Connection | None, rebuild: bool = False) -> None:
    """Index (or rebuild) and die at step ``fatal``; -1 lives, and sends the labels of all steps."""
    steps = Steps(fatal)
    _hook(steps, index)
    with Archive(index, HashingEmbedder(), CHUNKING, rebuild=rebuild) as archive:
        if rebuild:
            archive.rebuild()
        else:
            archive.index(FolderSource(folder))
    if labels is not None:
        labels.send(steps.labels)


def _hook(steps: Steps, index: Path) -> None:
    import faiss

    import retrieval.ranking.lexical as lexical

    class Counted(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            steps("sqlite " + sql.split(" ")[0])
            return super().execute(sql, *values)

    class Watched:
        """Tantivy's writer, with a step on either side of its commit."""

        def __init__(self, writer: Any) -> None:
            self._writer = writer

        def __getattr__(self, name: str) -> Any:
            found = getattr(self._writer, name)
            return _between(steps, "tantivy " + name, found) if name != "delete_documents_by_query" else found

    class Index:
        def __init__(self, index: Any) -> None:
            self._index = index

        def __getattr__(self, name: str) -> Any:
            if name == "writer":
                return lambda *sizes: Watched(self._index.writer(*sizes))
            return getattr(self._index, name)

    connect, register = sqlite3.connect, lexical._register

    def watch(event: str, values: tuple[Any, ...]) -> None:
        if event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree") and values:
            path = str(values[0])
            if path.startswith(str(index)) and (event != "open" or "w" in str(values[1])):
                steps(f"{event} {Path(path).name.partition('-')[0]}")

    sqlite3.connect = lambda path, **options: connect(path, factory=Counted, **options)  # type: ignore[assignment]
    lexical._register = lambda index: Index(register(index))  # type: ignore[assignment, return-value]
    faiss.write_index = _between(steps, "faiss write", faiss.write_index)
    sys.addaudithook(watch)


def _between(steps: Steps, label: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def stepped(*values: Any) -> Any:
        steps("before " + label)
        result = function(*values)
        steps("after " + label)
        return result

    return stepped


def all_steps(index: Path, folder: Path, rebuild: bool = False) -> list[str]:
    """Return the labels of the steps of an undisturbed run in a child process."""
    receiver, sender = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=index_folder, args=(index, folder, -1, sender, rebuild))
    child.start()
    sender.close()
    labels: list[str] = receiver.recv()
    child.join()
    assert child.exitcode == 0
    return labels


def die_at(index: Path, folder: Path, step: int, rebuild: bool = False) -> None:
    """Run a child process that is killed at ``step``."""
    child = CONTEXT.Process(target=index_folder, args=(index, folder, step, None, rebuild))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
