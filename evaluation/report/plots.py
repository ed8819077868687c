"""The plots of a report, and the numbers they draw. SVG whose text is text, the same bytes for the same numbers.

matplotlib's object-oriented interface only: nothing here touches the state of ``pyplot``.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito (2008): told apart with any colour vision; the shapes tell them apart in print.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_INK, _FAINT = "#333333", "#d9d9d9"


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions whose confidence lies in one bin: how many, their mean confidence, and shares in [0, 1]."""

    count: int
    confidence: float
    answerable: float
    correct: float


@dataclass(frozen=True, slots=True)
class Curve:
    """One system in a plot: points (x, y) to join, and the operating point if it has one. ``label`` is plain text."""

    label: str
    points: tuple[tuple[float, float], ...]
    operating: tuple[float, float] | None = None
    intervals: tuple[tuple[float, float], ...] = ()  # (low, high) of y, one a point


def trade_off(confidences: Sequence[float], answerable: Sequence[bool]) -> list[tuple[float, float]]:
    """Return (share of unanswerable refused, share of answerable answered) as the threshold rises over the confidences.

    A question is answered when its confidence reaches the threshold. From (0, 1), all answered, to (1, 0), all refused;
    questions of one confidence move together. Empty when there are not both kinds of question.
    """
    total = sum(answerable)
    if not 0 < total < len(answerable):
        return []
    points, refused, lost = [(0.0, 1.0)], 0, 0
    for place, (confidence, right) in enumerate(ordered := sorted(zip(confidences, answerable, strict=True)), 1):
        refused, lost = refused + (not right), lost + right
        if place == len(ordered) or ordered[place][0] != confidence:
            points.append((refused / (len(ordered) - total), 1 - lost / total))
    return points


def reliability(
    confidences: Sequence[float], answerable: Sequence[bool], correct: Sequence[float], bins: int = 10
) -> list[Bin]:
    """Return the bins of equal width over [0, 1] that hold questions, lowest first (DeGroot and Fienberg 1983).

    ``correct`` is the score of each answer, 0 for a question that cannot be answered.
    """
    members: dict[int, list[tuple[float, bool, float]]] = {}
    for row in zip(confidences, answerable, correct, strict=True):
        members.setdefault(min(max(int(row[0] * bins), 0), bins - 1), []).append(row)
    means = {place: [sum(column) / len(rows) for column in zip(*rows, strict=True)] for place, rows in members.items()}
    return [Bin(len(members[place]), *means[place]) for place in sorted(members)]


def plot_trade_off(curves: Sequence[Curve], key: str) -> str:
    """Draw ``trade_off`` of each system, its operating point as a dot with the numbers in the legend."""
    with _style(key):
        figure, axes = _axes("unanswerable questions refused", "answerable questions answered", len(curves))
        for place, curve in enumerate(curves):
            colour, marker = _look(place)
            label = _label(curve.label)
            if curve.operating:
                refused, answered = curve.operating
                label += f": answers {100 * answered:.0f} %, refuses {100 * refused:.0f} %"
            axes.plot(*_columns(curve.points), color=colour, linewidth=_width(place), zorder=9 - place)
            dot = [curve.operating] if curve.operating else []
            axes.plot(*_columns(dot), marker, color=colour, markersize=8, markeredgecolor="white", clip_on=False,
                      label=label, zorder=20 - place)  # fmt: skip
        axes.plot([0, 1], [1, 0], color=_FAINT, linestyle="--", zorder=1)
        _shares(axes, "xy")
        _legend(axes)
        return _svg(figure, key, "Refusal trade-off: answerable questions answered against unanswerable ones refused")


def plot_reliability(bins: Sequence[Bin], key: str) -> str:
    """Draw the bins of ``reliability`` against the diagonal, and how many questions each holds."""
    with _style(key):
        figure, axes = _axes("", "share of questions", 2, strip=0.75)
        box, inch = axes.get_position(), 1 / figure.get_size_inches()[1]
        counts = figure.add_axes((box.x0, box.y0 - 0.75 * inch, box.width, 0.55 * inch), sharex=axes)
        axes.plot([0, 1], [0, 1], color=_FAINT, linestyle="--", zorder=1)
        where = [bin.confidence for bin in bins]
        for place, (label, shares) in enumerate(
            (("answerable", [bin.answerable for bin in bins]), ("answered correctly", [bin.correct for bin in bins]))
        ):
            colour, marker = _look(place)
            axes.plot(where, shares, color=colour, marker=marker, label=label, clip_on=False, zorder=5)
        counts.bar(where, [bin.count for bin in bins], width=0.05, color="#8a8a8a")
        counts.set_ylabel("n")
        counts.set_xlabel("mean confidence")
        counts.spines[["top", "right"]].set_visible(False)
        counts.locator_params(axis="y", nbins=2, integer=True)
        axes.tick_params(labelbottom=False)
        _shares(axes, "xy")
        _legend(axes)
        return _svg(
            figure, key, "Reliability: share answerable and share correct against the mean confidence of ten bins"
        )


