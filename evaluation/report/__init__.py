"""One self-contained HTML page of one or several runs: figures, plots, and every failed question.

The page loads nothing and sends nothing; its one script may run because the Content-Security-Policy holds its hash. All
texts of questions, answers and articles are escaped by Jinja2; only our own plots, style and script are not.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evaluation.finished import Record, Run, read_records, read_run
from evaluation.journal import write_whole
from evaluation.report import plots
from evaluation.report.failures import FailureGroup, failed, failure_groups
from evaluation.report.tables import Table, alarms, breakdown, generated_table, main_table, verdict
from retrieval.errors import KiosqueError

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot, or the reason why there is none. ``svg`` is made by ``plots``."""

    title: str
    reading: str
    svg: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class SystemView:
    name: str
    anchor: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class RunView:
    """One run as the page shows it. ``compared``: it stands in a comparison, so that its own table is folded away."""

    anchor: str
    label: str
    run: Run
    first: str
    verdict: str
    alarms: tuple[str, ...]
    table: Table
    generated: Table | None
    compared: bool
    plots: tuple[Plot, ...]
    systems: tuple[SystemView, ...]
    failures: tuple[FailureGroup, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs of one set beside each other; ``uneven``: they did not ask the same number of questions."""

    anchor: str
    title: str
    systems: tuple[str, ...]
    uneven: bool
    table: Table
    generated: Table | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the plots need of one answered question."""

    answerable: bool
    confidence: float | None
    correct: float
    total_ms: float | None


def write_report(runs: Sequence[Path], target: Path) -> None:
    """Write the page of finished runs (RUN.json each, its answers beside it) to ``target``.

    The same runs give the same bytes. Raises KiosqueError that names the file, for a run that is missing, no JSON, of
    another format or not whole, and for a target that cannot be written.
    """
    if not runs:
        raise KiosqueError("No run was given; name at least one RUN.json that `python -m evaluation run` wrote.")
    write_whole(target, render(runs))


def render(paths: Sequence[Path]) -> str:
    """Return the page. Raises as ``write_report`` does."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    runs = [read_run(path) for path in paths]
    labels = _labels(paths)
    comparisons = _comparisons(labels, runs)
    shared = {run.set.fingerprint for place, run in enumerate(runs) if _is_shared(runs, place)}
    views = [
        _view(path, run, label, place, run.set.fingerprint in shared)
        for place, (path, run, label) in enumerate(zip(paths, runs, labels, strict=True), 1)
    ]
    style, script = ((_HERE / name).read_text("utf-8") for name in ("page.css", "page.js"))
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["svg"] = Markup  # for what plots.py made, and nothing else
    return environment.get_template("page.html").render(
        style=Markup(style),  # noqa: S704  # ours
        script=Markup(script),  # noqa: S704  # ours
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        views=views,
        comparisons=comparisons,
    )


def _labels(paths: Sequence[Path]) -> list[str]:
    """Return the files' names, numbered where two are the same."""
    names = [path.stem for path in paths]
    return [name if names.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(names, 1)]


def _is_shared(runs: Sequence[Run], place: int) -> bool:
    return sum(run.set.fingerprint == runs[place].set.fingerprint for run in runs) > 1


def _comparisons(labels: Sequence[str], runs: Sequence[Run]) -> list[Comparison]:
    """Return a comparison for each set that more than one run asked: the first system of each run."""
    sets: dict[str, list[tuple[str, Run]]] = {}
    for label, run in zip(labels, runs, strict=True):
        sets.setdefault(run.set.fingerprint, []).append((label, run))
    comparisons: list[Comparison] = []
    for members in sets.values():
        if len(members) > 1:
            columns = [(label, next(iter(run.systems.values()))) for label, run in members]
            systems = tuple(dict.fromkeys(next(iter(run.systems)) for _, run in members))
            uneven = len({run.set.questions for _, run in members}) > 1
            anchor, name = f"comparison-{len(comparisons) + 1}", members[0][1].set.name
            tables = main_table(columns, deltas=True), generated_table(columns)
            comparisons.append(Comparison(anchor, name, systems, uneven, *tables))
    return comparisons


def _view(path: Path, run: Run, label: str, place: int, compared: bool) -> RunView:
    anchor, (first, system) = f"run-{place}", next(iter(run.systems.items()))
    scores = run.scores.get(first, {})
    asked, failures = _collect(read_records(path, run), run, first)
    systems = tuple(
        SystemView(
            name,
            f"{anchor}-system-{number}",
            tuple(
                table
                for table in (breakdown(system.kinds, "Kind"), breakdown(system.languages, "Language"))
                if table.groups
            ),
        )
        for number, (name, system) in enumerate(run.systems.items(), 1)
    )
    return RunView(
        anchor,
        label,
        run,
        first,
        verdict(system),
        tuple(alarms(system)),
        main_table(list(run.systems.items())),
        generated_table(list(run.systems.items())),
        compared,
        _plots(run, asked, first, anchor),
        systems,
        failure_groups(failures, scores),
    )


def _collect(records: Iterable[Record], run: Run, first: str) -> tuple[dict[str, list[_Asked]], list[Record]]:
    """Return, of the records read once, what the plots need by system, and the failed ones of the first system."""
    asked: dict[str, list[_Asked]] = {name: [] for name in run.systems}
    failures = []
    for record in records:
        scores = run.scores[record.system][record.id]
        one = _Asked(
            record.question.answerable,
            record.confidence_of(),
            scores.get("correct", 0.0),
            record.stages_ms.get("total"),
        )
        asked.setdefault(record.system, []).append(one)
        if record.system == first and failed(record, scores):
            failures.append(record)
    return asked, failures


def _plots(run: Run, asked: Mapping[str, Sequence[_Asked]], first: str, anchor: str) -> tuple[Plot, ...]:
    return (
        _trade_off_plot(run, asked, f"{anchor}-trade-off"),
        _reliability_plot(first, asked[first], f"{anchor}-reliability"),
        _latency_plot(run, first, asked[first], f"{anchor}-latency"),
        _recall_plot(run, f"{anchor}-recall"),
    )


def _trade_off_plot(run: Run, asked: Mapping[str, Sequence[_Asked]], key: str) -> Plot:
    curves = []
    for name, system in run.systems.items():
        known = [(one.confidence, one.answerable) for one in asked[name] if one.confidence is not None]
        points = plots.trade_off([confidence for confidence, _ in known], [answerable for _, answerable in known])
        answered, refused = system.figures.get("answered"), system.figures.get("refused")
        if points:
            operating = (refused.value, answered.value) if answered and refused else None
            curves.append(plots.Curve(name, tuple(points), operating))
    return Plot(
        "Refusal trade-off",
        "Each line shows what other thresholds on the confidence would give; the dot is what the system did. "
        "Up and to the right is better; the dashed line is chance.",
        plots.plot_trade_off(curves, key) if curves else "",
        ""
        if curves
        else "it needs answers to both answerable and unanswerable questions, and this run has not got both.",
    )


def _reliability_plot(first: str, asked: Sequence[_Asked], key: str) -> Plot:
    rows = [(one.confidence, one.answerable, one.correct) for one in asked if one.confidence is not None]
    bins = plots.reliability([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    return Plot(
        f"Reliability of the confidence of {first}",
        "Questions in ten bins of confidence. On the dashed line a confidence means what it says; below it, it is too high. "
        "The bars count the questions.",
        plots.plot_reliability(bins, key) if bins else "",
        "" if bins else "no answer of this run has a confidence.",
    )


def _latency_plot(run: Run, first: str, asked: Sequence[_Asked], key: str) -> Plot:
    totals = [one.total_ms for one in asked if one.total_ms is not None]
    times = run.systems[first].latency_ms.get("total")
    drawn = bool(totals and times)
    return Plot(
        f"Latency of {first}",
        "How long a whole answer took, with the median and the time that 95 of 100 questions stayed below.",
        plots.plot_latency(totals, times.p50, times.p95, key) if times and totals else "",
        "" if drawn else "this run has no total times.",
    )


def _recall_plot(run: Run, key: str) -> Plot:
    curves = []
    for name, system in run.systems.items():
        found = [(k, system.figures[f"recall@{k}"]) for k in (1, 5, 20) if f"recall@{k}" in system.figures]
        if found:
            points = tuple((float(k), figure.value) for k, figure in found)
            curves.append(plots.Curve(name, points, intervals=tuple((figure.low, figure.high) for _, figure in found)))
    return Plot(
        "Recall by k",
        "How often a right passage is among the first k, with 95 % intervals.",
        plots.plot_recall(curves, key) if curves else "",
        "" if curves else "no question of this run has a right passage to be found.",
    )
