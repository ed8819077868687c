"""``kiosque sync``: run the sources of sources.toml once, or again and again until stopped."""

from __future__ import annotations

import logging
import math
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from rich.table import Table
from rich.text import Text

from answering.settings import load_settings
from bot.asking import write_json
from bot.commands import opened
from bot.keeping import erase_answers, expire
from bot.listings import failed_lines
from bot.memory import give_back_memory
from bot.progress import progress_bar
from bot.sources_file import Plan, load_plan, parse_period
from bot.terminal import console, one_line, show
from retrieval.errors import IndexBusy, KiosqueError
from retrieval.storing.failures import Failures
from retrieval.syncing import RETRIED, Outcome, Pages
from retrieval.syncing import sync as run_sources
from retrieval.types import ArticleSource, Progress

if TYPE_CHECKING:
    from retrieval.archive import Archive
    from retrieval.web.fetching import Fetcher
    from retrieval.web.hosts import Hosts
    from retrieval.web.limits import Policy

_log = logging.getLogger("kiosque.sync")
_COUNTS = ("added", "updated", "removed", "unchanged", "failed")
EXPIRED = "articles that grew too old"
AFTER_BUSY = 60.0  # seconds after which a run is tried again that found another process writing


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM)."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run over all sources did. ``error`` is what ended it before its end."""

    outcomes: tuple[Outcome, ...]
    seconds: float
    error: KiosqueError | None = None

    @property
    def totals(self) -> dict[str, int]:
        return {name: sum(getattr(each, name) for each in self.outcomes) for name in _COUNTS}

    @property
    def status(self) -> int:
        """The exit status: 1 when every source failed."""
        sources = [each for each in self.outcomes if each.source not in (RETRIED, EXPIRED)]
        return 1 if sources and not any(each.worked for each in sources) else 0


def sync(file: Path | None, *, every: float, as_json: bool) -> int:
    """Run the sources of a file, with ``every`` again after so many seconds each time.

    Returns 1 when every source failed, 0 else, and when a run that repeats is ended by SIGTERM.
    """
    settings = load_settings()
    path = file or settings.sources_file
    plan = load_plan(path)
    _log_to_stderr("info" if every else "warning")
    if every:
        give_back_memory()
    runs = _Runs()
    with _stopping(runs.close), opened(settings) as archive:
        try:
            if not every:
                return _once(archive, runs, plan, as_json)
            _again_and_again(archive, runs, path, plan, every, as_json)
        except Terminated:
            if not every:
                raise
        finally:
            runs.close()
    return 0


def seconds_of(every: str) -> float:
    """Return the seconds of a time such as ``15m``, 0 of an empty text. Raises ValueError."""
    return parse_period(every) if every else 0.0


def failed(*, as_json: bool) -> int:
    """Show what could not be taken in."""
    with opened(load_settings()) as archive:
        listed = Failures(archive.store).listed()
    if as_json:
        values = [asdict(each) | {name: _moment(getattr(each, name)) for name in ("first", "last")} for each in listed]
        marks = [{"given_up": each.given_up} for each in listed]
        write_json(console(), {"failed": [value | mark for value, mark in zip(values, marks, strict=True)]})
    elif listed:
        show(console(), *failed_lines(listed))
    else:
        print("Nothing has failed.", file=sys.stderr)
    return 0


# -- one run ----------------------------------------------------------------------------------------------------------


def _once(archive: Archive, runs: _Runs, plan: Plan, as_json: bool) -> int:
    with progress_bar() as progress:
        run = _run(archive, runs, plan, progress)
    if as_json:
        write_json(console(), run_json(run))
    elif run.outcomes:
        show(console(), *summary(run))
    elif not run.error:
        print("No source is due.", file=sys.stderr)
    if run.error:
        raise run.error
    return run.status


def _run(archive: Archive, runs: _Runs, plan: Plan, progress: Progress | None = None) -> Run:
    began, outcomes, error = time.monotonic(), list[Outcome](), None
    try:
        for outcome in run_sources(archive, plan.sources, runs.pages(archive, plan.policy), progress):
            erase_answers(outcome.expired)
            outcomes.append(outcome)
        if removed := runs.expire(archive):
            outcomes.append(Outcome(EXPIRED, removed=removed))
    except KiosqueError as exc:
        error = exc
    return Run(tuple(outcomes), time.monotonic() - began, error)


