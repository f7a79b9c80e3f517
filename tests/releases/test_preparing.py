"""A release holds what people let be published, and nothing that says who they are."""

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest
from huggingface_hub import DatasetCard
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
    forget,
    plan,
    prepared,
    preview,
    read_parts,
    read_release,
    record,
    released,
)
from importing import import_file
from opened import open_ledger
from synthetic_votes import synthetic_votes
from tiltyard.battles.notes import counted
from tiltyard.battles.reading import read_battles
from tiltyard.ledger.consents import add_decision
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Battle, Turn
from tiltyard.ledger.tables import attempts
from tiltyard.releases.consented import NOT_OURS, OPTED_OUT, TAKEN_DOWN, UNASKED
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.exporting import ERASED, SCHEMAS, Export
from tiltyard.releases.manifest import MANIFEST, read_manifest, require_files
from tiltyard.releases.plan import Plan
from tiltyard.releases.preparing import WITHHELD, rehearse
from tiltyard.releases.rare_texts import RareTexts
from tiltyard.releases.take_downs import take_down
from tiltyard.releases.training import EVEN, FORMATS, TIE, UNANSWERED

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


def read(out: Path) -> pl.DataFrame:
    return read_parts(out / "data", "votes")


async def opt(ledger: Ledger, voter: str, *, publish: bool) -> None:
    async with ledger.writing() as connection:
        await add_decision(connection, voter, NOW, publish=publish, shown={"text": "2026-11"})


async def test_only_what_people_let_be_published_is_in_it(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [battle(1)])
    await record(
        ledger,
        [asked(2), asked(3, voter="bob"), asked(4), asked(5), asked(6, voter="eve")],
        definition=ASKING,
    )
    synthetic_votes(9).drop("anony").write_parquet(tmp_path / "others.parquet")
    await import_file(ledger, tmp_path / "others.parquet")
    await opt(ledger, "bob", publish=False)
    await opt(ledger, "eve", publish=False)
    await opt(ledger, "eve", publish=True)
    await forget(ledger, 4)
    gone = str(UUID(int=5, version=4))
    await take_down(ledger, [gone], "It was somebody's.", NOW)
    manifest = await prepared(ledger, tmp_path / "out")
    assert manifest.left_out == {UNASKED: 1, ERASED: 1, TAKEN_DOWN: 1, OPTED_OUT: 1}
    assert manifest.consent == {"2026-11": 2}
    ids = await released(ledger, tmp_path / "out")
    assert ids == {str(UUID(int=number, version=4)) for number in (2, 6)}
    assert (manifest.votes, manifest.voters) == (2, 2)


async def test_imported_votes_are_others_to_release(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, [asked(1)], definition=ASKING)
        synthetic_votes(9).drop("anony").write_parquet(tmp_path / "others.parquet")
        await import_file(ledger, tmp_path / "others.parquet")
        everything = Export("text", "tiltyard", ("source IS NOT NULL",))
        wanted = replace(plan(), export=everything)
        manifest = await prepared(ledger, tmp_path / "out", wanted)
    assert manifest.left_out == {NOT_OURS: 9}


async def test_voters_have_other_names_in_every_release(ledger: Ledger, tmp_path: Path) -> None:
    voters = ["ann", "bob", "ann"]
    await record(
        ledger, [asked(n, voter=voter) for n, voter in enumerate(voters, 1)], definition=ASKING
    )
    seen = []
    for name in ("one", "two"):
        await prepared(ledger, tmp_path / name, plan(name))
        frame = await read_release(ledger, tmp_path / name)
        seen.append(frame["voter"].cast(pl.String).to_list())
    for names in seen:
        assert names[0] == names[2] != names[1]
    assert not {*seen[0]} & ({*seen[1]} | {*voters})


