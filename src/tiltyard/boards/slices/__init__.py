"""Slices: which votes a board is about."""
