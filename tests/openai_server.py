"""A scripted server on loopback that speaks OpenAI's chat protocol: it streams, refuses, breaks off, stalls, talks nonsense.

The bodies of its refusals are those that OpenAI, Azure, llama.cpp and vLLM send.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What one request gets: ``body`` with ``status``, or ``pieces`` streamed, then a ``finish`` reason, then an ``end``.

    ``end``: ``done``; ``drop`` closes the connection in the middle; ``stop`` ends the stream as if it were whole, with
    neither a finish reason nor ``[DONE]``; ``hang`` sends nothing more; ``ping`` sends comments for ever (as proxies do);
    ``reset`` closes the connection before any answer; any other text is the data of one last event. ``usage``: tokens
    read and written, reported when the request asks for it. ``knows_usage``: whether ``stream_options`` is understood.
    ``tool``: name and arguments of a function that is called in place of a text.
    """

    pieces: Sequence[str] = ()
    end: str = "done"
    status: int = 200
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    finish: str = "stop"
    usage: tuple[int, int] | None = None
    knows_usage: bool = True
    tool: tuple[str, str] | None = None


def refusal(status: int, message: str = "no", code: str | None = None, kind: str = "", **headers: str) -> Reply:
    """Return a refusal as OpenAI sends it. Underscores in the names of headers stand for hyphens."""
    error = {"message": message, "type": kind or None, "param": None, "code": code}
    return Reply(
        status=status,
        body=json.dumps({"error": error}),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


OVERFLOWS = {
    "OpenAI": refusal(
        400,
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. Please reduce "
        "the length of the messages.",
        "context_length_exceeded",
        "invalid_request_error",
    ),
    "llama.cpp": Reply(
        status=400,
        body='{"error": {"code": 400, "message": "the request exceeds the available context size. try increasing the '
        'context size or enable context shift", "type": "exceed_context_size_error", "n_prompt_tokens": 9001, "n_ctx": '
        "8192}}",
    ),
    "vLLM": Reply(
        status=400,
        body='{"object": "error", "message": "This model\'s maximum context length is 8192 tokens. However, you requested '
        '9001 tokens in the messages", "type": "BadRequestError", "param": null, "code": 400}',
    ),
    "in the stream": Reply(
        end='{"error": {"code": 400, "message": "the request exceeds the available context size", "type": '
        '"exceed_context_size_error"}}'
    ),
}


@dataclass
class ChatServer:
    """``requests`` collects path, headers and parsed body of each request. ``$KEY`` in a body is the key that came."""

    replies: Sequence[Reply]
    url: str = ""
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    closing: Event = field(default_factory=Event)
    left: Event = field(default_factory=Event)  # a client hung up in the middle of a stream
    lock: Lock = field(default_factory=Lock)

    def next_reply(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Reply:
        with self.lock:
            self.requests.append((path, headers, body))
            return self.replies[min(len(self.requests), len(self.replies)) - 1]


@contextmanager
def serving(*replies: Reply) -> Iterator[ChatServer]:
    """Serve until left: the n-th request gets the n-th reply, and all that follow the last one."""
    server = ChatServer(replies)
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
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


def _handler(server: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = server.next_reply(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            self.close_connection = True
            if not reply.knows_usage and "stream_options" in body:
                reply = refusal(400, "Unrecognized request argument supplied: stream_options")
            if reply.end == "reset":
                return
            if reply.status != 200 or reply.body:
                self._answer(reply)
                return
            try:
                self._stream(reply, bool(body.get("stream_options", {}).get("include_usage")))
            except OSError:
                server.left.set()

        def _answer(self, reply: Reply) -> None:
            text = reply.body.replace("$KEY", self.headers["Authorization"].removeprefix("Bearer "))
            self.send_response_only(reply.status)  # no date but the script's
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(text.encode())))
            self.send_header("Connection", "close")  # else the next request races with our closing
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def _stream(self, reply: Reply, reports: bool) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "close")
            self.end_headers()
            for piece in reply.pieces:
                self._event(_chunk({"content": piece}))
            if reply.tool:
                name, arguments = reply.tool
                call = {"index": 0, "id": "1", "type": "function", "function": {"name": name, "arguments": arguments}}
                self._event(_chunk({"tool_calls": [call]}))
            if reply.end in ("drop", "hang", "ping"):
                self._wait(b": waiting\n\n" if reply.end == "ping" else b"", until=reply.end != "drop")
                return
            if reply.end == "done":
                self._event(_chunk({}, reply.finish))
                if reply.usage and reports:
                    self._event(_usage(*reply.usage))
                self._event("[DONE]")
            elif reply.end != "stop":
                self._event(reply.end)
            self.wfile.write(b"0\r\n\r\n")

        def _wait(self, comment: bytes, until: bool) -> None:
            while until and not server.closing.wait(0.01):
                if comment:
                    self._write(comment)

        def _event(self, data: str) -> None:
            self._write(f"data: {data}\n\n".encode())

        def _write(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

    return Handler


def _chunk(delta: dict[str, Any], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    return json.dumps({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})


def _usage(read: int, written: int) -> str:
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": usage}
    return json.dumps(chunk)