def plot_latency(totals: Sequence[float], p50: float, p95: float, key: str) -> str:
    """Draw a histogram of milliseconds, on a logarithmic scale when they spread over more than a factor of ten."""
    import numpy as np

    with _style(key):
        figure, axes = _axes("milliseconds a question", "questions", 2)
        positive = [value for value in totals if value > 0]
        wide = len(positive) == len(totals) and max(positive) > 10 * min(positive)
        low, high = min(totals), max(totals)
        low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
        edges = np.geomspace(low, high, 31) if wide else np.linspace(low, high, 31)
        axes.hist(totals, bins=edges.tolist(), color=_COLOURS[5], edgecolor="white", linewidth=0.5)
        for value, name, style in ((p50, "p50", "-"), (p95, "p95", "--")):
            axes.axvline(value, color=_INK, linestyle=style, linewidth=1.4, label=f"{name}: {_milliseconds(value)} ms")
        if wide:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(lambda value, _: _milliseconds(value))
            axes.xaxis.set_minor_formatter(lambda value, _: "")
        axes.locator_params(axis="y", integer=True)
        _legend(axes)
        return _svg(figure, key, "Latency: questions by total milliseconds")


def plot_recall(curves: Sequence[Curve], key: str) -> str:
    """Draw recall (y) at k passages (x) of each system with its interval; k is on a logarithmic scale."""
    with _style(key):
        figure, axes = _axes("k, first passages looked at", "recall@k", len(curves))
        axes.set_xscale("log")
        for place, curve in enumerate(curves):
            colour, marker = _look(place)
            xs, ys = _columns(curve.points)
            nudged = [x * 1.02 ** (place - len(curves) // 2) for x in xs]  # intervals stand side by side
            below = [max(y - low, 0) for y, (low, _) in zip(ys, curve.intervals, strict=True)]
            above = [max(high - y, 0) for y, (_, high) in zip(ys, curve.intervals, strict=True)]
            axes.errorbar(
                nudged,
                ys,
                yerr=[below, above],
                color=colour,
                marker=marker,
                linewidth=_width(place),
                elinewidth=0.9,
                clip_on=False,
                markersize=5,
                label=_label(curve.label),
                zorder=9 - place,
            )
        ticks = sorted({x for curve in curves for x, _ in curve.points})
        axes.set_xticks(ticks, [f"{x:g}" for x in ticks])
        axes.xaxis.set_minor_formatter(lambda value, _: "")
        axes.tick_params(axis="x", which="minor", length=0)
        _shares(axes, "y")
        _legend(axes)
        return _svg(figure, key, "Recall by number of passages")


def _style(key: str):  # type: ignore[no-untyped-def]  # matplotlib's context manager has no public type
    import matplotlib

    return matplotlib.rc_context(
        {
            "svg.fonttype": "none",  # text stays text: readable aloud, searchable, in the reader's own font
            "svg.hashsalt": key,  # ids differ from plot to plot, and never from run to run
            "text.parse_math": False,  # a system's name is text, whatever it holds
            "font.sans-serif": [
                "DejaVu Sans"
            ],  # what matplotlib brings and measures with; a reader without it has another
            "font.size": 10,
            "axes.edgecolor": _INK,
            "axes.labelcolor": _INK,
            "axes.linewidth": 0.8,
            "xtick.color": _INK,
            "ytick.color": _INK,
            "text.color": _INK,
            "legend.frameon": False,
        }
    )


def _axes(x: str, y: str, lines: int, strip: float = 0) -> tuple[Figure, Axes]:
    """Return an empty plot with room below for a legend of so many lines, and for a strip (inches) above the x label."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    below = 0.8 + 0.19 * lines  # tick labels, x label, legend
    height = below + strip + 3.2 + 0.15
    figure = Figure(figsize=(5.6, height), facecolor="white")
    FigureCanvasSVG(figure)
    axes = figure.add_axes((0.14, (below + strip) / height, 0.82, 3.2 / height), xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=_FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    return figure, axes


def _shares(axes: Axes, which: str) -> None:
    ticks = [place / 5 for place in range(6)]
    for name in which:
        axes.set(
            **{f"{name}lim": (0, 1), f"{name}ticks": ticks, f"{name}ticklabels": [f"{100 * t:.0f} %" for t in ticks]}
        )


def _legend(axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    axes.figure.legend(handles, labels, loc="lower left", bbox_to_anchor=(0.12, 0), fontsize=9.5, labelspacing=0.3)


def _look(place: int) -> tuple[str, str]:
    return _COLOURS[place % len(_COLOURS)], _MARKERS[place % len(_MARKERS)]


def _width(place: int) -> float:
    return 2.2 if place == 0 else 1.2  # ours stands out


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _label(name: str) -> str:
    """Return a name that a legend can show: printable, short, and not hidden (matplotlib drops what begins with _)."""
    shown = "".join(char if char.isprintable() else " " for char in name).strip().lstrip("_") or "unnamed"
    return shown if len(shown) <= 28 else shown[:27] + "…"


def _milliseconds(value: float) -> str:
    return f"{value:.3g}" if 0 < abs(value) < 100 else f"{value:.0f}"


def _svg(figure: Figure, key: str, title: str) -> str:
    """Return a figure as an ``svg`` element for an HTML page, titled ``title``; ``key`` makes its ids its own."""
    buffer = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the reader's font draws the text, not ours
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    used = set(re.findall(r'(?:href="|url\()#(\w+)', svg))  # the others are names of its own, the same in every plot
    svg = re.sub(r'(<[a-zA-Z]+) id="([^"]*)"', lambda tag: tag[0] if tag[2] in used else tag[1], svg)
    svg = svg.replace("*{stroke-linejoin", ".plot *{stroke-linejoin")  # a style within a page counts for the whole page
    opened = f'<svg class="plot" role="img" aria-labelledby="title-{key}" '
    width, height = (f"{72 * side:.1f}" for side in figure.get_size_inches())
    svg = re.sub(r'<svg (.*?)width=".*?" height=".*?" ', rf'{opened}\1width="{width}" height="{height}" ', svg, count=1)
    return svg.replace(">", f'><title id="title-{key}">{escape(title)}</title>', 1)
