"""Three news sites of loopback and a folder that change all the time and fail in every way: for ``sync_hour``."""

from __future__ import annotations

import gzip
import random
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from xml.sax.saxutils import escape

HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
WINDOW = 40  # entries of a feed
EDITED = 8  # the newest of a site, which may be edited: old ones would be edited where no feed says so
FAULTS = (
    *("500", "404", "429", "503", "slow", "reset", "truncated", "chopped", "bomb", "endless", "empty", "loop"),
    *("charset", "type", "silence"),
)
_WORDS = (
    "maire ministre habitants réfugiés soldats pourparlers sanctions gazoduc couloir négociateurs blindés hôpital école "
    "gare pont rivière port marché usine tribunal élection budget grève récolte incendie tempête musée stade théâtre "
    "bibliothèque Kherson Marioupol Odessa Kharkiv Lviv Gomel Berdiansk Jytomyr Rivne Loutsk Ternopil Vinnytsia "
    "Poltava Soumy Tcherkassy"
).split()
_VERBS = "annonce confirme dément visite ouvre ferme accueille critique défend retarde finance reconstruit".split()


@dataclass(slots=True)
class Story:
    """A page or a file: ``version`` counts its edits, the first being 0."""

    name: str
    title: str
    paragraphs: list[str]
    published: datetime
    changed: datetime
    version: int = 0

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)


class World:
    """What is true now. ``faulty`` is the share of answers that go wrong; ``faults`` counts those that did."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.sites: dict[str, list[Story]] = {host: [] for host in HOSTS}
        self.files: dict[str, Story] = {}
        self.faulty, self.port = 0.0, 0
        self.faults: Counter[str] = Counter()
        self.requests = 0
        self.lock = Lock()
        self._folder, self._random, self._count = folder, random.Random(seed), 0
        folder.mkdir(parents=True)
        (folder / "broken.docx").write_bytes(b"PK, but no archive")
        with self.lock:
            for host in HOSTS:
                for _ in range(5):
                    self.sites[host].append(self._made())
            for _ in range(10):
                self._write(self._made())

    def url(self, host: str, path: str) -> str:
        return f"http://{host}:{self.port}{path}"

    def step(self, *, growing: bool) -> None:
        """Change one thing on a site, and one in the folder."""
        with self.lock:
            site = self.sites[self._random.choice(HOSTS)]
            if growing and self._random.random() < 0.6:
                site.append(self._made())
            else:
                self._edit(self._random.choice(site[-EDITED:]))
            kept = list(self.files.values())
            kind = self._random.choice(("add", "edit", "delete") if len(kept) > 5 else ("add", "edit"))
            if kind == "add" and len(kept) < 60:
                self._write(self._made())
            elif kind == "delete":
                (self._folder / f"{self.files.pop(self._random.choice(kept).name).name}.txt").unlink()
            else:
                story = self._random.choice(kept)
                self._edit(story)
                self._write(story)

    def answer(self, host: str, path: str) -> tuple[bytes, str] | None:
        """Return what lies at a path, and its content type."""
        with self.lock:
            site = self.sites[host]
            if path == "/robots.txt":
                return b"User-agent: *\nDisallow: /private\n", "text/plain"
            if path == "/rss":
                return self._rss(host, site[-WINDOW:]), "application/rss+xml"
            if path == "/atom":
                return self._atom(host, site[-WINDOW:]), "application/atom+xml"
            if path == "/sitemap.xml":
                return self._sitemap(host, site), "application/xml"
            story = next((each for each in site if f"/a/{each.name}" == path), None)
            return (html(story), "text/html; charset=utf-8") if story else None

    def fault(self, path: str) -> str:
        with self.lock:
            self.requests += 1
            share = self.faulty * (0.1 if path == "/robots.txt" else 1)
            if self._random.random() >= share:
                return ""
            fault = self._random.choice(FAULTS)
            self.faults[fault] += 1
            return fault

    def _made(self) -> Story:
        self._count += 1
        now = datetime.now(UTC)
        return Story(f"s{self._count}", f"{self._words(5).capitalize()} {self._count}", self._text(), now, now)

    def _edit(self, story: Story) -> None:
        story.version += 1
        story.paragraphs = self._text()
        story.changed = datetime.now(UTC)

    def _write(self, story: Story) -> None:
        self.files[story.name] = story
        (self._folder / f"{story.name}.txt").write_text(f"{story.title}\n\n{story.text}\n", "utf-8")

    def _text(self) -> list[str]:
        return [" ".join(self._sentence() for _ in range(4)) for _ in range(3)]

    def _sentence(self) -> str:
        verb = self._random.choice(_VERBS)
        return f"Le {self._words(2)} de la {self._words(2)} {verb} les {self._words(3)} depuis {self._words(2)}."

    def _words(self, count: int) -> str:
        return " ".join(self._random.sample(_WORDS, count))

    def _rss(self, host: str, stories: list[Story]) -> bytes:
        items = "".join(
            f"<item><title>{escape(s.title)}</title><link>{self.url(host, '/a/' + s.name)}</link>"
            f"<pubDate>{s.published:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
            f"<description>{escape(s.paragraphs[0][:80])}</description></item>"
            for s in reversed(stories)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'.encode()

    def _atom(self, host: str, stories: list[Story]) -> bytes:
        items = "".join(
            f'<entry><title>{escape(s.title)}</title><link href="{self.url(host, "/a/" + s.name)}"/><id>{s.name}</id>'
            f"<published>{s.published:%Y-%m-%dT%H:%M:%SZ}</published><updated>{s.changed.isoformat()}</updated></entry>"
            for s in reversed(stories)
        )
        return (
            f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{host}</title>{items}</feed>'
        ).encode()

    def _sitemap(self, host: str, stories: list[Story]) -> bytes:
        items = "".join(
            f"<url><loc>{self.url(host, '/a/' + s.name)}</loc><lastmod>{s.changed.isoformat()}</lastmod></url>"
            for s in stories
        )
        return (
            f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</urlset>'
        ).encode()


def html(story: Story) -> bytes:
    body = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{escape(story.title)}</title>'
        f'<meta property="article:published_time" content="{story.published.isoformat(timespec="seconds")}"></head>'
        f"<body><nav><a href='/'>Une</a></nav><article><h1>{escape(story.title)}</h1>{body}</article></body></html>"
    ).encode()


@contextmanager
def serving(world: World) -> Iterator[None]:
    """Serve the world's sites, all on one port of their addresses."""
    with ExitStack() as stack:
        for host in HOSTS:
            httpd = ThreadingHTTPServer((host, world.port), _handler(world, host))
            httpd.daemon_threads = True
            httpd.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients hang up: that is part of it
            world.port = httpd.server_address[1]
            stack.callback(httpd.server_close)
            stack.callback(httpd.shutdown)
            Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield


