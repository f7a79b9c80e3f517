"""What is published is what was reviewed, and what was withdrawn meanwhile stops it."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exported import forget, id_of, ledger_of_four, opt_out, plan, prepared
from s3_server import small_s3
from small_hub import small_hub
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.releases import read_releases
from tiltyard.releases import files, tables
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.places import open_place
from tiltyard.releases.publishing import publish
from tiltyard.releases.take_downs import take_down

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with ledger_of_four(ledger_url) as ledger:
        yield ledger


async def names(ledger: Ledger) -> list[tuple[str, list[str]]]:
    found = await ledger.in_thread(read_releases)
    return [(one.name, list(one.places)) for one in found]


async def remove(ledger: Ledger, number: int) -> dict[str, list[str]]:
    return await take_down(ledger, [id_of(number)], "Asked to.", NOW)


async def test_a_directory_gets_the_whole_release_and_the_ledger_knows(
    ledger: Ledger, tmp_path: Path
) -> None:
    await prepared(ledger, tmp_path / "out")
    place = open_place(str(tmp_path / "www"))
    await publish(ledger, tmp_path / "out", [place])
    assert contents(tmp_path / "www" / "first") == contents(tmp_path / "out")
    assert await names(ledger) == [("first", [str(tmp_path / "www")])]


def contents(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


async def test_a_store_gets_every_file_and_the_manifest_last(
    ledger: Ledger, tmp_path: Path
) -> None:
    await prepared(ledger, tmp_path / "out")
    async with small_s3() as s3:
        place = open_place("s3://bucket/open", s3.environment)
        await publish(ledger, tmp_path / "out", [place])
        kept = dict(s3.objects)
    there = {
        f"/bucket/open/first/{name}": data for name, data in contents(tmp_path / "out").items()
    }
    assert kept == there
    assert list(kept)[-1] == "/bucket/open/first/release.json"


async def test_a_hub_gets_one_commit_with_a_tag(ledger: Ledger, tmp_path: Path) -> None:
    await prepared(ledger, tmp_path / "out")
    async with small_hub() as hub:
        await publish(ledger, tmp_path / "out", [open_place("hf://lab/votes", hub.environment)])
    assert hub.files == contents(tmp_path / "out")
    assert (hub.commits, hub.tags) == (["Release first"], ["first"])
    assert hub.visibility == "private"
    assert await names(ledger) == [("first", ["hf://lab/votes"])]


async def test_what_was_taken_down_leaves_the_hub_with_the_next_release(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "ROWS", 1)
    monkeypatch.setattr(tables, "PAGE", 1)
    await prepared(ledger, tmp_path / "one")
    async with small_hub() as hub:
        hub.files |= {".gitattributes": b"", "data/ours.csv": b"by hand"}
        place = open_place("hf://lab/votes", hub.environment)
        await publish(ledger, tmp_path / "one", [place])
        assert len(hub.files) == len(contents(tmp_path / "one")) + 2
        for number in (2, 3, 4):
            await remove(ledger, number)
        await prepared(ledger, tmp_path / "two", plan("second"))
        await publish(ledger, tmp_path / "two", [place])
    by_hand = {".gitattributes": b"", "data/ours.csv": b"by hand"}
    assert hub.files == contents(tmp_path / "two") | by_hand
    assert hub.commits == ["Release first", "Release second"]


async def test_a_release_in_another_format_leaves_none_of_the_old_files(
    ledger: Ledger, tmp_path: Path
) -> None:
    lines = plan("second", schema="arena-55k", format_="jsonl")
    async with small_hub() as hub:
        place = open_place("hf://lab/votes", hub.environment)
        for wanted in (plan(), lines):
            await prepared(ledger, tmp_path / wanted.name, wanted)
            await publish(ledger, tmp_path / wanted.name, [place])
    assert hub.files == contents(tmp_path / "second")


async def test_what_a_failed_attempt_left_in_a_store_goes(ledger: Ledger, tmp_path: Path) -> None:
    await prepared(ledger, tmp_path / "out")
    async with small_s3() as s3:
        s3.objects = {
            "/bucket/open/first/data/votes-00007.parquet": b"of an attempt that failed",
            "/bucket/open/zeroth/data/votes-00000.parquet": b"of a release before",
        }
        await publish(ledger, tmp_path / "out", [open_place("s3://bucket/open", s3.environment)])
    kept = {name for name in s3.objects if name.startswith("/bucket/open/first/")}
    assert kept == {f"/bucket/open/first/{name}" for name in contents(tmp_path / "out")}
    assert "/bucket/open/zeroth/data/votes-00000.parquet" in s3.objects


async def test_a_place_that_refuses_is_a_sentence_and_nothing_is_recorded(
    ledger: Ledger, tmp_path: Path
) -> None:
    await prepared(ledger, tmp_path / "out")
    async with small_hub() as hub:
        environment = hub.environment | {"HF_TOKEN": "hf_of_somebody_else"}
        with pytest.raises(ReleaseError, match="hf://lab/votes did not take the release: "):
            await publish(ledger, tmp_path / "out", [open_place("hf://lab/votes", environment)])
    async with small_s3() as s3:
        environment = s3.environment | {"AWS_SECRET_ACCESS_KEY": "wrong"}
        with pytest.raises(ReleaseError, match="s3://bucket did not take"):
            await publish(ledger, tmp_path / "out", [open_place("s3://bucket", environment)])
    assert await names(ledger) == []


async def test_the_same_release_may_go_to_a_further_place_and_no_other_under_its_name(
    ledger: Ledger, tmp_path: Path
) -> None:
    await prepared(ledger, tmp_path / "out")
    await prepared(ledger, tmp_path / "other", plan("second"))
    for directory in ("www", "mirror"):
        await publish(ledger, tmp_path / "out", [open_place(str(tmp_path / directory))])
    assert await names(ledger) == [("first", [str(tmp_path / "www"), str(tmp_path / "mirror")])]
    with pytest.raises(ReleaseError, match="There was a release first already"):
        await prepared(ledger, tmp_path / "again")
    (tmp_path / "shelf" / "first").mkdir(parents=True)
    with pytest.raises(ReleaseError, match="is there already, and is something else"):
        await publish(ledger, tmp_path / "out", [open_place(str(tmp_path / "shelf"))])


async def test_a_publication_that_failed_at_the_second_place_can_be_repeated(
    ledger: Ledger, tmp_path: Path
) -> None:
    await prepared(ledger, tmp_path / "out")
    full = tmp_path / "full"
    full.write_text("No directory.")
    places = [open_place(str(tmp_path / "www")), open_place(str(full))]
    with pytest.raises(ReleaseError, match="full/first cannot be written"):
        await publish(ledger, tmp_path / "out", places)
    full.unlink()
    await publish(ledger, tmp_path / "out", places)
    assert await names(ledger) == [("first", [str(tmp_path / "www"), str(full)])]
    assert contents(full / "first") == contents(tmp_path / "www" / "first")


async def test_what_was_withdrawn_since_the_review_stops_the_release(
    ledger: Ledger, tmp_path: Path
) -> None:
    place = open_place(str(tmp_path / "www"))
    withdrawals: dict[str, Callable[[], Awaitable[object]]] = {
        "forgotten": lambda: forget(ledger, 1),
        "opted-out": lambda: opt_out(ledger, "bob"),
        "taken-down": lambda: remove(ledger, 3),
    }
    for name, withdraw in withdrawals.items():
        await prepared(ledger, tmp_path / name, plan(name))
        await withdraw()
        with pytest.raises(ReleaseError, match=r"^1 battles in .*prepare it again"):
            await publish(ledger, tmp_path / name, [place])
    assert await names(ledger) == []
    await prepared(ledger, tmp_path / "at last", plan("last"))
    await publish(ledger, tmp_path / "at last", [place])


async def test_a_changed_release_is_not_published(ledger: Ledger, tmp_path: Path) -> None:
    await prepared(ledger, tmp_path / "out")
    (tmp_path / "out" / "README.md").write_text("All of it is true.")
    with pytest.raises(ReleaseError, match="was changed after it was prepared"):
        await publish(ledger, tmp_path / "out", [open_place(str(tmp_path / "www"))])


async def test_a_changed_manifest_is_not_published(ledger: Ledger, tmp_path: Path) -> None:
    await prepared(ledger, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "release.json").read_text())
    (tmp_path / "out" / "release.json").write_text(json.dumps(manifest | {"votes": 10**9}))
    with pytest.raises(ReleaseError, match=r"not as it was prepared with this ledger"):
        await publish(ledger, tmp_path / "out", [open_place(str(tmp_path / "www"))])
    assert not (tmp_path / "www").exists()


@pytest.mark.parametrize("address", ["ftp://x/y", "hf://votes", "s3:///x", "hf://a/b/c"])
def test_an_address_that_is_no_place_is_a_sentence(address: str) -> None:
    with pytest.raises(ReleaseError, match=r"no place for a release: give a directory"):
        open_place(address)


def test_a_hub_without_a_token_is_a_sentence() -> None:
    with pytest.raises(ReleaseError, match="set HF_TOKEN"):
        open_place("hf://lab/votes", {})
