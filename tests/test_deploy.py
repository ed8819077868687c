"""deploy/ and docs/operations.md: what they say of settings, paths, times and metrics is what the code does."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from typer.main import get_command

from answering.settings import ROOT, Settings
from bot.cli import app
from bot.failures import ERROR_LOG, is_secret, status_of
from bot.sources_file import parse_period
from bot.telegram.config import TelegramSettings
from bot.telegram.health import PATIENCE, SILENCE, WEBHOOK_LOOK, Heartbeat, serve
from bot.telegram.intake.order import Lanes
from bot.telegram.logs import PAUSE
from bot.telegram.metrics import Metrics, watch_bot
from bot.telegram.outgoing.pacing import Pacing
from bot.telegram.shared import Shared
from retrieval.errors import SettingsError

UNIT = ROOT / "deploy" / "kiosque.service"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
GRACE = next(field.default for field in fields(Shared) if field.name == "grace")
PACKAGES = ("answering", "bot", "evaluation", "prompts", "retrieval", "training", "benchmarks", "tests")


# -- the unit ---------------------------------------------------------------------------------------------------------


def unit(path: Path = UNIT) -> dict[str, list[str]]:
    """Return the values of each key of [Service], in order."""
    found: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").partition("[Service]")[2].partition("[Install]")[0].splitlines():
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_the_unit_runs_the_bot_as_a_user_of_its_own() -> None:
    service = unit()
    (command,) = service["ExecStart"]
    program, name = command.split()
    assert program == service["WorkingDirectory"][0] + "/.venv/bin/kiosque"  # where bot/launcher.py writes it
    assert name in get_command(app).commands  # type: ignore[attr-defined]
    assert service["User"] == service["Group"] == ["kiosque"]


def test_wrong_settings_are_not_tried_again() -> None:
    service = unit()
    assert service["Restart"] == ["on-failure"]
    assert service["RestartPreventExitStatus"] == [str(status_of(SettingsError("x")))]


def test_a_stop_has_the_time_that_it_takes() -> None:
    service = unit()
    assert float(service["TimeoutStopSec"][0]) >= 2 * GRACE
    assert (service["KillSignal"], service["KillMode"]) == (["SIGTERM"], ["mixed"])
    assert f"has {GRACE:g} seconds to end" in OPERATIONS
    assert f"--stop-timeout {service['TimeoutStopSec'][0]} " in OPERATIONS


def test_all_that_is_written_lies_where_the_link_leads() -> None:
    """The service can write to its state folder alone, and var is a link to it."""
    settings = {**Settings.model_fields, **TelegramSettings.model_fields}
    written = [field.default for field in settings.values() if isinstance(field.default, Path)]
    assert len(written) >= 3
    assert {path.parts[0] for path in written} == {"var"}
    assert ERROR_LOG.parent == ROOT / "var"
    assert unit()["StateDirectory"] == ["kiosque"]
    assert "ln -s /var/lib/kiosque var" in OPERATIONS


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("PrivateUsers", "yes"),
        ("CapabilityBoundingSet", ""),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
        ("RestrictNamespaces", "yes"),
        ("SystemCallArchitectures", "native"),
        ("StateDirectoryMode", "0700"),
        ("UMask", "0077"),
        ("EnvironmentFile", "/etc/kiosque/kiosque.env"),
    ],
)
def test_the_unit_is_hardened(key: str, value: str) -> None:
    assert unit()[key] == [value]


def test_system_calls_are_those_of_a_service() -> None:
    assert unit()["SystemCallFilter"] == ["@system-service", "~@privileged"]
    assert unit()["SystemCallErrorNumber"] == ["EPERM"]


ANALYZE = shutil.which("systemd-analyze") or ""


@pytest.mark.skipif(not ANALYZE, reason="no systemd here")
def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    for program in ("/opt/kiosque/.venv/bin/kiosque", "/usr/bin/env"):  # the first is nowhere, so systemd complains
        copy.write_text(UNIT.read_text("utf-8").replace("/opt/kiosque/.venv/bin/kiosque", program), encoding="utf-8")
        ran = subprocess.run([ANALYZE, "verify", "--man=no", copy], capture_output=True, text=True, check=False)
        told = [line for line in ran.stderr.splitlines() if UNIT.name in line]
        assert len(told) == (1 if program.startswith("/opt") else 0), told
    assert ran.returncode == 0


@pytest.mark.skipif(not ANALYZE, reason="no systemd here")
def test_its_exposure_is_what_the_page_says() -> None:
    command = [ANALYZE, "security", "--offline=true", "--no-pager", UNIT]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    score = re.search(r"exposure level for kiosque.service: ([0-9.]+)", ran.stdout)
    if score is None:
        pytest.skip("this systemd cannot analyse a file that is not installed")
    assert float(score[1]) <= 1.5
    assert '1.4 ("OK")' in OPERATIONS


# -- the unit of what feeds the archive -------------------------------------------------------------------------------

SYNC = ROOT / "deploy" / "kiosque-sync.service"
NOT_THE_BOT_S = {
    *("ExecStart", "EnvironmentFile", "RestartSec", "Nice", "IOSchedulingClass", "MemoryHigh", "MemoryMax")
}


def test_the_sync_unit_is_as_hardened_as_the_bot_s() -> None:
    bot, sync = unit(), unit(SYNC)
    assert {name: values for name, values in sync.items() if name not in NOT_THE_BOT_S} == {
        name: values for name, values in bot.items() if name not in NOT_THE_BOT_S
    }


def test_the_sync_unit_runs_a_command_that_there_is_and_holds_no_token() -> None:
    (command,) = unit(SYNC)["ExecStart"]
    program, name, *options = command.split()
    assert program == unit()["ExecStart"][0].split()[0]
    assert name in get_command(app).commands  # type: ignore[attr-defined]
    assert options[0] == "--every"
    assert parse_period(options[1]) == 900
    assert unit(SYNC)["EnvironmentFile"] == ["-/etc/kiosque/sync.env"]
    assert unit(SYNC)["EnvironmentFile"] != unit()["EnvironmentFile"]


@pytest.mark.skipif(not ANALYZE, reason="no systemd here")
def test_systemd_reads_the_sync_unit(tmp_path: Path) -> None:
    copy = tmp_path / SYNC.name
    copy.write_text(SYNC.read_text("utf-8").replace("/opt/kiosque/.venv/bin/kiosque", "/usr/bin/env"), encoding="utf-8")
    ran = subprocess.run([ANALYZE, "verify", "--man=no", copy], capture_output=True, text=True, check=False)
    assert [line for line in ran.stderr.splitlines() if SYNC.name in line] == []
    assert ran.returncode == 0
    command = [ANALYZE, "security", "--offline=true", "--no-pager", SYNC]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    score = re.search(r"exposure level for kiosque-sync.service: ([0-9.]+)", ran.stdout)
    assert score is None or float(score[1]) <= 1.5


# -- the image --------------------------------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def arguments(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def command_of(rest: str) -> list[str]:
    """Return a command in exec form: no shell between it and the signals."""
    command = json.loads(rest[rest.index("[") :])
    assert all(isinstance(part, str) for part in command)
    return list(command)


def test_the_image_has_two_stages_and_ends_without_rights() -> None:
    names = [instruction for instruction, _ in instructions()]
    assert names.count("FROM") == 2
    assert arguments("USER") == ["10001:10001"]
    assert names.index("USER") > len(names) - 1 - names[::-1].index("RUN")  # nothing is installed after it
    assert (arguments("STOPSIGNAL"), arguments("VOLUME")) == (["SIGTERM"], ["/data"])
    assert len(set(arguments("FROM")[0].split()[:1] + arguments("FROM")[1].split()[:1])) == 1  # the same Python in both


def test_signals_reach_the_bot() -> None:
    (entrypoint,), (command,) = arguments("ENTRYPOINT"), arguments("CMD")
    assert command_of(entrypoint) == ["/usr/bin/tini", "--", "/app/.venv/bin/kiosque"]
    assert command_of(command)[0] in get_command(app).commands  # type: ignore[attr-defined]
    assert any(" tini " in f"{run} " for run in arguments("RUN"))
    assert "exec {python} -P" in (ROOT / "bot" / "launcher.py").read_text("utf-8")


def test_no_secret_gets_into_the_image() -> None:
    named = re.findall(r"([A-Z][A-Z0-9_]+)=", " ".join(arguments("ENV") + arguments("ARG")))
    assert "MODEL_DIR" in named
    assert [name for name in named if is_secret(name)] == []
    assert not any("--mount=type=secret" in run for run in arguments("RUN"))
    taken = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert taken[1] == "*"
    assert not [line for line in taken if line.startswith("!") and ".env" in line]


def copied() -> set[str]:
    sources = [rest.split()[:-1] for rest in arguments("COPY") if not rest.startswith("--from")]
    return {source.rstrip("/") for each in sources for source in each}


def test_what_is_copied_is_there_and_reaches_the_builder() -> None:
    taken = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert copied() == taken
    assert [name for name in taken if not (ROOT / name).exists()] == []


def test_all_that_the_bot_imports_is_copied() -> None:
    modules = "bot.telegram.app, answering.generating.chat, bot.commands"
    code = f"import sys, {modules}; print(*{{n.partition('.')[0] for n in sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    needed = set(ran.stdout.split()) & set(PACKAGES)
    assert {"bot", "answering", "retrieval"} <= needed
    assert needed <= copied()


def test_shell_and_python_of_the_steps_can_be_read() -> None:
    for run in arguments("RUN"):
        subprocess.run(["sh", "-n", "-c", run], check=True)
    codes = [code for run in arguments("RUN") for code in re.findall(r'-c "(.+?)"', run)]
    assert len(codes) == 1
    imports = "; ".join(part for part in codes[0].split("; ") if part.startswith("from "))
    subprocess.run([sys.executable, "-c", imports], cwd=ROOT, check=True)


async def probed(check: Callable[[], str]) -> int:
    """Return the status of the image's health check against a real server."""
    (rest,) = arguments("HEALTHCHECK")
    program, *parts = command_of(rest)
    assert program == "/app/.venv/bin/python"
    server = await serve(0, Metrics(), {"check": check})
    try:
        proxies = {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}  # of the image's user: none of its business
        environment = {**os.environ, **proxies, "TELEGRAM_HEALTH_PORT": str(server.port)}
        process = await asyncio.create_subprocess_exec(
            sys.executable, *parts, env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        return await asyncio.wait_for(process.wait(), 60)
    finally:
        await server.close()


def test_the_health_check_asks_the_bot() -> None:
    assert asyncio.run(probed(lambda: "")) == 0
    assert asyncio.run(probed(lambda: "Telegram was not reached.")) == 1


# -- the page ---------------------------------------------------------------------------------------------------------


def series() -> dict[str, set[str]]:
    """Return the names of the bot's metrics, as Prometheus shows them, with their labels."""

    class Nothing:
        """What a running bot shares, of which only names are asked here."""

        metrics = Metrics()

    kept = Nothing()
    watch_bot(kept, Lanes(), Pacing(), Heartbeat())  # type: ignore[arg-type]
    found: dict[str, set[str]] = {}
    for collector in set(kept.metrics._registry._collector_to_names):
        for family in getattr(collector, "describe", list)() or collector.collect():
            name = f"{family.name}_total" if family.type == "counter" else family.name
            found[name] = set(getattr(collector, "_labelnames", ()))
    return {name: labels for name, labels in found.items() if name.startswith("kiosque_")}


def test_every_metric_stands_in_the_table() -> None:
    rows = re.findall(r"^\| `(kiosque_\w+)` \| (\w+) \| (.*?) \|", OPERATIONS, flags=re.M)
    table = {name: set(re.findall(r"`(\w+)`:", labels)) for name, _, labels in rows}
    assert table == series()
    for name, kind, _ in rows:
        assert (kind == "counter") == name.endswith("_total")
        assert (kind == "histogram") == name.endswith(("answer_seconds", "stage_seconds"))


def test_alerts_are_about_metrics_that_there_are() -> None:
    alerts = OPERATIONS.partition("groups:\n")[2].partition("\n## ")[0]
    used = {name.removesuffix("_bucket") for name in re.findall(r"kiosque_[a-z_]+", alerts)}
    assert len(used) >= 6
    assert used <= set(series())


def test_labels_of_the_table_are_those_that_are_counted() -> None:
    text = Metrics().text().decode()
    for name, labels in re.findall(r"^\| `(kiosque_\w+_total)` \| counter \| (.+?) \|", OPERATIONS, flags=re.M):
        for label, values in re.findall(r"`(\w+)`: ([^`;]+)", labels):
            told = {value.strip() for value in values.split(",")}
            assert told == set(re.findall(rf'^{name}{{[^}}]*\b{label}="([^"]+)"', text, flags=re.M))


def test_settings_that_the_page_names_exist() -> None:
    named = set(re.findall(r"\b(TELEGRAM_[A-Z_]*[A-Z]|[A-Z]+_(?:DIR|MODEL)|CHAT_[A-Z_]+)\b", OPERATIONS))
    assert {"TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_HEALTH_PORT", "TELEGRAM_LOG", "TELEGRAM_ADMINS"} <= named
    assert named <= {name.upper() for name in TelegramSettings.model_fields}
    listen = TelegramSettings.model_fields["telegram_webhook_listen"].default
    assert f"TELEGRAM_WEBHOOK_LISTEN={listen}" in OPERATIONS
    assert f"proxy_pass http://{listen};" in OPERATIONS
    assert f"reverse_proxy {listen}\n" in OPERATIONS


def test_times_that_the_page_names_are_the_code_s() -> None:
    assert f"no poll was answered for {SILENCE:g} s" in OPERATIONS
    assert f"asked every {WEBHOOK_LOOK:g} s" in OPERATIONS
    assert f"A check has {PATIENCE:g} s." in OPERATIONS
    assert PAUSE == 60
    assert "The same warning is written once a minute" in OPERATIONS
