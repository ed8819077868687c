"""How many tokens a text is for a chat model, without its tokenizer: estimated by script, and set right by what it reports.

LangChain's own ``get_num_tokens`` fetches a tokenizer's files over the network (tiktoken, transformers), and for most
models the wrong one. Tokens per character here are those of whichever of seven tokenizers needs most for a script
(docs/chat_model.md has the table), so that a budget is kept for all of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from math import ceil
from threading import Lock

_LEARNED_FROM = 500  # tokens; below, what a chat template adds would weigh too much
_SHARE = 0.3  # of what was learned last
_BOUNDS = (0.4, 2.5)

# (first code point, tokens a hundred characters), each up to the next line's.
_SCRIPTS = (
    (0x0000, 27),  # ASCII
    (0x0080, 220),  # Latin with marks: it breaks words into pieces
    (0x0250, 130),
    (0x0370, 130),  # Greek
    (0x0400, 57),  # Cyrillic
    (0x0530, 130),
    (0x0590, 110),  # Hebrew, Arabic, Syriac
    (0x0780, 150),
    (0x1E00, 220),  # Latin with more marks
    (0x1F00, 130),  # Greek with marks
    (0x2000, 130),  # punctuation, signs, Chinese, Japanese, Korean
    (0x10000, 250),  # emoji, rare scripts
)


def estimate_tokens(text: str) -> int:
    """Return how many tokens a text has at most, about."""
    return -(-sum(number * _each(character) for character, number in Counter(text).items()) // 100)


def _each(character: str) -> int:
    return _SCRIPTS[bisect_right(_SCRIPTS, ord(character), key=lambda script: script[0]) - 1][1]


class TokenCounter:
    """Counts as ``estimate_tokens`` does, times what one model's reports have shown so far. Shared by threads."""

    def __init__(self) -> None:
        self._factor: float | None = None
        self._lock = Lock()

    def count(self, text: str) -> int:
        return ceil(estimate_tokens(text) * (self._factor or 1.0))

    def learn(self, text: str, tokens: int) -> None:
        """Take in that a model reported ``tokens`` for a text."""
        estimate = estimate_tokens(text)
        if estimate < _LEARNED_FROM or tokens <= 0:
            return
        seen = min(max(tokens / estimate, _BOUNDS[0]), _BOUNDS[1])
        with self._lock:
            # What needs more than was counted counts at once, what needs less little by little.
            last = self._factor
            self._factor = seen if last is None or seen > last else (1 - _SHARE) * last + _SHARE * seen


def fit_tokens(texts: Sequence[str], budget: int, count: Callable[[str], int] = estimate_tokens) -> int:
    """Return how many of the first texts have at most ``budget`` tokens together; 0 when the first alone has more."""
    for number, text in enumerate(texts):
        budget -= count(text)
        if budget < 0:
            return number
    return len(texts)