async def test_personal_data_is_replaced_and_counted(ledger: Ledger, tmp_path: Path) -> None:
    told = "Write to ann.lee@mail.net or +49 170 1234567."
    battles = [
        asked(1, asked=(told,), said=(("To ann.lee@mail.net?", "No."),)),
        asked(2, asked=(told,), said=(("Yes.", "No."),)),
        asked(3),
    ]
    await record(ledger, battles, definition=ASKING)
    manifest = await prepared(ledger, tmp_path / "out")
    frame = await read_release(ledger, tmp_path / "out")
    said = frame["conversation_a"].to_list()
    assert said[0][0]["content"] == "Write to [EMAIL] or [PHONE]."
    assert said[0][1]["content"] == "To [EMAIL]?"
    assert said[1][1]["content"] == "Yes."
    assert "mail.net" not in str(frame.to_dicts())
    # What the person wrote stands in both conversations, and goes from both.
    assert manifest.personal_data == {"email": 5, "phone": 4}
    assert manifest.touched == 2
    assert "personal_data" not in frame.columns


async def test_what_one_person_alone_commented_stays_here(ledger: Ledger, tmp_path: Path) -> None:
    comments = [
        ("ann", "Too long"),
        ("bob", "too  LONG "),
        ("ann", "My boss Eve said so"),
        ("eve", None),
    ]
    battles = [
        asked(number, voter=voter, comment=comment)
        for number, (voter, comment) in enumerate(comments, 1)
    ]
    await record(ledger, battles, definition=ASKING)
    manifest = await prepared(ledger, tmp_path / "out")
    frame = await read_release(ledger, tmp_path / "out")
    assert frame["comment"].to_list() == ["Too long", "too  LONG ", None, None]
    assert manifest.comments_withheld == 1


async def test_words_of_rare_prompts_are_withheld_where_that_is_the_rule(
    ledger: Ledger, tmp_path: Path
) -> None:
    battles = [
        asked(1, voter="ann", asked=("Hello!",)),
        asked(2, voter="bob", asked=("hello!",)),
        asked(3, voter="ann", asked=("What did I do in Lisbon?",)),
        asked(4, voter="ann", asked=("What did I do in Lisbon?",)),
    ]
    await record(ledger, battles, definition=ASKING)
    wanted = plan(texts=RareTexts(2, "withhold"))
    manifest = await prepared(ledger, tmp_path / "out", wanted)
    frame = await read_release(ledger, tmp_path / "out")
    assert frame["conversation_a"].is_null().to_list() == [False, False, True, True]
    assert frame["conversation_b"].is_null().to_list() == [False, False, True, True]
    assert frame["outcome"].len() == 4
    assert manifest.conversations_withheld == 2
    assert any("at least 2 voters, case and spaces" in rule for rule in manifest.rules)


async def test_every_message_must_be_common_where_that_is_the_rule(
    ledger: Ledger, tmp_path: Path
) -> None:
    said = (("Hi.", "Hello."), ("Oh.", "Ah."))
    battles = [
        asked(1, voter="ann", asked=("hi",)),
        asked(2, voter="bob", asked=("Hi", "Tell me more"), said=said),
        asked(3, voter="eve", asked=("hi", "tell me more"), said=said),
        asked(4, voter="eve", asked=("hi", "I am Eve Miller, and my test was positive"), said=said),
        picture(5, "ann"),
        picture(6, "bob"),
    ]
    await record(ledger, battles, definition=ASKING)
    manifest = await prepared(ledger, tmp_path / "out", plan(texts=RareTexts(2, "withhold")))
    frame = await read_release(ledger, tmp_path / "out")
    withheld = frame["conversation_a"].is_null().to_list()
    assert withheld == [False, False, False, True, True, True]
    assert manifest.conversations_withheld == 3


def picture(number: int, voter: str) -> Battle:
    """A battle that begins with a picture and no word."""
    return replace(asked(number, voter=voter), turns=[Turn(1, [{"type": "image", "sha256": "0"}])])


def test_words_that_few_wrote_stay_here_unless_it_is_said_otherwise() -> None:
    rule = Plan("first", "Votes", "cc-by-4.0", Export("text", "tiltyard")).texts
    assert (rule.k, rule.prompts) == (5, "withhold")


