"""For how long articles are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from retrieval.dates import date_range

if TYPE_CHECKING:
    from retrieval.types import Article


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days an article is kept after its publication; 0: for ever. Some outlets have days of their own.

    ``outlets`` are (name, days); names are compared without regard to capitals. A date that covers several
    days (``2022-03``) counts as its last one. An article without a date has no age, and stays.
    """

    days: int = 0
    outlets: tuple[tuple[str, int], ...] = ()

    def is_over(self, article: Article, today: date) -> bool:
        """Whether an article is older than it may be."""
        days = date_range(article.published)
        return days is not None and self.ended(days[1].isoformat(), article.outlet, today)

    def ended(self, last_day: str, outlet: str, today: date) -> bool:
        """Whether the days are over for what an outlet published on ``last_day`` (ISO 8601, empty: unknown) at latest."""
        own = {name.casefold(): days for name, days in self.outlets}
        days = own.get(outlet.casefold(), self.days)
        return bool(last_day and days) and last_day < (today - timedelta(days)).isoformat()
