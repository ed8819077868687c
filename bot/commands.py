"""What each command does. What takes long to import is imported by the command that needs it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from answering.conversation import Conversation
from answering.settings import ROOT, Settings, load_settings
from bot.articles import article_parts
from bot.asking import ask_and_show, write_json
from bot.failures import record
from bot.listings import hit_json, hits_table, status_lines
from bot.progress import progress_bar
from bot.repl import chat
from bot.terminal import console, one_line, show
from retrieval.errors import IndexBusy, KiosqueError
from retrieval.types import ArticleSource, Filters, IndexReport

if TYPE_CHECKING:
    from retrieval.archive import Archive

SEEDS = ROOT / "seeds"


def ask(question: str, filters: Filters, *, as_json: bool) -> int:
    from answering.wiring import build_answerer

    settings = load_settings()
    with opened(settings) as archive:
        _refuse_empty(archive)
        answerer = build_answerer(settings, archive)
        ask_and_show(answerer, question, console(), conversation=Conversation(), filters=filters, as_json=as_json)
    return 0


def repl(*, as_json: bool, debug: bool) -> int:
    settings = load_settings()
    with opened(settings) as archive:
        _refuse_empty(archive)
        return _chat(settings, archive, as_json=as_json, debug=debug)


def start(*, debug: bool) -> int:
    """Index ``seeds/`` (nothing to do when it is unchanged) and chat: what ``make run`` runs."""
    from retrieval.reading.sources import FolderSource

    settings = load_settings()
    with opened(settings) as archive:
        try:
            with traces_kept(), progress_bar() as progress:
                report = archive.index(FolderSource(SEEDS), progress)
            _erase_answers(report)
        except IndexBusy as busy:
            print(f"{one_line(str(busy))} The chat opens on what is indexed so far.", file=sys.stderr)
        else:
            _print_skipped([report])
            if report.added or report.updated or report.removed:
                print(summary([report]), file=sys.stderr)
        _refuse_empty(archive)
        return _chat(settings, archive, as_json=False, debug=debug)


def is_address(source: str) -> bool:
    """Whether a source is a web address and no path."""
    return source.lower().startswith(("http://", "https://"))


def index(sources: Sequence[str], *, rebuild: bool, as_json: bool) -> int:
    """Index every folder, file and address; return 1 when nothing of what they hold could be read."""
    with traces_kept(), opened(load_settings(), rebuild=rebuild) as archive, progress_bar() as progress:
        reports = [archive.rebuild(progress)] if rebuild else []
        with _opened_sources(sources, archive) as named:
            for name, source in named:
                reports.append(archive.index(source, progress, origin=name))
                _erase_answers(reports[-1])
    if as_json:
        write_json(console(), report_json(reports))
    else:
        _print_skipped(reports)
        print(summary(reports))
    if any(report.added or report.updated or report.unchanged or report.removed for report in reports):
        return 0
    return 1 if any(report.skipped for report in reports) else 0


def _erase_answers(report: IndexReport) -> None:
    """Erase what the Telegram bot said of articles that turned out to be too old."""
    from bot.keeping import erase_answers

    erase_answers(report.expired)


def search(query: str, filters: Filters, *, limit: int, as_json: bool) -> int:
    with opened(load_settings()) as archive:
        _refuse_empty(archive)
        hits = archive.search(query, limit=limit, filters=filters)
    out = console()
    if as_json:
        write_json(out, {"query": query, "hits": [hit_json(rank, hit) for rank, hit in enumerate(hits, 1)]})
    elif hits:
        show(out, hits_table(hits))
    else:
        print("Nothing was found.", file=sys.stderr)
    return 0


def show_article(article_id: str) -> int:
    with opened(load_settings()) as archive:
        show(console(), *article_parts(archive.article(article_id)))
    return 0


def status(*, as_json: bool) -> int:
    with opened(load_settings()) as archive:
        held = archive.status()
    if as_json:
        counts = {"outlets": dict(held.outlets), "languages": dict(held.languages)}
        covered = {"from": held.coverage.first or None, "to": held.coverage.last or None}
        value = asdict(held) | counts | covered | {"updated": held.updated or None}
        del value["coverage"]
        write_json(console(), value)
    else:
        show(console(), *status_lines(held))
    return 0


def summary(reports: Iterable[IndexReport]) -> str:
    """Return ``5 added, 0 updated, 0 removed, 0 unchanged; 31 passages in 0.4 s`` for the runs together."""
    every = list(reports)
    counts = (f"{sum(getattr(report, name) for report in every)} {name}" for name in _COUNTS)
    return f"{', '.join(counts)}; {every[-1].passages} passages in {sum(report.seconds for report in every):.1f} s"


def report_json(reports: Iterable[IndexReport]) -> dict[str, Any]:
    """Return the documented JSON object of ``index --json`` for the runs together."""
    every = list(reports)
    return {
        **{name: sum(getattr(report, name) for report in every) for name in _COUNTS},
        "passages": every[-1].passages,
        "seconds": round(sum(report.seconds for report in every), 3),
        "skipped": [asdict(item) for report in every for item in report.skipped],
    }


_COUNTS = ("added", "updated", "removed", "unchanged")


@contextmanager
def opened(settings: Settings, *, rebuild: bool = False) -> Iterator[Archive]:
    """Open the archive that the settings name; the first time, that shows how far the encoder's conversion is."""
    from answering.wiring import open_archive

    with progress_bar() as progress:
        archive = open_archive(settings, rebuild=rebuild, progress=progress)
    with archive:
        yield archive


