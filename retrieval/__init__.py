"""Articles in, hits out: reading, splitting, indexing and searching an archive. Knows nothing of the packages above it."""
