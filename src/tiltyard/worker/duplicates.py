"""Label copies: which battles asked what was asked before, in the order of time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from time import monotonic
from typing import NamedTuple
from uuid import UUID

import numpy as np

from tiltyard.labels.duplicates import (
    LABELLER,
    READ_CHARS,
    VERSION,
    Fingerprint,
    alike,
    fingerprint,
)
from tiltyard.ledger import labels, prompts
from tiltyard.ledger.conversations import read_said
from tiltyard.ledger.engine import Connection, Ledger, SyncConnection
from tiltyard.ledger.labels import FoundLabel, Moment
from tiltyard.ledger.prompts import Placed, Prompt
from tiltyard.worker.progress import Told, tell_nobody

BATCH = 200
CROWD = 50
"""A band with this many prompts takes no more: they all say the same, and one is enough to find."""


class Asked(NamedTuple):
    """A battle and the fingerprint of what it asked."""

    battle: UUID
    print: Fingerprint


class Duplicates:
    """Finds the battles whose prompt was asked before.

    A battle is compared with those that were labelled before it; these are taken in the order in
    which they were opened. What was labelled is never labelled otherwise: a copy is a copy of the
    first, also when an older one is imported later.

    Attributes
    ----------
    backlog
        Whether the last call left battles for the next one.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.backlog = False
        self._ledger = ledger
        self._settled: int | None = None

    async def label_all(self, until: float = inf, told: Told = tell_nobody) -> int:
        """Label every battle that lacks the label; count them.

        Parameters
        ----------
        until
            Stop after this moment of the monotonic clock; the next call goes on from there.
        told
            Called with how many are labelled.
        """
        settled = await self._ledger.in_thread(labels.count_settled)
        if settled == self._settled:
            return 0
        total, after, self.backlog = 0, None, True
        told(0)
        while batch := await self._lacking(after):
            after, asked = batch
            async with self._ledger.writing() as connection:
                total += await _label(connection, asked)
            told(total)
            if monotonic() > until:
                return total
        self._settled, self.backlog = settled, False
        return total

    async def _lacking(self, after: Moment | None) -> tuple[Moment, Sequence[Asked]] | None:
        def read(connection: SyncConnection) -> tuple[Moment, Sequence[Asked]] | None:
            found = labels.lacking_in_time(connection, LABELLER, VERSION, after=after, limit=BATCH)
            if not found:
                return None
            said = read_said(connection, [one.battle for one in found], chars=READ_CHARS)
            asked = [Asked(one.battle, fingerprint("\n".join(one.asked))) for one in said]
            return found[-1], asked

        return await self._ledger.in_thread(read)


async def _label(connection: Connection, batch: Sequence[Asked]) -> int:
    await prompts.lock_prompts(connection)
    done = await connection.run_sync(
        lambda sync: labels.labels_there(sync, [one.battle for one in batch], {LABELLER: VERSION})
    )
    asked = [one for one in batch if not done[one.battle]]
    if not asked:
        return 0
    known = await prompts.read_prompts(connection, sorted({one.print.key for one in asked}))
    before = frozenset(known)
    crowd = await _Crowd.around(connection, [one for one in asked if one.print.key not in before])
    found = [_copy(one, known, crowd) for one in asked]
    new = [prompt for key, prompt in known.items() if key not in before]
    await prompts.add_prompts(connection, new, crowd.placed)
    again = {one.print.key for one in asked} & before
    await prompts.count_asked(connection, {key: known[key].asked for key in again})
    await labels.add_labels(connection, found, datetime.now(UTC))
    return len(found)


def _copy(one: Asked, known: dict[str, Prompt], crowd: "_Crowd") -> FoundLabel:
    """Label a battle, and remember that it asked."""
    key, first = one.print.key, None
    if key in known:
        first = known[key].first_battle
        known[key] = replace(known[key], asked=known[key].asked + 1)
    else:
        minima = one.print.minima.tobytes()
        known[key] = Prompt(key, one.battle, 1, minima, crowd.first_like(one.print))
        crowd.join(one.print, known[key])
    near = known[key].near
    value = {
        "duplicate_of": None if first is None else str(first),
        "near_duplicate_of": None if near is None else str(near),
        "prompt_copies": known[key].asked,
    }
    return FoundLabel(one.battle, LABELLER, VERSION, value, None)


class _Crowd:
    """The prompts in the bands of new ones.

    Parameters
    ----------
    placed
        Bands and prompts in them, in the order in which these came.
    there
        Those prompts.
    """

    def __init__(self, placed: Sequence[Placed], there: Mapping[str, Prompt]) -> None:
        self._bands: dict[int, list[str]] = defaultdict(list)
        self._there = dict(there)
        self._order: dict[str, int] = {}
        for band, key in placed:
            self._bands[band].append(key)
            self._order.setdefault(key, len(self._order))
        self.placed: dict[str, list[int]] = {}

    @classmethod
    async def around(cls, connection: Connection, new: Sequence[Asked]) -> "_Crowd":
        """Read the bands of new prompts, and who is in them."""
        bands = sorted({band for one in new for band in one.print.bands})
        placed = await prompts.read_bands(connection, bands)
        keys = sorted({key for _, key in placed})
        return cls(placed, await prompts.read_prompts(connection, keys))

    def first_like(self, print_: Fingerprint) -> UUID | None:
        """Find the prompt that came first of those nearly equal to this one."""
        beside = {key for band in print_.bands for key in self._bands[band]}
        came = sorted(beside & self._there.keys(), key=self._order.__getitem__)
        others = [self._there[key] for key in came]
        minima = [np.frombuffer(other.minima, np.uint32) for other in others]
        like = alike(print_.minima, minima)
        found = [other for other, same in zip(others, like, strict=True) if same]
        return found[0].near or found[0].first_battle if found else None

    def join(self, print_: Fingerprint, prompt: Prompt) -> None:
        """Put a new prompt into its bands, but for those that are full."""
        self._there[prompt.key] = prompt
        self._order[prompt.key] = len(self._order)
        room = [band for band in print_.bands if len(self._bands[band]) < CROWD]
        for band in room:
            self._bands[band].append(prompt.key)
        self.placed[prompt.key] = room
