"""What keeps an archive: ``export``, ``import``, ``backup``, and ``remove`` with what the Telegram bot remembers of it."""

from __future__ import annotations

import gzip
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import BufferedReader
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from pydantic import field_validator
from rich.text import Text

from answering.settings import Settings, load_settings
from bot.commands import opened, traces_kept
from bot.progress import progress_bar
from bot.terminal import console, one_line, show
from retrieval.errors import KiosqueError, NotFound
from retrieval.types import Filters

if TYPE_CHECKING:
    from retrieval.archive import Archive
    from retrieval.keeping.importing import Imported

STANDARD = "-"  # standard input or output in place of a file
_SHOWN = 5  # articles that are named before they are removed


# -- export and import ----------------------------------------------------------------------------------------------


def export(file: str, filters: Filters) -> int:
    """Write the articles that pass the filters as JSONL (docs/archive.md), packed where the name ends in ``.gz``."""
    from retrieval.keeping.exporting import export_lines

    lines = export_lines(load_settings().index_dir / "archive.sqlite", filters)
    if file == STANDARD:
        try:
            _write(sys.stdout.buffer, lines)
        except BrokenPipeError:  # its reader has what it wanted
            raise
        except OSError as exc:
            raise KiosqueError(f"Standard output cannot be written: {exc.strerror or exc}.") from exc
        return 0
    with _written(Path(file)) as out:
        count = _write(out, lines)
    print(f"{count} lines written to {one_line(file)}.")
    return 0


def _write(out: IO[bytes], lines: Iterable[str]) -> int:
    count = 0
    for line in lines:
        out.write(line.encode())
        count += 1
    out.flush()
    return count


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write, packed by gzip if it is called so, that takes its name once it is whole. Raises KiosqueError."""
    from retrieval.keeping.files import whole_file

    try:
        with whole_file(path) as temporary, temporary.open("wb") as file:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=6) as packed:
                    yield cast(IO[bytes], packed)
            else:
                yield file
    except OSError as exc:
        raise KiosqueError(f"{path} cannot be written: {exc.strerror or exc}.") from exc


def import_(file: str, *, replace: bool) -> int:
    """Take in an export; return 1 when no line of it could be read."""
    from retrieval.keeping.importing import lines_of

    settings = load_settings()
    with _read(file) as lines, traces_kept(), opened(settings) as archive, progress_bar() as progress:
        began = time.perf_counter()
        done = archive.take_in(lines_of(lines), progress, replace=replace)
        seconds, passages = time.perf_counter() - began, archive.status().passages
    name = "standard input" if file == STANDARD else file
    for skipped in done.skipped:
        print(f"skipped {one_line(name)}, {skipped.where}: {one_line(skipped.reason)}", file=sys.stderr)
    print(f"{imported(done)}; {passages} passages in {seconds:.1f} s")
    if done.kept:
        print("An article is kept where the archive holds another text under its id; --replace takes the file's.")
    taken = done.added + done.replaced + done.unchanged + done.kept + done.left_out
    return 1 if done.skipped and not taken else 0


def imported(done: Imported) -> str:
    """Return ``5 added, 0 replaced, 0 unchanged, 0 kept, 0 left out``."""
    names = ("added", "replaced", "unchanged", "kept", "left_out")
    return ", ".join(f"{getattr(done, name)} {name.replace('_', ' ')}" for name in names)


@contextmanager
def _read(file: str) -> Iterator[BufferedReader]:
    if file == STANDARD:
        yield cast(BufferedReader, sys.stdin.buffer)
        return
    try:
        opened_file = Path(file).open("rb")  # noqa: SIM115 - errors of what is done with it are not its own
    except OSError as exc:
        raise KiosqueError(f"{file} cannot be read: {exc.strerror or exc}.") from exc
    with opened_file:
        yield opened_file


# -- backup ---------------------------------------------------------------------------------------------------------


def backup(folder: Path, *, keep: int, with_telegram: bool) -> int:
    """Copy the archive, and what the Telegram bot remembers if that is asked for, into a folder."""
    from retrieval.keeping.backups import back_up

    settings = load_settings()
    files = {"archive": settings.index_dir / "archive.sqlite"}
    if with_telegram:
        files["telegram"] = telegram_data()
    for name, file in files.items():
        made = back_up(file, folder, name, keep=keep)
        print(f"{one_line(str(made))}: {made.stat().st_size / 1e6:.1f} MB")
    return 0


# -- removal --------------------------------------------------------------------------------------------------------


def remove(ids: Sequence[str], urls: Sequence[str], outlets: Sequence[str], *, too_old: bool, yes: bool) -> int:
    """Remove the articles that have one of these ids, addresses or outlets, and those that are too old."""
    settings = load_settings()
    with opened(settings) as archive:
        chosen = archive.matching(ids=ids, urls=urls, outlets=outlets)
        old = set(archive.expired(_today())) - set(chosen) if too_old else set()
        if not chosen and not old:
            if not too_old:
                raise NotFound("The archive holds no such article.")
            print("No article is older than RETENTION_DAYS and RETENTION_DAYS_BY_OUTLET say.")
            return 0
        every = [*chosen, *sorted(old)]
        if not yes and not _confirmed(archive, every):
            print("Nothing was removed.")
            return 0
        answers = erase_answers(every)
        removed = archive.remove(chosen) + archive.remove(sorted(old), too_old=True)
    print(f"{_counted(removed, 'article')} removed, to stay out when its source is indexed again.")
    if answers:
        print(
            f"{_counted(answers, 'answer')} of the Telegram bot quoted that, and {'were' if answers > 1 else 'was'} erased."
        )
    return 0


def forget(article_id: str) -> int:
    """Remove one article without asking."""
    with opened(load_settings()) as archive:
        archive.article(article_id)  # raises NotFound
        erase_answers([article_id])
        archive.forget(article_id)
    show(console(), Text(f"Forgotten: {one_line(article_id)}. It stays out when its folder is indexed again."))
    return 0


def expire(archive: Archive, today: date) -> int:
    """Remove the articles that are older than they may be, here and from the bot's answers; return how many there were."""
    old = archive.expired(today)
    erase_answers(old)
    return archive.remove(old, too_old=True)


