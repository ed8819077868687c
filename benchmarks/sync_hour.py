"""``kiosque sync --every`` on sites that change and fail, killed now and then: what it holds in the end, and its memory.

    python -m benchmarks.sync_hour [--minutes 60] [--every 20s] [--faulty .12] [--kills 4] [--seed 0] [--json ...]

The real command runs as a child process on three sites of loopback (RSS, Atom, two sitemaps, a page) and a folder. For the
first half of the time articles are added, later only edited, so that memory can be fitted at a constant number of them;
the kills (SIGKILL) fall into the first quarter. Then the faults end, a day passes for the pages that wait to be asked
again (their times in the archive are set back), and two runs later the archive must hold exactly the articles of the
sites and the folder, each in its last version, with exactly the one broken file on its list of failures; else the exit
status is 1.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from answering.settings import ROOT, load_settings
from answering.wiring import open_archive
from benchmarks.orangesum import WORK
from benchmarks.report import print_table, write_json
from benchmarks.sync_world import HOSTS, World, html, serving
from retrieval.reading.readers import read_article
from retrieval.storing.failures import DAY, Failures
from retrieval.web.fetching import Fetched
from retrieval.web.page import article_of

_RUN = re.compile(r"INFO kiosque\.sync (\d+) sources?: ")
_STEP = 2.0  # seconds between two changes of the world
_SAMPLE = 15.0  # seconds between two looks at the memory
_WARM = 600.0  # seconds after which a process has reached its size


def main() -> int:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        figures, differences = _run(Path(folder), arguments)
    print_table("kiosque sync", {name: value for name, value in figures.items() if not isinstance(value, (list, dict))})
    for difference in differences[:20]:
        print(f"  DIFFERS: {difference}")
    write_json(arguments.json, {**figures, "differences": differences})
    return 1 if differences else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="An hour of kiosque sync.")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--every", default="20s")
    parser.add_argument("--faulty", type=float, default=0.12, help="share of the answers that go wrong")
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, default=WORK / "sync_hour.json")
    return parser.parse_args()


@dataclass
class _Child:
    """The command, restarted after each kill, and what was seen of its memory."""

    folder: Path
    every: str
    began: float = field(default_factory=time.monotonic)
    samples: list[tuple[float, int, float, float, int]] = field(default_factory=list)
    starts: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "sync.log"

    def start(self) -> None:
        environment = {**os.environ, "INDEX_DIR": str(self.folder / "index"), "KIOSQUE_ENV": os.devnull}
        command = [sys.executable, "-m", "bot", "sync", str(self.folder / "sources.toml"), "--every", self.every]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self.starts += 1

    def end(self, number: int) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def look(self) -> None:
        """Note time, number of this process, its resident memory and that of its parsers in MB, and its open files."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise SystemExit(f"kiosque sync ended by itself with {self.process.returncode}; see {self._tail()}")
        pid = self.process.pid
        children = sum(_resident(child) for child in _children(pid))
        files = len(os.listdir(f"/proc/{pid}/fd"))
        self.samples.append((time.monotonic() - self.began, self.starts, _resident(pid), children, files))

    def runs(self) -> int:
        return len(_RUN.findall(self.log.read_text("utf-8", "replace")))

    def wait_for_runs(self, count: int, seconds: float = 900) -> None:
        until, first = time.monotonic() + seconds, self.runs()
        while self.runs() < first + count:
            if time.monotonic() > until:
                raise SystemExit(f"kiosque sync did not finish {count} runs in {seconds:g} s: {self._tail()}")
            time.sleep(0.5)

    def _tail(self) -> str:
        return self.log.read_text("utf-8", "replace")[-2000:]


