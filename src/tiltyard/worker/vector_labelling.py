"""Label battles by classifiers that read vectors: each different prompt is sent, and paid, once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from tiltyard.contestants.embedding_model import EmbeddingModel
from tiltyard.contestants.embeddings import Embeddings, estimate
from tiltyard.errors import TiltyardError
from tiltyard.labels.labeller import Batch, Conversation, Labeller
from tiltyard.labels.labellers import reading_vectors, versions_of
from tiltyard.labels.trained import TrainedLabeller
from tiltyard.labels.vectors import Row, Vectors, VectorSpace, require_version
from tiltyard.ledger import labels
from tiltyard.ledger.conversations import read_said
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.labels import FoundLabel
from tiltyard.worker.labelling import READ_CHARS, found_labels
from tiltyard.worker.progress import Told, tell_nobody
from tiltyard.worker.prompt_vectors import PromptVectors

BATCH = 128

Find = Callable[[str], EmbeddingModel]
"""Finds an embedding model by its id; a `TiltyardError` says that there is none."""


@dataclass(frozen=True, slots=True)
class VectorsLabelled:
    """What was done.

    Attributes
    ----------
    battles
        How many were labelled.
    fetched
        How many texts were sent.
    refused
        How many texts the endpoints did not take: their battles lack the label.
    faults
        Why others wait: an endpoint that fails, a model that is not declared.
    """

    battles: int = 0
    fetched: int = 0
    refused: int = 0
    faults: tuple[str, ...] = ()

    def __add__(self, other: "VectorsLabelled") -> "VectorsLabelled":
        return VectorsLabelled(
            self.battles + other.battles,
            self.fetched + other.fetched,
            self.refused + other.refused,
            self.faults + other.faults,
        )


@dataclass(frozen=True, slots=True)
class VectorsEstimate:
    """What labelling by one model's vectors would take; None where the price is not known."""

    model: str
    texts: int
    tokens: int
    cost_usd: float | None


class VectorLabelling:
    """Finds what lacks a label that is read from vectors, and labels it.

    The labellers of one space wait for its endpoint together, and for no other.

    Parameters
    ----------
    ledger, embeddings
        Where battles are found and labels and vectors kept, and where vectors come from.
    find
        Finds the models that make the vectors.
    labellers
        Who labels; those that read words are left out.
    told
        Called with how many a model's labellers have labelled.
    """

    def __init__(
        self,
        ledger: Ledger,
        embeddings: Embeddings,
        find: Find,
        labellers: Sequence[Labeller],
        *,
        told: Told = tell_nobody,
    ) -> None:
        self._ledger = ledger
        self._embeddings = embeddings
        self._find = find
        self._groups = reading_vectors(labellers)
        self._told = told
        self._sources: dict[VectorSpace, PromptVectors] = {}
        self._settled: int | None = None

    async def estimate(self) -> list[VectorsEstimate]:
        """Count what is to be sent to whom, and reckon what that costs; nobody is asked."""
        found = []
        for space, labellers in self._groups.items():
            with suppress(TiltyardError):  # said when its turn to label comes
                source, seen, chars, after = self._source(space), set[int](), 0, None
                while prompts := await self._lacking(versions_of(labellers), after):
                    new = [one for one in await source.lacking(prompts) if hash(one) not in seen]
                    seen.update(map(hash, new))  # a million texts would not fit
                    chars += sum(map(len, new))
                    after = [*prompts][-1]
                cost = await estimate(self._find(space.model), chars)
                found.append(VectorsEstimate(space.model, len(seen), *cost))
        return found

    async def label_all(self) -> VectorsLabelled:
        """Label every battle that lacks a label, as far as there are vectors.

        Where no battle was settled since all were labelled, none is looked at.
        """
        settled = await self._ledger.in_thread(labels.count_settled) if self._groups else None
        if settled == self._settled:
            return VectorsLabelled()
        done = VectorsLabelled()
        for space, labellers in self._groups.items():
            done += await self._label_by(space, labellers)
        self._settled = None if done.faults else settled
        return done

    async def _label_by(
        self, space: VectorSpace, labellers: Sequence[TrainedLabeller]
    ) -> VectorsLabelled:
        battles, before, after = 0, 0, None
        source: PromptVectors | None = None
        faults: tuple[str, ...] = ()
        try:
            source = self._source(space)
            before = source.fetched
            while prompts := await self._lacking(versions_of(labellers), after):
                self._told(battles)
                vectors = await source.of(prompts)
                found = await asyncio.to_thread(_labels, space, labellers, prompts, vectors)
                async with self._ledger.writing() as connection:
                    await labels.add_labels(connection, found, datetime.now(UTC))
                battles, after = battles + len(vectors), [*prompts][-1]
        except TiltyardError as error:
            faults = (str(error),)
        fetched = 0 if source is None else source.fetched - before
        refused = 0 if source is None else source.refused
        return VectorsLabelled(battles, fetched, refused, faults)

    def _source(self, space: VectorSpace) -> PromptVectors:
        """Find who makes the vectors of a space, as they were when its classifiers learned."""
        if space not in self._sources:
            model = self._find(space.model)
            require_version(space, model.version)
            self._sources[space] = PromptVectors(self._ledger, self._embeddings, model, space)
        return self._sources[space]

    async def _lacking(self, wanted: labels.Versions, after: UUID | None) -> Mapping[UUID, str]:
        def read(connection: SyncConnection) -> dict[UUID, str]:
            ids = labels.lacking_labels(connection, wanted, after=after, limit=BATCH)
            said = read_said(connection, ids, chars=READ_CHARS)
            return {one.battle: "\n".join(one.asked) for one in said}

        return await self._ledger.in_thread(read)


def _labels(
    space: VectorSpace,
    labellers: Sequence[TrainedLabeller],
    prompts: Mapping[UUID, str],
    vectors: Mapping[UUID, Row],
) -> list[FoundLabel]:
    if not vectors:
        return []
    which = [*vectors]
    rows = Vectors(space, np.array([vectors[battle] for battle in which]))
    batch = Batch([Conversation((prompts[battle],)) for battle in which], rows)
    return [
        label
        for labeller in labellers
        for label in found_labels(labeller, which, labeller.label(batch))
    ]
