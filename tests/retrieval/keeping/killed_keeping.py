"""What a child process does until it kills itself: import a file, or remove articles, and die at a chosen step."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from retrieval.archive import Archive
from retrieval.keeping.backups import back_up
from retrieval.keeping.importing import lines_of
from tests.fakes import HashingEmbedder
from tests.retrieval.killed import CHUNKING, CONTEXT, Steps, _hook


def take_in(index: Path, file: Path, fatal: int, labels: Connection | None) -> None:
    """Import a file and die at step ``fatal``; -1 lives, and sends the labels of all steps."""
    steps = Steps(fatal)
    _hook(steps, index)
    with Archive(index, HashingEmbedder(), CHUNKING) as archive, file.open("rb") as lines:
        archive.take_in(lines_of(lines))
    if labels is not None:
        labels.send(steps.labels)


def remove(index: Path, article_ids: Sequence[str], fatal: int, labels: Connection | None) -> None:
    """Remove articles, as ``take_in`` imports."""
    steps = Steps(fatal)
    _hook(steps, index)
    with Archive(index, HashingEmbedder(), CHUNKING) as archive:
        archive.remove(article_ids)
    if labels is not None:
        labels.send(steps.labels)


def copy(index: Path, folder: Path, fatal: int, labels: Connection | None) -> None:
    """Back the archive up on 2 March 2026, keeping one copy, as ``take_in`` imports."""
    steps = Steps(fatal)
    _hook(steps, folder)
    back_up(index / "archive.sqlite", folder, "archive", now=datetime(2026, 3, 2, tzinfo=UTC), keep=1)
    if labels is not None:
        labels.send(steps.labels)


def all_steps(do: Callable[..., None], index: Path, what: Any) -> list[str]:
    """Return the labels of the steps of an undisturbed run in a child process."""
    receiver, sender = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=do, args=(index, what, -1, sender))
    child.start()
    sender.close()
    labels: list[str] = receiver.recv()
    child.join()
    assert child.exitcode == 0
    return labels


def die_at(do: Callable[..., None], index: Path, what: Any, step: int) -> None:
    """Run a child process that is killed at ``step``."""
    child = CONTEXT.Process(target=do, args=(index, what, step, None))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
