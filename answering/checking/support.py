"""How probable it is that a sentence of a passage is what a claim was taken from, by several signs together.

A logistic regression over likeness, common words and what the reader makes of the two; one where both are in one
language, one across languages, where no words are shared. ``python -m evaluation.lies_fit`` fits them and writes
``support.json``. They tell whether the two are about one matter: what the claim changes of it, the checks tell.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).with_name("support.json")


@dataclass(frozen=True, slots=True)
class Signs:
    """Likeness (0 unrelated, 1 equal), half the share of common words and a tenth of names', the reader's probability."""

    likeness: float
    overlap: float
    read: float
    across: bool

    def values(self) -> tuple[float, float, float, float]:
        """Return the signs as the regression takes them, the first for its intercept."""
        read = min(max(self.read, 1e-4), 1 - 1e-4)
        return 1.0, self.likeness, self.overlap, math.log(read / (1 - read))


def probability(signs: Signs) -> float:
    """Return the probability that a claim with these signs is about what the sentence says."""
    weights = _weights()["across" if signs.across else "same"]
    return 0.5 + 0.5 * math.tanh(sum(w * v for w, v in zip(weights, signs.values(), strict=True)) / 2)


@cache
def _weights() -> dict[str, list[float]]:
    found: dict[str, list[float]] = json.loads(WEIGHTS.read_text("utf-8"))
    return found
