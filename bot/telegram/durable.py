"""Updates are kept before Telegram hears that they arrived, and handled once, through restarts and crashes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from telegram import Update
from telegram.ext import Application

from bot.telegram.inbox import Inbox


class DurableQueue(asyncio.Queue[object]):
    """The queue between Telegram and the bot. The updater acknowledges an update when ``put`` returns: it is kept then.

    One that was received before is dropped.
    """

    def __init__(self, inbox: Inbox) -> None:
        super().__init__()
        self._inbox = inbox

    async def put(self, item: object) -> None:
        if isinstance(item, Update):
            new = await asyncio.to_thread(self._inbox.receive, item.update_id, item.to_json())
            if not new:
                return
        await super().put(item)


class DurableApplication(Application[Any, Any, Any, Any, Any, Any]):
    """An application that forgets an update once it was handled, whether or not its handler failed."""

    async def process_update(self, update: object) -> None:
        await super().process_update(update)  # a crash or a cancelled task leaves the update to be handled again
        if isinstance(update, Update):
            inbox: Inbox = self.bot_data["shared"].inbox
            await asyncio.to_thread(inbox.finish, update.update_id)


async def resume(application: DurableApplication) -> int:
    """Queue what an earlier run received and did not finish; return how many updates.

    What was being sent when it ended is answered again unless the answer is known to have arrived.
    """
    kept = application.bot_data["shared"]
    for update_id, payload in kept.inbox.in_doubt():
        asked = json.loads(payload)["message"]
        if kept.store.was_sent(asked["chat"]["id"], asked["message_id"]):
            kept.inbox.answered(update_id)
        else:
            kept.inbox.release(update_id)
    waiting = kept.inbox.waiting()
    for _, payload in waiting:
        update = Update.de_json(json.loads(payload), application.bot)
        await asyncio.Queue.put(application.update_queue, update)
    return len(waiting)
