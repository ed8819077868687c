"""Who waits for an answer while it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from answering.errors import Cancelled


@dataclass(frozen=True, slots=True)
class Listener:
    """``on_sentence`` gets each sentence once it is verified; ``cancelled`` tells whether anybody waits still."""

    on_sentence: Callable[[str], None] | None = None
    cancelled: Callable[[], bool] | None = None

    def hear(self, sentence: str) -> None:
        if self.on_sentence is not None:
            self.on_sentence(sentence)

    def check(self) -> None:
        """Raise Cancelled when nobody waits any more."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("The question was withdrawn.")
