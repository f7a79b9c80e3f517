"""A public ledger that somebody changed is found out, whatever they changed."""

import asyncio
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exported import ASKING, record
from made_up_arena import battles
from opened import open_ledger
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.public_ledger import verifying
from tiltyard.boards.public_ledger.verifying import verify_public_ledger
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.errors import TiltyardError
from tiltyard.releases.public_votes import write_public_ledger
from tiltyard.worker.labelling import Labelling
from tiltyard_process import run

Values = dict[str, Any]

SLICES = """
[[slice]]
id = "short"
name = "Short answers"
where = "style_tokens_a + style_tokens_b < 300"
"""
OVERALL, SHORT = "boards/text/overall.json", "boards/text/short.json"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger as it was written."""
    place = tmp_path_factory.mktemp("written")
    (place / "slices.toml").write_text(SLICES)

    async def write() -> None:
        async with open_ledger(f"sqlite:///{place / 'ledger.sqlite3'}") as ledger:
            await record(ledger, [*battles()][:400], definition=ASKING)
            await Labelling(ledger).label_all()
            await write_public_ledger(ledger, SlicesInUse(place / "slices.toml"), place / "out")

    asyncio.run(write())
    return place / "out"


@pytest.fixture
def out(written: Path, tmp_path: Path) -> Path:
    """A copy that may be changed."""
    shutil.copytree(written, tmp_path / "out")
    return tmp_path / "out"


def change(out: Path, how: Callable[[Values], object]) -> None:
    """Write another manifest."""
    values = json.loads((out / "ledger.json").read_text())
    how(values)
    (out / "ledger.json").write_text(json.dumps(values))


def entry(values: Values, file: str) -> Values:
    """What a manifest says of a board."""
    found: Values = next(one for one in values["boards"] if one["file"] == file)
    return found


def put(out: Path, file: str, text: str) -> None:
    """Write another board, with its digest in the manifest."""
    (out / file).write_text(text)
    digest = hashlib.sha256((out / file).read_bytes()).hexdigest()
    change(out, lambda values: entry(values, file).update(sha256=digest))


def differing(out: Path) -> dict[str, str]:
    """The first difference of every board that has one."""
    found = verify_public_ledger(out)
    return {board.file: one.differences[0] for board, one in found if not one.holds}


def keep_only_overall(values: Values) -> None:
    values["boards"] = [entry(values, OVERALL)]


def keep_only_overall_and_its_slice(values: Values) -> None:
    keep_only_overall(values)
    values["slices"] = [one for one in values["slices"] if one["id"] == "overall"]


def swap_slices(values: Values) -> None:
    for board in values["boards"]:
        board["slice"] = "short" if board["slice"] == "overall" else "overall"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (lambda values: values.update(boards=[]), "it names no board"),
        (keep_only_overall, "it names no board of the slice short"),
        (keep_only_overall_and_its_slice, r"overall-style.*json is a board that .* does not name"),
        (lambda values: values.update(votes=10**9), r"has 400 votes, .* says that it has 1,000,"),
        (swap_slices, r"overall.json is not where boards/text/short.json belongs"),
        (lambda values: entry(values, OVERALL).update(file=5), "boards 0 file: Input should be"),
        (lambda values: entry(values, OVERALL).update(file="../x"), "../x is not where"),
        (lambda values: entry(values, OVERALL).update(arena="../x"), "is not the name of a board"),
        (lambda values: entry(values, OVERALL).update(slice="x"), "which votes are in the slice x"),
        (lambda values: entry(values, OVERALL).update(control="x"), "no board controls for 'x'"),
        (lambda values: entry(values, OVERALL).update(note="x"), "boards 0 note: Unexpected"),
        (lambda values: values["boards"].append(values["boards"][0]), "names .* twice"),
        (lambda values: values["recipe"].update(scale="far"), "scale is 'far'"),
        (lambda values: values["recipe"].update(controls=5), "of its recipe is of the wrong kind"),
        (lambda values: values["recipe"].update(scale=401.0), "of another digest"),
    ],
)
def test_a_changed_manifest_is_one_sentence(
    out: Path, how: Callable[[Values], object], said: str
) -> None:
    change(out, how)
    with pytest.raises(TiltyardError, match=said) as caught:
        list(verify_public_ledger(out))
    assert "\n" not in str(caught.value)


def test_a_slice_cannot_be_said_to_be_other_votes(out: Path) -> None:
    change(out, lambda values: values["slices"][1]["where"].append("turn = 1 AND language = 'de'"))
    assert {SHORT, "boards/text/short-style.json"} == differing(out).keys()


def test_the_board_of_another_slice_is_not_that_of_this_one(out: Path) -> None:
    put(out, OVERALL, (out / SHORT).read_text())
    assert differing(out).keys() == {OVERALL}


def test_a_number_that_does_not_follow_is_found(out: Path) -> None:
    board = json.loads((out / OVERALL).read_text())
    board["models"][0]["rating"] += 5.0
    (out / OVERALL).write_text(json.dumps(board, indent=2) + "\n")
    with pytest.raises(SavedBoardError, match=r"overall.json is not the file"):
        differing(out)
    put(out, OVERALL, json.dumps(board, indent=2) + "\n")
    finished = run("verify", out)
    assert finished.returncode == 1
    assert finished.stdout.startswith(f"{OVERALL}: ")
    assert "3 of 4 boards agree" in finished.stdout


def test_what_no_vote_gives_is_a_difference(out: Path) -> None:
    board = json.loads((out / OVERALL).read_text())
    board |= {"note": "Approved by everybody", "votes": 999_999}
    board["models"][1]["name"] = "Best model ever"
    put(out, OVERALL, json.dumps(board, indent=2) + "\n")
    (found,) = [one for board, one in verify_public_ledger(out) if not one.holds]
    assert found.differences == tuple(
        f"The board says {what}, which no votes give." for what in ("models name", "note", "votes")
    )


def test_a_board_without_votes_cannot_be_made(out: Path) -> None:
    shutil.copytree(out / "boards" / "text", out / "boards" / "nowhere")

    def move(values: Values) -> None:
        moved = json.loads(json.dumps(values["boards"]).replace("boards/text", "boards/nowhere"))
        values["boards"] += [one | {"arena": "nowhere"} for one in moved]

    change(out, move)
    found = differing(out)
    assert all(file.startswith("boards/nowhere/") for file in found)
    assert all("cannot be made of the votes" in said for said in found.values())


def test_the_digest_of_the_manifest_is_printed_to_be_compared(out: Path) -> None:
    digest = hashlib.sha256((out / "ledger.json").read_bytes()).hexdigest()
    finished = run("verify", out)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.endswith(f"SHA-256 of ledger.json: {digest}\n")
    assert json.loads(run("verify", out, "--json").stdout)["ledger_sha256"] == digest


@pytest.mark.parametrize("file", ["ledger.json", OVERALL, "boards/text/short.pooled.json"])
def test_a_file_without_a_bottom_is_one_sentence(out: Path, file: str) -> None:
    (out / file).write_text("[" * 100_000 + "]" * 100_000)
    digest = hashlib.sha256((out / file).read_bytes()).hexdigest()
    if file == OVERALL:
        change(out, lambda values: entry(values, file).update(sha256=digest))
    elif file != "ledger.json":
        short = "boards/text/short.json"
        change(out, lambda values: entry(values, short).update(pooled_sha256=digest))
    with pytest.raises(TiltyardError, match="cut short") as caught:
        list(verify_public_ledger(out))
    assert "\n" not in str(caught.value)


def test_more_votes_than_the_ledger_says_are_not_read(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(out, lambda values: values.update(votes=3))
    monkeypatch.delattr(verifying, "read_battles")
    with pytest.raises(TiltyardError, match=r"has 400 votes, .* says that it has 3"):
        list(verify_public_ledger(out))
