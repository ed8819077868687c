"""Links into the bot: ``https://t.me/bot?start=s_<answer>_<n>_<signature>`` shows the n-th source of an answer.

Whoever was shown the link may follow it; numbers of answers can be guessed, signatures cannot.
Source: core.telegram.org/bots/features#deep-linking, up to 64 letters, digits, "_" and "-".
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256

_BYTES = 9  # of a signature: 12 letters
_SOURCE = re.compile(r"s_(\d{1,18})_(\d{1,4})_([A-Za-z0-9_-]{12})")


def source_link(username: str, key: bytes, answer: int, n: int) -> str:
    """Return the link to the ``n``-th source (from 1) of an answer."""
    return f"https://t.me/{username}?start=s_{answer}_{n}_{_signature(key, answer, n)}"


def read_source(parameter: str, key: bytes) -> tuple[int, int] | None:
    """Return (answer, n) of what follows ``/start``, None when it is no link that was signed with ``key``."""
    found = _SOURCE.fullmatch(parameter)
    if not found:
        return None
    answer, n = int(found[1]), int(found[2])
    return (answer, n) if hmac.compare_digest(found[3], _signature(key, answer, n)) else None


def _signature(key: bytes, answer: int, n: int) -> str:
    return urlsafe_b64encode(hmac.digest(key, f"source {answer} {n}".encode(), sha256)[:_BYTES]).decode()
