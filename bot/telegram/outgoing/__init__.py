"""Messages on their way out: at Telegram's pace, each once, as they grow."""
