"""Times in questions: the days they ask about, what these make of a search, and what happened on them."""