def erase_answers(article_ids: Sequence[str]) -> int:
    """Erase what the Telegram bot's answers say that quote these articles; return how many answers there were.

    To be called before the articles are removed: what the bot is answering meanwhile is erased when it is saved, and after
    a kill the same command finds the articles again. The bot may be running.
    """
    from bot.telegram.storage.database import Database
    from bot.telegram.storage.store import Store

    if not article_ids:
        return 0
    path = telegram_data()
    if not path.is_file():  # opening it would make one
        return 0
    database = Database(path)
    try:
        erased = Store(database).erase_quoting(article_ids, time.time())
        if erased:
            try:
                database.erase()
            except KiosqueError as exc:  # no answer shows the text any more; its bytes go when the bot starts
                print(one_line(str(exc)), file=sys.stderr)
    finally:
        database.close()
    return erased


def telegram_data() -> Path:
    """Return the bot's data file, whether or not there is one, whatever its other settings are. Raises SettingsError."""
    from bot.telegram.config import TelegramSettings

    class DataFile(Settings):
        telegram_data: Path = TelegramSettings.model_fields["telegram_data"].default

        @field_validator("telegram_data")
        @classmethod
        def _from_root_too(cls, value: Path) -> Path:
            return cls._from_root(value)

    return load_settings(DataFile).telegram_data


def _confirmed(archive: Archive, article_ids: Sequence[str]) -> bool:
    """Show what would go, and ask. Anything but a yes is a no."""
    for article_id in article_ids[:_SHOWN]:
        article = archive.article(article_id)
        told = (article.title, article.outlet, article.published[:10], article.url)
        print(f"  {one_line(article_id)}: {', '.join(one_line(part) for part in told if part)}")
    if len(article_ids) > _SHOWN:
        print(f"  and {len(article_ids) - _SHOWN} more")
    try:
        said = input(f"Remove {_counted(len(article_ids), 'article')} for good? [y/N] ")
    except EOFError:
        return False
    return said.strip().casefold() in ("y", "yes", "o", "oui")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _today() -> date:
    return datetime.now(UTC).date()
