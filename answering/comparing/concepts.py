"""What news counts, and of whom: a small thesaurus in eight languages, so that a figure is matched by what it counts.

Embeddings find "2.000 civilians killed" and "2,040 wounded" nearly equal; a reader does not. ``concepts.json`` lists word
beginnings by concept (``sont_parti`` is a pair of words). Concepts of one group exclude each other where only one is
named: who counts soldiers does not count civilians.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

EXCLUSIVE = ("event", "people")  # groups of which a figure's phrase must not name another concept than the question
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SHORTEST = 4  # a shorter entry stands for the whole word


@cache
def _beginnings(table: str) -> list[tuple[str, str, str]]:
    data = json.loads(Path(__file__).with_name(f"{table}.json").read_text("utf-8"))
    return [
        (word, group, name)
        for group, names in data.items()
        for name, words in names.items()
        for word in words.casefold().split()
    ]


@lru_cache(maxsize=10_000)
def _concepts_of(word: str, table: str) -> frozenset[tuple[str, str]]:
    return frozenset(
        (group, name)
        for beginning, group, name in _beginnings(table)
        if word == beginning or (len(beginning) >= _SHORTEST and word.startswith(beginning))
    )


def concepts(text: str, table: str = "concepts") -> dict[str, frozenset[str]]:
    """Return the concepts that a text names, by group; groups that it does not touch are absent.

    The table ``posts`` has the posts that people hold, and of what: "chef de la diplomatie", "Außenminister".
    """
    found: dict[str, set[str]] = {}
    words = _WORD.findall(text.casefold())
    for word in [*words, *map("_".join, pairwise(words))]:
        for part in {word, *word.split("-")}:
            for group, name in _concepts_of(part, table):
                found.setdefault(group, set()).add(name)
    return {group: frozenset(names) for group, names in found.items()}


def clashes(wanted: dict[str, frozenset[str]], present: dict[str, frozenset[str]]) -> bool:
    """Whether ``present`` names, in a group that excludes, only other concepts than ``wanted`` does."""
    return any(group in wanted and group in present and not wanted[group] & present[group] for group in EXCLUSIVE)


def covers(wanted: dict[str, frozenset[str]], present: dict[str, frozenset[str]]) -> bool:
    """Whether ``present`` names every concept of what is counted that ``wanted`` does, of which there is one."""
    groups = [group for group in (*EXCLUSIVE, "thing") if group in wanted]
    return bool(groups) and all(wanted[group] <= present.get(group, frozenset()) for group in groups)
