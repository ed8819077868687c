"""The prompt of the chat: history, completion of commands. Imported only where a person types."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import Completer, WordCompleter
from prompt_toolkit.history import FileHistory, History, InMemoryHistory


def prompted_lines(history: Path, commands: Mapping[str, str]) -> Iterator[str]:
    """Yield what the person types, line by line, until Ctrl-D. Ctrl-C clears the line."""
    session: PromptSession[str] = PromptSession(
        history=open_history(history),
        completer=command_completer(commands),
        auto_suggest=AutoSuggestFromHistory(),
        reserve_space_for_menu=len(commands),
    )
    while True:
        try:
            line = session.prompt("› ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        yield " ".join(line.split())  # a pasted question may span lines


def command_completer(commands: Mapping[str, str]) -> Completer:
    return WordCompleter(list(commands), meta_dict=dict(commands), sentence=True)


def open_history(path: Path) -> History:
    """Return the history kept in ``path``, readable by its owner alone; kept in memory where that cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))
