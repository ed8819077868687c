"""Taking in articles while the bot serves: ``kiosque index`` in a process of its own.

Whatever a hostile file does to a parser, it does not do to the bot, which sees the new state at its next search.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from answering.settings import ROOT, Settings
from bot.failures import is_secret
from bot.terminal import one_line
from retrieval.errors import KiosqueError

LONGEST = 1_800.0  # seconds of a run: a hostile file may keep a parser busy for ever
_STEM = 60  # characters of a file's name that are kept
_REASON = 300


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a run changed, and what it left out: (where, why)."""

    added: int
    updated: int
    removed: int
    unchanged: int
    skipped: tuple[tuple[str, str], ...]


def uploads(settings_data: Path) -> Path:
    """Return the folder of the documents that administrators sent, beside the bot's file."""
    return settings_data.with_name(f"{settings_data.stem}-uploads")


def keep_document(folder: Path, name: str, data: bytes) -> Path:
    """Store a document under a safe name, once for each content; return its path. Raises KiosqueError."""
    path = Path(name)
    stem = re.sub(r"[^\w-]+", "-", path.stem)[:_STEM].strip("-") or "document"
    suffix = re.sub(r"[^.a-z0-9]", "", path.suffix.lower())
    target = folder / f"{stem}-{sha256(data).hexdigest()[:12]}{suffix}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}")
        temporary.write_bytes(data)
        temporary.replace(target)
    except OSError as exc:
        raise KiosqueError(f"The document cannot be stored in {folder}: {exc.strerror}.") from exc
    return target


async def index(settings: Settings, source: str) -> Indexed:
    """Index a file, a folder or an address with the archive's settings, and wait for it.

    Raises KiosqueError with the sentence that the command gave. Cancelled, it ends the process: the next run goes on.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "index", "--json", "--", source,
        cwd=ROOT,
        env=_environment(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(LONGEST):
            out, err = await process.communicate()
    except TimeoutError as exc:
        raise KiosqueError(f"it took longer than {LONGEST / 60:.0f} minutes") from exc
    finally:
        if process.returncode is None:
            process.kill()  # as safe as a kill at any moment is for the archive
            await process.wait()
    try:
        report = json.loads(out)
        skipped = tuple((one_line(item["where"]), one_line(item["reason"])[:_REASON]) for item in report["skipped"])
        return Indexed(report["added"], report["updated"], report["removed"], report["unchanged"], skipped)
    except (ValueError, KeyError, TypeError) as exc:
        said = one_line(err.decode("utf-8", "replace").strip().rpartition("\n")[2])[:_REASON]
        raise KiosqueError(said or f"the indexing ended with status {process.returncode}") from exc


def _environment(settings: Settings) -> dict[str, str]:
    """One thread, so that the bot goes on answering; no secret that a hostile file could be after."""
    named = {name: value for name, value in os.environ.items() if not is_secret(name)}
    return named | {
        "INDEX_DIR": str(settings.index_dir),
        "MODEL_DIR": str(settings.model_dir),
        "EMBEDDING_MODEL": settings.embedding_model,
        "THREADS": "1",
        "KIOSQUE_ENV": os.devnull,  # the settings' file holds secrets too
    }
