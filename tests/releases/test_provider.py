"""A maker gets a declared share of its own model's battles, and learns of nobody else."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import update

from exported import (
    ASKING,
    CARDS,
    HERON,
    LONG_AGO,
    OWL,
    WREN,
    asked,
    battle,
    id_of,
    preview,
    read_parts,
    record,
)
from opened import open_ledger
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import attempts
from tiltyard.releases.consented import UNASKED
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.exporting import Export
from tiltyard.releases.provider import BEYOND, ProviderReport, report_to_provider
from tiltyard.releases.take_downs import take_down

pytestmark = pytest.mark.anyio

WREN_OWL, OWL_WREN = (CARDS[WREN], CARDS[OWL]), (CARDS[OWL], CARDS[WREN])


async def report(
    ledger: Ledger, model: str, out: Path, share: float = 1.0, schema: str = "tiltyard"
) -> ProviderReport:
    wanted = Export("text", schema)
    return await report_to_provider(ledger, model, wanted, out, share=share)


async def test_a_maker_sees_its_own_model_and_no_other(ledger_url: str, tmp_path: Path) -> None:
    battles = [
        asked(1, "a", sides=WREN_OWL, comment="Mine"),
        asked(2, "a", sides=OWL_WREN),
        asked(3, "tie", sides=OWL_WREN),
        asked(4, "a", sides=(CARDS[OWL], CARDS[HERON])),
    ]
    async with open_ledger(ledger_url) as ledger:
        await record(ledger, [battle(9)])
        await record(ledger, battles, definition=ASKING)
        found = await report(ledger, WREN, tmp_path / "out")
    assert (found.votes, found.given) == (3, 3)
    assert (found.won, found.lost, found.even) == (1, 1, 1)
    assert found.left_out == {UNASKED: 1}
    frame = read_parts(tmp_path / "out", "tiltyard")
    assert frame["battle_id"].is_sorted()
    assert not {*frame["battle_id"]} & {id_of(number) for number in (1, 2, 3)}
    pairs = sorted(zip(frame["model_a"], frame["model_b"], strict=True))
    assert pairs == [("anonymous", WREN), ("anonymous", WREN), (WREN, "anonymous")]
    assert frame["comment"].to_list() == [None] * 3
    assert "contestant_a" not in frame.columns
    assert frame["pair_probability"].null_count() == 3
    assert frame["voted_at"].to_list() == [LONG_AGO.replace(hour=0)] * 3
    told = str(frame.to_dicts())
    assert WREN in told
    assert OWL not in told


async def test_an_opponent_that_says_who_it_is_says_nothing(tmp_path: Path) -> None:
    said = [
        ("I am Wren.", "Light."),
        ("Air.", "Hello, I am Owl."),
        ("Air.", "I'm GPT-4 by OpenAI."),
    ]
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        battles = [asked(number, said=(both,)) for number, both in enumerate(said, 1)]
        await record(ledger, battles, definition=ASKING)
        found = await report(ledger, WREN, tmp_path / "out")
    frame = read_parts(tmp_path / "out", "tiltyard")
    assert frame["conversation_a"].null_count() == 2
    (words,) = frame["conversation_b"].drop_nulls().to_list()
    assert words[-1]["content"] == "Light."
    assert (found.given, found.identities_withheld) == (3, 2)


async def test_what_an_answer_took_goes_with_its_words(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, [asked(1), asked(2, said=(("Air.", "I am Owl."),))], definition=ASKING)
        async with ledger.writing() as connection:
            await connection.execute(update(attempts).values(duration_ms=1_234, output_tokens=5))
        await report(ledger, WREN, tmp_path / "out", schema="comparia-2")
    told = read_parts(tmp_path / "out", "comparia-2")["metadata"]
    assert sorted(told.struct.field("duration_a").to_list(), key=str) == [1.2, None]
    assert sorted(told.struct.field("tokens_a").to_list(), key=str) == [5, None]


async def test_a_report_goes_into_an_empty_place(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, [asked(1)], definition=ASKING)
        await report(ledger, WREN, tmp_path / "out")
        with pytest.raises(ReleaseError, match="not an empty directory"):
            await report(ledger, WREN, tmp_path / "out")


async def test_a_maker_sees_its_preview_by_its_id(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, [asked(1, sides=(preview(), CARDS[OWL]))], definition=ASKING)
        await report(ledger, HERON, tmp_path / "out")
    assert read_parts(tmp_path / "out", "tiltyard")["model_a"].to_list() == [HERON]


async def test_the_share_is_kept_and_asking_again_gives_no_others(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, [asked(number) for number in range(1, 401)], definition=ASKING)
        found = [await report(ledger, WREN, tmp_path / name, 0.2) for name in "ab"]
    ids = [read_parts(tmp_path / name, "tiltyard")["battle_id"] for name in "ab"]
    assert ids[0].equals(ids[1])
    assert 0.12 < found[0].given / found[0].votes <= 0.2
    assert found[0].left_out == {BEYOND: 400 - found[0].given}
    assert ids[0].dtype == pl.String


async def test_two_makers_have_other_ids_for_their_battle(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, [asked(1)], definition=ASKING)
        for maker in (WREN, OWL):
            await report(ledger, maker, tmp_path / maker)
        ids = {read_parts(tmp_path / maker, "tiltyard")["battle_id"][0] for maker in (WREN, OWL)}
        assert len(ids) == 2
        taken = await take_down(ledger, sorted(ids), "Asked to.", datetime.now(UTC))
        assert taken == {id_: [] for id_ in ids}
        with pytest.raises(ReleaseError, match="has no votes"):
            await report(ledger, WREN, tmp_path / "again")


async def test_the_share_is_the_most_at_every_moment(tmp_path: Path) -> None:
    given: list[set[str]] = []
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        for first in range(1, 80, 7):
            later = [asked(number) for number in range(first, first + 7)]
            await record(ledger, later, definition=ASKING)
            found = await report(ledger, WREN, tmp_path / str(first), 0.5)
            assert found.given <= 0.5 * found.votes
            given.append({*read_parts(tmp_path / str(first), "tiltyard")["battle_id"]})
    assert all(earlier <= later for earlier, later in pairwise(given))
    assert len(given[-1]) > 0.3 * 84


async def test_a_model_without_votes_is_a_sentence(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, [battle(1)])
        with pytest.raises(ReleaseError, match="has no votes in text that may be given away"):
            await report(ledger, WREN, tmp_path / "out")


async def test_what_was_given_are_votes_whatever_a_vote_becomes(
    ledger_url: str, tmp_path: Path
) -> None:
    battles = [asked(1, "a", sides=WREN_OWL), asked(2, "a", sides=OWL_WREN)]
    async with open_ledger(ledger_url) as ledger:
        await record(ledger, battles, definition=ASKING)
        found = await report(ledger, WREN, tmp_path / "out", schema="kto")
    assert (found.votes, found.given) == (2, 2)
    assert read_parts(tmp_path / "out", "kto").height == 4
