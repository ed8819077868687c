"""The faces of Kiosque: command line, terminal chat and (later) Telegram. They know answering, and retrieval's values."""
