"""The Telegram bot under load: hundreds ask in bursts, Telegram's answers fail at random, the bot is restarted midway.

    python -m benchmarks.telegram_load [--users 500] [--rounds 5] [--rate 30] [--kill term|kill|none] [--queue N]
                                       [--after] [--seed 0] [--json var/benchmarks/telegram_load.json]

The bot is a process of its own on an index of ``seeds/``, with extractive answers; Telegram is the tests' emulator, with
its limits. Every question must have exactly one final reply. Compared with two bounds, in the same run: a bot that needs no
time and meets no fault, held by Telegram's 30 messages a second alone; and the answers that the same code gives to the
same questions in two threads, without Telegram.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from answering.settings import load_settings
from answering.wiring import build_answerer, open_archive
from benchmarks.orangesum import WORK
from benchmarks.report import percentiles, print_table, write_json
from tests.telegram.ledger import ideal
from tests.telegram.load import Plan, Run, questions, run


def main() -> None:
    plan, path = _arguments()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(run(plan, Path(folder), lambda line: print(f"{time.monotonic() - began:6.0f} s  {line}")))
        alone = _answers_per_second(Path(folder) / "index")
    figures = _figures(result, alone)
    print_table("Telegram under load", figures)
    write_json(path, {"plan": _given(plan), **figures})


def _arguments() -> tuple[Plan, Path]:
    parser = argparse.ArgumentParser(description="The Telegram bot under load.")
    parser.add_argument("--users", type=int, default=Plan().users)
    parser.add_argument("--rounds", type=int, default=Plan().rounds, help="questions of each user")
    parser.add_argument("--rate", type=float, default=Plan().rate, help="questions a second that are asked, on average")
    parser.add_argument("--kill", choices=("term", "kill", "none"), default=Plan().kill, help="how it is ended midway")
    parser.add_argument("--restarts", type=int, default=Plan().restarts)
    parser.add_argument(
        "--queue", type=int, default=Plan().queue, help="TELEGRAM_QUEUE: past it the bot says it is busy"
    )
    parser.add_argument("--after", action="store_true", help="each 502 comes after the request took effect")
    parser.add_argument("--seed", type=int, default=Plan().seed)
    parser.add_argument("--json", type=Path, default=WORK / "telegram_load.json")
    given = vars(parser.parse_args())
    path: Path = given.pop("json")
    return Plan(**given), path


def _given(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in plan.__slots__ if name != "articles"}


def _figures(result: Run, alone: float) -> dict[str, Any]:
    load = result.load
    taps = [seconds for seconds in result.taps if seconds < math.inf]
    first, last = min(load.arrivals), max(load.ends)
    arrivals = sorted(load.arrivals)
    bound = ideal(arrivals)
    answered = len(load.answers) / (last - first)
    return {
        "asked": len(arrivals),
        "answered": len(load.answers),
        "busy": len(load.busy),
        "lost": load.lost + result.singles.lost,
        "twice": load.twice + result.singles.twice,
        "out_of_order": load.disordered,
        "stray": load.stray,
        "other_messages": len(load.others),
        **_spread("answer_s", load.answers),
        **_spread("busy_s", load.busy),
        **_spread("bound_s", [end - arrival for end, arrival in zip(bound, arrivals, strict=True)]),
        **_spread("single_s", result.singles.answers),
        **_spread("tap_s", taps),
        "taps_unanswered": len(result.taps) - len(taps),
        "duration_s": last - first,
        "bound_duration_s": bound[-1] - first,
        "times_bound": (last - first) / (bound[-1] - first),
        "answers_per_s": answered,
        "answerer_alone_per_s": alone,
        "share_of_answerer": answered / alone,
        "memory_start_mb": result.memory_start_mb,
        "memory_end_mb": result.memory_end_mb,
        "injected": dict(sorted(result.faults.items())),
        "own_floods": sum(n for why, n in result.refused.items() if "Too Many Requests" in why),
        "refused": result.refused,
        "chat_actions": result.actions,
        "drafts": result.drafts,
        "exit_statuses": result.exits,
        "in_doubt_at_stops": result.in_doubt,
        "stop_s": result.stops,
        "start_s": result.starts,
    }


def _spread(name: str, values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    return {**percentiles(name, np.array(values)), f"{name}_max": max(values)}


def _answers_per_second(index: Path) -> float:
    """The answerer alone, as the bot runs it: in two threads, every question once."""
    settings = load_settings().model_copy(update={"index_dir": index, "chat_model": ""})
    with open_archive(settings) as archive, ThreadPoolExecutor(2) as threads:
        answerer = build_answerer(settings, archive)
        answerer.ask(questions()[0])
        began = time.perf_counter()
        done = list(threads.map(answerer.ask, questions()))
        return len(done) / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
