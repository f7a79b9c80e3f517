"""Keep battles out of every later release."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tiltyard.ledger import releases
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.hiding import release_id


async def take_down(
    ledger: Ledger, battles: Sequence[str], reason: str, at: datetime
) -> dict[str, list[str]]:
    """Keep battles out of every later release; say in which releases each of them is.

    Parameters
    ----------
    battles
        Their ids: of this ledger, or of a release that was prepared with it.

    Raises
    ------
    ReleaseError
        When an id is none, or no battle has it; then nothing is taken down.
    """
    # Before it is this one's turn to write: ids of a release take seconds among a million battles.
    found = await ledger.in_thread(lambda c: _find(c, {given: _id(given) for given in battles}))

    def record(connection: SyncConnection) -> dict[str, list[str]]:
        for battle in found.values():
            releases.take_down(connection, battle, reason, at)
        return {
            given: releases.releases_of_battle(connection, battle)
            for given, battle in found.items()
        }

    return await ledger.write_in_thread(record)


def _find(connection: SyncConnection, ids: dict[str, UUID]) -> dict[str, UUID]:
    """Find the battle that each id means."""
    here = {id_: id_ for id_ in ids.values() if releases.is_battle(connection, id_)}
    elsewhere = set(ids.values()) - here.keys()
    known = here | (_released_as(connection, elsewhere) if elsewhere else {})
    for given, id_ in ids.items():
        if id_ not in known:
            raise ReleaseError(f"There is no battle {given}, here or in a release.")
    return {given: known[id_] for given, id_ in ids.items()}


def _released_as(connection: SyncConnection, ids: set[UUID]) -> dict[UUID, UUID]:
    """Find the battles that have these ids in some release that was prepared."""
    wanted = {str(id_) for id_ in ids}
    battles = releases.all_battles(connection)
    return {
        UUID(released): UUID(battle)
        for prepared in releases.read_prepared(connection)
        for battle in battles
        if (released := release_id(battle, prepared.key)) in wanted
    }


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise ReleaseError(f"{given!r} is no battle's id: copy it from the release.") from None
