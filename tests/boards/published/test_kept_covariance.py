from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from opened import open_ledger
from synthetic_votes import MODELS, synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.published.kept_covariance import kept_covariance, pack, unpack, with_covariance
from tiltyard.boards.ranking import rank
from tiltyard.ledger.covariances import put_covariance, read_covariance
from tiltyard.ledger.engine import Connection

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def board_of(votes: int) -> Board:
    return rank(Battles.from_frame(synthetic_votes(votes)))


def published(board: Board, at: datetime = NOON) -> dict[str, object]:
    return {"arena": "text", "published_at": at.isoformat(), **board.to_dict()}


async def keep(
    connection: Connection, arena: str, slice_: str, board: Board, at: datetime, control: str = ""
) -> None:
    kept = kept_covariance(board, at)
    await connection.run_sync(put_covariance, arena, slice_, control, kept)


async def test_any_two_models_of_a_published_board_compare_as_on_the_day_it_was_made(
    ledger_url: str,
) -> None:
    old, new = board_of(500), board_of(4_000)
    async with open_ledger(ledger_url) as ledger:
        async with ledger.writing() as connection:
            await keep(connection, "text", "overall", old, NOON - timedelta(minutes=1))
            await keep(connection, "text", "overall", new, NOON)
            await keep(connection, "text", "overall", old, NOON, control="style")
        kept = await ledger.in_thread(lambda one: read_covariance(one, "text", "overall", ""))
    again = with_covariance(published(new), kept)
    assert again is not None
    for one, other in pairwise(MODELS):
        made, found = (board.win_probability(one, other) for board in (new, again))
        assert found.estimate == pytest.approx(made.estimate, abs=1e-9)
        assert (found.lower, found.upper) == pytest.approx((made.lower, made.upper), abs=1e-6)


async def test_a_covariance_of_another_snapshot_is_not_taken(ledger_url: str) -> None:
    board = board_of(500)
    async with open_ledger(ledger_url) as ledger:
        async with ledger.writing() as connection:
            await keep(connection, "text", "overall", board, NOON)
        kept = await ledger.in_thread(lambda one: read_covariance(one, "text", "overall", ""))
        none = await ledger.in_thread(lambda one: read_covariance(one, "text", "code", ""))
    assert none is None
    assert with_covariance(published(board, NOON + timedelta(minutes=1)), kept) is None
    assert with_covariance(published(board), None) is None
    assert with_covariance({**published(board), "published_at": None}, kept) is None


@pytest.mark.parametrize("models", [0, 1, 2, 120])
def test_packing_keeps_seven_digits(models: int) -> None:
    root = np.random.default_rng(models).normal(size=(models, models))
    covariance = root @ root.T
    np.testing.assert_allclose(unpack(pack(covariance), models), covariance, rtol=1e-6, atol=1e-6)
