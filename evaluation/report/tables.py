"""The tables of a report: figures as rows, systems (or runs) as columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from answering.types import Fate
from evaluation.figures import PERFECT
from evaluation.finished import Figure, Figures, SystemFigures
from evaluation.generated import sections

# Group -> figure -> what it says.
MEANINGS: dict[str, dict[str, str]] = {
    "Retrieval": {
        "recall@1": "a right passage comes first",
        "recall@5": "a right passage is among the first 5",
        "recall@20": "a right passage is among the first 20",
        "mrr@10": "1 / rank of the first right article",
        "ndcg@10": "all right articles, discounted by rank",
    },
    "Answers": {
        "right": "correct, or refused when there is no answer",
        "correct": "shows all that is wanted and nothing wrong",
        "coverage": "wanted things that are shown",
        "exact_match": "equals a wanted answer",
        "f1": "words shared with the wanted answer",
        "short_f1": "words the short answer shares with the wanted one; 0 without",
        "short_em": "the short answer equals a wanted one; 0 without",
        "short_given": "answerable questions with a short answer",
        "short_f1_given": "short_f1 where there is a short answer",
        "short_em_given": "short_em where there is a short answer",
        "sides": "all sides of a disagreement are shown",
        "sides_flagged": "a disagreement is pointed out",
        "no_false_flag": "no disagreement is invented",
        "no_wrong": "nothing wrong is shown",
    },
    "Citations": {
        "verbatim": "quotations that stand in the article so; must be 100",
        "cited": "sentences that a quotation proves; must be 100",
        "short_cited": "short answers that a quotation gives; must be 100",
        "within": "quotations from the articles that were asked; must be 100",
        "relevant_citations": "quotations from a right article",
        "gold_citations": "quotations that touch the right span",
        "sources_recall": "needed sources that are quoted",
        "citation_recall": "sentences of the model that their quotations support, to another judge (ALCE)",
        "citation_precision": "quotations that such a sentence needs, to the same judge (ALCE)",
    },
    "The chat model": {
        "by_model": "answered or refused by the model itself, not by the fallback",
        "kept_sentences": "of its sentences, shown as it wrote them",
        "shown_sentences": "the same, and those it repaired",
    },
    "Refusals": {
        "answered": "answerable questions that were answered",
        "refused": "unanswerable questions that were refused",
        "balanced_accuracy": "mean of answered and refused; 50 for who answers, or refuses, everything",
        "auroc": "answerable ones have the higher confidence",
    },
}
ALWAYS = ("answered", "refused")  # one without the other says nothing
NOTES = {
    "Citations": "The citations of an extractive answer are right nearly for free: read them beside correct and coverage, "
    "which stand here again.",
    "Refusals": "A system that answers everything has 100 in answered and 0 in refused: read both.",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows; ``delta`` is the difference to the first column, ``trend`` says ``better`` or ``worse``."""

    text: str = "–"
    interval: str = ""
    title: str = ""
    best: bool = False
    alarm: bool = False
    delta: str = ""
    trend: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    meaning: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    note: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    groups: tuple[Group, ...]


def percent(value: float) -> str:
    """Return a share in per cent with one decimal; what is not quite 100 or 0 is never rounded to it."""
    if 0 < value < 1:
        value = min(max(value, 0.001), 0.999)
    return f"{100 * value:.1f}"


def whole_percent(value: float) -> str:
    if 0 < value < 1:
        value = min(max(value, 0.01), 0.99)
    return f"{100 * value:.0f}\u00a0%"


def number(value: float) -> str:
    """Return milliseconds or megabytes with about three digits."""
    return f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}".replace(",", "\u202f")


def verdict(system: SystemFigures) -> str:
    """Return the figures of a system as one line."""
    figures, parts = system.figures, []
    if answered := figures.get("answered"):
        parts.append(f"answered {whole_percent(answered.value)} of {answered.n} answerable questions")
    if refused := figures.get("refused"):
        parts.append(f"refused {whole_percent(refused.value)} of {refused.n} unanswerable ones")
    elif answered:
        parts.append("no unanswerable question was asked")
    if balanced := figures.get("balanced_accuracy"):
        parts.append(f"balanced {whole_percent(balanced.value)}")
    if correct := figures.get("correct"):
        parts.append(f"correct {whole_percent(correct.value)}")
    if system.generated and (sentences := system.generated.sentences).get("written"):
        fates = ", ".join(f"{fate} {sentences.get(fate, 0)}" for fate in Fate)
        parts.append(f"of {sentences['written']} sentences of the model {fates}")
    if not parts:
        for name, place in (
            ("recall@1", "first"),
            ("recall@5", "among the first 5"),
            ("recall@20", "among the first 20"),
        ):
            if figure := figures.get(name):
                parts.append(f"right passage {place} {whole_percent(figure.value)}")
    return ", ".join(parts) or "nothing was measured"


def alarms(system: SystemFigures) -> list[str]:
    """Return a line for each figure that must be 1 and is not, one for questions that raised an error,
    and one for answers that are not the chat model's."""
    below = [(name, system.figures[name]) for name in PERFECT if name in system.figures]
    lines = [f"{name} is {percent(figure.value)}\u00a0%, and must be 100" for name, figure in below if figure.value < 1]
    if system.errors:
        lines.append(f"{system.errors} questions raised an error")
    if system.fallbacks:
        lines.append(f"{system.fallbacks} answers were extracted because the chat model could not be used")
    return lines


