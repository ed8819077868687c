"""The queue of updates: what is allowed into it, long polling, confirming by offset. Delivery by webhook: `webhook`.

Source of the behaviour: core.telegram.org/bots/api#getting-updates and telegram-bot-api (Client.cpp, do_get_updates).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.telegram_emulator.clock import Clock
from tests.telegram_emulator.errors import OTHER_POLLER, ApiError, conflict
from tests.telegram_emulator.journal import Journal
from tests.telegram_emulator.values import Json

KINDS = frozenset(
    "message edited_message channel_post edited_channel_post business_connection business_message "
    "edited_business_message deleted_business_messages message_reaction message_reaction_count inline_query "
    "chosen_inline_result callback_query shipping_query pre_checkout_query purchased_paid_media poll poll_answer "
    "my_chat_member chat_member chat_join_request chat_boost removed_chat_boost managed_bot".split()
)
DEFAULT = KINDS - {"chat_member", "message_reaction", "message_reaction_count"}
LONGEST_POLL = 50
# How long the queue keeps what nobody fetches, in seconds.
_LIFETIMES = {"inline_query": 30, "callback_query": 150, "chosen_inline_result": 600}
_DAY = 86400


@dataclass(frozen=True, slots=True)
class Pending:
    """``queue``: updates with the same are delivered in order; a chat's messages, a user's queries."""

    id: int
    kind: str
    body: Json
    queue: tuple[str, int]
    expires: float


@dataclass(slots=True)
class _Poll:
    offset: int
    limit: int
    updates: asyncio.Future[list[Json]]


class Updates:
    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.allowed = DEFAULT
        self.pending: dict[int, Pending] = {}
        self.webhook_url = ""
        self.arrived = asyncio.Event()  # for the webhook
        self._journal = journal
        self._clock = clock
        self._last = 710_000_000  # update ids never begin at 1
        self._poll: _Poll | None = None

    def allow(self, kinds: list[str] | None) -> None:
        """None keeps what was allowed, an empty list is the default, unknown names count for nothing."""
        if kinds is not None:
            self.allowed = frozenset(kind.lower() for kind in kinds) & KINDS or DEFAULT

    def push(self, kind: str, body: Json, queue: int) -> int | None:
        """The update's id, or None when this kind is not wanted: it is then lost, as at Telegram."""
        assert kind in KINDS
        if kind not in self.allowed:
            return None
        self._last += 1
        row = "chat" if "message" in kind or "member" in kind else "user"
        expires = self._clock() + _LIFETIMES.get(kind, _DAY)
        self.pending[self._last] = Pending(self._last, kind, body, (row, queue), expires)
        self._journal.record("update", queue, {"update_id": self._last, kind: body})
        self.arrived.set()
        if self._poll is not None:
            self._answer_poll()
        return self._last

    def push_again(self, update: Pending) -> None:
        """The same update once more, as Telegram may do: for tests of de-duplication."""
        self.pending = dict(sorted({**self.pending, update.id: update}.items()))
        self.arrived.set()
        if self._poll is not None:
            self._poll.offset = min(self._poll.offset, update.id)
            self._answer_poll()

    async def get(self, offset: int, limit: int, timeout: int) -> list[Json]:
        """Confirms what lies below ``offset``; waits up to ``timeout`` real seconds. ApiError 409 if another waits then."""
        if self.webhook_url:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        if offset < 0:
            self._confirm(list(self.pending)[:offset])
        elif offset <= self._last + 10:  # an offset far in the future confirms nothing
            self._confirm([number for number in self.pending if number < offset])
        else:
            offset = 0
        ready = self._ready(offset, limit)
        if ready or timeout <= 0:
            return ready
        self.stop_poll(OTHER_POLLER)
        poll = _Poll(offset, limit, asyncio.get_running_loop().create_future())
        self._poll = poll
        self._journal.record("polling", None, offset)
        try:
            async with asyncio.timeout(timeout):
                return await poll.updates
        except TimeoutError:
            return []
        finally:
            if self._poll is poll:
                self._poll = None

    def stop_poll(self, why: str) -> None:
        """Ends the getUpdates that waits, with 409."""
        self._end_poll(conflict(why))

    def close(self) -> None:
        self._end_poll(ApiError(500, "Internal Server Error: restart"))

    def drop_all(self) -> None:
        self.pending.clear()

    def take(self, number: int) -> None:
        """It was delivered by webhook."""
        self._confirm([number])

    def live(self) -> list[Pending]:
        """What waits and is not too old."""
        now = self._clock()
        self.pending = {number: update for number, update in self.pending.items() if update.expires > now}
        return list(self.pending.values())

    def _confirm(self, numbers: list[int]) -> None:
        for number in numbers:
            if self.pending.pop(number, None) is not None:
                self._journal.record("confirmed", None, number)

    def _ready(self, offset: int, limit: int) -> list[Json]:
        wanted = [u for u in self.live() if u.id >= offset][:limit]
        return [{"update_id": u.id, u.kind: u.body} for u in wanted]

    def _answer_poll(self) -> None:
        poll = self._poll
        if poll is not None and (ready := self._ready(poll.offset, poll.limit)):
            self._poll = None
            if not poll.updates.done():
                poll.updates.set_result(ready)

    def _end_poll(self, error: ApiError) -> None:
        if self._poll is not None and not self._poll.updates.done():
            self._poll.updates.set_exception(error)
        self._poll = None
