"""Passages read and sentences weighed: how likely each answers the question."""
