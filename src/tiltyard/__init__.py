"""Tiltyard: the open, self-hostable arena for AI models."""

__version__ = "0.1.0.dev0"
