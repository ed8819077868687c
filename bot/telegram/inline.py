"""Inline mode: ``@bot question`` in any chat gives passages as cards. No chat model is called while somebody types."""

from __future__ import annotations

from typing import Any

from telegram import Update


async def on_inline(update: Update, context: Any) -> None:
    """Answer an inline query with passages."""
    raise NotImplementedError