async def test_previews_are_anonymous_and_said_to_be(ledger: Ledger, tmp_path: Path) -> None:
    sides = (preview(), CARDS[OWL])
    await record(ledger, [asked(1, sides=sides), asked(2)], definition=ASKING)
    manifest = await prepared(ledger, tmp_path / "out")
    frame = await read_release(ledger, tmp_path / "out")
    assert frame["model_a"].to_list() == ["anonymous", WREN]
    assert frame["pair_probability"].to_list() == [None, 0.25]
    assert (manifest.previews, manifest.models) == (1, 2)
    card = (tmp_path / "out" / "README.md").read_text()
    told = f"{frame.to_dicts()} {card} {manifest.to_json()}"
    assert WREN in told
    assert HERON not in told
    assert "Blue Sky" not in told


async def test_an_anonymous_side_that_says_who_it_is_says_nothing(
    ledger: Ledger, tmp_path: Path
) -> None:
    told = [
        ("I am Blue Sky, made by Demo.", "Light."),
        ("Air.", "I am Owl."),  # who has its name anyway
        ("I'm GPT-4 by OpenAI.", "Light."),
        ("`Name: Blue Sky`", "Light."),
        ("> I am Blue Sky", "Light."),
        ('{"model": "demo-heron"}', "Light."),
        ("I am called **Heron**, they say.", "Light."),
        ("Blue. Sky?", "Light."),
        ("Air.", "As Blue Sky says: light."),
    ]
    sides = (preview(), CARDS[OWL])
    battles = [asked(number, sides=sides, said=(said,)) for number, said in enumerate(told, 1)]
    battles.append(asked(10, sides=sides, comment="Blue Sky again"))
    await record(ledger, [*battles, asked(11, said=(("I am Wren.", "No."),))], definition=ASKING)
    manifest = await prepared(ledger, tmp_path / "out")
    frame = await read_release(ledger, tmp_path / "out")
    for side in "ab":
        withheld = frame[f"conversation_{side}"].is_null().to_list()
        assert withheld == [True, False, *[True] * 5, False, True, True, False]
    assert frame["comment"].null_count() == 11
    assert (manifest.identities_withheld, manifest.votes) == (8, 11)


async def test_releases_cannot_be_joined_by_ids_and_times(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [asked(1), asked(2)], definition=ASKING)
    first, second = (UUID(int=number, version=4) for number in (1, 2))
    seen: list[set[str]] = []
    for name in ("one", "two"):
        manifest = await prepared(ledger, tmp_path / name, plan(name))
        frame = read(tmp_path / name)
        ids = frame["battle_id"].to_list()
        assert frame["voted_at"].to_list() == [LONG_AGO.replace(hour=0)] * 2
        assert manifest.first_vote == LONG_AGO.date().isoformat()
        assert await released(ledger, tmp_path / name) == {str(first), str(second)}
        seen.append({*ids})
    assert not seen[0] & (seen[1] | {str(first), str(second)})


async def test_releases_cannot_be_joined_by_the_order_of_their_rows(
    ledger: Ledger, tmp_path: Path
) -> None:
    numbers = range(1, 61)
    await record(ledger, [asked(number) for number in numbers], definition=ASKING)
    orders = []
    for name in ("one", "two"):
        await prepared(ledger, tmp_path / name, plan(name))
        assert read(tmp_path / name)["battle_id"].is_sorted()
        frame = await read_release(ledger, tmp_path / name)
        assert frame["battle_id"].to_list() == [str(UUID(int=n, version=4)) for n in numbers]
        orders.append(frame.sort("released_id")["battle_id"].to_list())
    assert orders[0] != orders[1]
    assert sorted(orders[0]) not in orders, "nor do they stand in the order of the votes"


