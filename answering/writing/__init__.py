"""The answer in the archive's own words: the short answer, the sentences, the sides, the refusal."""
