"""Addresses to articles: fetched with care, and no more often than needed."""
