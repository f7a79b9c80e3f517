"""The past of a board: its snapshots, and what changed between them."""
