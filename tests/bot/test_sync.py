"""``kiosque sync``, once and again and again, and ``kiosque status --failed``: on real sites of loopback."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest
from filelock import FileLock

from answering.settings import ROOT, Settings
from bot.listings import failed_lines
from bot.sync import Run as SyncRun
from bot.sync import next_start
from retrieval.archive import Archive
from retrieval.storing.failures import DAY, FIRST_PAUSE, Failure, Failures
from retrieval.syncing import RETRIED
from retrieval.syncing import Outcome as SyncOutcome
from tests.bot.conftest import Run, WordEmbedder
from tests.web_server import Web, page, serving

STORY = "Le maire de Kherson a parlé {} fois aux habitants de la ville, selon la presse locale de ce matin."


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)


@pytest.fixture
def web() -> Iterator[Web]:
    with serving({"/robots.txt": page(status=404)}) as web:
        yield web


def html(number: int) -> bytes:
    text = "".join(f"<p>{STORY.format(number * 10 + line)}</p>" for line in range(4))
    head = f"<html><head><title>Titre {number}</title></head>"
    return page(f"{head}<body><article><h1>Titre {number}</h1>{text}</article></body></html>", content_type="text/html")


def feed(web: Web, *names: str) -> bytes:
    items = "".join(f"<item><title>{name}</title><link>{address(web, name)}</link></item>" for name in names)
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Kherson</title>{items}</channel></rss>'
    return page(body, content_type="application/rss+xml")


def address(web: Web, name: str) -> str:
    return f"http://127.0.0.1:{web.ports[False]}/{name}"


@pytest.fixture
def listed(tmp_path: Path, web: Web) -> Callable[..., Path]:
    """Write a list of sources, each a line of TOML."""

    def write(*sources: str) -> Path:
        settings = f'[web]\ninterval = 0\nports = [{web.ports[False]}]\nallow_private = ["127.0.0.1"]\n'
        path = tmp_path / "sources.toml"
        path.write_text(f"sources = [{', '.join(sources)}]\n{settings}", "utf-8")
        return path

    return write


def quoted(place: object) -> str:
    return json.dumps(str(place))


# -- once -------------------------------------------------------------------------------------------------------------


def test_folders_and_feeds_come_in_and_the_summary_says_what_did(
    kiosque: Run, folder: Path, web: Web, listed: Callable[..., Path]
) -> None:
    web.routes |= {"/rss": feed(web, "1", "2", "3"), "/1": html(1), "/2": html(2)}
    source = f'{{at = "{address(web, "rss")}", name = "Kherson", outlet = "Le Dnipro"}}'
    path = listed(f'{{at = {quoted(folder)}, name = "press"}}', source, quoted(folder / "gone"))
    first = kiosque("sync", path)
    assert first.status == 0
    rows = [line.split() for line in first.out.splitlines()]
    assert rows[0] == ["source", "added", "updated", "removed", "unchanged", "failed"]
    assert rows[1] == ["press", "2", "0", "0", "0", "0"]
    assert rows[2] == ["Kherson", "2", "0", "0", "0", "1"]
    assert ["together", "4", "0", "0", "0", "1"] in rows
    assert first.out.splitlines()[-2:] == [
        f"{folder / 'gone'} does not exist; name a folder or a file of articles.",
        "kiosque status --failed says what failed, and why.",
    ]
    again = json.loads(kiosque("sync", path, "--json").out)
    assert {name: again[name] for name in ("added", "updated", "removed", "unchanged", "failed", "error")} == {
        "added": 0,
        "updated": 0,
        "removed": 0,
        "unchanged": 4,
        "failed": 0,  # the page that failed is left alone for now
        "error": None,
    }
    assert [each["source"] for each in again["sources"]] == ["press", "Kherson", str(folder / "gone")]
    assert [bool(each["error"]) for each in again["sources"]] == [False, False, True]
    assert list(again["sources"][0]) == [
        *("source", "added", "updated", "removed", "unchanged", "failed", "seconds", "error")
    ]


def test_what_failed_is_listed_with_its_reason(
    kiosque: Run, tmp_path: Path, web: Web, listed: Callable[..., Path]
) -> None:
    assert kiosque("status", "--failed").err == "Nothing has failed.\n"
    (tmp_path / "press").mkdir()
    (tmp_path / "press" / "empty\x1b[31m.txt").write_text("")
    web.routes |= {"/rss": feed(web, "1?key=secret")}
    kiosque("sync", listed(quoted(tmp_path / "press"), quoted(address(web, "rss"))))
    lines = kiosque("status", "--failed").out.splitlines()
    assert len(lines) == 2
    minute = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"
    assert re.fullmatch(rf"/\S+/press/empty\[31m\.txt: \S+ holds no text\. \(1 try since {minute}\)", lines[0])
    assert re.fullmatch(
        rf"http://127\.0\.0\.1:\d+/1\?key=secret: \S+ answers 404 \(Not Found\); check the address\. "
        rf"\(1 try since {minute}; again after {minute}\)",
        lines[1],
    )
    value = json.loads(kiosque("status", "--failed", "--json").out)
    assert list(value["failed"][1]) == ["key", "origin", "reason", "first", "last", "tries", "given_up"]
    assert value["failed"][1]["origin"] == address(web, "rss")
    assert [each["given_up"] for each in value["failed"]] == [False, False]


def test_what_is_given_up_is_marked_so() -> None:
    page, file = "https://news.test/1", "/press/a.txt"
    lines = failed_lines(
        [
            Failure(page, "", "answers 404.", 0.0, 8 * DAY, 15),
            Failure(page, "", "answers 404.", 0.0, DAY, 3),
            Failure(file, "", "holds no text.", 0.0, 8 * DAY, 15),
        ]
    )
    assert [line.plain for line in lines] == [
        f"{page}: answers 404. (15 tries since 1970-01-01 00:00 UTC; given up)",
        f"{page}: answers 404. (3 tries since 1970-01-01 00:00 UTC; again after 1970-01-02 01:00 UTC)",
        f"{file}: holds no text. (15 tries since 1970-01-01 00:00 UTC)",
    ]


def test_a_run_of_which_every_source_fails_fails(kiosque: Run, tmp_path: Path, listed: Callable[..., Path]) -> None:
    path = listed(quoted(tmp_path / "gone"), quoted(tmp_path / "lost"))
    outcome = kiosque("sync", path)
    assert (outcome.status, outcome.out.count(" does not exist")) == (1, 2)
    assert json.loads(kiosque("sync", path, "--json").out)["added"] == 0


def test_only_sources_make_a_run_fail(
    kiosque: Run, folder: Path, tmp_path: Path, listed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not what grew too old, or pages that were asked for again."""
    kiosque("index", folder)
    monkeypatch.setenv("RETENTION_DAYS_BY_OUTLET", "Le Monde=30")
    outcome = kiosque("sync", listed(quoted(tmp_path / "gone")), "--json")
    assert outcome.status == 1
    assert [each["removed"] for each in json.loads(outcome.out)["sources"]] == [0, 1]
    assert SyncRun((SyncOutcome(RETRIED, failed=1),), 0.0).status == 0
    assert SyncRun((SyncOutcome("press"), SyncOutcome(RETRIED, failed=1)), 0.0).status == 0


