"""What a claim is checked against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Ground:
    """What a claim is checked against: a quotation and what stands around it.

    ``near`` is the quotation with its neighbours, ``before`` what comes before it, ``passage`` all of it with the title.
    ``told`` are the first and last days that its words of time mean.
    """

    quotation: str
    near: tuple[str, ...] = ()
    before: str = ""
    passage: str = ""
    language: str = ""
    outlets: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    told: tuple[tuple[date, date], ...] = ()

    @classmethod
    def together(cls, grounds: Sequence[Ground]) -> Ground:
        """Return several grounds as one."""
        if len(grounds) == 1:
            return grounds[0]
        texts = {name: "\n".join(getattr(g, name) for g in grounds) for name in ("quotation", "before", "passage")}
        return cls(
            **texts,
            near=tuple(text for g in grounds for text in g.near),
            language=grounds[0].language,
            outlets=tuple(outlet for g in grounds for outlet in g.outlets),
            published=tuple(one for g in grounds for one in g.published),
            told=tuple(days for g in grounds for days in g.told),
        )
