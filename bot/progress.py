"""A progress bar on standard error, and only where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from retrieval.types import Progress

_STAGES = {
    "model": "Preparing the embedding model",
    "articles": "Indexing articles",
}


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """Give a callback that draws a bar for each stage, from its first call on; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    from bot.terminal import console

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = Bars(*columns, console=console(sys.stderr), transient=True)
    tasks: dict[str, TaskID] = {}

    def update(stage: str, done: int, total: int | None) -> None:
        if stage not in tasks:
            bars.start()
            tasks[stage] = bars.add_task(_STAGES.get(stage, stage.capitalize()), total=total)
        bars.update(tasks[stage], completed=done, total=total)

    try:
        yield update
    finally:
        bars.stop()
