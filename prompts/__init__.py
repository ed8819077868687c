"""Prompt texts as files beside this module, checked when they are loaded. Knows no other package."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

# What each prompt must hold, exactly: the file is edited by people, and the code that renders it counts on these.
PLACEHOLDERS = {
    "answer.repair": ("language", "passages", "sentences"),
    "answer.structured": (),
    "answer.system": ("language",),
    "answer.user": ("conversation", "language", "passages", "question"),
    "followup.system": ("language",),
    "followup.user": ("conversation", "language", "question"),
    "wide.comparison": (),
    "wide.map.system": ("language",),
    "wide.map.user": ("form", "language", "passages", "question"),
    "wide.sayings": (),
    "wide.summary": (),
    "wide.timeline": (),
    "wide.write.system": ("language",),
    "wide.write.user": ("form", "language", "question", "sentences"),
}
_FOLDER = Path(__file__).resolve().parent
_FIELD = re.compile(r"\{([a-z][a-z_]*)\}")


class PromptError(ValueError):
    """A prompt file is missing or holds the wrong placeholders, or a prompt is rendered with the wrong values."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A checked template. ``version`` changes with every change of its text: 12 hex digits."""

    name: str
    template: str
    placeholders: frozenset[str]
    version: str

    def render(self, **values: str) -> str:
        """Return the text with every placeholder replaced, in one pass: braces inside values stay as they are.

        Raises PromptError unless ``values`` names exactly the placeholders.
        """
        if values.keys() != self.placeholders:
            wanted, given = ", ".join(sorted(self.placeholders)), ", ".join(sorted(values)) or "nothing"
            raise PromptError(f"The prompt {self.name} takes {wanted}, and was given {given}.")
        return _FIELD.sub(lambda field: values[field[1]], self.template)


def load_prompt(name: str) -> Prompt:
    """Read ``<name>.txt`` from this folder. Raises PromptError when it is missing or its placeholders are wrong."""
    if name not in PLACEHOLDERS:
        raise PromptError(f"There is no prompt {name!r}; there are {', '.join(sorted(PLACEHOLDERS))}.")
    try:
        text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise PromptError(f"The prompt file prompts/{name}.txt cannot be read; restore it.") from exc
    return parse_prompt(name, text, PLACEHOLDERS[name])


def parse_prompt(name: str, text: str, placeholders: Collection[str]) -> Prompt:
    """Check a template: it holds each of ``placeholders``, no other, and no stray brace. Raises PromptError."""
    wanted, found = frozenset(placeholders), frozenset(_FIELD.findall(text))
    if missing := sorted(wanted - found):
        raise PromptError(f"The prompt {name} lacks {{{missing[0]}}}; put it back.")
    if unknown := sorted(found - wanted):
        raise PromptError(f"The prompt {name} holds {{{unknown[0]}}}, which nothing fills; take it out.")
    if re.search(r"[{}]", _FIELD.sub("", text)):
        raise PromptError(f"The prompt {name} holds a brace that belongs to no placeholder; take it out.")
    template = text.strip()
    return Prompt(name, template, wanted, sha256(template.encode()).hexdigest()[:12])
