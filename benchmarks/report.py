"""What the benchmarks share: percentiles, a table, a JSON file."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def percentiles(name: str, values: NDArray[np.float64]) -> dict[str, float]:
    return {f"{name}_p50": float(np.percentile(values, 50)), f"{name}_p95": float(np.percentile(values, 95))}


def print_table(title: str, figures: dict[str, Any]) -> None:
    width = max(map(len, figures))
    print(f"\n{title}")
    for name, value in figures.items():
        print(f"  {name:{width}}  {value:,.3f}" if isinstance(value, float) else f"  {name:{width}}  {value}")


def write_json(path: Path, figures: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {
        "cores": len(os.sched_getaffinity(0)),
        "processor": platform.machine(),
        "python": platform.python_version(),
    }
    path.write_text(json.dumps({"machine": machine, **figures}, indent=2) + "\n", "utf-8")
    print(f"written to {path}")
