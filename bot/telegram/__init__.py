"""The Telegram bot: asking the archive, and checking what it answers."""