def _run(folder: Path, arguments: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    world = World(folder / "press", arguments.seed)
    seconds = arguments.minutes * 60
    dice = random.Random(arguments.seed)
    kills = sorted(dice.uniform(0.02, 0.25) * seconds for _ in range(arguments.kills))
    child = _Child(folder, arguments.every)
    with serving(world):
        _write_sources(folder, world)
        world.faulty = arguments.faulty
        child.start()
        _live(world, child, seconds, kills)
        world.faulty = 0.0
        child.wait_for_runs(2)  # the one under way may have met the last faults
        _let_a_day_pass(folder)
        child.wait_for_runs(2)
        child.look()
        status = child.end(signal.SIGTERM)
    found = _held(folder)
    differences = _differences(world, found, folder)
    if status != 0:
        differences.append(f"it ended with status {status} after SIGTERM")
    log = child.log.read_text("utf-8", "replace")
    if "Traceback" in log:
        differences.append("its log has a trace: " + log[log.index("Traceback") :][:1500])
    figures = {
        "minutes": (time.monotonic() - child.began) / 60,
        "articles": len(found),
        "edits": sum(story.version for story in _stories(world)),
        "runs": len(_RUN.findall(log)),
        "kills": child.starts - 1,
        "requests": world.requests,
        "faults": sum(world.faults.values()),
        "differences": len(differences),
        **_memory(child, seconds),
        "faults_by_kind": dict(sorted(world.faults.items())),
        "samples": [[round(value, 1) for value in sample] for sample in child.samples],
    }
    return figures, differences


def _write_sources(folder: Path, world: World) -> None:
    one, two, three = HOSTS
    story = world.sites[one][0]
    places = [str(folder / "press"), world.url(one, "/rss"), world.url(two, "/atom"), world.url(two, "/sitemap.xml")]
    places += [world.url(three, "/sitemap.xml"), world.url(one, f"/a/{story.name}"), str(folder / "gone")]
    sources = "".join(f'[[sources]]\nat = "{place}"\n' for place in places)
    hosts = ", ".join(f'"{host}"' for host in HOSTS)
    web = f"[web]\ninterval = 0.05\nports = [{world.port}]\nallow_private = [{hosts}]\n"
    (folder / "sources.toml").write_text(sources + web, "utf-8")


def _live(world: World, child: _Child, seconds: float, kills: list[float]) -> None:
    """Let the world change for so long, and kill the child at its times."""
    began, looked, told = time.monotonic(), 0.0, 0.0
    while (now := time.monotonic() - began) < seconds:
        world.step(growing=now < seconds / 2)
        if kills and now >= kills[0]:
            kills.pop(0)
            child.end(signal.SIGKILL)
            child.start()
        if now - looked >= _SAMPLE:
            looked = now
            child.look()
        if now - told >= 60:
            told = now
            print(f"{now:6.0f} s  {child.runs()} runs, {child.samples[-1][2]:.0f} MB", flush=True)
        time.sleep(_STEP)


def _let_a_day_pass(folder: Path) -> None:
    with sqlite3.connect(folder / "index" / "archive.sqlite", timeout=30) as db:
        db.execute("UPDATE failed SET first = first - ?, last = last - ?", (DAY, DAY))
    db.close()


def _stories(world: World) -> list[Any]:
    return [story for site in world.sites.values() for story in site] + list(world.files.values())


def _held(folder: Path) -> dict[str, tuple[str, str]]:
    with sqlite3.connect(folder / "index" / "archive.sqlite") as db:
        rows = db.execute("SELECT id, title, text FROM articles").fetchall()
    db.close()
    return {row[0]: (row[1], row[2]) for row in rows}


def _truth(world: World, folder: Path) -> dict[str, tuple[str, str]]:
    """Return title and text by id, as today's readers read the last version of everything."""
    wanted: dict[str, tuple[str, str]] = {}
    for host, site in world.sites.items():
        for story in site:
            url = world.url(host, f"/a/{story.name}")
            article = article_of(Fetched(url, 200, "text/html", "utf-8", html(story), "", ""))
            wanted[article.id] = article.title, article.text
            assert all(paragraph in article.text for paragraph in story.paragraphs)
    for name, story in world.files.items():
        data = (folder / "press" / f"{name}.txt").read_bytes()
        article = read_article(data, ".txt", name, name)
        wanted[name] = article.title, article.text
        assert all(paragraph in article.text for paragraph in story.paragraphs)
    return wanted


def _differences(world: World, found: dict[str, tuple[str, str]], folder: Path) -> list[str]:
    wanted = _truth(world, folder)
    told = [f"missing: {name}" for name in sorted(wanted.keys() - found.keys())]
    told += [f"too many: {name}" for name in sorted(found.keys() - wanted.keys())]
    told += [f"another text: {name}" for name in sorted(wanted.keys() & found.keys()) if wanted[name] != found[name]]
    settings = load_settings().model_copy(update={"index_dir": folder / "index"})
    with open_archive(settings) as archive:
        failed = [each.key for each in Failures(archive.store).listed()]
        if failed != [str(folder / "press" / "broken.docx")]:
            told.append(f"on the list of failures: {failed}")
        if archive.size != archive.store.count_passages():
            told.append(f"{archive.size} passages are searched, {archive.store.count_passages()} are stored")
    return told


def _memory(child: _Child, seconds: float) -> dict[str, Any]:
    """Fit the memory of the last process, once it is warm and the articles have stopped growing in number."""
    last = [sample for sample in child.samples if sample[1] == child.starts]
    warm = min(_WARM, seconds / 4)
    fitted = [sample for sample in last if sample[0] >= max(last[0][0] + warm, seconds / 2 + 60 * (seconds > 600))]
    figures: dict[str, Any] = {
        "memory_first_mb": last[0][2],
        "memory_last_mb": last[-1][2],
        "memory_most_mb": max(sample[2] for sample in last),
        "parsers_most_mb": max(sample[3] for sample in child.samples),
        "open_files_most": max(sample[4] for sample in child.samples),
        "fitted_samples": len(fitted),
    }
    if len(fitted) < 4:
        return figures
    # The allocator gives back what is free in steps, so that memory is a saw: what leaks raises the foot of its teeth.
    third = (fitted[-1][0] - fitted[0][0]) / 3
    figures["foot_first_mb"] = min(sample[2] for sample in fitted if sample[0] <= fitted[0][0] + third)
    figures["foot_last_mb"] = min(sample[2] for sample in fitted if sample[0] >= fitted[-1][0] - third)
    hours, size = np.array([(sample[0] / 3600, sample[2]) for sample in fitted]).T
    fit = stats.linregress(hours, size)
    half = float(stats.t.ppf(0.975, len(fitted) - 2)) * fit.stderr
    return figures | {
        "growth_mb_per_hour": float(fit.slope),
        "growth_low": float(fit.slope - half),
        "growth_high": float(fit.slope + half),
    }


def _resident(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return 0.0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def _children(pid: int) -> list[int]:
    try:
        listed = [Path(task, "children").read_text("ascii").split() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
    return [int(child) for each in listed for child in each]


if __name__ == "__main__":
    sys.exit(main())