def main_table(columns: Sequence[tuple[str, SystemFigures]], deltas: bool = False) -> Table:
    """Return all figures of the columns (label, system); with ``deltas``, each with its difference to the first column."""
    systems = [system for _, system in columns]
    known = {name for names in MEANINGS.values() for name in names}
    others = dict.fromkeys(name for system in systems for name in system.figures if name not in known)
    groups = []
    for title, names in {**MEANINGS, "Other figures": dict.fromkeys(others, "")}.items():
        rows = _figure_rows(systems, names, deltas)
        if title == "Citations" and rows:
            rows += _figure_rows(systems, {name: MEANINGS["Answers"][name] for name in ("correct", "coverage")}, deltas)
        groups.append(Group(title, NOTES.get(title, ""), rows))
    groups.append(Group("Latency and memory", "Here lower is better.", _resource_rows(systems, deltas)))
    return Table(tuple(label for label, _ in columns), tuple(group for group in groups if group.rows))


def generated_table(columns: Sequence[tuple[str, SystemFigures]]) -> Table | None:
    """Return what became of what a chat model wrote, for the columns that have one; None where none has."""
    told = [(label, system.generated.model_dump()) for label, system in columns if system.generated]
    if not told:
        return None
    groups = [
        Group(title.capitalize(), "", tuple(Row(name, "", tuple(map(Cell, cells))) for name, cells in rows))
        for title, rows in sections([sums for _, sums in told]).items()
    ]
    return Table(tuple(label for label, _ in told), tuple(groups))


def breakdown(parts: dict[str, Figures], heading: str) -> Table:
    """Return a row for each kind (or language) of question: n, and the figures that say most."""
    names = ("correct", "short_f1", "answered", "refused", "balanced_accuracy", "recall@1", "mrr@10")
    rows = []
    for part, figures in parts.items():
        cells = tuple(_figure_cell(figures.get(name), name) for name in names)
        # A question is answerable or not, never both; without answers, the rankings say how many there were.
        asked = [figures[name].n for name in ("answered", "refused") if name in figures]
        n = sum(asked) or max((figure.n for figure in figures.values()), default=0)
        rows.append(Row(part or "not given", "", (Cell(str(n)), *cells)))
    return Table(("n", *names), (Group(heading, "", tuple(rows)),) if rows else ())


def _figure_rows(systems: Sequence[SystemFigures], names: dict[str, str], deltas: bool) -> tuple[Row, ...]:
    rows = []
    together = any(name in system.figures for system in systems for name in ALWAYS)
    for name, meaning in names.items():
        figures = [system.figures.get(name) for system in systems]
        if any(figures) or (name in ALWAYS and together):
            values = [figure.value if figure else None for figure in figures]
            cells = [_figure_cell(figure, name) for figure in figures]
            rows.append(Row(name, meaning, _compared(values, cells, deltas, scale=100, better=1)))
    return tuple(rows)


def _figure_cell(figure: Figure | None, name: str) -> Cell:
    if figure is None:
        return Cell(title="no such question, or not measured")
    interval = f"{percent(figure.low)}–{percent(figure.high)}"
    alarm = name in PERFECT and figure.value < 1
    return Cell(percent(figure.value), interval, f"n = {figure.n}", alarm=alarm)


def _resource_rows(systems: Sequence[SystemFigures], deltas: bool) -> tuple[Row, ...]:
    rows = []
    stages = dict.fromkeys(stage for system in systems for stage in system.latency_ms if stage != "total")
    for stage in (*stages, "total"):
        times = [system.latency_ms.get(stage) for system in systems]
        for quantile, meaning in (("p50", "ms, half of the questions"), ("p95", "ms, 95 of 100 questions")):
            values = [getattr(time, quantile) if time else None for time in times]
            rows.append(_resource_row(f"{stage} {quantile}", meaning, values, deltas, better=-1))
    memory, words = [system.peak_memory_mb for system in systems], [system.words for system in systems]
    rows.append(_resource_row("peak memory", "MB", memory, deltas, better=-1))
    rows.append(
        _resource_row("words", "shown by half of the answers, or fewer", words, deltas, better=0, shown="{:g}".format)
    )
    return tuple(row for row in rows if any(cell.text != Cell().text for cell in row.cells))


def _resource_row(
    name: str,
    meaning: str,
    values: Sequence[float | None],
    deltas: bool,
    better: int,
    shown: Callable[[float], str] = number,
) -> Row:
    cells = [Cell(title="not measured") if value is None else Cell(shown(value)) for value in values]
    return Row(name, meaning, _compared(values, cells, deltas, scale=1, better=better))


def _compared(
    values: Sequence[float | None], cells: Sequence[Cell], deltas: bool, scale: float, better: int
) -> tuple[Cell, ...]:
    """Mark the best cells of a row where they differ, or write each one's difference to the first as well.

    ``better`` is 1 where a higher value is better, -1 where a lower one is, and 0 where neither is.
    """
    merits = [None if value is None else better * value for value in values]
    given = [merit for merit in merits if merit is not None]
    best = max(given, default=0)
    differ = bool(given) and not math.isclose(best, min(given), abs_tol=1e-9)
    marked: list[Cell] = []
    for value, merit, cell in zip(values, merits, cells, strict=True):
        if differ and merit is not None and math.isclose(merit, best, abs_tol=1e-9):
            cell = replace(cell, best=True)
        if deltas and marked and value is not None and (first := values[0]) is not None:
            delta = f"{scale * (value - first):+.1f}".replace("-", "−")
            trend = {1.0: "better", -1.0: "worse"}.get(math.copysign(1, value - first) * better, "")
            same = not delta.strip("+−0.")
            cell = replace(cell, delta="±0.0" if same else delta, trend="" if same else trend)
        marked.append(cell)
    return tuple(marked)