def _handler(world: World, host: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self.close_connection = True
            path = self.path.partition("?")[0]
            fault = world.fault(path)
            answer = world.answer(host, path)
            with suppress(OSError):
                if answer is None or fault == "404":
                    self._send(404)
                elif fault:
                    self._fail(fault, *answer)
                else:
                    self._whole(*answer)

        def _whole(self, body: bytes, kind: str) -> None:
            etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
            if self.headers.get("If-None-Match") == etag:
                self._send(304, ETag=etag)
            else:
                self._send(200, body, Content_Type=kind, ETag=etag)

        def _send(self, status: int, body: bytes = b"", length: int | None = None, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            if length != 0:
                self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)

        def _fail(self, fault: str, body: bytes, kind: str) -> None:
            if fault == "500":
                self._send(500, b"<html><body>Oops</body></html>", Content_Type="text/html")
            elif fault in ("429", "503"):
                self._send(int(fault), Retry_After="2")
            elif fault == "slow":
                self._send(200, b"", len(body), Content_Type=kind)
                for at in range(0, len(body), max(1, len(body) // 8)):
                    time.sleep(0.4)
                    self.wfile.write(body[at : at + max(1, len(body) // 8)])
            elif fault == "silence":  # headers, then nothing for a while, then the end
                self._send(200, b"", len(body), Content_Type=kind)
                time.sleep(5)
            elif fault == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            elif fault == "truncated":
                self._send(200, body[: len(body) // 2], len(body), Content_Type=kind)
            elif fault == "chopped":  # whole for HTTP; half of the XML, and no article
                half = body[: len(body) // 3] if "xml" in kind else b"<html><body></body></html>"
                self._send(200, half, Content_Type=kind)
            elif fault == "bomb":
                self._send(200, _BOMB, Content_Type=kind, Content_Encoding="gzip")
            elif fault == "endless":
                self._send(200, b"", 0, Content_Type=kind)
                for _ in range(400):
                    self.wfile.write(b"<p>" + b"x" * 65_536)
            elif fault == "empty":
                self._send(200, Content_Type=kind)
            elif fault == "loop":
                self._send(302, Location=self.path)
            elif fault == "charset":  # of pages that are UTF-8: they come out right
                self._send(200, body, Content_Type=kind.partition(";")[0] + "; charset=iso-8859-1")
            elif fault == "type":
                self._send(200, body, Content_Type="image/png")

    return Handler


_BOMB = gzip.compress(bytes(200 * 2**20), 9)
