"""What the bot counts, for Prometheus and for /stats. Labels come from small fixed sets: never a text, never an id.

docs/operations.md lists every metric. Names: prometheus.io/docs/practices/naming.
"""

from __future__ import annotations

import math
import statistics
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from answering.types import Answer, Mode, Status

if TYPE_CHECKING:
    from bot.telegram.health import Heartbeat
    from bot.telegram.intake.order import Lanes
    from bot.telegram.outgoing.pacing import Pacing
    from bot.telegram.shared import Shared

REMEMBERED = 1_000  # answer times from which the median and the 95th percentile are taken
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60)  # seconds
REASONS = ("busy", "rate-limit", "daily-limit", "not-allowed", "budget", "too-long")
SEND_ERRORS = ("BadRequest", "ChatMigrated", "Forbidden", "NetworkError", "RetryAfter", "TimedOut")
UPDATES = ("message", "callback_query", "inline_query")
OTHER = "other"  # the label of what is in none of these sets


class Metrics:
    """Counts since the start of the process. Safe to use from any thread."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._updates = self._counter("updates", "Updates received from Telegram, by kind.", "kind", UPDATES)
        self._asked = Counter("kiosque_questions", "Questions that were accepted.", registry=self._registry)
        self._refused = self._counter("refusals", "Requests politely refused before an answer.", "reason", REASONS)
        self._answers = Counter(
            "kiosque_answers",
            "Answers sent, by outcome (no_evidence: the archive does not answer) and mode.",
            ["status", "mode"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "kiosque_answer_seconds",
            "Seconds from the arrival of a question to the last message of its answer.",
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._stages = Histogram(
            "kiosque_stage_seconds",
            "Seconds that a stage of making an answer took.",
            ["stage"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._send_errors = self._counter("send_errors", "Messages not sent, by Telegram's error.", "kind", SEND_ERRORS)
        self._failed = Counter("kiosque_failures", "Internal errors that a user was told of.", registry=self._registry)
        for status in Status:  # a series that begins at 0 can be summed and compared from the start
            for mode in Mode:
                self._answers.labels(status, mode)
        ProcessCollector(registry=self._registry)
        self._lock = threading.Lock()
        self._latest: deque[float] = deque(maxlen=REMEMBERED)
        self._errors = 0

    def _counter(self, name: str, documentation: str, label: str, values: Iterable[str]) -> Counter:
        counter = Counter(f"kiosque_{name}", documentation, [label], registry=self._registry)
        for value in (*values, OTHER):
            counter.labels(value)
        return counter

    # -- what happened --------------------------------------------------------------------------------------------

    def update(self, kind: str) -> None:
        """Count an update of one of ``UPDATES``."""
        self._updates.labels(kind if kind in UPDATES else OTHER).inc()

    def asked(self) -> None:
        """Count a question that is going to be answered."""
        self._asked.inc()

    def refused(self, reason: str) -> None:
        """Count a request that was refused for one of ``REASONS``."""
        self._refused.labels(reason if reason in REASONS else OTHER).inc()

    def answered(self, answer: Answer, seconds: float) -> None:
        """Count an answer that was sent, ``seconds`` after its question arrived."""
        self._answers.labels(answer.status, answer.mode).inc()
        self._seconds.observe(seconds)
        for stage, milliseconds in answer.stages:
            if stage != "total":
                self._stages.labels(stage).observe(milliseconds / 1000)
        with self._lock:
            self._latest.append(seconds)

    def send_error(self, kind: str) -> None:
        """Count a message that could not be sent; ``kind`` is the name of Telegram's error, of ``SEND_ERRORS``."""
        self._send_errors.labels(kind if kind in SEND_ERRORS else OTHER).inc()

    def failed(self) -> None:
        """Count an internal error."""
        self._failed.inc()
        with self._lock:
            self._errors += 1

    # -- what is --------------------------------------------------------------------------------------------------

    def watch(self, name: str, documentation: str, function: Callable[[], float]) -> None:
        """Show what ``function`` returns whenever metrics are asked for: a counter if ``name`` ends in _total, else a
        gauge. It is called in any thread; where it raises, the metric is left out. Raises ValueError for a name that is
        taken."""
        self._registry.register(_Watched(name, documentation, function))

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format, UTF-8."""
        return generate_latest(_WithoutTimes(self._registry))

    # -- for /stats -----------------------------------------------------------------------------------------------

    def median_and_p95(self) -> tuple[float, float] | None:
        """Return the median and the 95th percentile (nearest rank) of the last ``REMEMBERED`` answer times in seconds,
        None before the first."""
        with self._lock:
            latest = sorted(self._latest)
        if not latest:
            return None
        return statistics.median(latest), latest[math.ceil(0.95 * len(latest)) - 1]

    @property
    def errors(self) -> int:
        """The internal errors since the start."""
        with self._lock:
            return self._errors


class _Watched(Collector):
    def __init__(self, name: str, documentation: str, function: Callable[[], float]) -> None:
        self._name, self._documentation, self._function = name, documentation, function

    def describe(self) -> Iterable[Metric]:
        """Names it to the registry without calling the function."""
        yield self._family(None)

    def collect(self) -> Iterable[Metric]:
        try:
            yield self._family(float(self._function()))
        except Exception:  # one that fails must not take the others with it
            return

    def _family(self, value: float | None) -> Metric:
        made = CounterMetricFamily if self._name.endswith("_total") else GaugeMetricFamily
        return made(self._name, self._documentation, value)


class _WithoutTimes(Collector):
    """A registry without the time at which each series began (_created): twice the series, and of no use here."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


def kind_of(update: object) -> str:
    """Return what kind of update it is, for ``Metrics.update``."""
    return next((kind for kind in UPDATES if getattr(update, kind, None) is not None), OTHER)


def watch_bot(kept: Shared, lanes: Lanes, pacing: Pacing, heartbeat: Heartbeat) -> None:
    """Show in ``kept.metrics`` what the running bot is doing."""
    watch = kept.metrics.watch
    watch("kiosque_questions_in_progress", "Questions that are being answered.", lambda: len(kept.asking))
    watch("kiosque_updates_waiting", "Updates that wait for others of their chat, or for a place.", lanes.waiting)
    watch("kiosque_messages_queued", "Messages that wait to be sent.", pacing.queued)
    watch("kiosque_telegram_floods_total", "Times that Telegram asked to slow down.", lambda: pacing.stats().floods)
    watch("kiosque_telegram_retries_total", "Requests to Telegram repeated.", lambda: pacing.stats().retries)
    watch(
        "kiosque_telegram_dropped_total",
        "Signs of progress not sent, to keep within the limits.",
        lambda: pacing.stats().dropped,
    )
    watch("kiosque_telegram_silence_seconds", "Seconds since Telegram last answered.", heartbeat.silence)
    watch("kiosque_archive_articles", "Articles in the archive.", lambda: kept.archive.coverage().articles)
    watch(
        "kiosque_chat_model_answers_today",
        "Answers by the chat model today (UTC).",
        lambda: kept.people.chat_model_spent(kept.now()),
    )
    watch(
        "kiosque_chat_model_answers_limit",
        "Answers by the chat model that a day may have.",
        lambda: kept.settings.telegram_chat_model_per_day,
    )
