"""Parsing within limits of time and memory, in a child process: what hangs or bursts its parser costs that file alone.

The child is a Python of its own (``parsing_child.py``), started when it is first needed and kept between files. What goes
between is bytes and JSON. It is given nothing of the environment that could be secret.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from retrieval.errors import ReadError
from retrieval.reading.packed import Part
from retrieval.reading.parsing_child import HEADS, encode
from retrieval.reading.readers import read_article
from retrieval.types import Article
from retrieval.web.addresses import shown
from retrieval.web.feeds import Entry, Feed
from retrieval.web.sitemaps import Listed, Sitemap

SECONDS = 30.0  # a page takes 10 ms, a newspaper of 50 pages as PDF up to 15 s
MEMORY = 1024 * 2**20  # bytes
SMALL = 64 * 2**10  # bytes: plain text takes time in proportion to its length: this much .4 s at the worst
_GRACE = 30.0  # seconds beyond the child's own limit, for its imports
_LARGEST_HEAD, _LARGEST_BODY = 2**20, 2**28  # bytes of an answer
_ROOT = Path(__file__).resolve().parents[2]
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR")


class Parser:
    """Reads files in child processes, one for each thread that reads at the time. Threads may share it."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        """Limit each file to so many seconds, and so many bytes beyond what the child holds anyway."""
        self._seconds, self._memory = seconds, memory
        self._idle: list[_Child] = []
        self._lock = Lock()

    def read(self, data: bytes, suffix: str, article_id: str, name: str, named: str = "") -> Article:
        """Do what ``readers.read_article`` does. Raises ReadError, also where a limit is reached."""
        if len(data) <= SMALL and suffix.lower() in (".txt", ".jsonl") and _is_utf8(data):
            return read_article(data, suffix, article_id, name, named)
        ((_, body),) = self._ask("read", data, suffix.lower(), article_id, name, named)
        fields = json.loads(body)
        return Article(**fields | {"pages": tuple(fields["pages"])})

    def split(self, data: bytes, suffix: str, name: str) -> Iterator[Part]:
        """Yield the parts of an archive or an export (``packed.unpack``, ``telegram_export.posts``) as they come.

        Raises ReadError, beginning with ``name``, also where a limit is reached; each part has the time of a file.
        """
        for head, body in self._ask("split", data, suffix.lower(), "", name):
            if head["is"] == "part":
                yield Part(head["path"], head["stem"], body, head["reason"])

    def feed(self, data: bytes, url: str) -> Feed:
        """Do what ``feeds.parse_feed`` does. Raises ReadError, beginning with the address, also where a limit is reached."""
        ((_, body),) = self._ask("feed", data, ".feed", url, shown(url))
        fields = json.loads(body)
        return Feed(fields["title"], tuple(Entry(**entry) for entry in fields["entries"]))

    def sitemap(self, data: bytes, url: str) -> Sitemap:
        """Do what ``sitemaps.parse_sitemap`` does. Raises ReadError as ``feed`` does."""
        ((_, body),) = self._ask("sitemap", data, ".sitemap", url, shown(url))
        fields = json.loads(body)
        return Sitemap(*(tuple(Listed(**listed) for listed in fields[name]) for name in ("sitemaps", "pages")))

    def close(self) -> None:
        """End the children that have nothing to do."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def _ask(
        self, do: str, data: bytes, suffix: str, article_id: str, name: str, named: str = ""
    ) -> Iterator[tuple[dict[str, Any], bytes]]:
        request: dict[str, Any] = {"do": do, "suffix": suffix, "id": article_id, "name": name, "named": named}
        request |= {"seconds": self._seconds, "memory": self._memory}
        answered = False
        for is_last in (False, True):
            try:
                with self._child() as child:
                    for head, body in child.ask(request, data, self._seconds + _GRACE):
                        answered = True
                        if head["is"] in ("error", "failed", "memory"):
                            raise ReadError(_complaint(head, do, name, self._memory))
                        yield head, body
                return
            except _Ended as exc:
                if exc.code == 0 and not answered and not is_last:
                    continue  # it had nothing to do, and was ending when it was asked
                late = exc.code in (None, -signal.SIGALRM)
                reason = f"took longer than {self._seconds:g} seconds to read" if late else "made its parser crash"
                raise ReadError(f"{name} {reason}; it was given up.") from exc

    @contextmanager
    def _child(self) -> Iterator[_Child]:
        child = self._idle_child() or _Child()
        try:
            yield child
        finally:
            if child.is_ready:
                with self._lock:
                    self._idle.append(child)
            else:
                child.end()

    def _idle_child(self) -> _Child | None:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.lives():
                    return child
                child.end()
        return None


@cache
def shared() -> Parser:
    """Return the parser that all sources of this process share; its children end with the process."""
    parser = Parser()
    atexit.register(parser.close)
    return parser


def parse(data: bytes, suffix: str, article_id: str, name: str) -> Article:
    """Read a file's bytes within the usual limits. Raises ReadError with a sentence that begins with ``name``."""
    return shared().read(data, suffix, article_id, name)


class _Ended(Exception):
    """The child is gone: ``code`` is its exit status, None where it had to be killed for saying nothing."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class _Child:
    """A process that parses. ``is_ready``: it has answered all that it was asked."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "retrieval.reading.parsing_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # parsers repeat what they read
            cwd=_ROOT,  # so that no other package of this name is found
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C is for the parent to handle
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        self.is_ready = True

    def lives(self) -> bool:
        """Whether it waits for a request of this process: it ends by itself, and after a fork it is another's."""
        return self._process.poll() is None and not select.select([self._from], [], [], 0)[0]

    def ask(self, request: dict[str, Any], data: bytes, patience: float) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Send a request and yield the frames of the answer. Raises _Ended where one does not come in time."""
        self.is_ready = False
        try:
            for piece in (encode(request, data), data):
                view = memoryview(piece)
                while view:
                    view = view[self._to.write(view) :]
        except OSError:
            raise _Ended(self._code()) from None
        while True:
            until = time.monotonic() + patience
            head_size, body_size = HEADS.unpack(self._receive(HEADS.size, until))
            if head_size > _LARGEST_HEAD or body_size > _LARGEST_BODY:
                raise _Ended(1)
            head = json.loads(self._receive(head_size, until).decode("utf-8", "surrogatepass"))
            body = self._receive(body_size, until)
            if head["is"] != "part":
                self.is_ready = head["is"] != "memory"  # after that it ends
                yield head, body
                return
            yield head, body

    def end(self) -> None:
        """End it at once, whatever it does."""
        with suppress(OSError):
            self._process.kill()
        self._process.wait()
        self._to.close()
        self._from.close()

    def _receive(self, size: int, until: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            if not select.select([self._from], [], [], max(0.0, until - time.monotonic()))[0]:
                raise _Ended(None)
            piece = self._from.read(min(size - len(data), 2**20))
            if not piece:
                raise _Ended(self._code())
            data += piece
        return bytes(data)

    def _code(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(_GRACE)
        return None


def _complaint(head: dict[str, Any], do: str, name: str, memory: int) -> str:
    if head["is"] == "memory":
        return f"{name} needs more than {memory >> 20} MB of memory to read; it was given up."
    if head["is"] == "failed":
        return f"{name} cannot be read ({head['reason']})."
    return head["reason"] if do == "read" else f"{name} {head['reason']}."


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
