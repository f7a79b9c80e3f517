"""Prompts that were written for Tiltyard and labelled by hand: what the classifiers begin with."""

import hashlib
import json
from functools import cache
from importlib import resources

from tiltyard.labels.examples import Examples, table_of
from tiltyard.labels.logistic import Choice

FILE = resources.files(__name__) / "prompts.jsonl"


@cache
def seed_examples(kind: str) -> Examples:
    """Read the prompts with their labels of one kind: category, hard, expert or occupation."""
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    names = [row[kind] for row in rows]
    classes = tuple(sorted({name for given in names for name in given}))
    texts = tuple(row["text"] for row in rows)
    return Examples(texts, classes, table_of(names, classes), Choice.ANY)


@cache
def seed_digest() -> str:
    """Say in twelve signs which prompts, and which words of topics, these are."""
    topics = resources.files("tiltyard.labels.words") / "topics.toml"
    return hashlib.sha256(FILE.read_bytes() + topics.read_bytes()).hexdigest()[:12]
