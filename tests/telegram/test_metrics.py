"""What the bot counts: values, names, labels that no text can get into, and what /stats asks for."""

from __future__ import annotations

import re
import statistics
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from telegram import Update

from answering.types import Mode, Status
from bot.telegram.app import open_shared
from bot.telegram.health import Heartbeat
from bot.telegram.intake.order import Lanes
from bot.telegram.metrics import BUCKETS, REASONS, REMEMBERED, SEND_ERRORS, UPDATES, Metrics, kind_of, watch_bot
from bot.telegram.outgoing.pacing import Pacing
from retrieval.archive import Archive
from tests.telegram.made import answer, refusal, settings
from tests.telegram_emulator import ManualClock

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(metrics: Metrics) -> Samples:
    """Return every sample by its name and its labels, as a Prometheus server parses them."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.text().decode("utf-8"))
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return samples(metrics)[name, tuple(sorted(labels.items()))]


def test_answers_are_counted_by_outcome_and_mode() -> None:
    metrics = Metrics()
    metrics.answered(answer(), 0.1)
    metrics.answered(answer(), 0.1)
    metrics.answered(refusal("?"), 0.1)
    metrics.answered(answer(mode=Mode.GENERATIVE, status=Status.PARTIAL), 0.1)
    assert value(metrics, "kiosque_answers_total", status="answered", mode="extractive") == 2
    assert value(metrics, "kiosque_answers_total", status="no_evidence", mode="extractive") == 1
    assert value(metrics, "kiosque_answers_total", status="partial", mode="generative") == 1
    assert value(metrics, "kiosque_answers_total", status="answered", mode="generative") == 0
    assert value(metrics, "kiosque_answer_seconds_count") == 4
    assert value(metrics, "kiosque_answer_seconds_sum") == pytest.approx(0.4)


def test_stages_are_seconds_and_the_total_is_none() -> None:
    metrics = Metrics()
    metrics.answered(answer(stages=(("search", 17.0), ("extract", 250.0), ("total", 270.0))), 0.3)
    metrics.answered(answer(stages=(("search", 3.0), ("total", 4.0))), 0.3)
    assert value(metrics, "kiosque_stage_seconds_sum", stage="search") == pytest.approx(0.020)
    assert value(metrics, "kiosque_stage_seconds_count", stage="search") == 2
    assert value(metrics, "kiosque_stage_seconds_bucket", stage="search", le="0.005") == 1
    assert value(metrics, "kiosque_stage_seconds_sum", stage="extract") == pytest.approx(0.25)
    assert {dict(labels)["stage"] for name, labels in samples(metrics) if name == "kiosque_stage_seconds_sum"} == {
        "search",
        "extract",
    }


def test_buckets_reach_from_5_ms_to_a_minute() -> None:
    assert (BUCKETS[0], BUCKETS[-1]) == (0.005, 60)
    metrics = Metrics()
    for seconds in (0.004, 0.006, 59.0, 61.0):
        metrics.answered(answer(), seconds)
    counts = [
        value(metrics, "kiosque_answer_seconds_bucket", le=le) for le in ("0.005", "0.01", "30.0", "60.0", "+Inf")
    ]
    assert counts == [1, 2, 2, 3, 4]


def test_each_event_counts_once() -> None:
    metrics = Metrics()
    metrics.asked()
    metrics.failed()
    metrics.failed()
    for reason in REASONS:
        metrics.refused(reason)
    for kind in SEND_ERRORS:
        metrics.send_error(kind)
    for kind in UPDATES:
        metrics.update(kind)
    assert value(metrics, "kiosque_questions_total") == 1
    assert value(metrics, "kiosque_failures_total") == 2
    assert metrics.errors == 2
    assert {value(metrics, "kiosque_refusals_total", reason=reason) for reason in REASONS} == {1}
    assert {value(metrics, "kiosque_send_errors_total", kind=kind) for kind in SEND_ERRORS} == {1}
    assert {value(metrics, "kiosque_updates_total", kind=kind) for kind in UPDATES} == {1}
    assert value(metrics, "kiosque_refusals_total", reason="other") == 0


@given(st.lists(st.text(min_size=1), min_size=1, max_size=20))
def test_no_text_becomes_a_label(texts: list[str]) -> None:
    metrics = Metrics()
    before = {key for key in samples(metrics) if key[0].startswith("kiosque_")}
    for text in texts:
        metrics.refused("?" + text)
        metrics.send_error("?" + text)
        metrics.update("?" + text)
    assert {key for key in samples(metrics) if key[0].startswith("kiosque_")} == before
    assert value(metrics, "kiosque_refusals_total", reason="other") == len(texts)
    assert value(metrics, "kiosque_send_errors_total", kind="other") == len(texts)
    assert value(metrics, "kiosque_updates_total", kind="other") == len(texts)


def test_names_follow_prometheus() -> None:
    metrics = Metrics()
    metrics.answered(answer(stages=(("search", 1.0),)), 1.0)
    for family in text_string_to_metric_families(metrics.text().decode()):
        assert re.fullmatch(r"(kiosque|process)_[a-z_]+", family.name)
        assert family.documentation.endswith(".")
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
    assert not [name for name, _ in samples(metrics) if name.endswith("_created")]


def test_what_is_watched_is_asked_each_time() -> None:
    metrics, waiting = Metrics(), [1, 2]
    metrics.watch("kiosque_waiting", "Waiting.", lambda: len(waiting))
    metrics.watch("kiosque_floods_total", "Floods.", lambda: 7)
    assert (value(metrics, "kiosque_waiting"), value(metrics, "kiosque_floods_total")) == (2, 7)
    waiting.append(3)
    assert value(metrics, "kiosque_waiting") == 3
    text = metrics.text().decode()
    assert "# TYPE kiosque_waiting gauge" in text
    assert "# TYPE kiosque_floods_total counter" in text


def test_what_cannot_be_read_is_left_out_alone() -> None:
    metrics = Metrics()
    metrics.watch("kiosque_broken", "Broken.", lambda: 1 / 0)
    metrics.watch("kiosque_whole", "Whole.", lambda: 1)
    names = {name for name, _ in samples(metrics)}
    assert "kiosque_broken" not in names
    assert {"kiosque_whole", "kiosque_questions_total"} <= names


def test_a_name_is_watched_once() -> None:
    metrics = Metrics()
    metrics.watch("kiosque_waiting", "Waiting.", lambda: 1)
    with pytest.raises(ValueError, match="kiosque_waiting"):
        metrics.watch("kiosque_waiting", "Waiting.", lambda: 2)
    with pytest.raises(ValueError, match="kiosque_questions_total"):
        metrics.watch("kiosque_questions_total", "Questions.", lambda: 2)


def test_two_bots_in_a_process_count_apart() -> None:
    shared_by_all = {family.name for family in REGISTRY.collect()}
    one, other = Metrics(), Metrics()
    one.asked()
    assert (value(one, "kiosque_questions_total"), value(other, "kiosque_questions_total")) == (1, 0)
    assert {family.name for family in REGISTRY.collect()} == shared_by_all


def test_nothing_is_lost_between_threads() -> None:
    metrics = Metrics()

    def work() -> None:
        for _ in range(200):
            metrics.asked()
            metrics.failed()
            metrics.answered(answer(stages=(("search", 1.0),)), 1.0)
            metrics.median_and_p95()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert value(metrics, "kiosque_questions_total") == 1600
    assert value(metrics, "kiosque_stage_seconds_count", stage="search") == 1600
    assert metrics.errors == 1600


def test_median_and_p95_of_nothing() -> None:
    assert Metrics().median_and_p95() is None


def test_median_and_p95() -> None:
    metrics = Metrics()
    for seconds in range(100, 0, -1):
        metrics.answered(answer(), seconds)
    assert metrics.median_and_p95() == (50.5, 95)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_95_of_100_take_no_longer_than_the_p95(times: list[float]) -> None:
    metrics = Metrics()
    for seconds in times:
        metrics.answered(answer(), seconds)
    found = metrics.median_and_p95()
    assert found is not None
    assert found[0] == statistics.median(times)
    assert found[1] in times
    assert sum(seconds <= found[1] for seconds in times) >= 0.95 * len(times)
    assert sum(seconds < found[1] for seconds in times) < 0.95 * len(times)


def test_the_latest_answers_count_for_the_median() -> None:
    metrics = Metrics()
    for seconds in [100.0] * 500 + [1.0] * REMEMBERED:
        metrics.answered(answer(), seconds)
    assert metrics.median_and_p95() == (1.0, 1.0)


def test_kinds_of_updates() -> None:
    someone = {"id": 1, "is_bot": False, "first_name": "Ada"}
    message = {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}, "from": someone, "text": "?"}
    made = [
        {"message": message},
        {"edited_message": message},
        {"callback_query": {"id": "1", "from": someone, "chat_instance": "1"}},
        {"inline_query": {"id": "1", "from": someone, "query": "?", "offset": ""}},
    ]
    kinds = [kind_of(Update.de_json({"update_id": 1, **fields}, None)) for fields in made]
    assert kinds == ["message", "other", "callback_query", "inline_query"]
    assert kind_of("anything else") == "other"


def test_a_running_bot_is_watched(seeds_archive: Archive, tmp_path: Path) -> None:
    kept = open_shared(settings(data=tmp_path / "telegram.sqlite", chat_model_per_day=30), seeds_archive)
    kept = replace(kept, now=lambda: 1_790_000_000.0)
    clock = ManualClock(10.0)
    watch_bot(kept, Lanes(), Pacing(), Heartbeat(clock))
    kept.people.spend_chat_model(kept.now(), 30)
    clock.advance(2.5)
    watched = {
        "kiosque_questions_in_progress": 0,
        "kiosque_updates_waiting": 0,
        "kiosque_messages_queued": 0,
        "kiosque_telegram_floods_total": 0,
        "kiosque_telegram_retries_total": 0,
        "kiosque_telegram_dropped_total": 0,
        "kiosque_telegram_silence_seconds": 2.5,
        "kiosque_archive_articles": 5,
        "kiosque_chat_model_answers_today": 1,
        "kiosque_chat_model_answers_limit": 30,
    }
    assert {name: value(kept.metrics, name) for name in watched} == watched
