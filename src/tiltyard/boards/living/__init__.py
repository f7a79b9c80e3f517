"""Boards that live: a battles table that grows with the ledger, and what is counted in it."""
