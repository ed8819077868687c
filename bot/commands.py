"""What each command does. What takes long to import is imported by the command that needs it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, field_validator
from rich.text import Text

from answering.conversation import Conversation
from answering.settings import ROOT, Settings, load_settings
from bot.asking import ask_and_show, write_json
from bot.progress import progress_bar
from bot.render import article_parts, console, hit_json, hits_table, one_line, show, status_lines, to_line
from bot.repl import chat
from retrieval.errors import IndexBusy, KiosqueError, NotFound
from retrieval.types import Article, ArticleSource, Filters, IndexReport

if TYPE_CHECKING:
    from retrieval.archive import Archive

SEEDS = ROOT / "seeds"


def ask(question: str, filters: Filters, *, as_json: bool) -> int:
    from answering.wiring import build_answerer

    settings = load_settings()
    with _opened(settings) as archive:
        _refuse_empty(archive)
        answerer = build_answerer(settings, archive)
        ask_and_show(answerer, question, console(), conversation=Conversation(), filters=filters, as_json=as_json)
    return 0


def repl(*, as_json: bool, debug: bool) -> int:
    settings = load_settings()
    with _opened(settings) as archive:
        _refuse_empty(archive)
        return _chat(settings, archive, as_json=as_json, debug=debug)


def start(*, debug: bool) -> int:
    """Index ``seeds/`` (nothing to do when it is unchanged) and chat: what ``make run`` runs."""
    from retrieval.sources import FolderSource

    settings = load_settings()
    with _opened(settings) as archive:
        try:
            with progress_bar() as progress:
                report = archive.index(FolderSource(SEEDS), progress)
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
    with _opened(load_settings(), rebuild=rebuild) as archive, progress_bar() as progress:
        reports = [archive.rebuild(progress)] if rebuild else []
        with _opened_sources(sources) as opened:
            reports += [archive.index(source, progress) for source in opened]
    if as_json:
        write_json(console(), report_json(reports))
    else:
        _print_skipped(reports)
        print(summary(reports))
    if any(report.added or report.updated or report.unchanged or report.removed for report in reports):
        return 0
    return 1 if any(report.skipped for report in reports) else 0


def search(query: str, filters: Filters, *, limit: int, as_json: bool) -> int:
    with _opened(load_settings()) as archive:
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
    with _opened(load_settings()) as archive:
        show(console(), *article_parts(archive.article(article_id)))
    return 0


def status(*, as_json: bool) -> int:
    with _opened(load_settings()) as archive:
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


def forget(article_id: str) -> int:
    with _opened(load_settings()) as archive:
        archive.forget(article_id)
    show(console(), Text(f"Forgotten: {one_line(article_id)}. It stays out when its folder is indexed again."))
    return 0


def feedback(folder: Path) -> int:
    """Write the answers that were rated in Telegram as a data folder of the evaluation (docs/evaluation.md).

    Those that were liked are its questions, to be asked of all articles of the archive; the others are set aside.
    """
    folder = folder.resolve()
    _refuse_other(folder)
    rated = _rated_answers()
    with _opened(load_settings()) as archive:
        judged = [(row, _gold(row, archive) if row["value"] > 0 else None) for row in rated]
        questions = [question for _, question in judged if question]
        aside = [row for row, question in judged if not question]
        if not questions:
            raise KiosqueError(
                f"None of the {len(rated)} rated answers makes a question: each was disliked as often as liked, or what it "
                "cites is no longer in the archive."
            )
        described = {"name": _set_name(folder), "articles": "articles.jsonl", "made_by": _MADE_BY}
        lines = {
            "set.json": [described],  # first: by it the next export knows the folder, were this one killed
            "articles.jsonl": map(asdict, archive.articles()),
            "questions.jsonl": questions,
            "aside.jsonl": aside,
        }
        _write_private(folder, lines)
    told = f"{len(questions)} of {len(rated)} rated answers written as questions to {one_line(str(folder))}"
    print(f"{told}; the others to aside.jsonl." if aside else f"{told}.")
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
def _opened(settings: Settings, *, rebuild: bool = False) -> Iterator[Archive]:
    from answering.wiring import open_archive

    with progress_bar() as progress:
        archive = open_archive(settings, rebuild=rebuild, progress=progress)
    with archive:
        yield archive


def _chat(settings: Settings, archive: Archive, *, as_json: bool, debug: bool) -> int:
    from answering.wiring import build_answerer

    return chat(build_answerer(settings, archive), console(), archive.coverage(), as_json=as_json, debug=debug)


def _refuse_empty(archive: Archive) -> None:
    if archive.coverage().articles == 0:
        raise KiosqueError("The archive is empty: run `kiosque index FOLDER` on a folder of articles first.")


@contextmanager
def _opened_sources(named: Sequence[str]) -> Iterator[Iterator[ArticleSource]]:
    """Give each source once, and paths as absolute ones: a folder named twice is one folder."""
    from retrieval.sources import FolderSource

    distinct = dict.fromkeys(source if is_address(source) else os.path.abspath(source) for source in named)
    if not any(map(is_address, distinct)):
        yield (FolderSource(path) for path in distinct)
        return
    from retrieval.fetching import Fetcher
    from retrieval.web import UrlSource

    with Fetcher() as fetcher:
        yield (UrlSource(source, fetcher) if is_address(source) else FolderSource(source) for source in distinct)


def _print_skipped(reports: Iterable[IndexReport]) -> None:
    for skipped in (item for report in reports for item in report.skipped):
        print(f"skipped {one_line(skipped.where)}: {one_line(skipped.reason)}", file=sys.stderr)


# -- what people rated in Telegram ----------------------------------------------------------------------------------

_MADE_BY = "kiosque feedback"
_EXPORTED = {"articles.jsonl", "questions.jsonl", "aside.jsonl", "set.json"}


def _rated_answers() -> list[dict[str, Any]]:
    """Return the rows of ``bot.telegram.store.Store.feedback_rows``, at least one. Raises KiosqueError."""
    from bot.telegram.config import TelegramSettings
    from bot.telegram.database import Database
    from bot.telegram.store import Store

    class WithoutToken(TelegramSettings):
        @field_validator("telegram_bot_token")
        @classmethod
        def _token(cls, value: SecretStr) -> SecretStr:
            return value

    path = load_settings(WithoutToken).telegram_data
    if not path.is_file():  # opening it would make one
        raise KiosqueError(
            f"There is no data file of the Telegram bot at {path}; start the bot first, or correct TELEGRAM_DATA."
        )
    database = Database(path)
    try:
        rated = Store(database).feedback_rows()
    finally:
        database.close()
    if not rated:
        raise KiosqueError("Nobody has rated an answer in Telegram yet, so there is nothing to export.")
    return rated


def _gold(row: dict[str, Any], archive: Archive) -> dict[str, Any] | None:
    """Return a liked answer as a line of questions.jsonl; None when the archive holds nothing of what it cited.

    Spans rather than quotes: what cleaning the exported text once more might take away is then counted as lost, and
    does not spoil the set.
    """
    relevant = [found for cited in row["relevant"] if (found := _span_of(cited, archive))]
    if row["answerable"] and not relevant:
        return None
    question = row["question"].encode("utf-8", "replace").decode("utf-8")  # may hold half a surrogate pair
    kept = {name: value for name, value in row.items() if name != "value"}
    return kept | {"question": question, "relevant": relevant}


def _span_of(cited: dict[str, Any], archive: Archive) -> dict[str, Any] | None:
    article = _article(cited["article"], archive)
    start = article.text.find(cited["quote"]) if article else -1
    if start < 0:
        return None
    copies = [copy for copy in cited["copies"] if _article(copy, archive)]
    return {"article": cited["article"], "start": start, "end": start + len(cited["quote"]), "copies": copies}


def _article(article_id: str, archive: Archive) -> Article | None:
    try:
        return archive.article(article_id)
    except NotFound:
        return None


def _set_name(folder: Path) -> str:
    """Return a name that the evaluation takes, after the folder: its runs are called by it."""
    return re.sub(r"[^\w.-]+", "-", folder.name)[:100] or "feedback"


def _refuse_other(folder: Path) -> None:
    """Raise KiosqueError when the folder holds anything that is no earlier export."""
    try:
        held = {path.name for path in folder.iterdir()} if folder.exists() else set()
        ours = not held or (held <= _EXPORTED and _MADE_BY in (folder / "set.json").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        ours = False
    if not ours:
        raise KiosqueError(f"{folder} holds something else already; name a new folder.")


def _write_private(folder: Path, files: dict[str, Iterable[dict[str, Any]]]) -> None:
    """Write each file whole, an object a line, for their owner alone: they hold what people asked."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=".kiosque-") as made:
            for name, values in files.items():
                with open(Path(made) / name, "w", encoding="utf-8", opener=_private) as file:
                    file.writelines(to_line(value) + "\n" for value in values)
            folder.mkdir(mode=0o700, exist_ok=True)
            for name in files:
                (Path(made) / name).replace(folder / name)
    except OSError as exc:
        raise KiosqueError(f"{folder} cannot be written: {exc.strerror or exc}.") from exc


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
