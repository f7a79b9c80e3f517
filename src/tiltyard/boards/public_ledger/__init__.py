"""The public vote ledger: votes without words, and the boards that anybody makes of them."""
