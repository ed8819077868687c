"""Few arenas of memory, where the C library has them."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from answering.settings import ROOT

# Threads that hold memory at the same time: each would take an arena of its own. malloc_info(3) lists them.
COUNTED = """
import ctypes, os, threading
from bot.memory import give_back_memory
if {shared}: assert give_back_memory()
together = threading.Barrier(6)
def work():
    held = [bytes(600) for _ in range(1000)]; together.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
libc = ctypes.CDLL(None); libc.fdopen.restype = ctypes.c_void_p
stream = libc.fdopen(os.dup(1), b"w"); libc.malloc_info(0, ctypes.c_void_p(stream)); libc.fclose(ctypes.c_void_p(stream))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="arenas are glibc's")
def test_threads_share_two_arenas() -> None:
    def arenas(shared: bool) -> int:
        code = COUNTED.format(shared=shared)
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        return ran.stdout.count("<heap nr=")

    assert arenas(True) <= 2 < arenas(False)