async def test_what_answers_took_is_rough_and_goes_with_their_words(
    ledger: Ledger, tmp_path: Path
) -> None:
    battles = [asked(1, voter="ann"), asked(2, voter="bob"), asked(3, asked=("Only I ask this.",))]
    await record(ledger, battles, definition=ASKING)
    async with ledger.writing() as connection:
        await connection.execute(update(attempts).values(duration_ms=1_234))
    wanted = plan(schema="comparia-2", texts=RareTexts(2, "withhold"))
    await prepared(ledger, tmp_path / "out", wanted)
    for side in "ab":
        told = read(tmp_path / "out")["metadata"].struct.field(f"duration_{side}")
        assert sorted(told.drop_nulls()) == [1.2, 1.2]
        assert told.null_count() == 1


async def test_every_schema_has_the_ids_and_times_of_the_release(
    ledger: Ledger, tmp_path: Path
) -> None:
    await record(ledger, [asked(1), asked(2, "b")], definition=ASKING)
    for schema in (*SCHEMAS, *FORMATS):
        await prepared(ledger, tmp_path / schema, plan(schema, schema=schema))
        told = str(read(tmp_path / schema).to_dicts())
        assert "00000000-0000" not in told
        assert "datetime.datetime(2026, 3, 1, 12" not in told
        assert len(await released(ledger, tmp_path / schema)) == 2


