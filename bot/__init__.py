"""The faces of Kiosque: command line, terminal chat and Telegram. They know answering, and retrieval's values."""
