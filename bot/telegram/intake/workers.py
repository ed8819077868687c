"""Threads for what takes long."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Workers:
    """At most ``most`` calls at a time, each in a daemon thread of its own.

    Unlike an executor's threads these do not hold up the end of the program: a chat model may hang for minutes.
    """

    def __init__(self, most: int) -> None:
        self._places = asyncio.Semaphore(most)

    @property
    def busy(self) -> bool:
        """Whether one more call would have to wait."""
        return self._places.locked()

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what ``function`` returns, or raise what it raises. Cancelled, its thread goes on and keeps its place."""
        loop = asyncio.get_running_loop()
        await self._places.acquire()
        future: asyncio.Future[R] = loop.create_future()

        def ended(settle: Callable[[], None]) -> None:
            self._places.release()
            if not future.done():
                settle()

        def work() -> None:
            settle: Callable[[], Any]
            try:
                settle = partial(future.set_result, function(*args, **kwargs))
            except BaseException as exc:
                settle = partial(future.set_exception, exc)
            with suppress(RuntimeError):  # the loop has ended, and nobody waits
                loop.call_soon_threadsafe(ended, settle)

        try:
            threading.Thread(target=work, name="answer", daemon=True).start()
        except BaseException:  # no thread to be had: the place must not be lost with it
            self._places.release()
            raise
        return await future


async def whole(coroutine: Any) -> Any:
    """Await a coroutine to its end, even when cancelled meanwhile; then the cancellation goes on."""
    task = asyncio.ensure_future(coroutine)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await asyncio.wait([task])
        raise
