"""A page photographed by Chromium, without a window."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from retrieval.errors import KiosqueError

SCALE = 2  # device pixels a CSS pixel
_TALLEST = 3000  # CSS pixels
_COLOURS = 64
_CHROMIUM = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
    *("--disable-lcd-text", "--font-render-hinting=none"),  # the same grey edges on every machine
    "--default-background-color=00000000",
    f"--force-device-scale-factor={SCALE}",
    # No window is as narrow as a telephone: what is left transparent beside and under it is cut off.
    f"--window-size=600,{_TALLEST}",
)


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def photograph(page: str, target: Path, chromium: str) -> tuple[int, int]:
    """Write what a page shows as a PNG of few colours, cut to what it covers; return its width and height in pixels.

    Raises KiosqueError when Chromium takes no picture, or the page is taller than 3000 CSS pixels.
    """
    from PIL import Image

    with TemporaryDirectory() as folder:
        html, png = Path(folder) / "page.html", Path(folder) / "page.png"
        html.write_text(page, "utf-8")
        command = [chromium, *_CHROMIUM, f"--user-data-dir={folder}/profile", f"--screenshot={png}", html.as_uri()]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=120
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise KiosqueError(f"Chromium ({chromium}) took no picture for {target.name}: {exc}.") from exc
        if not png.exists():
            last = done.stderr.strip().rpartition("\n")[2]
            raise KiosqueError(f"Chromium ({chromium}) took no picture for {target.name}: {last}")
        with Image.open(png) as taken:
            box = taken.convert("RGBA").getchannel("A").getbbox()
            if box is None or box[3] >= taken.height:
                raise KiosqueError(f"The page for {target.name} is empty, or taller than {_TALLEST} pixels.")
            # Small, and equal for equal pages: nothing is dithered.
            shown = (
                taken.crop(box)
                .convert("RGB")
                .quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            )
    shown.save(target, optimize=True)
    return shown.size
