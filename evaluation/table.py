"""Runs and comparisons as tables in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from evaluation.compare import SIGNIFICANT, Comparison
from evaluation.figures import FIGURES, PERFECT
from evaluation.generated import sections
from evaluation.reading import WHOLE

_SHOWN = 20  # questions won and lost that a terminal shows


def run_parts(run: Mapping[str, Any]) -> list[RenderableType]:
    """Return a finished run: a headline, and a table of figures by system, each with half the width of its interval."""
    systems: Mapping[str, Any] = run["systems"]
    held = run["set"]
    title = f"{held['name']}: {held['answerable']} answerable and {held['unanswerable']} unanswerable questions"
    table = Table()
    table.add_column("figure")
    for name in systems:
        table.add_column(name, justify="right")
    for figure in FIGURES:
        if any(figure in system["figures"] for system in systems.values()):
            table.add_row(figure, *(_cell(figure, system["figures"].get(figure)) for system in systems.values()))
    table.add_section()
    for stage in dict.fromkeys(stage for system in systems.values() for stage in system["latency_ms"]):
        found = [system["latency_ms"].get(stage) for system in systems.values()]
        table.add_row(f"{stage}, ms p50 / p95", *(f"{f['p50']:.1f} / {f['p95']:.1f}" if f else "" for f in found))
    table.add_row("words an answer, median", *(_or_nothing(system["words"]) for system in systems.values()))
    table.add_row("peak memory, MB", *(_or_nothing(system["peak_memory_mb"]) for system in systems.values()))
    for name, count in (("failed with an error", "errors"), ("extracted, no chat model", "fallbacks")):
        if any(system[count] for system in systems.values()):
            table.add_row(name, *(str(system[count]) for system in systems.values()), style="red")
    notes = [
        Text(f"{run[key]} {what}", style="yellow")
        for key, what in (
            ("skipped_articles", "articles could not be read; `kiosque index` on them says why."),
            ("lost_spans", "gold spans are not in the cleaned articles; these articles count as a whole."),
        )
        if run[key]
    ]
    written = generated_parts(
        [(name, system["generated"]) for name, system in systems.items() if "generated" in system]
    )
    return [Text(title, style="bold"), table, *written, *notes]


def generated_parts(columns: Sequence[tuple[str, Mapping[str, Any]]]) -> list[RenderableType]:
    """Return a table of what became of a chat model's sentences (``generated.tally`` by system or run); nothing of none."""
    if not columns:
        return []
    table = Table(title=Text("What the chat model wrote"), title_justify="left")
    for column in ("", *(name for name, _ in columns)):
        table.add_column(Text(column), justify="right" if column else "left")
    for heading, rows in sections([sums for _, sums in columns]).items():
        table.add_row(Text(heading, style="bold"))
        for name, cells in rows:
            table.add_row(f"  {name}", *cells)
        table.add_section()
    return [table]


def reading_parts(finished: Mapping[str, Any]) -> list[RenderableType]:
    """Return what a reader was judged by: a table of its spans, one of refusal with half the width of each interval."""
    spans = Table(
        title=Text(f"{finished['reader']} on {finished['part']}: given the right passage ({WHOLE}: the archive)"),
        title_justify="left",
    )
    for column in ("set", "n", "f1", "exact match"):
        spans.add_column(column, justify="left" if column == "set" else "right")
    for name, figures in {**finished["spans"], "all of XQuAD": finished["across"]}.items():
        n = figures["f1"]["n"] if figures else 0
        spans.add_row(name, str(n), *(_cell(f, figures.get(f)) for f in ("f1", "exact_match")))
    refusal = finished["refusal"]
    asked = (
        f"{refusal['questions']} questions with and without the passages that answer, {refusal['left_out']} left out"
    )
    table = Table(title=Text(f"Refusal: {asked}"), title_justify="left")
    judges: Mapping[str, Any] = refusal["by"]
    for column in ("", *judges):
        table.add_column(column, justify="right" if column else "left")
    for figure in ("auroc", "answered", "refused", "balanced_accuracy"):
        table.add_row(figure, *(_cell(figure, found["figures"].get(figure)) for found in judges.values()))
    table.add_row("at the threshold", *(f"{found['threshold']:.3f}" for found in judges.values()))
    bounds = [found["upper_bound"] for found in judges.values()]
    table.add_row(
        "upper bound (best threshold)", *(f"{b['balanced_accuracy']:.3f} ({b['threshold']:.3f})" for b in bounds)
    )
    outside = finished["outside"]
    wrong = (
        [Text(f"{outside} spans lay outside their passage, and count as nothing said.", style="red")] if outside else []
    )
    return [spans, table, *wrong]


def _cell(figure: str, value: Mapping[str, float] | None) -> Text:
    if value is None:
        return Text("")
    wrong = figure in PERFECT and value["value"] < 1
    half = (value["high"] - value["low"]) / 2
    return Text(f"{value['value']:.3f} ±{half:.3f}", style="bold red" if wrong else "")


def _or_nothing(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def comparison_parts(comparison: Comparison, names: Sequence[str]) -> list[RenderableType]:
    """Return a comparison: the table of differences, then the questions won and lost."""
    table = Table(title=Text(f"{names[1]} against {names[0]}"), title_justify="left")
    for column in ("figure", "n", names[0], names[1], "difference", "95 % interval", "p"):
        table.add_column(Text(column), justify="left" if column == "figure" else "right")
    for d in comparison.differences:
        style = ("green" if d.value > 0 else "red") if d.p < SIGNIFICANT else ""
        table.add_row(
            d.figure,
            str(d.n),
            f"{d.first:.3f}",
            f"{d.second:.3f}",
            Text(f"{d.value:+.3f}", style=style),
            f"{d.low:+.3f} to {d.high:+.3f}",
            f"{d.p:.4f}",
        )
    parts: list[RenderableType] = [table]
    if comparison.only_first or comparison.only_second:
        parts.append(
            Text(
                f"{comparison.shared} questions are in both; {comparison.only_first} only in the first, "
                f"{comparison.only_second} only in the second."
            )
        )
    for word, questions in (("Won", comparison.won), ("Lost", comparison.lost)):
        more = f" and {len(questions) - _SHOWN} more" if len(questions) > _SHOWN else ""
        listed = ", ".join(map(_printable, questions[:_SHOWN])) + more if questions else "none"
        parts.append(Text(f"{word} (by {comparison.judged_by}): {len(questions)}: {listed}"))
    return parts


def _printable(text: str) -> str:
    """Return a text of a data folder without what a terminal would obey."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def print_parts(*parts: RenderableType) -> None:
    console = Console(highlight=False)
    # A pipe has no width: tables are whole there.
    console = console if console.is_terminal else Console(highlight=False, width=200)
    for part in parts:
        console.print(part)
