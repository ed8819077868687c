"""What the bot keeps on disk: updates, answers, people. One SQLite file."""
