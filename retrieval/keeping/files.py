"""Files that are there whole or not at all: written beside their place under another name, then renamed into it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give the path of an empty file for its owner alone (mode 0600), which becomes ``path`` when the block ends well.

    What was at ``path`` stays until then, and for good if the block fails. Only a kill leaves the unfinished file, as
    ``.<name>.<random>`` in the same folder. Raises OSError.
    """
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(number)
    temporary = Path(name)
    try:
        yield temporary
        _to_disk(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _to_disk(path.parent)


def _to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
