"""One pass of the worker over a ledger, for a terminal or a timer."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.catalogue import load_catalogue
from tiltyard.contestants.embedding_model import EmbeddingModel
from tiltyard.contestants.embeddings import Embeddings
from tiltyard.labels.agreement import Agreement
from tiltyard.labels.examples import Examples
from tiltyard.labels.labeller import Labeller
from tiltyard.labels.labellers import labellers_with, reading_words, shipped_labellers
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.migrate import upgraded_ledger
from tiltyard.ledger.register import read_arenas
from tiltyard.worker.duplicates import Duplicates
from tiltyard.worker.label_status import LabelStatus, read_label_status
from tiltyard.worker.labelling import Labelling
from tiltyard.worker.model_asking import AskingModel, Estimate, Tally
from tiltyard.worker.model_examples import Example, judged_by_examples, model_examples
from tiltyard.worker.model_labelling import ModelLabelled, ModelLabelling
from tiltyard.worker.progress import Listener, Told, tell_nobody
from tiltyard.worker.service import Done, Worker
from tiltyard.worker.surveying import Surveying
from tiltyard.worker.vector_labelling import VectorLabelling, VectorsEstimate, VectorsLabelled

CATALOGUE = Path("contestants.toml")


@dataclass(frozen=True, slots=True)
class WorkedOnce:
    """What was made, with what was labelled by vectors beside it, and what is wrong with slices."""

    labelled: int
    published: int
    vectors: VectorsLabelled
    slices_fault: str | None


async def work_once(
    place: Path | str,
    slices: Path | None = None,
    labellers: Path | None = None,
    *,
    catalogue: Path | None = None,
    told: Listener | None = None,
) -> WorkedOnce:
    """Bring a ledger up to date and do what there is to do; what waits for vectors comes last.

    Parameters
    ----------
    place
        The ledger.
    slices
        The file of slices; those that ship when None.
    labellers
        The directory of trained labellers; those that ship alone when None.
    catalogue
        The file that declares embedding models.
    told
        Called whenever something is done.
    """
    in_use, given = SlicesInUse(slices), _labellers(labellers)
    async with upgraded_ledger(place) as ledger:
        async with ledger.reading() as connection:
            arenas = await read_arenas(connection)
        boards = BoardPublisher(ledger, arenas, Recipe(), in_use, given)
        chores = [Surveying(ledger, arenas).survey_now_and_then]
        words = reading_words(given)
        worker = Worker(ledger, boards, every_s=1.0, labellers=words, chores=chores)
        if told is not None:
            worker.progress.listen(told)
        done = await worker.once()
        tell = partial(worker.progress.tell, "labelling by vectors")
        async with _vectors(ledger, given, catalogue, tell) as labelling:
            vectors = await labelling.label_all()
        again = await worker.once() if vectors.battles else Done(0, 0)
        published = done.published + again.published
        return WorkedOnce(done.labelled, published, vectors, worker.slices_fault)


async def label_once(
    place: Path | str,
    labellers: Sequence[Labeller],
    *,
    copies: bool = True,
    catalogue: Path | None = None,
    estimated: Callable[[VectorsEstimate], None] = lambda _: None,
) -> tuple[int, VectorsLabelled]:
    """Let these labellers label what lacks their labels; count the battles.

    Parameters
    ----------
    copies
        Whether duplicates are looked for too.
    catalogue
        The file that declares embedding models.
    estimated
        Called with what vectors would cost, before any is asked for.
    """
    words = reading_words(labellers)
    async with upgraded_ledger(place) as ledger:
        labelled = await Labelling(ledger, words).label_all() if words else 0
        labelled = max(labelled, await Duplicates(ledger).label_all() if copies else 0)
        async with _vectors(ledger, labellers, catalogue) as labelling:
            for one in await labelling.estimate():
                estimated(one)
            return labelled, await labelling.label_all()


@asynccontextmanager
async def _vectors(
    ledger: Ledger, labellers: Sequence[Labeller], catalogue: Path | None, told: Told = tell_nobody
) -> AsyncGenerator[VectorLabelling]:
    def find(id_: str) -> EmbeddingModel:
        return load_catalogue(catalogue or CATALOGUE, need_keys=False).embedding_model(id_)

    embeddings = Embeddings()
    try:
        yield VectorLabelling(ledger, embeddings, find, labellers, told=told)
    finally:
        await embeddings.close()


async def estimate_once(
    place: Path | str, model: Contestant, kinds: Sequence[str], *, limit: int | None
) -> Estimate:
    """Reckon what labelling by a model would take."""
    async with _asking(place, model, kinds, limit) as labelling:
        return await labelling.estimate()


async def label_by_model_once(
    place: Path | str, model: Contestant, kinds: Sequence[str], *, limit: int | None
) -> ModelLabelled:
    """Let a model label what lacks its labels."""
    async with _asking(place, model, kinds, limit) as labelling:
        return await labelling.run()


@asynccontextmanager
async def _asking(
    place: Path | str, model: Contestant, kinds: Sequence[str], limit: int | None
) -> AsyncGenerator[ModelLabelling]:
    adapters = Adapters()
    try:
        async with upgraded_ledger(place) as ledger:
            yield ModelLabelling(ledger, adapters, model, kinds, limit=limit)
    finally:
        await adapters.close()


async def model_examples_once(place: Path | str, kind: str) -> list[Example]:
    """Read the prompts of a ledger that a model has labelled."""
    async with upgraded_ledger(place) as ledger:
        return await ledger.in_thread(lambda connection: model_examples(connection, kind))


async def estimate_judging(model: Contestant, kind: str, examples: Examples) -> Estimate:
    """Reckon what it takes to ask a model about all texts of examples."""
    texts = sorted(set(examples.texts))
    return await AskingModel(Adapters(), model, [kind]).estimate(texts, len(examples))


async def judge_by_examples(
    model: Contestant, kind: str, examples: Examples, *, seed: int
) -> tuple[Agreement, Tally]:
    """Ask a model about all texts of examples, and tell how it answered."""
    adapters = Adapters()
    try:
        asked = AskingModel(adapters, model, [kind])
        return await judged_by_examples(asked, examples, seed=seed), asked.tally
    finally:
        await adapters.close()


async def label_status_once(place: Path | str, labellers: Path) -> LabelStatus:
    """Say how far labelling is, by those that ship and the trained ones of a directory."""
    async with upgraded_ledger(place) as ledger:
        return await read_label_status(ledger, labellers_with(labellers))


def _labellers(place: Path | None) -> Sequence[Labeller]:
    return shipped_labellers() if place is None else labellers_with(place)
