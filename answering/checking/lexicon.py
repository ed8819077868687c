"""Lists of words of six languages, kept in ``.json`` files beside this one: beginnings of words, case-folded.

``$`` ends a whole word, and ``_`` joins two.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_lists(name: str) -> Any:
    """Return what is in the file ``name``."""
    return json.loads(Path(__file__).with_name(name).read_text("utf-8"))


def fits(word: str, entry: str) -> bool:
    """Whether an entry of a list stands for a word (or two words, joined by ``_``)."""
    return word == entry[:-1] if entry.endswith("$") else word.startswith(entry)
