"""Memory of processes that run for months."""

from __future__ import annotations

import ctypes
from contextlib import suppress

# mallopt(3) of glibc: M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD.
_SETTINGS = {-8: 2, -3: 256 * 1024, -1: 256 * 1024}


def give_back_memory() -> bool:
    """Let glibc return to the system what is freed; return whether that could be done: with glibc alone.

    By default each new thread gets an arena of its own and keeps what it was once given, and the size from which a block
    is returned by itself grows up to 32 MB with what was freed before. Two arenas, and 256 kB for good, instead. Measured:
    docs/feeding.md.
    """
    with suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        return bool(min(mallopt(name, value) for name, value in _SETTINGS.items()))
    return False
