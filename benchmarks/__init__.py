"""Speed and memory, measured: scripts that print a table and write JSON. Nothing here is a test."""
