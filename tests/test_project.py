"""The project as a whole: its packages are its own, its locks are pins, and nothing names a machine or a registry."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from answering.settings import ROOT
from bot import launcher

PACKAGES = ["answering", "bot", "evaluation", "prompts", "retrieval", "training"]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names_of(requirements: list[str]) -> set[str]:
    return {canonical(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements}  # type: ignore[index]


def pins(lock: str) -> dict[str, str]:
    """Return version by name. Every line must be a plain pin."""
    found = {}
    for line in (ROOT / lock).read_text("utf-8").splitlines():
        match = re.fullmatch(r"([a-z0-9][a-z0-9._-]*)==([0-9][\w.!]*)", line)
        assert match, f"{lock}: {line!r} is no name==version"
        assert match[1] not in found, f"{lock}: {match[1]} stands twice"
        found[match[1]] = match[2]
    return found


def committed() -> list[Path]:
    """Return the files that are committed or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_the_one_of_this_repository(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == ROOT / package / "__init__.py"


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in committed() if path.suffix == ".py"} - {ROOT}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_bot_has_no_module_of_its_own_name() -> None:
    assert not (ROOT / "bot" / "bot.py").exists()
    assert not (ROOT / "bot.py").exists()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_nothing_else(lock: str) -> None:
    assert len(pins(lock)) > 20


def test_what_the_project_asks_for_is_pinned() -> None:
    assert names_of(PROJECT["dependencies"]) <= set(pins("requirements.lock"))
    assert names_of(PROJECT["optional-dependencies"]["dev"]) <= set(pins("requirements-dev.lock"))


def test_the_versions_that_the_project_fixes_are_the_pinned_ones() -> None:
    fixed = dict(d.split("==") for d in PROJECT["dependencies"] if "==" in d)
    assert {name: pins("requirements.lock")[canonical(name)] for name in fixed} == fixed


def test_both_locks_agree() -> None:
    run, dev = map(pins, LOCKS)
    assert {name: dev[name] for name in run if name in dev} == {name: run[name] for name in run if name in dev}


PRIVATE = re.compile(
    r"(?<![\w./:}$~-])/(?:work|home|root|Users|mnt)/[\w.-]+"  # a folder of somebody's machine
    r"|--(?:extra-)?index-url|--trusted-host|pypi\.org/simple|pythonhosted|download\.pytorch|jfrog|artifactory"
)


@pytest.mark.parametrize("text", ["cd /home/me/kiosque", '"/root/x"', "--index-url=x", "https://pypi.org/simple/rich"])
def test_what_is_private_is_known(text: str) -> None:
    assert PRIVATE.search(text)


def test_no_file_names_a_machine_s_folder_or_a_registry() -> None:
    found = []
    for path in committed():
        if ROOT / "seeds" in path.parents or path == Path(__file__).resolve():  # what papers print is theirs
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            if match := PRIVATE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match.group()}")
    assert found == []


def test_seeds_are_five_articles() -> None:
    assert len(list((ROOT / "seeds").glob("*.txt"))) == 5


def test_the_launcher_runs_from_any_folder(tmp_path: Path) -> None:
    target = tmp_path / "kiosque"
    launcher.write(target)
    assert target.stat().st_mode & 0o111 == 0o111
    assert sys.executable in target.read_text("utf-8")
    elsewhere = tmp_path / "elsewhere"
    for package in PACKAGES:  # a package of the same name where it is run must not shadow ours
        (elsewhere / package).mkdir(parents=True)
        (elsewhere / package / "__init__.py").write_text("raise SystemExit('shadowed')", encoding="utf-8")
    ran = subprocess.run([target, "--help"], cwd=elsewhere, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    for command in ("ask", "repl", "index", "search", "show", "status", "forget"):
        assert command in ran.stdout
