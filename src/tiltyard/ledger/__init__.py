"""The append-only record of everything, and the only room that knows SQL."""