def files_of(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


async def test_a_rehearsal_says_the_same_and_leaves_nothing(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [asked(1), asked(2)], definition=ASKING)
    said = await ledger.in_thread(lambda connection: rehearse(connection, plan()))
    manifest = await prepared(ledger, tmp_path / "out")
    for name in ("votes", "voters", "outcomes", "left_out", "rules", "first_vote"):
        assert getattr(said, name) == getattr(manifest, name)
    assert files_of(tmp_path / "out")


async def test_a_release_is_read_like_any_set_of_votes(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [asked(1), asked(2, "tie")], definition=ASKING)
    for schema in ("arena-140k", "comparia-2", "dpo"):
        await prepared(ledger, tmp_path / schema, plan(schema, schema=schema))
    for schema in ("arena-140k", "comparia-2"):
        (file,) = (tmp_path / schema / "data").iterdir()
        assert sorted(read_battles(file).frame["outcome"]) == ["a", "tie"]


async def test_the_card_says_what_the_manifest_says(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [asked(1), asked(2, "tie")], definition=ASKING)
    manifest = await prepared(ledger, tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text()
    _, head, body = card.split("---\n", maxsplit=2)
    assert 'license: "cc-by-4.0"\n' in head
    assert "size_categories:\n- n<1K\n" in head
    assert "path: data/votes*.parquet" in head
    assert f"{counted(manifest.votes, 'vote')} of {counted(manifest.voters, 'voter')} on" in body
    assert "| tie | 1 |" in body
    for rule in manifest.rules:
        assert rule in body
    told = vars(DatasetCard(card).data)  # as the hub's own client reads it
    assert (told["license"], told["pretty_name"]) == ("cc-by-4.0", manifest.title)
    assert told["configs"][0]["data_files"] == [{"split": "train", "path": "data/votes*.parquet"}]


async def test_training_data_is_described_by_what_was_written(
    ledger: Ledger, tmp_path: Path
) -> None:
    told = "Write to ann.lee@mail.net."
    battles = [
        asked(1, voter="ann"),
        asked(2, "tie", voter="bob", comment="Mine alone", asked=(told,)),
        asked(3, "both_bad", voter="eve", sides=(CARDS[OWL], CARDS[HERON])),
    ]
    await record(ledger, battles, definition=ASKING)
    for schema, rows, votes, models, why in (
        ("dpo", 1, 1, 2, {EVEN: 2}),
        ("reward", 1, 1, 2, {EVEN: 2}),
        ("kto", 4, 2, 3, {TIE: 1}),
    ):
        out = tmp_path / schema
        manifest = await prepared(ledger, out, plan(schema, schema=schema))
        assert read(out).height == manifest.rows == rows
        assert (manifest.votes, manifest.voters, manifest.models) == (votes, votes, models)
        assert sum(manifest.outcomes.values()) == sum(manifest.consent.values()) == votes
        assert (manifest.left_out, manifest.personal_data) == (why, {})
        assert manifest.comments_withheld == 0
        card = (out / "README.md").read_text()
        counts = f"{counted(rows, 'row')} of training data, made from {counted(votes, 'vote')} of"
        assert counts in card
        assert "Trainer` reads the columns" in card
        assert "tiltyard rank" not in card


async def test_withheld_words_are_no_missing_answers(ledger: Ledger, tmp_path: Path) -> None:
    await record(
        ledger,
        [
            asked(1, voter="ann"),
            asked(2, voter="bob"),
            asked(3, asked=("Only I ask this.",)),
            asked(4, said=(("Air.", ""),)),
        ],
        definition=ASKING,
    )
    wanted = plan(schema="dpo", texts=RareTexts(2, "withhold"))
    manifest = await prepared(ledger, tmp_path / "out", wanted)
    assert manifest.left_out == {WITHHELD: 1, UNANSWERED: 1}


async def test_one_of_a_thing_is_one(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [asked(1, sides=(CARDS[OWL], preview()))], definition=ASKING)
    await prepared(ledger, tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "1 vote of 1 voter on 1 model in" in card
    assert "2026-11 (1 vote)." in card


async def test_what_fails_leaves_the_directory_as_it_was(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [asked(1, "tie")], definition=ASKING)
    wanted = plan(schema="dpo")
    there = tmp_path / "there"
    there.mkdir()
    for out in (tmp_path / "out", there):
        with pytest.raises(ReleaseError, match=r"no vote to release: .* \(1 vote\)"):
            await prepared(ledger, out, wanted)
    assert not (tmp_path / "out").exists()
    assert not files_of(there)
    assert (await prepared(ledger, there)).votes == 1


async def test_a_release_that_would_be_empty_says_why(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [battle(1), battle(2)])
    with pytest.raises(ReleaseError, match=r"no vote to release: its arena did not tell"):
        await prepared(ledger, tmp_path / "out")
    assert not files_of(tmp_path / "out")


async def test_a_directory_with_something_in_it_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(ReleaseError, match="not an empty directory"):
        await prepared(ledger, tmp_path / "out")


async def test_a_changed_file_is_found(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [asked(1)], definition=ASKING)
    out = tmp_path / "out"
    manifest = await prepared(ledger, out)
    assert read_manifest(out) == manifest
    require_files(out, read_manifest(out))
    (out / "more.txt").write_text("x")
    with pytest.raises(ReleaseError, match="no part of the release"):
        require_files(out, manifest)
    (out / "more.txt").unlink()
    (out / "README.md").write_text("Better.")
    with pytest.raises(ReleaseError, match=r"README.md was changed"):
        require_files(out, manifest)
    (out / "README.md").unlink()
    with pytest.raises(ReleaseError, match=r"README.md is missing"):
        require_files(out, manifest)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "../../elsewhere"}, "is not the name of a release"),
        ({"files": ["README.md"]}, "files: Input should be an object"),
        ({"files": {"data/../../x.parquet": "0"}}, "is no file of a release"),
        ({"files": {"/etc/hostname": "0"}}, "is no file of a release"),
        ({"votes": "many"}, "votes: Input should be a valid integer"),
        ({"rules": [5]}, "rules 0: Input should be a valid string"),
    ],
)
async def test_a_manifest_that_says_what_no_release_can_be_is_refused(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, [asked(1)], definition=ASKING)
        await prepared(ledger, tmp_path / "out")
    file = tmp_path / "out" / MANIFEST
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(ReleaseError, match=said):
        read_manifest(tmp_path / "out")


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}', '{"format": 1}', DEEP])
def test_a_manifest_that_is_none_is_a_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(ReleaseError, match=r"not JSON|not of this version"):
        read_manifest(tmp_path)
