"""Recipes: what to make of the votes, said completely."""
