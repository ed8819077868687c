"""What leaves the archive, and what takes it elsewhere."""
