"""The indexes, and what makes one ranking of what they propose."""