class _Runs:
    """What all runs share: the one fetcher, which remembers what hosts it asked and when; the day of the last removals."""

    def __init__(self) -> None:
        self._expired_on: date | None = None
        self._policy: Policy | None = None
        self._fetcher: Fetcher | None = None

    def pages(self, archive: Archive, policy: Policy) -> Pages:
        """Return what fetches the articles at an address: the sources of one run share what they know of its hosts."""
        hosts: list[Hosts] = []

        def fetch(url: str, most: int, origin: str) -> Iterator[ArticleSource]:
            from retrieval.web.collecting import collect
            from retrieval.web.hosts import Hosts
            from retrieval.web.visits import Visits

            if not hosts:
                hosts.append(Hosts(self._open(policy)))
            waits = Failures(archive.store).waits
            yield from collect(url, hosts[0], Visits(archive.store), wait_for=waits, most=most, origin=origin)

        return fetch

    def expire(self, archive: Archive) -> int:
        """Remove what grew too old, once a day, as erasing it rewrites the archive; return how many articles."""
        today = datetime.now(UTC).date()
        if today == self._expired_on:
            return 0
        removed = expire(archive, today)
        self._expired_on = today
        return removed

    def close(self) -> None:
        if self._fetcher is not None:
            self._fetcher.close()

    def _open(self, policy: Policy) -> Fetcher:
        from retrieval.web.fetching import Fetcher

        if self._fetcher is None or policy != self._policy:
            self.close()
            self._fetcher, self._policy = Fetcher(policy), policy
        return self._fetcher


# -- until stopped ----------------------------------------------------------------------------------------------------


def _again_and_again(archive: Archive, runs: _Runs, path: Path, plan: Plan, every: float, as_json: bool) -> NoReturn:
    begins = time.monotonic()
    while True:
        plan = _reread(path, plan)
        try:
            run = _run(archive, runs, plan)
        except Exception as exc:  # the next run may find the disk mounted again
            _log.error("The run failed unexpectedly (%s).", type(exc).__name__, exc_info=exc)
            run = Run((), 0.0)
        else:
            _tell(run, as_json)
        now = time.monotonic()
        begins = now + min(every, AFTER_BUSY) if isinstance(run.error, IndexBusy) else next_start(begins, every, now)
        Event().wait(max(0.0, begins - time.monotonic()))


def next_start(began: float, every: float, now: float) -> float:
    """Return when the next run begins: whole periods after this one began, and not before now."""
    return began + every * max(1, math.ceil((now - began) / every))


def _reread(path: Path, last: Plan) -> Plan:
    try:
        return load_plan(path)
    except KiosqueError as exc:
        _log.warning("%s Going on with the sources that it named before.", exc)
        return last


def _tell(run: Run, as_json: bool) -> None:
    for outcome in run.outcomes:
        if outcome.error:
            _log.warning("%s", _trouble(outcome))
    if run.error:
        _log.warning("The run was broken off: %s", run.error)
    counts = ", ".join(f"{count} {name}" for name, count in run.totals.items())
    sources = "1 source" if len(run.outcomes) == 1 else f"{len(run.outcomes)} sources"
    _log.info("%s: %s; %.1f s", sources, counts, run.seconds)
    if as_json:
        write_json(console(), run_json(run))


# -- what is shown ----------------------------------------------------------------------------------------------------


def summary(run: Run) -> list[Table | Text]:
    """Return a row a source and one for all of them, then a line for each that failed."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("source", overflow="fold", style="cyan")
    for name in _COUNTS:
        table.add_column(name, justify="right", no_wrap=True)
    for outcome in run.outcomes:
        table.add_row(Text(one_line(outcome.source)), *(str(getattr(outcome, name)) for name in _COUNTS))
    if len(run.outcomes) > 1:
        table.add_row("together", *map(str, run.totals.values()))
    errors = [Text(one_line(_trouble(each))) for each in run.outcomes if each.error]
    told = [Text("kiosque status --failed says what failed, and why.", style="dim")] if run.totals["failed"] else []
    return [table, *errors, *told]


def _trouble(outcome: Outcome) -> str:
    named = outcome.error.startswith(outcome.source)
    return outcome.error if named else f"{outcome.source}: {outcome.error}"


def run_json(run: Run) -> dict[str, Any]:
    """Return the documented JSON object of ``sync --json``."""
    sources = [asdict(each) | {"seconds": round(each.seconds, 3), "error": each.error or None} for each in run.outcomes]
    error = str(run.error) if run.error else None
    for source in sources:
        del source["expired"]
    return {**run.totals, "seconds": round(run.seconds, 3), "error": error, "sources": sources}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


# -- the process ------------------------------------------------------------------------------------------------------


@contextmanager
def _stopping(close: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM and SIGINT end what is under way at once, wherever it is: what was stored holds, as after a kill."""

    def stop(number: int, frame: FrameType | None) -> None:
        # Other threads may be fetching. Not closed here: the code that was interrupted may hold what closing needs.
        Thread(target=close, name="stop", daemon=True).start()
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _log_to_stderr(level: str) -> None:
    from bot.telegram.logs import log_to

    log_to(sys.stderr, level=level)  # type: ignore[arg-type]
