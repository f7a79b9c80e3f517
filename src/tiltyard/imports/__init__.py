"""Votes of other arenas, brought into the ledger as sources of their own."""
