"""The regression gate: the seed questions and 300 of PIAF, against ``baseline.json``. A figure that fell stops a change."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from answering.settings import ROOT, Settings
from evaluation.dataset import load
from evaluation.figures import PERFECT
from evaluation.journal import write_whole
from evaluation.prepare import prepare
from evaluation.published import DATA
from evaluation.run import WORK, Options, run
from evaluation.systems import OURS
from retrieval.errors import KiosqueError
from retrieval.types import Progress

BASELINE = ROOT / "evaluation" / "baseline.json"
SEEDS = ROOT / "evaluation" / "sets" / "seeds"
PIAF_QUESTIONS = 300
_UNLIKELY = 0.05  # of more losses than that, were wins and losses as likely


@dataclass(frozen=True, slots=True)
class Fall:
    """A figure that is lower than it may be."""

    set: str
    figure: str
    value: float
    least: float

    def __str__(self) -> str:
        return f"{self.set}: {self.figure} is {self.value:.3f}, and may not be below {self.least:.3f}"


def runs(settings: Settings, progress: Progress) -> list[dict[str, Any]]:
    """Run what the gate judges, without a chat model; only the seed questions where there is no other data."""
    settings = settings.model_copy(update={"chat_model": "", "embedding_model": "bundled"})
    finished = [run(load(SEEDS), settings, Options((OURS,)), WORK / "gate" / "seeds.json", progress)]
    if not (DATA / "piaf").is_dir():
        print(f"PIAF is left out: there is no {DATA / 'piaf'}; KIOSQUE_DATA names the data folder.", file=sys.stderr)
        return finished
    piaf = load(prepare("piaf", WORK).folder / "dev")
    options = Options((OURS,), limit=PIAF_QUESTIONS)
    return [*finished, run(piaf, settings, options, WORK / "gate" / "piaf-dev.json", progress)]


def judge(finished: Sequence[Mapping[str, Any]], baselines: Mapping[str, Any]) -> int:
    """Print how the runs stand against the baseline and return the exit status: 1 when a figure fell."""
    status = 0
    for made in finished:
        name, ours = made["set"]["name"], made["systems"][OURS]
        if not same_questions(made, baselines):
            print(f"{name}: the baseline was made with other questions; look at the figures, then gate --update.")
            status = 1
            continue
        fallen = falls(made, baselines)
        print(f"{name}: {len(baselines[name]['figures'])} figures, {len(fallen)} fell, {made['seconds']:.0f} s")
        for fall in fallen:
            print(f"  {fall}")
        if ours["errors"]:
            print(f"  {name}: {ours['errors']} questions failed with an error; see {made['answers']}")
        status = 1 if fallen or ours["errors"] else status
    for name in sorted(baselines.keys() - {made["set"]["name"] for made in finished}):
        print(f"{name}: not judged, though it has a baseline.")
        status = 1 if os.environ.get("CI") else status
    return status


def baseline_of(run: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the gate keeps of a run: the figures of our system, and the least that each may fall to."""
    ours = run["systems"][OURS]
    figures = ours["figures"]
    broken = [name for name in PERFECT if name in figures and figures[name]["value"] < 1]
    if broken or ours["errors"]:
        what = ", ".join([*broken, *(["errors"] if ours["errors"] else [])])
        raise KiosqueError(f"{run['set']['name']} makes no baseline: {what}; see {run['answers']} and mend that first.")
    return {
        "fingerprint": run["set"]["fingerprint"],
        "questions": run["set"]["questions"],
        "figures": {
            name: {"value": round(f["value"], 4), "least": 1.0 if name in PERFECT else _least(f)}
            for name, f in figures.items()
        },
        "right": sorted(question for question, scores in run["scores"][OURS].items() if scores["right"] == 1),
    }


def _least(figure: Mapping[str, float]) -> float:
    """Return the lower end of an interval; one question less at least, as that of a figure of 1 has no width."""
    return round(max(0.0, min(figure["low"], figure["value"] - 1 / figure["n"])), 4)


def falls(run: Mapping[str, Any], baselines: Mapping[str, Any]) -> list[Fall]:
    """Return the figures of a run that fell below their interval in the baseline, and a loss of right answers.

    A figure that is gone has fallen to 0: an answerer that cites nothing must not pass for want of citations.
    """
    name = run["set"]["name"]
    kept = baselines[name]["figures"]
    figures = run["systems"][OURS]["figures"]
    values = {figure: round(figures[figure]["value"], 4) if figure in figures else 0.0 for figure in kept}
    fallen = [Fall(name, figure, values[figure], kept[figure]["least"]) for figure in kept]
    return [fall for fall in fallen if fall.value < fall.least] + _lost(run, set(baselines[name]["right"]))


def _lost(run: Mapping[str, Any], before: set[str]) -> list[Fall]:
    """Return a fall when more questions were lost than won, and by more than chance (sign test).

    The same questions are asked of an answerer without chance: their pairs show a loss long before a mean leaves its
    interval.
    """
    from scipy.stats import binomtest

    scores = run["scores"][OURS]
    now = {question for question, of in scores.items() if of["right"] == 1}
    won, lost = len(now - before), len(before - now)
    if won + lost == 0 or binomtest(lost, won + lost, alternative="greater").pvalue >= _UNLIKELY:
        return []
    n = len(scores)
    return [Fall(run["set"]["name"], f"right (lost {lost} questions, won {won})", len(now) / n, len(before) / n)]


def same_questions(run: Mapping[str, Any], baselines: Mapping[str, Any]) -> bool:
    """Whether the baseline was made with the questions of this run."""
    kept = baselines.get(run["set"]["name"], {})
    now = run["set"]
    return (kept.get("fingerprint"), kept.get("questions")) == (now["fingerprint"], now["questions"])


def read_baselines() -> dict[str, Any]:
    baselines: dict[str, Any] = json.loads(BASELINE.read_text("utf-8")) if BASELINE.exists() else {}
    return baselines


def write_baselines(baselines: Mapping[str, Any]) -> None:
    write_whole(BASELINE, json.dumps(baselines, indent=1) + "\n")
