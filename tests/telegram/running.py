"""The real bot, running against the emulator on the seed articles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from answering.answerer import Answerer
from answering.settings import load_settings
from bot.telegram.app import UPDATES, application, open_shared
from bot.telegram.intake.looks import Looks
from bot.telegram.shared import Shared
from retrieval.archive import Archive
from tests.telegram.made import settings
from tests.telegram_emulator import Emulator


@asynccontextmanager
async def running(
    emulator: Emulator,
    archive: Archive,
    folder: Path,
    answerer: Answerer | None = None,
    grace: float = 20.0,
    provider: Mapping[str, Any] = MappingProxyType({}),
    looks: Looks | None = None,
    **changed: Any,
) -> AsyncIterator[Shared]:
    """Poll the emulator as ``kiosque telegram`` polls Telegram, with the bot's file in ``folder``.

    ``provider``: settings of a chat model, by their whole names.
    """
    made = settings(
        bot_token=emulator.token,
        base_url=emulator.root,
        data=folder / "telegram.sqlite",
        **{"per_minute": 1000, **changed},
    )
    made = made.model_copy(update={"index_dir": archive.folder, "model_dir": load_settings().model_dir, **provider})
    kept = open_shared(made, archive)
    kept = replace(kept, answerer=answerer or kept.answerer, grace=grace, looks=looks or kept.looks)
    app = application(kept)
    async with app:
        await app.post_init(app)  # what run_polling does
        await app.start()
        await app.updater.start_polling(allowed_updates=UPDATES, poll_interval=0)
        try:
            yield kept
        finally:
            await app.updater.stop()
            await app.stop()
            kept.threads.shutdown()
            kept.database.close()
