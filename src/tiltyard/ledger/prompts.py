"""Prompts that were asked, by their fingerprints: what a new one may be a copy of.

A prompt is remembered by the first battle that asked it, how often it was asked, and the first
battle that asked nearly the same before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.tables import prompt_bands, prompts

LOCK = 7_205_759_403

Placed = tuple[int, str]
"""A band, and the key of a prompt in it."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt: its first battle, how many asked it, and who asked nearly the same before."""

    key: str
    first_battle: UUID
    asked: int
    minima: bytes
    near: UUID | None


async def lock_prompts(connection: AsyncConnection) -> None:
    """Let nobody else remember prompts until the transaction ends."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        await connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


async def read_prompts(connection: AsyncConnection, keys: Sequence[str]) -> dict[str, Prompt]:
    """Read what is remembered of prompts, by their keys."""
    rows = await connection.execute(prompts.select().where(prompts.c.key.in_(keys)))
    return {row.key: _prompt(row) for row in rows}


async def read_bands(connection: AsyncConnection, bands: Sequence[int]) -> list[Placed]:
    """Read the keys of the prompts in these bands, in the order in which they came."""
    query = select(prompt_bands.c.band, prompt_bands.c.prompt)
    query = query.where(prompt_bands.c.band.in_(bands)).order_by(prompt_bands.c.id)
    return [(row.band, row.prompt) for row in await connection.execute(query)]


async def add_prompts(
    connection: AsyncConnection, new: Sequence[Prompt], bands: Mapping[str, Sequence[int]]
) -> None:
    """Remember new prompts, each in these bands."""
    if not new:
        return
    names = Prompt.__slots__
    rows = [{name: getattr(prompt, name) for name in names} for prompt in new]
    await connection.execute(prompts.insert(), rows)
    placed = [{"band": band, "prompt": key} for key, places in bands.items() for band in places]
    if placed:
        await connection.execute(prompt_bands.insert(), placed)


async def count_asked(connection: AsyncConnection, asked: Mapping[str, int]) -> None:
    """Set how often prompts were asked."""
    if asked:
        change = (
            update(prompts).where(prompts.c.key == bindparam("of")).values(asked=bindparam("n"))
        )
        rows = [{"of": key, "n": count} for key, count in asked.items()]
        await connection.execute(change, rows)


def _prompt(row: Any) -> Prompt:  # noqa: ANN401  # a row
    return Prompt(row.key, row.first_battle, row.asked, row.minima, row.near)
