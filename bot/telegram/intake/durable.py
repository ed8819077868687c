"""Updates are kept before Telegram hears that they arrived, and handled once, through restarts and crashes."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, TypeGuard

from telegram import Update
from telegram.error import NetworkError
from telegram.ext import Application

from bot.telegram.shared import Shared
from bot.telegram.storage.inbox import Inbox
from retrieval.errors import KiosqueError

_log = logging.getLogger("kiosque.telegram")


class DurableQueue(asyncio.Queue[object]):
    """The queue between Telegram and the bot. The updater acknowledges an update when ``put`` returns: it is kept then.

    One that was received before is dropped. An inline query is not kept: it is what somebody is typing. Raises
    NetworkError when an update cannot be kept.
    """

    def __init__(self, inbox: Inbox) -> None:
        super().__init__()
        self._inbox = inbox

    async def put(self, item: object) -> None:
        if _is_kept(item):
            try:
                new = await asyncio.to_thread(self._inbox.receive, item.update_id, item.to_json())
            except KiosqueError as exc:
                # The only error after which polling goes on; Telegram, which was not told that it arrived, sends it again.
                _log.error("an update could not be kept: %s", exc)
                raise NetworkError("the update could not be kept") from exc
            if not new:
                return
        await super().put(item)


def _is_kept(item: object) -> TypeGuard[Update]:
    return isinstance(item, Update) and item.inline_query is None


class DurableApplication(Application[Any, Any, Any, Any, Any, Any]):
    """An application that forgets an update once it was handled, whether or not its handler failed.

    When it is stopped, what is being handled has ``Shared.grace`` seconds to end. All else is left for the next start.
    """

    async def process_update(self, update: object) -> None:
        await super().process_update(update)  # a crash or a cancelled task leaves the update to be handled again
        if _is_kept(update):
            kept: Shared = self.bot_data["shared"]
            await kept.run(kept.inbox.finish, update.update_id)

    async def stop(self) -> None:
        kept: Shared = self.bot_data["shared"]
        await kept.lanes.drain(kept.grace)
        kept.pacing.close()
        await kept.lanes.cancel()
        await super().stop()


async def resume(application: DurableApplication) -> int:
    """Queue what an earlier run received and did not finish; return how many updates.

    What was being sent when it ended is sent from the part on that is not known to have arrived.
    """
    kept: Shared = application.bot_data["shared"]
    for update_id, _ in kept.inbox.in_doubt():
        kept.inbox.release(update_id)
    waiting = kept.inbox.waiting()
    for update_id, payload in waiting:
        kept.lanes.promise(update_id)
        await asyncio.Queue.put(application.update_queue, Update.de_json(json.loads(payload), application.bot))
    return len(waiting)
