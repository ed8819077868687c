"""Questions across many articles: summaries, comparisons, timelines, and who says what."""
