"""A list of sources, run one after the other: each one's failure is its own, and what failed is asked for again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from retrieval import syncing
from retrieval.archive import Archive
from retrieval.errors import IndexBusy, KiosqueError, ReadError
from retrieval.storing.failures import DAY, FIRST_PAUSE, WEEK, Failures
from retrieval.syncing import RETRIED, Outcome, Source, Turns, sync
from retrieval.types import Article, ArticleSource, Skipped
from retrieval.web.fetch_errors import FetchError
from tests.fakes import HashingEmbedder
from tests.retrieval.material import MemorySource, article
from tests.telegram_emulator.clock import ManualClock

FEED = "https://news.test/rss"


class Site:
    """The web as ``collecting.collect`` shows it: batches by address, with what fails among them."""

    def __init__(self, clock: ManualClock) -> None:
        self.held: dict[str, list[dict[str, Article | Skipped]] | BaseException] = {}
        self.asked: list[tuple[str, int]] = []
        self.origins: list[str] = []
        self._clock = clock

    def __call__(self, url: str, most: int, origin: str) -> Iterator[ArticleSource]:
        self.asked.append((url, most))
        self.origins.append(origin)
        found = self.held[url]
        if isinstance(found, BaseException):
            raise found
        for batch in found:
            self._clock.advance(1)
            yield MemorySource(batch, root="no page is owned")


@pytest.fixture
def clock() -> ManualClock:
    clock = ManualClock()
    clock.advance(1_000_000)
    return clock


@pytest.fixture
def site(clock: ManualClock) -> Site:
    return Site(clock)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: ManualClock) -> Iterator[Archive]:
    # Indexing notes what failed by the time of day; here, by the test's clock.
    monkeypatch.setattr("retrieval.indexing.Failures", lambda database: Failures(database, clock))
    with Archive(tmp_path / "index", HashingEmbedder()) as opened:
        yield opened


@pytest.fixture
def press(tmp_path: Path) -> Path:
    folder = tmp_path / "press"
    folder.mkdir()
    (folder / "one.txt").write_text("Titre un\n\nVinnytsia est calme ce matin.", "utf-8")
    (folder / "two.txt").write_text("Titre deux\n\nTernopil accueille des réfugiés.", "utf-8")
    return folder


def folder_source(path: Path, **stated: str) -> Source:
    return Source(str(path), path.name, **stated)  # type: ignore[arg-type]


def web_source(url: str = FEED, **options: object) -> Source:
    return Source(url, url, **options)  # type: ignore[arg-type]


def page(number: int) -> tuple[str, Article]:
    return f"https://news.test/{number}", article(number)


def run(archive: Archive, site: Site, clock: ManualClock, *sources: Source) -> list[Outcome]:
    """Run the sources, and leave out how long it took."""
    return [replace(outcome, seconds=0.0) for outcome in sync(archive, sources, site, clock=clock)]


def test_sources_of_all_kinds_are_run_in_order(archive: Archive, site: Site, clock: ManualClock, press: Path) -> None:
    site.held[FEED] = [dict([page(1), page(2)]), dict([page(3)])]
    (press / "all.jsonl").write_text(json.dumps({"id": "line", "text": article(4).text}))
    sources = folder_source(press / "all.jsonl"), web_source(most=7), folder_source(press)
    assert run(archive, site, clock, *sources) == [
        Outcome("all.jsonl", added=1),
        Outcome(FEED, added=3),
        Outcome("press", added=2),
    ]
    assert site.asked == [(FEED, 7)]
    assert run(archive, site, clock, *sources) == [
        Outcome("all.jsonl", unchanged=1),
        Outcome(FEED, unchanged=3),
        Outcome("press", unchanged=2),
    ]
    assert archive.status().articles == 6


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FetchError("https://news.test/rss cannot be reached; try again later."), None),
        (ReadError("https://news.test/rss is no feed."), None),
        (RuntimeError("a secret"), "It failed unexpectedly (RuntimeError); the log has more."),
    ],
)
def test_a_source_that_fails_does_not_stop_the_others(
    archive: Archive, site: Site, clock: ManualClock, press: Path, error: Exception, told: str | None
) -> None:
    site.held[FEED] = error
    outcomes = run(archive, site, clock, folder_source(press / "gone"), web_source(), folder_source(press))
    assert outcomes == [
        Outcome("gone", error=f"{press / 'gone'} does not exist; name a folder or a file of articles."),
        Outcome(FEED, error=told or str(error)),
        Outcome("press", added=2),
    ]
    assert [outcome.worked for outcome in outcomes] == [False, False, True]


def test_what_came_before_a_source_failed_is_kept_and_counted(archive: Archive, site: Site, clock: ManualClock) -> None:
    def breaking(url: str, most: int, origin: str) -> Iterator[ArticleSource]:
        yield MemorySource(dict([page(1)]))
        raise FetchError("https://news.test/rss broke off.")

    [outcome] = sync(archive, [web_source()], breaking, clock=clock)
    assert replace(outcome, seconds=0.0) == Outcome(FEED, added=1, error="https://news.test/rss broke off.")
    assert outcome.worked
    assert archive.status().articles == 1


def test_a_page_that_fails_is_the_error_of_its_source(archive: Archive, site: Site, clock: ManualClock) -> None:
    site.held[FEED] = [{FEED: Skipped(FEED, "answers 404.")}]
    assert run(archive, site, clock, web_source()) == [Outcome(FEED, failed=1, error="answers 404.")]
    clock.advance(FIRST_PAUSE)
    site.held[FEED] = [{key: Skipped(key, "answers 404.") for key, _ in map(page, range(3))}]
    [outcome] = run(archive, site, clock, web_source())
    assert outcome == Outcome(FEED, failed=3, error="None of its 3 articles could be read.")
    site.held[FEED] = []  # not modified
    [outcome] = run(archive, site, clock, web_source())
    assert (outcome, outcome.worked) == (Outcome(FEED), True)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), KiosqueError("full"), sqlite3.DatabaseError()])
def test_what_is_the_archive_s_trouble_ends_the_run(
    archive: Archive, site: Site, clock: ManualClock, press: Path, error: BaseException
) -> None:
    site.held[FEED] = error
    outcomes = sync(archive, [folder_source(press), web_source(), folder_source(press)], site, clock=clock)
    assert next(outcomes).added == 2
    with pytest.raises(type(error)):
        next(outcomes)
    assert [outcome.unchanged for outcome in run(archive, site, clock, folder_source(press))] == [
        2
    ]  # nothing is locked


def test_only_one_sync_at_a_time(archive: Archive, site: Site, clock: ManualClock, press: Path) -> None:
    first = sync(archive, [folder_source(press)] * 2, site, clock=clock)
    next(first)
    with pytest.raises(IndexBusy, match=r"^Another kiosque sync is feeding the index .+; try again when it is done\.$"):
        run(archive, site, clock, folder_source(press))
    assert [outcome.unchanged for outcome in first] == [2]
    assert len(run(archive, site, clock, folder_source(press))) == 1


def test_another_writer_ends_the_run_and_what_was_done_holds(
    archive: Archive, site: Site, clock: ManualClock, press: Path
) -> None:
    outcomes = sync(archive, [folder_source(press), web_source()], site, clock=clock)
    site.held[FEED] = [dict([page(1)])]
    assert next(outcomes).added == 2
    with FileLock(archive.folder / "writing.lock"), pytest.raises(IndexBusy):
        next(outcomes)
    assert [outcome.added for outcome in run(archive, site, clock, web_source())] == [1]


def test_an_empty_folder_is_taken_for_a_disk_that_is_away(
    archive: Archive, site: Site, clock: ManualClock, press: Path
) -> None:
    run(archive, site, clock, folder_source(press))
    texts = {path: path.read_text("utf-8") for path in press.iterdir()}
    for path in texts:
        path.unlink()
    [outcome] = run(archive, site, clock, folder_source(press))
    assert outcome.error.startswith(f"{press} holds no .txt, ")
    assert outcome.error.endswith(" file; what came from it is kept.")
    assert (archive.status().articles, outcome.removed) == (2, 0)
    next(iter(texts)).write_text("Titre un\n\nVinnytsia est calme ce matin.", "utf-8")
    [outcome] = run(archive, site, clock, folder_source(press))
    assert outcome.added + outcome.updated + outcome.unchanged + outcome.removed >= 2
    assert archive.status().articles == 1


# -- what a source states ---------------------------------------------------------------------------------------------


def test_outlet_and_language_are_stated_where_an_article_has_none(
    archive: Archive, site: Site, clock: ManualClock, press: Path
) -> None:
    (press / "own.txt").write_text("outlet: Ouest-France\nlang: uk\n\nLoutsk.", "utf-8")
    (press / "short.txt").write_text("Rivne 12", "utf-8")  # in no language that can be told
    run(archive, site, clock, folder_source(press, outlet="Le Monde", language="ru"))
    stated = {made.id: (made.outlet, made.language) for made in archive.articles()}
    assert stated["own"][0] == "Ouest-France"
    assert stated["short"] == ("Le Monde", "ru")
    assert stated["two"] == ("Le Monde", "fr")


def test_what_is_stated_otherwise_later_is_stated_of_what_is_stored(
    archive: Archive, site: Site, clock: ManualClock, press: Path
) -> None:
    for outlet, updated in (("", 0), ("Le Monde", 2), ("Le Monde", 0), ("Libération", 2)):
        [outcome] = run(archive, site, clock, folder_source(press, outlet=outlet))
        assert outcome.updated == updated
        assert archive.status().outlets == ((outlet, 2),)
    [outcome] = run(archive, site, clock, folder_source(press))  # or indexed by hand: what was stated stays
    assert (outcome.unchanged, archive.status().outlets) == (2, (("Libération", 2),))


def test_pages_of_the_web_keep_their_fingerprints(archive: Archive, site: Site, clock: ManualClock) -> None:
    """By which ``visits`` knows what need not be asked for again."""
    site.held[FEED] = [{"https://news.test/1": replace(article(1), outlet="")}]
    run(archive, site, clock, web_source(outlet="Le Monde"))
    assert archive.article("a01").outlet == "Le Monde"
    assert [("+" in stored.fingerprint) for stored in archive.store.stored()] == [False]


# -- turns ------------------------------------------------------------------------------------------------------------


def test_a_source_is_asked_when_its_turn_has_come(archive: Archive, site: Site, clock: ManualClock) -> None:
    site.held[FEED] = []
    daily = web_source(every=DAY)
    began = clock()
    assert len(run(archive, site, clock, daily)) == 1
    for seconds, runs in ((0, 0), (DAY / 2, 0), (0.94 * DAY, 0), (0.95 * DAY, 1), (1.9 * DAY - 1, 0), (1.9 * DAY, 1)):
        clock.advance(began + seconds - clock())
        assert len(run(archive, site, clock, daily)) == runs
    assert len(run(archive, site, clock, web_source())) == 1


def test_turns_outlive_their_process_and_a_failure_takes_none(
    archive: Archive, site: Site, clock: ManualClock, tmp_path: Path
) -> None:
    daily = web_source(every=DAY)
    site.held[FEED] = FetchError("away.")
    for _ in range(2):
        assert len(run(archive, site, clock, daily)) == 1
    site.held[FEED] = []
    assert len(run(archive, site, clock, daily)) == 1
    with Archive(tmp_path / "index", HashingEmbedder()) as again:
        assert run(again, site, clock, daily) == []


def test_a_clock_that_was_wrong_takes_no_turn(archive: Archive, clock: ManualClock) -> None:
    daily = web_source(every=DAY)
    Turns(archive.store, clock).note(daily, clock() + 1)
    assert Turns(archive.store, clock).has_come(daily)


def test_a_source_keeps_its_turn_for_as_long_as_it_may_last(archive: Archive, clock: ManualClock) -> None:
    yearly, hourly = web_source(every=365 * DAY), web_source("https://news.test/2", every=DAY / 24)
    turns = Turns(archive.store, clock)
    turns.note(yearly, clock())
    clock.advance(100 * DAY)
    turns.note(hourly, clock())
    assert not turns.has_come(yearly)
    clock.advance(650 * DAY)
    turns.note(hourly, clock())
    with archive.store.reading() as db:
        assert db.execute("SELECT place FROM synced").fetchall() == [(hourly.place,)]


def test_a_source_that_takes_too_long_gives_way(
    archive: Archive, site: Site, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "monotonic", clock)
    monkeypatch.setattr(syncing, "LONGEST", 2)
    site.held[FEED] = [dict([page(n)]) for n in range(6)]
    told = "It took more than 0 minutes; it goes on in the next run."
    daily = web_source(every=DAY)
    assert run(archive, site, clock, daily) == [Outcome(FEED, added=3, error=told)]
    assert run(archive, site, clock, daily) == [Outcome(FEED, unchanged=3, error=told)]  # its turn is not over


# -- what failed before -----------------------------------------------------------------------------------------------


@pytest.fixture
def failing(archive: Archive, site: Site, clock: ManualClock) -> str:
    """A page that failed while its feed named it, and that the feed has dropped since."""
    url, _ = page(1)
    site.held |= {FEED: [{url: Skipped(url, "answers 500.")}], url: [{url: Skipped(url, "answers 500.")}]}
    run(archive, site, clock, web_source())
    site.held[FEED] = []
    site.asked.clear()
    return url


def test_a_page_that_fell_out_of_its_feed_is_asked_for_again_until_it_comes(
    archive: Archive, site: Site, clock: ManualClock, failing: str
) -> None:
    assert run(archive, site, clock, web_source(outlet="Le Monde")) == [Outcome(FEED)]
    clock.advance(FIRST_PAUSE)
    assert run(archive, site, clock, web_source()) == [Outcome(FEED), Outcome(RETRIED, failed=1)]
    assert site.asked == [(FEED, 500), (FEED, 500), (failing, 1)]
    clock.advance(FIRST_PAUSE)
    assert run(archive, site, clock, web_source()) == [Outcome(FEED)]  # twice as long now
    clock.advance(FIRST_PAUSE)
    site.held[failing] = [{failing: replace(article(1), outlet="")}]
    assert run(archive, site, clock, web_source(outlet="Le Monde")) == [Outcome(FEED), Outcome(RETRIED, added=1)]
    assert archive.article("a01").outlet == "Le Monde"  # as its feed's articles
    assert Failures(archive.store).listed() == []
    clock.advance(WEEK)
    assert run(archive, site, clock, web_source()) == [Outcome(FEED)]


@pytest.mark.parametrize("error", [FetchError("away."), RuntimeError("odd")])
def test_a_page_that_fails_before_it_reaches_the_archive_waits_longer_too(
    archive: Archive, site: Site, clock: ManualClock, failing: str, error: Exception
) -> None:
    site.held[failing] = error
    clock.advance(FIRST_PAUSE)
    assert run(archive, site, clock, web_source())[1:] == [Outcome(RETRIED, failed=1)]
    clock.advance(FIRST_PAUSE)
    assert run(archive, site, clock, web_source())[1:] == []
    assert [(each.origin, each.tries) for each in Failures(archive.store).listed()] == [(FEED, 2)]


def test_a_page_is_given_up_in_the_end_and_stays_in_the_list(
    archive: Archive, site: Site, clock: ManualClock, failing: str
) -> None:
    hours = 0
    while not Failures(archive.store).listed()[0].given_up:
        clock.advance(3600)
        hours += 1
        run(archive, site, clock, web_source())
    assert 7 * 24 <= hours <= 9 * 24
    asked = [url for url, _ in site.asked].count(failing)
    assert 12 <= asked <= 16
    for _ in range(30):
        clock.advance(DAY)
        run(archive, site, clock, web_source())
    assert [url for url, _ in site.asked].count(failing) == asked
    assert [each.key for each in Failures(archive.store).listed()] == [failing]


def test_nobody_is_asked_for_pages_of_a_source_that_was_taken_out(
    archive: Archive, site: Site, clock: ManualClock, failing: str, press: Path
) -> None:
    clock.advance(DAY)
    assert run(archive, site, clock, folder_source(press)) == [Outcome("press", added=2)]
    assert site.asked == []


def test_pages_that_were_indexed_by_hand_are_asked_for_again(archive: Archive, site: Site, clock: ManualClock) -> None:
    url, made = page(1)
    archive.index(MemorySource({url: Skipped(url, "answers 500.")}))
    site.held[url] = [{url: made}]
    clock.advance(FIRST_PAUSE)
    assert run(archive, site, clock) == [Outcome(RETRIED, added=1)]


def test_a_source_that_failed_is_run_as_a_source_and_not_once_more(
    archive: Archive, site: Site, clock: ManualClock
) -> None:
    site.held[FEED] = [{FEED: Skipped(FEED, "answers 500.")}]
    for _ in range(3):
        assert run(archive, site, clock, web_source()) == [Outcome(FEED, failed=1, error="answers 500.")]
        clock.advance(DAY)
    assert site.asked == [(FEED, 500)] * 3


def test_asking_again_has_an_end(
    archive: Archive, site: Site, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "monotonic", clock)
    monkeypatch.setattr(syncing, "LONGEST", 2)
    for number in range(9):
        url, _ = page(number)
        site.held[url] = [{url: Skipped(url, "answers 500.")}]
        archive.index(MemorySource({url: Skipped(url, "answers 500.")}))
        clock.advance(1)
    clock.advance(DAY)
    assert run(archive, site, clock) == [Outcome(RETRIED, failed=3)]
    assert run(archive, site, clock) == [Outcome(RETRIED, failed=3)]
    assert [url[-1] for url, _ in site.asked] == list("012345")


def test_nothing_is_said_of_pages_whose_host_is_left_alone(
    archive: Archive, site: Site, clock: ManualClock, failing: str
) -> None:
    """They are asked on behalf of their source, and stay due."""
    site.held[failing] = []
    clock.advance(FIRST_PAUSE)
    for _ in range(2):
        site.origins.clear()
        assert run(archive, site, clock, web_source()) == [Outcome(FEED)]
        assert site.origins == ["", FEED]
    assert [each.tries for each in Failures(archive.store).listed()] == [1]


def test_a_source_that_fails_again_and_again_is_left_alone_for_a_while_and_never_given_up(
    archive: Archive, site: Site, clock: ManualClock
) -> None:
    site.held[FEED] = [{FEED: Skipped(FEED, "answers 500.")}]
    for _ in range(3):  # what it lists may be gone when it is asked later
        run(archive, site, clock, web_source())
    assert len(site.asked) == 3
    [outcome] = run(archive, site, clock, web_source(every=DAY))
    assert outcome.error == (
        f"{FEED} failed lately, or its site asked to be left alone; `kiosque status --failed` says until when."
    )
    for _ in range(360):
        clock.advance(60)
        run(archive, site, clock, web_source())
    assert len(site.asked) == 3 + 4 + 23  # after 1, 2, 4 and 8 minutes, then each quarter of an hour
    site.held[FEED] = []
    clock.advance(FIRST_PAUSE)
    assert run(archive, site, clock, web_source(every=DAY)) == [Outcome(FEED)]


# -- a source within another ------------------------------------------------------------------------------------------


def test_what_lies_in_another_source_is_left_to_it(
    archive: Archive, site: Site, clock: ManualClock, press: Path
) -> None:
    inner, lines = press / "afp", press / "all.jsonl"
    inner.mkdir()
    (inner / "three.txt").write_text("Titre trois\n\nJytomyr.", "utf-8")
    lines.write_text(json.dumps({"id": "line", "text": article(4).text}) + "\nbroken\n")
    sources = folder_source(press), folder_source(inner, outlet="AFP"), folder_source(lines, outlet="Reuters")
    first = run(archive, site, clock, *sources)
    assert [(each.added, each.failed) for each in first] == [(2, 0), (1, 0), (1, 1)]
    assert archive.status().outlets == (("", 2), ("AFP", 1), ("Reuters", 1))
    change = archive.status().change
    for order in (sources, sources[::-1]):
        assert sum(each.unchanged for each in run(archive, site, clock, *order)) == 4
    assert archive.status().change == change
    (inner / "three.txt").unlink()
    assert run(archive, site, clock, sources[0])[0].removed == 1  # alone in the list, it has all of it


# -- a disk that is away ----------------------------------------------------------------------------------------------


def test_most_of_a_folder_is_not_removed_at_once(archive: Archive, site: Site, clock: ManualClock, press: Path) -> None:
    disk = press / "disk"
    disk.mkdir()
    for number in range(30):
        (disk / f"{number}.txt").write_text(f"Titre {number}\n\nVinnytsia compte {number} abris.", "utf-8")
    run(archive, site, clock, folder_source(press))
    disk.rename(press.parent / "away")
    (press / "new.txt").write_text("Titre\n\nLoutsk.", "utf-8")
    for added in (1, 0):
        [outcome] = run(archive, site, clock, replace(folder_source(press), every=DAY))
        assert (outcome.added, outcome.removed, outcome.unchanged) == (added, 0, 3 - added)
        assert outcome.error == (
            f"{30} of its {33 - added} articles are gone, and were kept: its disk may be away; "
            f"run `kiosque index {press}` to remove them."
        )
    assert archive.status().articles == 33
    (press.parent / "away").rename(disk)
    assert run(archive, site, clock, folder_source(press)) == [Outcome("press", unchanged=33)]


@pytest.mark.parametrize(
    ("held", "gone", "removed"), [(40, 20, 20), (44, 22, 22), (43, 22, 0), (22, 20, 20), (30, 21, 0)]
)
def test_how_much_may_go_at_once(
    archive: Archive, site: Site, clock: ManualClock, press: Path, held: int, gone: int, removed: int
) -> None:
    lines = [json.dumps({"id": str(number), "text": f"Abri {number}."}) for number in range(held)]
    file = press / "all.jsonl"
    file.write_text("\n".join(lines))
    run(archive, site, clock, folder_source(file))
    file.write_text("\n".join(lines[gone:]))
    assert run(archive, site, clock, folder_source(file))[0].removed == removed
