"""Plots of a board as files that need nothing else: SVG in light and dark, and one page of them."""
