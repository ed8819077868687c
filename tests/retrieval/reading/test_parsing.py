"""Files that hang, burst or kill their parser, in real child processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from retrieval.errors import ReadError
from retrieval.reading.parsing import SMALL, Parser
from retrieval.reading.readers import read_article
from tests.retrieval.files import HTML, SENTENCES, export, message, zipped
from tests.retrieval.reading.test_readers import JOINED, LINES, pdf

ROOT = Path(__file__).resolve().parents[3]
PAGE = HTML.encode()
HANGS = b"*a " * 1_000_000  # as Markdown: emphasis that is never closed takes quadratic time
BURSTS = b"<p>x" * 500_000  # as HTML: a tree of a million nodes
PATIENCE = 60.0  # seconds, against hanging only


@pytest.fixture
def parser() -> Iterator[Parser]:
    made = Parser()
    yield made
    made.close()


def child_of(parser: Parser) -> int:
    (child,) = parser._idle
    return child._process.pid


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; nobody may be there to take note of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_child_reads_what_this_process_would_and_is_kept(parser: Parser) -> None:
    assert parser.read(PAGE, ".HTML", "an/id", "a.html") == read_article(PAGE, ".html", "an/id", "a.html")
    child = child_of(parser)
    article = parser.read(pdf(LINES[:2], LINES[2:]), ".pdf", "b", "b.pdf", "2022-03")
    assert (article.text, article.pages) == (JOINED, (0, JOINED.index("tion des civils")))
    assert (article.published, article.dated_by) == ("2022-03", "name")
    with pytest.raises(ReadError, match=r"^c\.html holds no text\.$"):
        parser.read(b"<p></p>", ".html", "c", "c.html")
    with pytest.raises(ReadError, match=r"^c\.odt is none of "):
        parser.read(PAGE, ".odt", "c", "c.odt")
    assert child_of(parser) == child


def test_small_plain_text_needs_no_child(parser: Parser) -> None:
    assert parser.read(SENTENCES[0].encode(), ".txt", "a", "a.txt").text == SENTENCES[0]
    assert parser.read(b'{"text": "Oui."}', ".jsonl", "a", "a").text == "Oui."
    assert parser._idle == []
    long = "\n\n".join([SENTENCES[0]] * (SMALL // 80)).encode()
    assert parser.read(long, ".txt", "a", "a.txt") == read_article(long, ".txt", "a", "a.txt")
    assert len(parser._idle) == 1


def test_text_that_is_no_unicode_goes_through_the_child(parser: Parser) -> None:
    """What finds out its encoding is not ours."""
    assert parser.read(SENTENCES[0].encode("cp1252"), ".txt", "a", "a.txt").text == SENTENCES[0]
    assert len(parser._idle) == 1


def test_a_file_that_hangs_is_given_up_and_the_next_is_read() -> None:
    parser = Parser(seconds=0.5)
    with pytest.raises(ReadError, match=r"^a\.md took longer than 0\.5 seconds to read; it was given up\.$"):
        parser.read(HANGS, ".md", "a", "a.md")
    assert parser._idle == []
    parser = Parser()
    assert parser.read(PAGE, ".html", "b", "b.html").id == "b"
    parser.close()


def test_a_file_that_wants_too_much_memory_is_given_up_and_the_next_is_read() -> None:
    parser = Parser(memory=32 * 2**20)
    with pytest.raises(ReadError, match=r"^a\.html needs more than 32 MB of memory to read; it was given up\.$"):
        parser.read(BURSTS, ".html", "a", "a.html")
    assert parser.read(PAGE, ".html", "b", "b.html").id == "b"
    parser.close()


@pytest.mark.parametrize("fatal", [signal.SIGKILL, signal.SIGSEGV])
def test_a_parser_that_crashes_costs_its_file_alone(parser: Parser, fatal: signal.Signals) -> None:
    parser.read(PAGE, ".html", "a", "a.html")
    child = child_of(parser)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(parser.read, HANGS, ".md", "b", "b.md")
        until(lambda: parser._idle == [])
        os.kill(child, fatal)
        with pytest.raises(ReadError, match=r"^b\.md made its parser crash; it was given up\.$"):
            reading.result(PATIENCE)
    assert parser.read(PAGE, ".html", "c", "c.html").id == "c"
    assert child_of(parser) != child


def test_a_child_that_died_while_idle_is_replaced(parser: Parser) -> None:
    parser.read(PAGE, ".html", "a", "a.html")
    child = child_of(parser)
    os.kill(child, signal.SIGKILL)
    until(lambda: is_gone(child))
    assert parser.read(PAGE, ".html", "b", "b.html").id == "b"


def test_a_child_that_ends_as_it_is_asked_is_replaced(parser: Parser) -> None:
    """It ends by itself after a while. Held up here at that moment, and told to end by the end of its input."""
    parser.read(PAGE, ".html", "a", "a.html")
    (child,) = parser._idle
    os.kill(child._process.pid, signal.SIGSTOP)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, child._to.fileno())
    os.close(nowhere)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(parser.read, PAGE, ".html", "b", "b.html")
        until(lambda: not child.is_ready)  # it was asked
        os.kill(child._process.pid, signal.SIGCONT)
        assert reading.result(PATIENCE).id == "b"
    assert parser._idle != [child]


def test_threads_read_side_by_side(parser: Parser) -> None:
    expected = read_article(PAGE, ".html", "a", "a.html")
    start = threading.Barrier(3)

    def read_some(_: int) -> list[bool]:
        start.wait(PATIENCE)
        return [parser.read(PAGE, ".html", "a", "a.html") == expected for _ in range(20)]

    with ThreadPoolExecutor(3) as pool:
        assert [ok for some in pool.map(read_some, range(3)) for ok in some] == [True] * 60
    assert 1 <= len(parser._idle) <= 3


def test_a_fork_starts_children_of_its_own(parser: Parser) -> None:
    parser.read(PAGE, ".html", "a", "a.html")
    child = child_of(parser)
    fork = os.fork()
    if not fork:
        fine = False
        try:
            fine = parser.read(PAGE, ".html", "b", "b.html").id == "b" and child_of(parser) != child
        finally:
            os._exit(0 if fine else 1)
    assert os.waitpid(fork, 0)[1] == 0
    assert parser.read(PAGE, ".html", "c", "c.html").id == "c"
    assert child_of(parser) == child


def test_archives_are_split_as_they_come_and_read_meanwhile(parser: Parser) -> None:
    data = zipped({"a.html": PAGE, "b.html": PAGE})
    parts = parser.split(data, ".zip", "a.zip")
    first = next(parts)
    assert (first.path, parser.read(first.data, ".html", "a", "a").id) == ("a.html", "a")
    assert [part.path for part in parts] == ["b.html"]
    assert len(parser._idle) == 2


def test_a_split_that_is_left_half_done_is_ended(parser: Parser) -> None:
    parts = parser.split(zipped({"a.txt": b"x" * 2**20, "b.txt": b"y" * 2**20}), ".zip", "a.zip")
    next(parts)
    parts.close()
    assert parser._idle == []
    assert [p.path for p in parser.split(export(message(1, SENTENCES[0])), ".json", "r")] == ["1234/1"]


def test_a_split_within_limits() -> None:
    parser = Parser(memory=16 * 2**20)
    data = b'{"messages": [' + b"[]," * 2_000_000 + b"[]]}"
    with pytest.raises(ReadError, match=r"^result\.json needs more than 16 MB of memory to read; it was given up\.$"):
        list(parser.split(data, ".json", "result.json"))
    with pytest.raises(ReadError, match=r"^a\.zip is a broken archive \(BadZipFile\)\.$"):
        list(parser.split(b"PK", ".zip", "a.zip"))
    parser.close()


def test_secrets_are_not_handed_on(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_API_KEY", "sk-very-secret")
    parser.read(PAGE, ".html", "a", "a.html")
    given = Path(f"/proc/{child_of(parser)}/environ").read_bytes()
    assert b"PATH=" in given
    assert b"secret" not in given


# A process that says who its child is, and is killed: while the child parses a file that hangs, and while it waits.
VICTIM = """
import sys, threading, time
from retrieval.reading.parsing import Parser
parser = Parser(seconds=3600, memory=2**33)  # so that no limit ends the child
parser.read(b"# Titre\\n\\nOui.", ".md", "a", "a.md")
print(parser._idle[0]._process.pid, flush=True)
if sys.argv[1] == "parsing":
    threading.Thread(target=parser.read, args=(b"[" * 20_000_000, ".md", "b", "b.md"), daemon=True).start()
    while parser._idle:
        time.sleep(.01)
    print("parsing", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("doing", ["parsing", "waiting"])
def test_no_child_outlives_a_parent_that_was_killed(doing: str) -> None:
    with subprocess.Popen([sys.executable, "-c", VICTIM, doing], cwd=ROOT, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        child = int(re.fullmatch(r"(\d+)\n", victim.stdout.readline())[1])  # type: ignore[index]
        if doing == "parsing":
            assert victim.stdout.readline() == "parsing\n"
            ticks = lambda: int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11])  # noqa: E731
            before = ticks()
            until(lambda: ticks() > before + 20)  # it is at the file by now
        assert not is_gone(child)
        victim.kill()
        until(lambda: is_gone(child))
