"""The command line: ``kiosque``, or ``python -m bot``.

Exit status 0 for an answer or a refusal, 2 for bad usage or settings, 1 for a failure, 130 when interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from bot import commands
from bot.failures import report, status_of
from bot.parameters import (
    ArticleId,
    AsJson,
    Language,
    OnlyArticle,
    Outlet,
    Query,
    Question,
    Since,
    Sources,
    Until,
    all_text,
    filters_of,
    jsonl,
    path,
    period,
)
from retrieval.errors import KiosqueError

app = typer.Typer(
    name="kiosque",
    help="Ask an archive of news articles; every sentence of an answer is proved by a verbatim quotation.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _global(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")] = False,
) -> None:
    context.obj = bool(context.obj) or debug


@app.command()
def ask(
    question: Question,
    since: Since = "",
    until: Until = "",
    outlet: Outlet = None,
    language: Language = None,
    article: OnlyArticle = None,
    as_json: AsJson = False,
) -> int:
    """Answer one question, with its quotations."""
    filters = filters_of(since, until, outlet or [], language or [], article or [])
    return commands.ask(question, filters, as_json=_json_output(as_json))


@app.command()
def repl(context: typer.Context, as_json: AsJson = False) -> int:
    """Chat with the archive; where standard input is no terminal, one question a line."""
    return commands.repl(as_json=_json_output(as_json), debug=bool(context.obj))


@app.command()
def telegram() -> int:
    """Answer in Telegram, as the bot of TELEGRAM_BOT_TOKEN, until stopped."""
    from bot.telegram.app import run as run_bot

    return run_bot()


@app.command()
def start(context: typer.Context) -> int:
    """Index the articles in seeds/ and chat: what `make run` runs."""
    return commands.start(debug=bool(context.obj))


@app.command()
def index(
    sources: Sources = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Split and embed every stored article again.")] = False,
    as_json: AsJson = False,
) -> int:
    """Take the articles of folders, files or web addresses into the archive; what is unchanged costs nothing."""
    if not sources and not rebuild:
        raise typer.BadParameter("name a folder of articles, or --rebuild", param_hint="SOURCE...")
    return commands.index(sources or [], rebuild=rebuild, as_json=_json_output(as_json))


@app.command()
def sync(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", parser=path, help="A list of sources; by default SOURCES_FILE."),
    ] = None,
    every: Annotated[
        str, typer.Option(metavar="TIME", callback=period, help="Keep going: again each 15m, 1h, 90s.")
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Take in what is new in the folders, files, pages, feeds and sitemaps of a list (docs/sources.toml)."""
    from bot.sync import seconds_of
    from bot.sync import sync as run_sync

    return run_sync(file, every=seconds_of(every), as_json=_json_output(as_json))


@app.command()
def search(
    query: Query,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many passages to show.")] = 10,
    since: Since = "",
    until: Until = "",
    outlet: Outlet = None,
    language: Language = None,
    article: OnlyArticle = None,
    as_json: AsJson = False,
) -> int:
    """Show the passages nearest to a query, with their scores and which search found them."""
    filters = filters_of(since, until, outlet or [], language or [], article or [])
    return commands.search(query, filters, limit=limit, as_json=_json_output(as_json))


@app.command()
def show(article_id: ArticleId) -> int:
    """Show an article as it is stored."""
    return commands.show_article(article_id)


@app.command()
def status(
    failed: Annotated[bool, typer.Option("--failed", help="Show what could not be taken in, and why.")] = False,
    as_json: AsJson = False,
) -> int:
    """Show what the archive holds."""
    if failed:
        from bot.sync import failed as show_failed

        return show_failed(as_json=_json_output(as_json))
    return commands.status(as_json=_json_output(as_json))


@app.command()
def forget(article_id: ArticleId) -> int:
    """Remove an article for good: it stays out when its folder is indexed again."""
    from bot import keeping

    return keeping.forget(article_id)


