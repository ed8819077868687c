"""Average trained readers of one shape: what two runs learnt differently evens out (Wortsman et al. 2022, "Model soups").

    python -m training.reader_average var/one/reader.pt var/two/reader.pt var/reader.pt

The readers must have begun with the same weights, one of them with the other's for instance (``reader_train --start``).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from retrieval.errors import KiosqueError


def average(kept: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what ``torch.load`` gave for several readers as one, with the mean of each tensor and the last one's plan.

    Raises KiosqueError when their shapes differ.
    """
    models: list[dict[str, Tensor]] = [one["model"] for one in kept]
    shapes = [{name: tensor.shape for name, tensor in model.items()} for model in models]
    if any(each != shapes[0] for each in shapes):
        raise KiosqueError("These readers have different layers; average readers of one shape.")
    mean = {name: torch.stack([model[name].double() for model in models]).mean(0) for name in models[0]}
    return {"model": {name: mean[name].to(models[0][name].dtype) for name in mean}, "plan": kept[-1]["plan"]}


def main() -> None:
    parser = argparse.ArgumentParser(description="Average trained readers.")
    parser.add_argument("readers", type=Path, nargs="+")
    parser.add_argument("written", type=Path)
    arguments = parser.parse_args()
    torch.save(
        average([torch.load(path, map_location="cpu", weights_only=True) for path in arguments.readers]),
        arguments.written,
    )


if __name__ == "__main__":
    main()
