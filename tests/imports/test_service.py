"""Votes of others in the ledger: once each, whole, and apart from the arena's own."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest

from importing import battle_ids, count_rows, import_file, imported_votes
from opened import open_ledger, opened
from synthetic_votes import synthetic_votes
from tiltyard.battles.codecs import CODECS
from tiltyard.battles.errors import VotesError
from tiltyard.battles.table import Battles
from tiltyard.battles.writing import write_battles
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.imports import batches, service
from tiltyard.imports.errors import ImportVotesError
from tiltyard.ledger import register
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.reading import read_battles
from tiltyard.ledger.standings import count_by_pair
from tiltyard.ledger.votes import count_votes
from tiltyard.worker.once import work_once

pytestmark = pytest.mark.anyio

SAID = [
    {"role": "user", "content": "Why is the sky blue?"},
    {"role": "assistant", "content": 'Because of \x00 the "air".'},
    {"role": "user", "content": "And at night?"},
    {"role": "assistant", "content": "Then it is black.\n"},
]
ROW = {"model_a": "x", "model_b": "y", "winner": "model_a"}


def with_words(outcome: str = "tie") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "battle_id": ["one"],
            "model_a": ["GPT 4 (old)"],
            "model_b": ["wren"],
            "winner": [outcome],
            "voter": ["203.0.113.7"],
            "tstamp": [1.75e9],
            "turn": [2],
            "conversation_a": [SAID],
            "conversation_b": [SAID[:2]],
        }
    )


def lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


async def test_an_imported_battle_is_a_battle_like_any_other(
    ledger_url: str, tmp_path: Path
) -> None:
    with_words().write_parquet(tmp_path / "votes.parquet")
    async with open_ledger(ledger_url) as ledger:
        report = await import_file(ledger, tmp_path / "votes.parquet")
        assert (report.rows, report.added, report.known, report.skipped) == (1, 1, 0, {})
        votes = await imported_votes(ledger)
        (row,) = votes.to_dicts()
        async with ledger.reading() as connection:
            (battle,) = await read_battles(connection, [UUID(row["battle_id"])])
    assert battle.source == "import:others"
    assert [side.contestant for side in battle.sides] == ["GPT 4 (old)", "wren"]
    assert [turn.parts for turn in battle.turns] == [
        [{"type": "text", "text": "Why is the sky blue?"}],
        [{"type": "text", "text": "And at night?"}],
    ]
    assert battle.attempt(1, "b").text == 'Because of \ufffd the "air".'
    assert battle.attempt(2, "a").text == "Then it is black.\n"
    assert battle.vote is not None
    assert (battle.vote.turn, battle.vote.outcome) == (2, "tie")
    assert battle.vote.voted_at == datetime.fromtimestamp(1.75e9, UTC)
    assert battle.revealed is not None
    assert "203.0.113.7" not in repr(battle)
    assert row["pair_probability"] is None


@pytest.mark.parametrize("schema", CODECS)
async def test_every_published_schema_is_imported_with_every_vote(
    schema: str, tmp_path: Path
) -> None:
    drawn = synthetic_votes(120).filter(pl.col("winner").is_in(["model_a", "model_b"])).head(60)
    battles = Battles.from_frame(drawn)
    file = tmp_path / "votes.json"
    write_battles(battles, file, schema=schema)
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        report = await import_file(ledger, file, schema=schema)
        votes = await imported_votes(ledger)
    blind = battles.frame.filter(pl.col("anony")) if schema in KEEP_ANONY else battles.frame
    assert report.added == 60
    assert not report.skipped
    assert votes.height == blind.height


KEEP_ANONY = {"battles", "chatbot_arena_33k", "arena_100k", "fastchat_log"}


async def test_the_same_file_again_adds_nothing(ledger_url: str, tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    votes = synthetic_votes(500)
    plain = votes.select("model_a", "model_b", "winner")
    async with open_ledger(ledger_url) as ledger:
        for frame in (votes, plain):
            frame.write_csv(file)
            first = await import_file(ledger, file)
            there = await count_rows(ledger)
            again = await import_file(ledger, file)
            assert (first.added, first.known) == (500, 0)
            assert (again.added, again.known) == (0, 500)
            assert await count_rows(ledger) == there


async def test_votes_without_ids_of_two_files_are_all_there(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        for day in ("monday", "tuesday"):
            rows: list[dict[str, object]] = [{**ROW, "day": day}] * 3
            report = await import_file(ledger, lines(tmp_path / f"{day}.jsonl", rows))
            assert report.added == 3
        assert (await imported_votes(ledger)).height == 6


async def test_a_row_that_stands_for_many_votes_becomes_as_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 4)
    counts = {"models": ["x", "y"], "X": [[0, 1]], "Y": [[9, 1, 0]]}
    (tmp_path / "counts.json").write_text(json.dumps(counts))
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        assert (await import_file(ledger, tmp_path / "counts.json")).added == 10
        assert (await import_file(ledger, tmp_path / "counts.json")).known == 10
        named = lines(tmp_path / "named.jsonl", [{**ROW, "id": "1", "count": 3}])
        assert (await import_file(ledger, named)).added == 3
        outcomes = (await imported_votes(ledger))["outcome"]
    assert sorted(outcomes.cast(pl.String)) == ["a"] * 12 + ["b"]


async def test_a_file_of_votes_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = {"models": ["x", "y"], "X": [[0, 1]], "Y": [[9 * 10**12, 0, 0]]}
    (tmp_path / "counts.json").write_text(json.dumps(one))
    many = lines(tmp_path / "counts.jsonl", [{**ROW, "count": 2}] * 6)
    monkeypatch.setattr(service, "BATCH", 2)
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        for file, most in ((tmp_path / "counts.json", batches.MOST_VOTES), (many, 5)):
            monkeypatch.setattr(batches, "MOST_VOTES", most)
            with pytest.raises(ImportVotesError, match="tiltyard rank reads the file as it is"):
                await import_file(ledger, file)
        monkeypatch.setattr(batches, "MOST_VOTES", 12)
        assert (await import_file(ledger, many)).rows == 6


async def test_a_file_of_too_many_votes_is_refused_before_one_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    monkeypatch.setattr(batches, "SLICE", 2)
    monkeypatch.setattr(batches, "MOST_VOTES", 12)
    rows = pl.DataFrame([ROW] * 13)
    counted = pl.DataFrame([{**ROW, "count": 5}] * 3)
    files = {name: tmp_path / name for name in ("a.parquet", "b.parquet", "c.csv", "d.jsonl")}
    rows.write_parquet(files["a.parquet"])
    counted.write_parquet(files["b.parquet"])
    rows.write_csv(files["c.csv"])
    counted.write_ndjson(files["d.jsonl"])
    for name, document in (("e", [ROW] * 13), ("f", [ROW, *[{**ROW, "count": "7"}] * 2])):
        files[name] = tmp_path / f"{name}.json"
        files[name].write_text(json.dumps(document))
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        empty = await count_rows(ledger)
        for file in files.values():
            with pytest.raises(ImportVotesError, match=r"These are 1[345] votes or more"):
                await import_file(ledger, file)
            assert await count_rows(ledger) == empty


async def test_what_cannot_be_read_is_counted_with_its_reason(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {**ROW, "id": "1"},
        {**ROW, "id": "1"},
        {**ROW, "id": "2", "winner": "modle_a"},
        {**ROW, "id": "3", "winner": "modle_a"},
        {**ROW, "id": "4", "winner": None},
        {**ROW, "id": "5", "model_b": ""},
        {**ROW, "id": "6", "model_b": "x"},
        {**ROW, "id": "7", "model_b": "y" * 81},
        {**ROW, "id": "8", "timestamp": "yesterday"},
    ]
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        report = await import_file(ledger, lines(tmp_path / "odd.jsonl", rows))
    assert (report.rows, report.added) == (9, 1)
    assert sum(report.skipped.values()) == 8
    reasons = {why.partition(";")[0]: count for why, count in report.skipped.items()}
    assert reasons == {
        "column winner: 'modle_a' is not an outcome": 2,
        "column winner: is empty": 1,
        "column model_b: is empty": 1,
        "column timestamp: 'yesterday' is not a time": 1,
        service.REPEATED: 1,
        service.SELF_BATTLE: 1,
        service.LONG_NAME: 1,
    }


async def test_a_nul_in_a_name_is_no_reason_to_lose_a_vote(ledger_url: str, tmp_path: Path) -> None:
    row: dict[str, object] = {
        **ROW,
        "model_a": "x\0y",
        "id": "i\0d",
        "voter": "v\0",
        "policy": "p\0q",
        "pair_probability": 0.5,
    }
    async with open_ledger(ledger_url) as ledger:
        report = await import_file(ledger, lines(tmp_path / "votes.jsonl", [row]))
        votes = (await imported_votes(ledger)).select("model_a", "policy").cast(pl.String)
    assert report.added == 1
    assert votes.rows() == [("x\ufffdy", "p\ufffdq")]


async def test_a_vote_of_a_time_that_cannot_be_is_left_out(ledger_url: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    times: list[object] = [
        *(0, now.timestamp() - 60, now.timestamp() + 3600),
        *(now.timestamp() + 1e6, -1e9, -62_200_000_000, "0000-01-01T00:00:00"),
    ]
    rows: list[dict[str, object]] = [
        {**ROW, "id": str(number), "timestamp": time} for number, time in enumerate(times)
    ]
    async with open_ledger(ledger_url) as ledger:
        for some in (rows[:-1], rows[-1:]):
            report = await import_file(ledger, lines(tmp_path / "times.jsonl", some))
            assert report.added == (3 if len(some) > 1 else 0)
            assert sum(report.skipped.values()) == len(some) - report.added
        assert (await imported_votes(ledger)).height == 3


async def test_a_row_of_an_odd_time_holds_nothing_up(tmp_path: Path) -> None:
    """Imports once took such times, and SQLite keeps what it is given."""
    synthetic_votes(40).write_parquet(tmp_path / "votes.parquet")
    url = f"sqlite:///{tmp_path / 'ledger'}"
    async with open_ledger(url) as ledger:
        await import_file(ledger, tmp_path / "votes.parquet")
        there = await imported_votes(ledger)
        async with ledger.writing() as connection:
            for column in ("votes.voted_at", "battles.created_at"):
                table, name = column.split(".")
                await connection.exec_driver_sql(
                    f"UPDATE {table} SET {name} = '0000-01-01 00:00:00.000000' WHERE {name} = "  # noqa: S608  # names of our own tables
                    f"(SELECT min({name}) FROM {table})"
                )
        assert (await imported_votes(ledger)).height == there.height
    assert (await work_once(url)).labelled == 40


async def test_a_repeated_id_is_found_across_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    rows: list[dict[str, object]] = [{**ROW, "id": id_} for id_ in "abcab"]
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        report = await import_file(ledger, lines(tmp_path / "votes.jsonl", rows))
    assert (report.added, report.skipped) == (3, {service.REPEATED: 2})


async def test_a_log_line_without_states_is_a_counted_skip(tmp_path: Path) -> None:
    good = {
        "tstamp": 1.7e9,
        "type": "leftvote",
        "models": ["", ""],
        "ip": "203.0.113.7",
        "states": [
            {"model_name": name, "messages": [["user", "Hi"], ["assistant", "Hello"]]}
            for name in ("x", "y")
        ],
    }
    log: list[dict[str, object]] = [good, {**good, "states": None}, {**good, "type": "chat"}]
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        report = await import_file(ledger, lines(tmp_path / "log.json", log))
    assert report.added == 1
    assert set(report.skipped.values()) == {1}
    assert len(report.skipped) == 2


@pytest.mark.parametrize("half", [0.5, 0.999])
@pytest.mark.parametrize("ending", ["parquet", "jsonl", "csv"])
async def test_half_a_file_is_one_sentence_and_the_whole_one_is_complete(
    tmp_path: Path, ending: str, half: float
) -> None:
    file = tmp_path / f"votes.{ending}"
    write_battles(Battles.from_frame(synthetic_votes(300)), file)
    whole = file.read_bytes()
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        file.write_bytes(whole[: int(len(whole) * half)])
        with pytest.raises(VotesError, match=r"cut short|damaged"):
            await import_file(ledger, file)
        file.write_bytes(whole)
        report = await import_file(ledger, file)
    assert report.added + report.known == 300


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ("model_b,gpt-4,claude", "its last row has no line break"),
        ('model_b,gpt-4,"claude, of\n', "a quoted cell has no end"),
    ],
)
async def test_a_cell_that_was_cut_is_not_taken_for_a_model(
    tmp_path: Path, cut: str, said: str
) -> None:
    file = tmp_path / "votes.csv"
    file.write_text(f'winner,model_a,model_b\nmodel_a,"gpt\n4",claude-2.1\n{cut}')
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        with pytest.raises(VotesError, match=said):
            await import_file(ledger, file)
        assert not await battle_ids(ledger)


async def test_half_a_table_without_ids_is_taken_up_by_the_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 30)
    rows = [f"x,y,{winner},{n}\n" for n in range(50) for winner in ("model_a", "model_a", "tie")]
    head, file = "model_a,model_b,winner,seconds\n", tmp_path / "votes.csv"
    longer = [*rows[5:], *rows[:5], "y,x,tie,2.5\n"]  # in another order, and `seconds` not whole
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        for some, added in ((rows[:70], 70), (rows, 80), (rows, 0), (longer, 1)):
            file.write_text(head + "".join(some))
            report = await import_file(ledger, file)
            assert (report.added, report.known) == (added, len(some) - added)


async def test_voters_of_one_name_in_two_sources_are_two(tmp_path: Path) -> None:
    file = lines(tmp_path / "votes.jsonl", [{**ROW, "id": "1", "judge": "arena_user_1"}])
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        for source in ("one", "other"):
            await import_file(ledger, file, source=source)
        voters = (await imported_votes(ledger))["voter"]
    assert voters.n_unique() == 2


async def test_a_column_of_something_else_is_one_sentence(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{**ROW, "winner": f"word {number}"} for number in range(500)]
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        with pytest.raises(VotesError, match="more than 200 different values cannot be read"):
            await import_file(ledger, lines(tmp_path / "votes.jsonl", rows))


async def test_another_schema_than_the_one_asked_for_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "votes.jsonl"
    write_battles(Battles.from_frame(synthetic_votes(5)), file, schema="arena_55k")
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        with pytest.raises(ImportVotesError, match="not of the schema arena-140k, but of arena-55"):
            await import_file(ledger, file, schema="arena_140k")
        assert not await battle_ids(ledger)


async def test_nothing_of_the_arenas_own_counts_imported_votes(
    ledger_url: str, tmp_path: Path
) -> None:
    frame = synthetic_votes(200).with_columns(
        model_a=pl.lit("demo-wren"), model_b=pl.lit("demo-owl")
    )
    frame.write_parquet(tmp_path / "votes.parquet")
    async with open_ledger(ledger_url) as ledger, opened(ledger) as arena:
        cards = await faces(ledger)
        await import_file(ledger, tmp_path / "votes.parquet")
        async with ledger.reading() as connection:
            assert await count_votes(connection, "text", previews=True) == 0
        assert await ledger.in_thread(lambda connection: count_by_pair(connection, "text")) == []
        assert await BoardPublisher(ledger, ["text"], Recipe()).publish_stale() == 0
        report = await arena.exposure.report()
        assert report.battles == 0
        assert await faces(ledger) == cards
        assert "demo-wren" in {card.id for card in arena.entrants.able}


async def faces(ledger: Ledger) -> dict[str, dict[str, object]]:
    async with ledger.reading() as connection:
        return await register.read_cards(connection)


async def test_imported_contestants_are_never_drawn(tmp_path: Path) -> None:
    synthetic_votes(50).write_parquet(tmp_path / "votes.parquet")
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await import_file(ledger, tmp_path / "votes.parquet")
        async with opened(ledger) as arena:
            assert not {"amber", "birch"} & {card.id for card in arena.catalogue}
