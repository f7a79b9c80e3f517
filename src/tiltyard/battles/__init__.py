"""The battles table: one row per vote, read from every published format."""
