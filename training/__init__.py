"""Builds what is shipped from data, reproducibly. Not needed to run Kiosque."""
