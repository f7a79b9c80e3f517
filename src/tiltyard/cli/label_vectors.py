"""Vectors for `tiltyard label`: what they cost, fetched, and what came of them."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiltyard.contestants.embedding_model import EmbeddingModel
    from tiltyard.labels.examples import Examples
    from tiltyard.labels.vectors import Row, Vectors, VectorSpace
    from tiltyard.worker.vector_labelling import VectorsEstimate, VectorsLabelled

CONTESTANTS = click.option(
    "--contestants",
    type=click.Path(path_type=Path),
    help="The file that declares embedding models; contestants.toml.",
)
YES = click.option("--yes", is_flag=True, help="Do not ask whether vectors may cost that.")


def with_vectors(
    examples: "Examples",
    model_id: str,
    contestants: Path | None,
    *,
    yes: bool,
    quiet: bool,
    space: "VectorSpace | None" = None,
) -> "Examples":
    """Give examples the vectors of their texts, once somebody has agreed to the cost.

    Parameters
    ----------
    model_id
        The id of an embedding model.
    contestants
        The file that declares it.
    yes, quiet
        Whether nobody is asked, and whether the estimate goes to standard error.
    space
        Which vectors they must be; whichever there are, when left out.
    """
    from tiltyard.cli.patience import patience
    from tiltyard.contestants.catalogue import load_catalogue
    from tiltyard.contestants.embeddings import estimate
    from tiltyard.labels.vectors import require_version
    from tiltyard.web.settings import read_settings

    file = read_settings(contestants=contestants).contestants
    model = load_catalogue(file, need_keys=False).embedding_model(model_id)
    if space is not None:
        require_version(space, model.version)
    texts = sorted({model.readable(text) for text in examples.texts} - {""})
    cost = asyncio.run(estimate(model, sum(map(len, texts))))
    click.echo(_said(len(texts), *cost), err=quiet)
    if not yes:
        click.confirm("Start?", abort=True, err=quiet)
    with patience("Fetching vectors"):
        vectors = asyncio.run(_fetched(model, texts, examples.texts, space))
    return replace(examples, vectors=vectors)


async def _fetched(
    model: "EmbeddingModel",
    sent: "Sequence[str]",
    texts: "Sequence[str]",
    space: "VectorSpace | None",
) -> "Vectors":
    from tiltyard.contestants.embeddings import Embeddings
    from tiltyard.labels.vectors import VectorSpace, vectors_of

    known: dict[str, Row] = {}
    embeddings = Embeddings()
    size = None if space is None else space.dimension
    try:
        async for found in embeddings.all_of(model, sent, dimension=size):
            known.update(zip(found.texts, found.rows, strict=True))
            size = found.rows.shape[1]
    finally:
        await embeddings.close()
    made = space or VectorSpace(model.id, model.version, size or 0)
    return vectors_of(made, [model.readable(text) for text in texts], known)


def _said(texts: int, tokens: int, cost: float | None) -> str:
    from tiltyard.battles.notes import counted

    price = "at a price that is not known" if cost is None else f"about {cost:,.4f} US dollars"
    return f"{counted(texts, 'text')} to send, about {tokens:,} tokens: {price}"


def say_estimate(found: "VectorsEstimate") -> None:
    """Say what the vectors of one model will cost, where there is something to send."""
    if found.texts:
        click.echo(f"{found.model}: {_said(found.texts, found.tokens, found.cost_usd)}")


def say_vectors(done: "VectorsLabelled") -> None:
    """Say what was labelled by vectors, and what waits; leave with 1 where something does."""
    from tiltyard.battles.notes import counted
    from tiltyard.cli.patience import printable

    if done.battles or done.fetched:
        battles, texts = counted(done.battles, "battle"), counted(done.fetched, "text")
        click.echo(f"{battles} labelled by vectors, {texts} sent")
    if done.refused:
        click.echo(f"The endpoint refused {counted(done.refused, 'text')}.", err=True)
    for fault in done.faults:
        click.echo(f"Labels by vectors wait: {printable(fault)}", err=True)
    if done.faults:
        raise SystemExit(1)