def test_a_feed_that_asked_to_be_left_alone_is_not_asked_by_another_process(
    kiosque: Run, web: Web, listed: Callable[..., Path], tmp_path: Path
) -> None:
    path = listed(quoted(address(web, "rss")), quoted(address(web, "other")))
    web.routes |= {"/rss": page(status=429, retry_after="7200"), "/other": feed(web)}
    assert kiosque("sync", path).status == 1
    asked = len(web.asked)
    for later, waits in ((3600, True), (3500, True), (200, False)):
        with closing(sqlite3.connect(tmp_path / "index" / "archive.sqlite")) as db, db:
            db.execute("UPDATE failed SET last = last - ?", (later,))
        web.routes["/rss"] = feed(web)
        outcome = kiosque("sync", path)
        assert (len(web.asked) == asked) is waits
        assert ("asked to be left alone" in outcome.out) is waits


def test_a_silent_host_holds_up_a_run_three_times_at_most(
    kiosque: Run, web: Web, listed: Callable[..., Path], tmp_path: Path
) -> None:
    path = listed(quoted(address(web, "rss")))
    pages = [address(web, str(number)) for number in range(6)]
    web.routes |= {"/rss": feed(web)} | {f"/{number}": page(status=500) for number in range(6)}
    kiosque("status")
    with Archive(tmp_path / "index", WordEmbedder()) as archive:
        long_ago = Failures(archive.store, lambda: time.time() - FIRST_PAUSE)
        long_ago.settle(dict.fromkeys(pages, "answers 500."), (), lambda key: False, address(web, "rss"))
    report = json.loads(kiosque("sync", path, "--json").out)
    assert [(each["source"], each["failed"]) for each in report["sources"]][1:] == [(RETRIED, 3)]
    assert len([asked for asked in web.pages if not asked.endswith("/rss")]) == 3


