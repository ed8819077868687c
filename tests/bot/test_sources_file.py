"""``sources.toml``: what it may say, and one sentence for everything that it may not."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.settings import ROOT
from bot.sources_file import load_plan, parse_period
from retrieval.errors import SettingsError
from retrieval.syncing import MOST, Source
from retrieval.web.limits import Policy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sources.toml"


def test_a_list_of_places_is_enough(path: Path, tmp_path: Path) -> None:
    path.write_text('sources = ["press", "all.jsonl", "/srv/mail", "HTTPS://News.Test:443/rss?key=1#top"]')
    plan = load_plan(path)
    assert plan.sources == (
        Source(str(tmp_path / "press"), "press"),
        Source(str(tmp_path / "all.jsonl"), "all.jsonl"),
        Source("/srv/mail", "/srv/mail"),
        Source("https://news.test/rss?key=1", "HTTPS://News.Test:443/rss…"),  # queries may hold secrets
    )
    assert plan.policy == Policy()


def test_every_key_of_a_source(path: Path) -> None:
    path.write_text(
        """
        [[sources]]
        at = "https://news.test/rss"
        name = " The \\n News "
        outlet = "News"
        language = "French"
        every = "1.5h"
        most = 20

        [[sources]]
        at = "https://news.test/old"
        enabled = false

        [[sources]]
        at = "../press/./sub/.."
        """
    )
    assert load_plan(path).sources == (
        Source("https://news.test/rss", "The News", "News", "fr", 5400.0, 20),
        Source(str(path.parent.parent / "press"), "../press/./sub/.."),
    )


def test_how_the_web_is_asked(path: Path) -> None:
    path.write_text(
        'sources = ["press"]\n[web]\ninterval = 2\nports = [8001]\nallow_private = ["News.Intranet", "10.0.0.7", "::1"]\n'
    )
    policy = load_plan(path).policy
    assert (policy.interval, policy.ports) == (2.0, {80, 443, 8080, 8443, 8001})
    assert policy.allow_private == {"news.intranet", "10.0.0.7", "::1"}


def test_paths_may_begin_at_home(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "ada"))
    path.write_text('sources = ["~/press"]')
    assert load_plan(path).sources == (Source(str(tmp_path / "ada" / "press"), "~/press"),)


def test_the_example_is_read_and_names_every_key() -> None:
    example = ROOT / "docs" / "sources.toml"
    plan = load_plan(example)
    assert plan.policy == Policy()  # what it says of the web are the defaults
    assert plan.sources == (
        Source(str(ROOT / "docs" / "articles"), "articles"),
        Source("https://www.example.org/rss.xml", "Example, front page", "Example", "fr", 3600.0, MOST),
    )
    said = tomllib.loads(example.read_text("utf-8"))
    assert set(said["sources"][1]) == {"at", "name", "outlet", "language", "every", "most", "enabled"}
    assert set(said["web"]) == {"interval", "ports", "allow_private"}
    lists = [line for line in example.read_text("utf-8").splitlines() if line.startswith("# sources = ")]
    assert tomllib.loads(lists[0].removeprefix("# "))["sources"] == [
        "articles",
        "press.jsonl",
        "https://www.example.org/rss.xml",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ", it names no source; docs/sources.toml shows every key."),
        ("sources = []", ", it names no source; docs/sources.toml shows every key."),
        ('sources = "press"', ", sources must be a list; docs/sources.toml shows every key."),
        ('source = ["press"]', ", there is no key 'source'; the file has sources, and may have [web]; docs/sour"),
        ('web = 3\nsources = ["a"]', ", web must be a table; docs/sources.toml shows every key."),
        ('sources = ["a", 3]', ", source 2: it must be a path, a web address, or a table with the key 'at'; docs/sour"),
        ('[[sources]]\nat = "a"\n[[sources]]\nurl = "b"', ", source 2: there is no key 'url'; docs/sources.toml shows"),
        ('sources = ["a", {}]', ", source 2: 'at' is missing; docs/sources.toml shows every key."),
        ('[[sources]]\nat = "a"\noutlets = "b"', ", source 1: there is no key 'outlets'; docs/sources.toml shows"),
        ("[[sources]]\nat = 3", ", source 1: at must be a text in quotes; docs/sources.toml shows every key."),
        ('sources = [""]', ", source 1: at: string should have at least 1 character; docs/sources.toml shows"),
        ('sources = ["  "]', ", source 1: at must be a path or a web address; docs/sources.toml shows every key."),
        (
            'sources = ["a\\u0000b"]',
            ", source 1: at must be a path or a web address; docs/sources.toml shows every key.",
        ),
        (
            'sources = ["ftp://a/b"]',
            ", source 1: at must be a path, or an address that begins with http:// or https://;",
        ),
        ('[[sources]]\nat = "a"\nevery = 60', ', source 1: every must be a time in quotes, such as "1h" or "1d"; docs'),
        ('[[sources]]\nat = "a"\nevery = "1w"', ", source 1: every '1w' is no time such as 90s, 15m, 1h or 1d, from a"),
        (
            '[[sources]]\nat = "a"\nmost = 0',
            ", source 1: most: input should be greater than or equal to 1; docs/sources",
        ),
        (
            '[[sources]]\nat = "a"\nmost = "9"',
            ", source 1: most must be a whole number; docs/sources.toml shows every key.",
        ),
        ('[[sources]]\nat = "a"\nenabled = 1', ", source 1: enabled must be true or false; docs/sources.toml shows"),
        (
            '[[sources]]\nat = "a"\nlanguage = "xx"',
            ", source 1: language must be a language such as fr or French; docs",
        ),
        ('sources = ["a"]\n[web]\nport = 1', ", [web]: there is no key 'port'; docs/sources.toml shows every key."),
        ('sources = ["a"]\n[web]\nports = 1', ", [web]: ports must be a list; docs/sources.toml shows every key."),
        (
            'sources = ["a"]\n[web]\nports = ["1"]',
            ", [web]: ports must be a whole number; docs/sources.toml shows every",
        ),
        (
            'sources = ["a"]\n[web]\nports = [70000]',
            ", [web]: ports: input should be less than or equal to 65535; docs",
        ),
        (
            'sources = ["a"]\n[web]\ninterval = -1',
            ", [web]: interval: input should be greater than or equal to 0; docs",
        ),
        ('sources = ["a"]\n[web]\ninterval = nan', ", [web]: interval: input should be a finite number; docs"),
        (
            'sources = ["a"]\n[web]\nallow_private = ["a/b"]',
            ", [web]: allow_private has 'a/b', which is no host such as",
        ),
        (
            'sources = ["a"]\n[web]\nallow_private = ["a:80"]',
            ", [web]: allow_private has 'a:80', which is no host such as",
        ),
        ('sources = ["a", "./a"]', ", source 2 is source 1 again (./a); take one out."),
        ('sources = ["http://a/", "x", "HTTP://A:80"]', ", source 3 is source 1 again (HTTP://A:80); take one out."),
        (
            'sources = ["http://u:secret@a/"]',
            ", source 1: http://a/ is refused: it holds a user name or a password; leave",
        ),
        ('sources = ["http://"]', ", source 1: 'http://' is no web address; write it as https://host/page."),
        (
            'sources = ["~nobody-of-this-name/x"]',
            ", source 1: ~nobody-of-this-name/x names no home folder that is known",
        ),
        ("sources = [", " is no TOML: "),
        ('sources = ["a"]\n[[sources]]', " is no TOML: "),
        ("sources = " + "[" * 3000, " is nested too deeply; docs/sources.toml shows the form."),
    ],
)
def test_what_it_may_not_say_is_told_in_one_sentence(path: Path, text: str, told: str) -> None:
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_plan(path)
    message = str(caught.value)
    assert message.startswith(str(path) + told)
    assert message.endswith((".", "correct it."))
    assert "\n" not in message
    assert "secret" not in message


def test_a_file_that_is_not_there_or_no_text(path: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^There is no .+sources\.toml; copy docs/sources\.toml there and name"):
        load_plan(path)
    with pytest.raises(SettingsError, match=r" cannot be read: Is a directory\.$"):
        load_plan(tmp_path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r" is no UTF-8 text; save it as UTF-8\.$"):
        load_plan(path)
    path.write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(SettingsError, match=r" is larger than 1 MB; "):
        load_plan(path)
    path.write_bytes(b'\xef\xbb\xbfsources = ["press"]\r\n')
    assert load_plan(path).sources[0].name == "press"


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), (" 1 h ", 3600), ("1d", 86_400), ("0.5h", 1800)]
)
def test_periods(text: str, seconds: float) -> None:
    assert parse_period(text) == seconds


@pytest.mark.parametrize("text", ["", "15", "m", "-1m", "1w", "1h30m", "0s", "0.5s", "367d", "1e3s", "١m", "1m\n1m"])
def test_no_periods(text: str) -> None:
    with pytest.raises(ValueError, match="is no time such as 90s, 15m, 1h or 1d, from a second to a year"):
        parse_period(text)


@given(st.text())
def test_any_text_is_a_period_or_refused(text: str) -> None:
    seconds = 1.0
    with suppress(ValueError):
        seconds = parse_period(text)
    assert 1 <= seconds <= 366 * 86_400
