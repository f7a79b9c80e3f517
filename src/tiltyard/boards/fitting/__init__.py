"""From votes to places on a board: count, fit, place."""
