"""Vectors of what was asked: those that the ledger keeps, and the others from their endpoint."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from tiltyard.contestants.adapter import AnswerError
from tiltyard.contestants.embedding_model import EmbeddingModel
from tiltyard.contestants.embeddings import Embedded, Embeddings, TextRefusedError
from tiltyard.labels.vectors import Row, VectorSpace
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.prompt_vectors import PromptVector, VectorRequest, keep_vectors, read_vectors

GIVE_UP = 5
"""An endpoint that took none of this many texts in a row takes none at all."""


class PromptVectors:
    """The vectors of one space.

    What comes is kept request by request: killed half way, the next one pays for the rest only.

    Parameters
    ----------
    ledger, embeddings
        Where vectors are kept, and where others come from.
    model
        Who makes them.
    space
        Which they must be.
    """

    def __init__(
        self, ledger: Ledger, embeddings: Embeddings, model: EmbeddingModel, space: VectorSpace
    ) -> None:
        self._ledger = ledger
        self._embeddings = embeddings
        self._model = model
        self._space = space
        self._refused: set[str] = set()
        self._doubted: set[str] = set()
        self.fetched = 0

    @property
    def refused(self) -> int:
        """How many texts the endpoint did not take; they are not sent again."""
        return len(self._refused | self._doubted)

    async def lacking(self, prompts: Mapping[UUID, str]) -> set[str]:
        """Find the texts that would be sent."""
        texts = {self._model.readable(prompt) for prompt in prompts.values()} - {""}
        return texts - (await self._kept([*texts])).keys()

    async def of(self, prompts: Mapping[UUID, str]) -> dict[UUID, Row]:
        """Give each battle the vector of its prompt; none where the endpoint refuses that.

        Raises
        ------
        AnswerError
            When the endpoint fails; what came by then is kept.
        """
        texts = {battle: self._model.readable(prompt) for battle, prompt in prompts.items()}
        first = {text: battle for battle, text in reversed(texts.items()) if text}
        known = {"": np.zeros(self._space.dimension, np.float32)}
        known |= await self._kept(list(first))
        new = [text for text in first if text not in known and self._key(text) not in self._refused]
        before = self.fetched
        await self._fetch(new, first, known)
        if self.fetched > before:
            self._leave_doubted()
        return {battle: known[text] for battle, text in texts.items() if text in known}

    async def _kept(self, texts: Sequence[str]) -> dict[str, Row]:
        keys = {self._key(text): text for text in texts}
        kept = await self._ledger.in_thread(lambda connection: read_vectors(connection, [*keys]))
        return {keys[key]: np.frombuffer(vector, "<f4") for key, vector in kept.items()}

    async def _fetch(
        self, texts: Sequence[str], first: Mapping[str, UUID], known: dict[str, Row]
    ) -> None:
        """Fetch what is lacking; where something is refused, look by halves for what it is."""
        size = self._space.dimension
        try:
            async with aclosing(
                self._embeddings.all_of(self._model, texts, dimension=size)
            ) as coming:
                async for found in coming:
                    await self._keep(found, first)
                    known.update(zip(found.texts, found.rows, strict=True))
        except TextRefusedError as error:
            left = [text for text in texts if text not in known]
            if len(left) == 1:
                self._refuse(left[0], error)
                return
            middle = len(left) // 2
            await self._fetch(left[:middle], first, known)
            await self._fetch(left[middle:], first, known)

    async def _keep(self, found: Embedded, first: Mapping[str, UUID]) -> None:
        rows = found.rows.astype("<f4")
        vectors = [
            PromptVector(self._key(text), first[text], row.tobytes())
            for text, row in zip(found.texts, rows, strict=True)
        ]
        asked = VectorRequest(
            self._space.model,
            self._space.version,
            len(vectors),
            found.tokens,
            found.cost_usd,
            found.endpoint_version,
        )
        async with self._ledger.writing() as connection:
            await keep_vectors(connection, vectors, asked, datetime.now(UTC))
        self.fetched += len(vectors)
        self._leave_doubted()

    def _leave_doubted(self) -> None:
        """Leave refused texts alone from now on: the endpoint takes others."""
        self._refused |= self._doubted
        self._doubted.clear()

    def _refuse(self, text: str, error: TextRefusedError) -> None:
        """Doubt a text, unless the endpoint takes no other either."""
        self._doubted.add(self._key(text))
        if len(self._doubted) >= GIVE_UP:
            self._doubted.clear()
            raise AnswerError(f"{error} It took none of the last {GIVE_UP} texts.")

    def _key(self, text: str) -> str:
        whose = f"{self._space.version} {self._space.dimension}\n"
        return hashlib.sha256((whose + text).encode("utf-8", "surrogatepass")).hexdigest()