def test_nothing_to_do_is_no_failure(kiosque: Run, tmp_path: Path, listed: Callable[..., Path]) -> None:
    outcome = kiosque("sync", listed(f"{{at = {quoted(tmp_path)}, enabled = false}}"))
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "No source is due.\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{}/none.toml"], r"There is no \S+/none\.toml; copy docs/sources\.toml there and .+\n"),
        (["--every", "soon"], r"Invalid value for '--every': 'soon' is no time such as 90s, 15m, 1h or 1d, .+\n"),
        (["--every", "0s"], r"Invalid value for '--every': '0s' is no time .+\n"),
    ],
)
def test_bad_usage_is_one_sentence(kiosque: Run, tmp_path: Path, arguments: list[str], told: str) -> None:
    outcome = kiosque("sync", *(argument.format(tmp_path) for argument in arguments))
    assert outcome.status == 2
    assert re.fullmatch(told, outcome.err)


def test_the_file_of_the_settings_is_taken_without_another(
    kiosque: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES_FILE", str(tmp_path / "mine.toml"))
    assert "There is no " + str(tmp_path / "mine.toml") in kiosque("sync").err


def test_beside_another_writer_or_sync_it_says_so(
    kiosque: Run, folder: Path, tmp_path: Path, listed: Callable[..., Path]
) -> None:
    path = listed(quoted(folder))
    kiosque("status")
    for lock, told in (("writing", "Another process is writing to the index"), ("syncing", "Another kiosque sync is")):
        with FileLock(tmp_path / "index" / f"{lock}.lock"):
            outcome = kiosque("sync", path)
        assert (outcome.status, outcome.out) == (1, "")
        assert outcome.err.startswith(told)
        assert outcome.err.count("\n") == 1
    assert kiosque("sync", path).status == 0


@pytest.mark.parametrize(
    ("began", "now", "starts"),
    [(0, 1, 10), (0, 9.9, 10), (0, 10, 10), (0, 10.1, 20), (5, 36, 45), (0, 1e6 + 1, 1e6 + 10), (7, 7, 17)],
)
def test_runs_begin_at_whole_periods(began: float, now: float, starts: float) -> None:
    assert next_start(began, 10, now) == starts


# -- again and again --------------------------------------------------------------------------------------------------


class Running:
    """A real process, with what it says, line by line; it is killed when it says nothing for a minute."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def until(self, pattern: str) -> str:
        """Return the first line from here on in which the pattern is found."""
        assert self.process.stderr is not None
        timer = Timer(60, self.process.kill)
        timer.start()
        try:
            for line in self.process.stderr:
                self.lines.append(line)
                if re.search(pattern, line):
                    return line
        finally:
            timer.cancel()
        raise AssertionError(f"it never said {pattern!r}, but:\n{''.join(self.lines)}")

    def stop(self, number: int) -> int:
        """Send a signal and return the exit status; less time than any fetch may take."""
        self.process.send_signal(number)
        _, rest = self.process.communicate(timeout=20)
        self.lines.append(rest)
        assert "Traceback" not in "".join(self.lines)
        return self.process.returncode


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    named = {name.upper() for name in Settings.model_fields}
    environment = {name: value for name, value in os.environ.items() if name.upper() not in named}
    environment |= {"INDEX_DIR": str(tmp_path / "index"), "KIOSQUE_ENV": os.devnull, "PYTHONUTF8": "1"}
    processes: list[subprocess.Popen[str]] = []

    def run(*arguments: object) -> Running:
        command = [sys.executable, "-m", "bot", "sync", *map(str, arguments)]
        pipe = subprocess.PIPE
        processes.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True))
        return Running(processes[-1])

    yield run
    for process in processes:
        process.kill()
        process.communicate()


COUNTS = (
    r"INFO kiosque\.sync (\d+) sources?: (\d+) added, (\d+) updated, (\d+) removed, (\d+) unchanged, (\d+) failed; "
)


def counts(line: str) -> list[int]:
    found = re.search(COUNTS, line)
    assert found
    return [int(count) for count in found.groups()]


def test_it_keeps_going_and_takes_up_every_edit(
    start: Callable[..., Running], folder: Path, listed: Callable[..., Path], tmp_path: Path
) -> None:
    path = listed(quoted(folder))
    running = start(path, "--every", "1s")
    assert counts(running.until(COUNTS)) == [1, 2, 0, 0, 0, 0]
    (folder / "new.txt").write_text("Titre\n\n" + STORY.format(3), "utf-8")
    assert counts(running.until("1 added")) == [1, 1, 0, 0, 2, 0]
    path.write_text("sources = [", "utf-8")
    told = running.until("WARNING")
    assert "is no TOML: " in told
    assert told.endswith(" Going on with the sources that it named before.\n")
    assert counts(running.until(COUNTS)) == [1, 0, 0, 0, 3, 0]
    listed(quoted(folder), quoted(tmp_path / "gone"))
    assert "gone does not exist" in running.until("WARNING.*gone")
    assert counts(running.until(COUNTS)) == [2, 0, 0, 0, 3, 0]
    assert running.stop(signal.SIGTERM) == 0


def test_it_waits_for_other_writers(
    start: Callable[..., Running], folder: Path, listed: Callable[..., Path], tmp_path: Path
) -> None:
    running = start(listed(quoted(folder)), "--every", "1s")
    running.until(COUNTS)
    with FileLock(tmp_path / "index" / "writing.lock", timeout=60):
        running.until("The run was broken off: Another process is writing to the index")
    assert counts(running.until("1 source: ")) == [1, 0, 0, 0, 2, 0]
    assert running.stop(signal.SIGINT) == 130


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_stop_ends_a_fetch_that_hangs_at_once(
    start: Callable[..., Running], web: Web, listed: Callable[..., Path], number: int, status: int
) -> None:
    web.routes["/rss"] = web.hang(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss>")
    running = start(listed(quoted(address(web, "rss"))), "--every", "1h")
    assert web.arrived.wait(60)
    assert running.stop(number) == status


def test_a_stop_ends_the_fetches_of_pages_at_once(
    start: Callable[..., Running], web: Web, listed: Callable[..., Path]
) -> None:
    web.routes |= {"/rss": feed(web, "1", "2"), "/1": html(1), "/2": web.hang(b"HTTP/1.1 200 OK\r\n")}
    running = start(listed(quoted(address(web, "rss"))), "--every", "1h")
    assert web.arrived.wait(60)
    assert running.stop(signal.SIGTERM) == 0


def test_a_stop_ends_the_wait_and_a_single_run_too(
    start: Callable[..., Running], folder: Path, web: Web, listed: Callable[..., Path]
) -> None:
    running = start(listed(quoted(folder)), "--every", "1h")
    running.until(COUNTS)
    assert running.stop(signal.SIGTERM) == 0
    web.routes["/rss"] = web.hang(b"HTTP/1.1 200 OK\r\n")
    running = start(listed(quoted(address(web, "rss"))))
    assert web.arrived.wait(60)
    assert running.stop(signal.SIGTERM) == 130


def test_after_a_kill_the_next_one_goes_on(
    start: Callable[..., Running], folder: Path, web: Web, listed: Callable[..., Path]
) -> None:
    web.routes |= {"/rss": feed(web, "1", "2"), "/1": html(1), "/2": web.hang(b"HTTP/1.1 200 OK\r\n")}
    path = listed(quoted(folder), quoted(address(web, "rss")))
    running = start(path, "--every", "1s")
    assert web.arrived.wait(60)
    running.process.kill()
    running.process.communicate()
    web.routes["/2"] = html(2)
    running = start(path, "--every", "1s", "--json")
    assert running.process.stdout is not None
    value = json.loads(running.process.stdout.readline())
    assert (value["added"], value["unchanged"], value["failed"]) == (2, 2, 0)
    assert running.stop(signal.SIGTERM) == 0


def test_a_run_lets_go_what_grew_too_old(
    kiosque: Run, folder: Path, listed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = listed(f'{{at = {quoted(folder)}, name = "press"}}')
    assert kiosque("sync", path).status == 0
    monkeypatch.setenv("RETENTION_DAYS_BY_OUTLET", "Le Monde=30")
    report = json.loads(kiosque("sync", path, "--json").out)
    assert [(each["source"], each["unchanged"], each["removed"]) for each in report["sources"]] == [
        ("press", 2, 0),
        ("articles that grew too old", 0, 1),
    ]
    again = json.loads(kiosque("sync", path, "--json").out)
    assert [(each["source"], each["added"], each["unchanged"]) for each in again["sources"]] == [("press", 0, 2)]
