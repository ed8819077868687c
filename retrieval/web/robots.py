"""What a site's robots.txt asks of us (RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

PRODUCT = "Kiosque"  # the name under which a site can address us
_MOST_WORK = 300_000  # groups times rules: the parser stores each rule once for each name of its group


@dataclass(frozen=True, slots=True)
class Rules:
    """What a robots.txt says to us. ``delay``: seconds that it wants between two requests, 0 when it does not say."""

    parsed: Protego
    delay: float

    @classmethod
    def none(cls) -> Rules:
        """What a site says that has no robots.txt: nothing."""
        return cls(Protego.parse(""), 0.0)

    def allow(self, url: str) -> bool:
        return self.parsed.can_fetch(url, PRODUCT)


def parse_rules(body: bytes) -> Rules | None:
    """Return the rules of a robots.txt; None when reading it would take too much work, which no honest one does."""
    lines = body.decode("utf-8-sig", "replace").splitlines()
    names = sum(line.lstrip()[:4].lower() == "user" for line in lines)
    if names * len(lines) > _MOST_WORK:
        return None
    parsed = Protego.parse("\n".join(lines))
    return Rules(parsed, parsed.crawl_delay(PRODUCT) or 0.0)
