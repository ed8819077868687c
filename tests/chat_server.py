"""An OpenAI-compatible chat server on loopback that does what a test scripts: streams, refuses, breaks off, hangs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What every request gets: a status other than 200 with ``body``, or ``pieces`` streamed and then an ``end``.

    ``end``: ``done``; ``drop`` closes the connection in the middle; ``hang`` sends nothing more; any other text is sent
    as the data of one last event.
    """

    pieces: Sequence[str] = ()
    end: str = "done"
    status: int = 200
    body: str = ""
    content_type: str = "application/json"


@dataclass
class ChatServer:
    """``requests`` collects path, headers and parsed body of each request. ``$KEY`` in a body is the key that came."""

    reply: Reply
    url: str = ""
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    closing: Event = field(default_factory=Event)


@contextmanager
def serving(reply: Reply) -> Iterator[ChatServer]:
    server = ChatServer(reply)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.close_connection = True
            reply = server.reply
            if reply.status != 200 or reply.body:
                self._answer(reply)
            else:
                self._stream(reply)

        def _answer(self, reply: Reply) -> None:
            text = reply.body.replace("$KEY", self.headers["Authorization"].removeprefix("Bearer "))
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(text.encode())))
            self.send_header("retry-after-ms", "1")  # so that no test waits for a client's patience
            self.end_headers()
            self.wfile.write(text.encode())

        def _stream(self, reply: Reply) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in reply.pieces:
                self._event(_chunk({"content": piece}))
            if reply.end == "hang":
                server.closing.wait()
            if reply.end in ("drop", "hang"):
                return
            if reply.end == "done":
                self._event(_chunk({}, "stop"))
                self._event("[DONE]")
            else:
                self._event(reply.end)
            self.wfile.write(b"0\r\n\r\n")

        def _event(self, data: str) -> None:
            event = f"data: {data}\n\n".encode()
            self.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
            self.wfile.flush()

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    httpd.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is part of the play
    server.url = f"http://127.0.0.1:{httpd.server_address[1]}/v1"
    thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def _chunk(delta: dict[str, str], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    return json.dumps({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})
