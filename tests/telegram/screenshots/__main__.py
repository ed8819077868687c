"""``python -m tests.telegram.screenshots [FOLDER]``: photograph every scene (all, or those named with ``--only``)."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from answering.settings import ROOT, load_settings
from retrieval.archive import Archive
from retrieval.encoding import bundled
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.errors import KiosqueError
from retrieval.reading.sources import FolderSource
from retrieval.types import ArchiveStatus
from tests.telegram.screenshots.page import page_html
from tests.telegram.screenshots.photo import find_chromium, photograph
from tests.telegram.screenshots.scenes import BEGUN, SCENES


class Dated(Archive):
    """Says that it last changed on the day of the scenes, so that /about shows the same on any day."""

    def status(self) -> ArchiveStatus:
        return replace(super().status(), updated=BEGUN.isoformat(timespec="seconds"))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.telegram.screenshots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "telegram", help="where the PNGs go")
    parser.add_argument("--only", nargs="+", choices=SCENES, default=list(SCENES), metavar="SCENE")
    given = parser.parse_args(arguments)
    chromium = find_chromium()
    if chromium is None:
        print(
            "No Chromium is installed (Debian: chromium fonts-roboto-unhinted fonts-noto-color-emoji).", file=sys.stderr
        )
        return 1
    try:
        asyncio.run(_photograph_all(given.folder, given.only, chromium))
    except KiosqueError as exc:
        print(exc, file=sys.stderr)
        return 1
    return 0


async def _photograph_all(folder: Path, names: Sequence[str], chromium: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    model = load_settings().model_dir
    bundled.prepare(model)
    with TemporaryDirectory() as made, Dated(Path(made) / "index", BundledEmbedder(model)) as archive:
        archive.index(FolderSource(ROOT / "seeds"))
        for name in names:
            kept = Path(made) / name
            kept.mkdir()
            screen = await SCENES[name](archive, kept)
            target = folder / f"{name}.png"
            width, height = photograph(page_html(screen), target, chromium)
            print(f"{target}: {width} x {height}, {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
