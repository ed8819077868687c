"""Write ``.venv/bin/kiosque``: a launcher that runs ``python -m bot`` of this checkout from any folder.

Run by the Makefile with the environment's own Python. The checkout goes first on ``sys.path``: its top-level names
(``bot``, ``prompts``, ...) are generic, and a distribution that uses one of them must not shadow it.
"""

import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A shell line, not a "#!" with the path: that breaks on spaces and long paths.
LAUNCHER = """#!/bin/sh
exec {python} -P -c 'import sys; sys.path.insert(0, sys.argv.pop(1)); from bot.cli import main; main()' {root} "$@"
"""


def write(target: Path) -> None:
    target.write_text(
        LAUNCHER.format(python=shlex.quote(sys.executable), root=shlex.quote(str(ROOT))), encoding="utf-8"
    )
    target.chmod(0o755)


if __name__ == "__main__":
    write(Path(sys.executable).parent / "kiosque")
