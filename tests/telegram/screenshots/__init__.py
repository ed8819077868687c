"""Pictures of chats with the bot, for the documentation: ``python -m tests.telegram.screenshots [FOLDER]``.

The real bot answers in the emulator; what the emulator received (text and entities, never the bot's own HTML) is drawn
as a telephone shows it.
"""