@app.command()
def remove(
    article_ids: Annotated[
        list[str] | None, typer.Option("--id", metavar="ARTICLE_ID", callback=all_text, help="May be repeated.")
    ] = None,
    urls: Annotated[
        list[str] | None,
        typer.Option("--url", metavar="URL", callback=all_text, help="Articles of this address; may be repeated."),
    ] = None,
    outlets: Annotated[
        list[str] | None,
        typer.Option("--outlet", metavar="NAME", callback=all_text, help="All of an outlet; may be repeated."),
    ] = None,
    expired: Annotated[bool, typer.Option("--expired", help="Those older than RETENTION_DAYS says.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Remove articles for good, with every byte of them, also from answers that the Telegram bot remembers."""
    from bot import keeping

    if not (article_ids or urls or outlets or expired):
        raise typer.BadParameter("name what to remove: --id, --url, --outlet or --expired")
    if not yes and not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal to ask at; add --yes", param_hint="--yes")
    return keeping.remove(article_ids or [], urls or [], outlets or [], too_old=expired, yes=yes)


@app.command()
def export(
    file: Annotated[str, typer.Argument(metavar="FILE", callback=jsonl, help="To be written; - is standard output.")],
    since: Since = "",
    until: Until = "",
    outlet: Outlet = None,
    language: Language = None,
    article: OnlyArticle = None,
) -> int:
    """Write the archive, or a part of it, as JSONL: an article a line, to be read by `import` and by `index`."""
    from bot import keeping

    return keeping.export(file, filters_of(since, until, outlet or [], language or [], article or []))


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", parser=path, help="What `export` wrote; - is standard input.")
    ],
    replace: Annotated[bool, typer.Option("--replace", help="Let it change articles that the archive holds.")] = False,
) -> int:
    """Take in what `export` wrote, letter for letter; files of others are for `index`."""
    from bot import keeping

    return keeping.import_(str(file), replace=replace)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", parser=path, help="Where the copies are kept.")],
    keep: Annotated[int, typer.Option(min=0, help="How many copies to keep; 0: all.")] = 0,
    with_telegram: Annotated[
        bool, typer.Option("--with-telegram", help="Also what the Telegram bot remembers: what people asked.")
    ] = False,
) -> int:
    """Copy the archive as it is now, checked, while the bot serves and others index."""
    from bot import keeping

    return keeping.backup(folder, keep=keep, with_telegram=with_telegram)


@app.command()
def feedback(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", parser=path, help="A new folder to write.")],
) -> int:
    """Write the answers that were rated in Telegram as questions for `python -m evaluation run`."""
    from bot.feedback import feedback as write_feedback

    return write_feedback(folder)


def main() -> NoReturn:
    """Run the command line and exit with its status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status; every error has become one sentence on standard error."""
    _reconfigure(sys.stdout, errors="replace")
    debug, rest = _take_debug(arguments)
    try:
        status = _invoke(rest, debug=debug)
        _flush()
        return status
    except BrokenPipeError:  # whoever read our output has gone
        _drop_output()
        return 0
    except KeyboardInterrupt:
        return 130
    except TyperException as error:
        return _usage(error)
    except Exception as error:
        report(error, debug=debug)
        with suppress(KiosqueError, BrokenPipeError):
            _flush()
        return status_of(error)


def _flush() -> None:
    """Write what is to be printed. Raises KiosqueError, BrokenPipeError."""
    try:
        sys.stdout.flush()
    except OSError as exc:
        _drop_output()
        if isinstance(exc, BrokenPipeError):
            raise
        raise KiosqueError(f"Standard output cannot be written: {exc.strerror or exc}.") from exc


def _drop_output() -> None:
    """Python flushes once more at exit: let that go nowhere, in silence."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _invoke(arguments: list[str], *, debug: bool) -> int:
    command = get_command(app)
    try:
        with command.make_context("kiosque", arguments) as context:
            context.obj = debug
            return int(command.invoke(context) or 0)
    except typer.Exit as done:
        return done.exit_code


def _take_debug(arguments: Sequence[str]) -> tuple[bool, list[str]]:
    """Take ``--debug`` out, wherever it stands before a ``--``: people add it at the end of the line that failed."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options = [argument for argument in arguments[:end] if argument != "--debug"]
    return len(options) < end, [*options, *arguments[end:]]


def _usage(error: TyperException) -> int:
    """Print what is wrong with the command line in one sentence, and where its usage is told."""
    context = getattr(error, "ctx", None)
    named = context.command_path if context else "kiosque"
    message = error.format_message().strip()
    if "\n" in message:  # the whole help, for a command line without a command
        print(message, file=sys.stderr)
    else:
        print(f"{message.rstrip('.')} (see {named} --help).", file=sys.stderr)
    return error.exit_code


def _json_output(as_json: bool) -> bool:
    if as_json:
        _reconfigure(sys.stdout, encoding="utf-8")
    return as_json


def _reconfigure(stream: Any, **options: str) -> None:
    """Set the encoding or its error handling, where the stream has any (one put in its place may hold text only)."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(**options)