@contextmanager
def traces_kept() -> Iterator[None]:
    """Put the traces that indexing logs into the log of errors: a terminal has the sentence, among what was skipped."""
    logger, keeper = logging.getLogger("kiosque"), _Keeper()
    logger.addHandler(keeper)
    try:
        yield
    finally:
        logger.removeHandler(keeper)


class _Keeper(logging.Handler):
    def emit(self, said: logging.LogRecord) -> None:
        error = said.exc_info[1] if said.exc_info else None
        if isinstance(error, Exception):
            record(error)
        elif said.levelno >= logging.WARNING:
            print(one_line(said.getMessage()), file=sys.stderr)


def _chat(settings: Settings, archive: Archive, *, as_json: bool, debug: bool) -> int:
    from answering.generating.usage import Tally
    from answering.wiring import build_answerer

    tally = Tally() if settings.chat_model else None
    answerer = build_answerer(settings, archive, tally, caches=True)
    return chat(answerer, console(), archive, as_json=as_json, debug=debug, tally=tally)


def _refuse_empty(archive: Archive) -> None:
    if archive.coverage().articles == 0:
        raise KiosqueError("The archive is empty: run `kiosque index FOLDER` on a folder of articles first.")


@contextmanager
def _opened_sources(named: Sequence[str], archive: Archive) -> Iterator[Iterator[tuple[str, ArticleSource]]]:
    """Give each source once, with its name, an address in batches; paths are absolute: a folder named twice is one."""
    from retrieval.reading.sources import FolderSource

    distinct = dict.fromkeys(source if is_address(source) else os.path.abspath(source) for source in named)
    if not any(map(is_address, distinct)):
        yield ((path, FolderSource(path)) for path in distinct)
        return
    from retrieval.web.collecting import Batch, collect
    from retrieval.web.fetching import Fetcher
    from retrieval.web.visits import Visits

    def batches(fetcher: Fetcher) -> Iterator[tuple[str, ArticleSource]]:
        visits = Visits(archive.store)
        for source in distinct:
            if is_address(source):
                yield source, Batch(())  # a feed that is as it was gives no batch
                yield from ((source, batch) for batch in collect(source, fetcher, visits))
            else:
                yield source, FolderSource(source)

    with Fetcher() as fetcher:
        yield batches(fetcher)


def _print_skipped(reports: Iterable[IndexReport]) -> None:
    for skipped in (item for report in reports for item in report.skipped):
        print(f"skipped {one_line(skipped.where)}: {one_line(skipped.reason)}", file=sys.stderr)
