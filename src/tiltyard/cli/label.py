"""`tiltyard label`: label battles, teach a labeller from examples, and see how good one is."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiltyard.cli.in_ledger import data_option
from tiltyard.cli.label_battles import run, status
from tiltyard.cli.label_examples import of_examples, told_examples
from tiltyard.cli.label_model import judged, labelling_model, write_examples
from tiltyard.cli.label_vectors import CONTESTANTS, YES

if TYPE_CHECKING:
    from tiltyard.labels.agreement import Agreement, Share


@click.group()
def label() -> None:
    """Label battles, teach a labeller from examples, and see how good one is."""


label.add_command(run)
label.add_command(status)
label.add_command(write_examples)


@label.command()
@of_examples
@click.option("--name", help="What the labels tell: topic, product, …")
@click.option("--out", type=click.Path(path_type=Path), help="Where it is saved.")
@click.option(
    "--extend", metavar="LABELLER", help="Learn these beside the examples that ship with it."
)
@click.option(
    "--vectors", metavar="MODEL", help="Read vectors that this [[embedding_model]] makes."
)
@CONTESTANTS
@YES
@data_option
@click.option("--folds", default=5, show_default=True, help="Of the cross-validation.")
@click.option("--seed", default=0, show_default=True, help="Of the folds.")
def train(
    file: Path,
    text: str | None,
    label: str | None,
    name: str | None,
    out: Path | None,
    extend: str | None,
    vectors: str | None,
    contestants: Path | None,
    data: Path | None,
    folds: int,
    seed: int,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Learn from the examples in FILE, and say how well by cross-validation.

    FILE is JSON lines, CSV or Parquet with a text and its label in each row. The label is a name,
    or a list of names where a text may be several things, or none.

    With --extend, the labeller of the same name that ships is trained again with these beside its
    own examples, and saved where the worker finds it.

    With --vectors, it reads vectors from an /embeddings endpoint instead of n-grams. What they
    cost is shown before it starts.
    """
    from tiltyard.battles.notes import counted
    from tiltyard.cli.label_vectors import with_vectors
    from tiltyard.cli.patience import patience
    from tiltyard.labels.cross_validation import cross_validated
    from tiltyard.labels.cross_validation import train as train_on
    from tiltyard.labels.examples import extended
    from tiltyard.labels.features import EMPHASIS
    from tiltyard.labels.trained import SEED_EMPHASIS, seed_of

    name, out = _named(name, out, extend, data)
    examples = told_examples(file, text, label, name, quiet=as_json)
    if extend:
        examples = extended(seed_of(extend), examples)
    if vectors:
        examples = with_vectors(examples, vectors, contestants, yes=yes, quiet=as_json)
    emphasis = SEED_EMPHASIS if extend else EMPHASIS
    with patience("Learning"):
        found = cross_validated(examples, folds=folds, seed=seed, emphasis=emphasis)
        classifier = train_on(name, examples, emphasis=emphasis)
        classifier.save(out)
    said = (
        f"{counted(len(examples), 'example')}, {folds} folds · {name} {classifier.version} in {out}"
    )
    _show(found, said, as_json=as_json)


@label.command()
@of_examples
@click.option("--labeller", required=True, help="A labeller's name, or a file of `label train`.")
@click.option(
    "--by", metavar="CONTESTANT", help="Judge this model, asked for the labels of LABELLER."
)
@CONTESTANTS
@YES
@click.option("--seed", default=0, show_default=True, help="Of kappa's bootstrap interval.")
def evaluate(
    file: Path,
    text: str | None,
    label: str | None,
    labeller: str,
    by: str | None,
    contestants: Path | None,
    seed: int,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Label the texts in FILE, and compare with the labels in it.

    With --by, a model is asked about every text, as `label run --by` does; what that costs is shown
    before it starts.
    """
    from tiltyard.battles.notes import counted
    from tiltyard.cli.label_vectors import with_vectors
    from tiltyard.cli.patience import patience
    from tiltyard.labels.cross_validation import evaluated
    from tiltyard.labels.labellers import find_labeller
    from tiltyard.labels.linear import LinearClassifier

    if by is not None:
        model = labelling_model(by, contestants)
        examples = told_examples(file, text, label, labeller, quiet=as_json)
        found, tally = judged(model, labeller, examples, seed=seed, yes=yes, quiet=as_json)
        said = (
            f"{counted(len(examples), 'example')} · {labeller} by {by}: "
            f"{counted(tally.unusable, 'answer')} could not be used, "
            f"and on {tally.failed:,} the endpoint failed"
        )
        _show(found, said, as_json=as_json)
        return
    own = find_labeller(labeller)
    examples = told_examples(file, text, label, own.name, quiet=as_json)
    space = own.space if isinstance(own, LinearClassifier) else None
    if space is not None:
        examples = with_vectors(
            examples, space.model, contestants, yes=yes, quiet=as_json, space=space
        )
    with patience("Labelling"):
        found = evaluated(own, examples, seed=seed)
    said = f"{counted(len(examples), 'example')} · {own.name} {own.version}"
    _show(found, said, as_json=as_json)


def _named(
    name: str | None, out: Path | None, extend: str | None, data: Path | None
) -> tuple[str, Path]:
    """Say what is learned and where it is saved."""
    from tiltyard.web.settings import read_settings

    if extend:
        place = read_settings(data=data).labeller_place
        return extend, out or place / f"{extend}.labeller"
    if name is None or out is None:
        raise click.UsageError("Say what is learned and where to, with --name and --out.")
    return name, out


def _show(found: "Agreement", said: str, *, as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from tiltyard.cli.patience import printable

    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("class")
    for heading in ("precision", "recall", "examples"):
        table.add_column(heading, justify="right")
    for one in found.classes:
        row = (_percent(one.precision), _percent(one.recall), f"{one.recall.cases:,}")
        table.add_row(printable(one.name), *row)
    Console().print(table)
    click.echo(f"All right: {_percent(found.accuracy)} · {_kappa(found)}")
    click.echo(printable(said))


def _percent(share: "Share") -> str:
    if share.estimate is None:
        return "none found"
    return f"{share.estimate:.1%} ({share.lower:.1%} … {share.upper:.1%})"


def _kappa(found: "Agreement") -> str:
    if found.kappa is None:
        return "kappa is undefined: only one class occurs"
    return f"kappa {found.kappa:.3f} ({found.kappa_lower:.3f} … {found.kappa_upper:.3f})"
