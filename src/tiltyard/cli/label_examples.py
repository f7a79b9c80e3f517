"""Labelled examples for `tiltyard label`: the file, its columns, and what of it was read."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tiltyard.labels.examples import Examples, Origin

COLUMNS = (
    click.option("--text", metavar="COLUMN", help="The column of texts: text or prompt."),
    click.option("--label", metavar="COLUMN", help="The column of names, or of lists of names."),
    click.option("--json", "as_json", is_flag=True, help="Write the figures as JSON."),
)


def of_examples(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take a file of examples and the names of its columns."""
    for option in reversed(COLUMNS):
        command = option(command)
    return click.argument("file", type=click.Path(path_type=Path))(command)


def told_examples(
    file: Path, text: str | None, label: str | None, about: str, *, quiet: bool
) -> "Examples":
    """Read examples, and say which columns they are of and how many rows were left out.

    Parameters
    ----------
    text, label
        The columns; found by their names when None.
    about
        The name of the labeller that learns or is judged.
    quiet
        Whether it is said to standard error.
    """
    from tiltyard.cli.patience import printable
    from tiltyard.labels.example_files import read_examples

    examples = read_examples(file, text=text, label=label, about=about)
    if examples.origin is not None:
        click.echo(printable(_said(examples.origin)), err=quiet)
    return examples


def _said(origin: "Origin") -> str:
    from tiltyard.battles.notes import counted

    left_out = ", ".join(
        f"{counted(rows, 'row')} without {column}"
        for rows, column in (
            (origin.without_text, origin.text),
            (origin.without_label, origin.label),
        )
        if rows
    )
    read = f"{counted(origin.rows, 'row')} read, columns {origin.text} and {origin.label}"
    return f"{read}; left out: {left_out}" if left_out else read
