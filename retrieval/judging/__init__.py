"""What a question finds in a passage: the reader, and what may stand for it."""
