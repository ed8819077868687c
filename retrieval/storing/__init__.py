"""The archive's one file."""
