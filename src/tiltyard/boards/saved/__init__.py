"""Boards on disk, and whether they can be made again."""
