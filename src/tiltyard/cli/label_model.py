"""The labelling model of `tiltyard label`: found, asked for its price, judged, and learned from."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiltyard.cli.in_ledger import data_option

if TYPE_CHECKING:
    from tiltyard.contestants.card import Contestant
    from tiltyard.labels.agreement import Agreement
    from tiltyard.labels.examples import Examples
    from tiltyard.worker.model_asking import Estimate, Tally


def labelling_model(named: str, contestants: Path | None = None) -> "Contestant":
    """Find the contestant that labels.

    Raises
    ------
    CatalogueError
        When there is none of this name.
    """
    from tiltyard.contestants.catalogue import CatalogueError, load_catalogue
    from tiltyard.web.settings import read_settings

    catalogue = load_catalogue(read_settings(contestants=contestants).contestants)
    model = catalogue.get(named)
    if model is None:
        raise CatalogueError(f"{catalogue.source} has no contestant {named!r}: see models list.")
    return model


def estimated(estimate: "Estimate", what: str) -> str:
    """Say what asking a model would take.

    Parameters
    ----------
    what
        What is counted: battle, example.
    """
    from tiltyard.battles.notes import counted

    cost = (
        "at a price that is not known"
        if estimate.cost_usd is None
        else f"about {estimate.cost_usd:,.2f} US dollars"
    )
    return (
        f"{counted(estimate.battles, what)} to label, "
        f"{counted(estimate.questions, 'question')} to ask: about "
        f"{estimate.input_tokens:,} tokens in and {estimate.output_tokens:,} out, {cost}"
    )


def judged(
    model: "Contestant", kind: str, examples: "Examples", *, seed: int, yes: bool, quiet: bool
) -> tuple["Agreement", "Tally"]:
    """Ask a model about all examples, once somebody has agreed to the cost; tell how it answered.

    Parameters
    ----------
    yes, quiet
        Whether nobody is asked, and whether the estimate goes to standard error.
    """
    from tiltyard.cli.patience import patience
    from tiltyard.worker.once import estimate_judging, judge_by_examples

    click.echo(
        estimated(asyncio.run(estimate_judging(model, kind, examples)), "example"), err=quiet
    )
    if not yes:
        click.confirm("Start?", abort=True, err=quiet)
    with patience("Labelling"):
        return asyncio.run(judge_by_examples(model, kind, examples, seed=seed))


@click.command("examples")
@click.argument("kind")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file of examples.")
@data_option
def write_examples(kind: str, out: Path, data: Path | None) -> None:
    """Write the prompts that a model has labelled as examples of KIND.

    KIND is category, hard, expert or occupation. `label train FILE --extend KIND` learns from them.
    """
    from tiltyard.battles.notes import counted
    from tiltyard.labels.errors import LabelError
    from tiltyard.labels.trained import seed_of
    from tiltyard.web.settings import read_settings
    from tiltyard.worker.once import model_examples_once

    seed_of(kind)
    found = asyncio.run(model_examples_once(read_settings(data=data).ledger, kind))
    if not found:
        raise LabelError(f"No model has labelled {kind} yet: see label run --by.")
    lines = (json.dumps(one._asdict(), ensure_ascii=False) for one in found)
    try:
        out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="replace")
    except OSError as error:
        raise LabelError(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(f"{counted(len(found), 'example')} of {kind} in {out}")
