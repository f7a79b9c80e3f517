"""What commands have in common: a spinner, and nothing printed that steers or floods a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

MOST_BEGINNING, MOST_END = 1_000, 300
"""So much of a sentence is shown; its end says what to do."""


def printable(text: str) -> str:
    """Replace control characters, so that names from strangers' files cannot steer a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def printable_sentence(text: str) -> str:
    """Do so with a sentence, and leave out the middle of one that is longer than a screen."""
    whole = printable(text)
    if len(whole) <= MOST_BEGINNING + MOST_END:
        return whole
    return f"{whole[:MOST_BEGINNING]} … {whole[-MOST_END:]}"


@contextmanager
def patience(doing: str) -> Iterator[None]:
    """Show a spinner on standard error once the work has taken a second, in terminals only."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    status = console.status(f"{doing} …")
    timer = Timer(1.0, status.start)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()


@contextmanager
def counting(doing: str, what: str) -> Iterator[Callable[[int], None]]:
    """Show how many are done on standard error, in terminals only."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(f"{doing} …") as status:
        yield lambda done: status.update(f"{doing} … {done:,} {what}")


@contextmanager
def telling(doing: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done on standard error, in terminals only."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(f"{doing} …") as status:
        yield lambda words: status.update(printable(words))
