"""The command line of the evaluation: ``python -m evaluation COMMAND``.

Exit status: 0 done, 1 failed (the gate: a figure fell), 2 wrong usage or settings, 130 stopped (the same command goes on).
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text
from typer.exceptions import TyperException
from typer.main import get_command

from answering.settings import ROOT, load_settings
from retrieval.errors import KiosqueError, SettingsError
from retrieval.types import Progress

app = typer.Typer(
    help="Know how good every answer is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A data folder: questions.jsonl and its articles.")]
Json = Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Where to write the figures.")]


@app.command()
def prepare(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="piaf, piaf-whole, orangesum, or xquad-ru-es: ru questions on es.")
    ],
    to: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write to FOLDER/NAME (var/evaluation).")] = None,
) -> int:
    """Turn a published set into data folders, with unanswerable questions, split into dev and test."""
    from evaluation.prepare import prepare as write
    from evaluation.run import WORK

    prepared = write(name, to or WORK)
    print(f"{prepared.articles} articles in {_shown(prepared.folder)}")
    for part, questions in prepared.parts.items():
        print(f"{questions} questions: python -m evaluation run {_shown(prepared.folder / part)}")
    return 0


@app.command()
def run(
    folder: Folder,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="Rank passages, give no answers.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Ask the first N questions only.")] = None,
    out: Json = None,
    workers: Annotated[int, typer.Option(min=1, max=64, metavar="N", help="Questions asked at a time.")] = 1,
    systems: Annotated[
        str, typer.Option(metavar="NAMES", help="Which of kiosque,fusion,bm25,dense,lead,textbook.")
    ] = "",
) -> int:
    """Index a data folder, ask it all its questions, and say how good the answers are, baselines beside them."""
    from evaluation.dataset import load
    from evaluation.run import BASELINES, WORK, Options
    from evaluation.run import run as ask_all
    from evaluation.systems import OURS
    from evaluation.table import print_parts, run_parts

    known = (OURS, *BASELINES)
    chosen = tuple(dict.fromkeys(name.strip() for name in systems.split(",") if name.strip())) or known
    if unknown := [name for name in chosen if name not in known]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(known)}", param_hint="--systems")
    data = load(folder)
    out = out or WORK / "runs" / f"{data.name}.json"
    if out.suffix != ".json":
        raise typer.BadParameter(f"{str(out)!r} must end in .json", param_hint="--json")
    options = Options(tuple(name for name in known if name in chosen), retrieval_only, limit, workers)
    with progress_bar() as progress:
        finished = ask_all(data, load_settings(), options, out, progress)
    print_parts(*run_parts(finished))
    print(f"Written to {_shown(out)}")
    return 0


@app.command()
def reading(
    part: Annotated[str, typer.Option(metavar="dev|test", help="Which part of the published sets.")] = "dev",
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="The first N questions of each set.")] = None,
    out: Json = None,
) -> int:
    """Judge the reader by itself: its spans in the right passage, and refusal with hard unanswerable questions."""
    from answering.judging.reading import reads
    from answering.wiring import open_embedder, open_reader
    from evaluation.reading_run import judge_reader
    from evaluation.run import WORK
    from evaluation.table import print_parts, reading_parts

    if part not in ("dev", "test"):
        raise typer.BadParameter(f"{part!r} is neither dev nor test", param_hint="--part")
    out = out or WORK / "runs" / f"reading-{part}.json"
    if out.suffix != ".json":
        raise typer.BadParameter(f"{str(out)!r} must end in .json", param_hint="--json")
    settings = load_settings()
    with progress_bar() as progress:
        embedder = open_embedder(settings, progress)
        reader = open_reader(settings, embedder, progress)
        if not reads(reader):
            raise KiosqueError("There is no reader to judge; set EVIDENCE_MODEL to one that reads.")
        finished = judge_reader(reader, embedder, settings, "test" if part == "test" else "dev", limit, out, progress)
    print_parts(*reading_parts(finished))
    print(f"Written to {_shown(out)}")
    return 0


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A.json")],
    second: Annotated[Path, typer.Argument(metavar="B.json")],
    system: Annotated[str, typer.Option(metavar="NAME", help="Which system of A.")] = "kiosque",
    against: Annotated[str, typer.Option(metavar="NAME", help="Which system of B (the same).")] = "",
    out: Json = None,
) -> int:
    """Compare two runs question by question: differences, intervals, significance, questions won and lost."""
    from evaluation.compare import compare as compared
    from evaluation.compare import scores_of
    from evaluation.finished import read_run
    from evaluation.journal import write_whole
    from evaluation.table import comparison_parts, generated_parts, print_parts

    one, other = read_run(first), read_run(second)
    comparison = compared(scores_of(one, first, system), scores_of(other, second, against or system))
    if one.set.fingerprint != other.set.fingerprint:
        print_parts(
            Text("The questions of the two runs are not the same; those with a common id are compared.", style="yellow")
        )
    names = [f"{first.stem} {system}", f"{second.stem} {against or system}"]
    told = [one.systems.get(system), other.systems.get(against or system)]
    written = [
        (name, each.generated.model_dump()) for name, each in zip(names, told, strict=True) if each and each.generated
    ]
    print_parts(*comparison_parts(comparison, names), *generated_parts(written))
    if out:
        write_whole(out, json.dumps(asdict(comparison), ensure_ascii=False, indent=1) + "\n")
    return 0


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN.json...")],
    html: Annotated[Path | None, typer.Option("--html", metavar="OUT", help="Where to write the page.")] = None,
) -> int:
    """Write one HTML page with tables, plots, and every failed question with its answer and its quotations."""
    from evaluation.report import write_report

    target = html or runs[0].with_suffix(".html")
    write_report(runs, target)
    print(f"Written to {_shown(target)}")
    return 0


@app.command()
def gate(
    update: Annotated[bool, typer.Option("--update", help="Make today's figures the baseline.")] = False,
) -> int:
    """Run the seed questions and 300 of PIAF; fail when a figure fell below evaluation/baseline.json."""
    from evaluation.gate import BASELINE, baseline_of, judge, read_baselines, runs, write_baselines

    with progress_bar() as progress:
        finished = runs(load_settings(), progress)
    if update:
        write_baselines(read_baselines() | {run["set"]["name"]: baseline_of(run) for run in finished})
        print(f"Written to {_shown(BASELINE)}")
        return 0
    return judge(finished, read_baselines())


def _shown(path: Path) -> Path:
    """Return a path from the project's root where it lies there, as it is typed."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Give a callback that draws a bar with the remaining time for each stage; it draws nothing where nobody watches."""
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def update(stage: str, done: int, total: int | None) -> None:
        if stage not in bars or done < bars[stage].n:  # a new stage, or the same of another run
            for bar in bars.values():
                bar.close()
            bars[stage] = tqdm(desc=stage, total=total, initial=done, leave=False, disable=None, dynamic_ncols=True)
        bar = bars[stage]
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield update
    finally:
        for bar in bars.values():
            bar.close()


def stop_on_terminate() -> None:
    """Let SIGTERM stop a run as Ctrl-C does: what was answered is kept, and the same command goes on."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status; what a person did wrong is told in one sentence."""
    command = get_command(app)
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with command.make_context("python -m evaluation", given) as context:
            return int(command.invoke(context) or 0)
    except typer.Exit as done:
        return done.exit_code
    except TyperException as error:
        message = error.format_message().strip()
        hint = "" if "\n" in message else " (see python -m evaluation --help)."  # the whole help says it itself
        print(f"{message.rstrip('.') if hint else message}{hint}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("Stopped; the same command goes on from here.", file=sys.stderr)
        return 130
    except KiosqueError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, SettingsError) else 1
