"""Files of all kinds to clean articles."""
