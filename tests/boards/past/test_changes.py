"""What changed from one board to the next: two documents in, sentences out."""

from typing import Any

import polars as pl
import pytest

import tiltyard
from tiltyard.boards.past.changes import Change, Moved, changes_between

Json = dict[str, Any]


def row(name: str, rating: float | None, half: float = 20.0, **more: object) -> Json:
    bounds = {} if rating is None else {"lower": rating - half, "upper": rating + half}
    line: Json = {"model": name.lower(), "name": name, "rating": rating, "rank": None}
    return line | {"lower": None, "upper": None, "battles": 100} | bounds | more


def board(*rows: Json, votes: int = 150, **more: object) -> Json:
    document: Json = {
        "votes": votes,
        "models": list(rows),
        "diagnostics": [],
        "recipe": {"ties": "half", "confidence": 0.95, "sha256": "one"},
        "data_sha256": f"of {votes}",
        "version": "1.0",
    }
    return document | more


THREE = (row("Heron", 1100.0, rank=1), row("Kestrel", 1040.0, rank=2), row("Wren", 860.0, rank=3))
BEFORE = board(*THREE)


def only(changes: list[Change], kind: str) -> Change:
    (found,) = [change for change in changes if change.kind == kind]
    return found


def test_two_equal_boards_have_no_changes() -> None:
    assert changes_between(BEFORE, BEFORE) == []


def test_new_votes_are_counted_and_their_models_named_the_most_first() -> None:
    heron, kestrel, wren = THREE
    after = board(heron | {"battles": 104}, kestrel | {"battles": 101}, wren, votes=152)
    change = only(changes_between(BEFORE, after), "votes")
    assert (change.before, change.after, change.new_votes) == (150, 152, 2)
    assert change.message == "2 new votes, on Heron and Kestrel."


def test_votes_that_left_a_slice_are_said_too() -> None:
    change = only(changes_between(BEFORE, board(*THREE, votes=149)), "votes")
    assert change.new_votes == -1
    assert change.message.startswith("1 vote fewer")


def test_models_come_go_and_get_new_names() -> None:
    heron, kestrel, wren = THREE
    after = board(heron | {"name": "Grey Heron"}, kestrel, row("Auk", None, battles=1))
    changes = changes_between(BEFORE, after)
    assert only(changes, "renamed").message == "Heron is now called Grey Heron."
    assert only(changes, "new_model").message == "Auk is new on this board, with 1 battle."
    gone = only(changes, "gone_model")
    assert (gone.model, gone.new_votes) == ("wren", -wren["battles"])


def test_the_register_says_why_a_model_was_retired() -> None:
    moved = [Moved("wren", "Wren", "retired", "Its provider left.")]
    assert changes_between(BEFORE, BEFORE, moved) == [
        Change("retired", "Wren was retired: Its provider left.", "wren")
    ]


def test_another_recipe_is_named_by_what_differs_in_it() -> None:
    after = board(*THREE, recipe={"ties": "drop", "confidence": 0.95, "sha256": "two"})
    change = only(changes_between(BEFORE, after), "recipe")
    assert (change.before, change.after) == ({"ties": "half"}, {"ties": "drop"})


def test_a_field_that_recipes_did_not_have_yet_and_that_asks_nothing_is_no_change() -> None:
    after = board(*THREE, recipe=BEFORE["recipe"] | {"where": [], "ridge": 0.0})
    assert changes_between(BEFORE, after) == []


def test_another_version_is_said() -> None:
    change = only(changes_between(BEFORE, BEFORE | {"version": "1.1"}), "version")
    assert change.message == "Made by Tiltyard 1.1; before, by 1.0."


def test_a_rating_gained_and_one_lost_say_why() -> None:
    heron, kestrel, wren = THREE
    unrated = wren | {"rating": None, "rank": None}
    lost = board(heron, kestrel, unrated) | {
        "diagnostics": [{"kind": "winless", "message": "Wren has not won.", "models": ["wren"]}]
    }
    assert only(changes_between(BEFORE, lost), "unrated").message.endswith("Wren has not won.")
    gained = only(changes_between(lost, BEFORE), "rated")
    assert (gained.before, gained.after) == (None, 3)


@pytest.mark.parametrize(
    ("rating", "overlap", "said"),
    [(1110.0, False, "is more than chance"), (1085.0, False, ""), (1075.0, True, "may be chance")],
)
def test_a_moved_rank_says_whether_the_intervals_still_overlap(
    rating: float, said: str, *, overlap: bool
) -> None:
    heron, _, wren = THREE
    risen = row("Kestrel", rating, rank=1, battles=130)
    after = board(heron | {"rank": 1}, risen, wren, votes=180)
    ranks = {c.model: c for c in changes_between(BEFORE, after) if c.kind == "rank"}
    change = ranks["kestrel"]
    assert (change.before, change.after) == (2, 1)
    assert (change.new_votes, change.overlap) == (30, overlap)
    assert said in change.message
    assert "with 30 new votes of its own" in change.message


def with_a_newcomer(**more: object) -> Json:
    """A board on which nobody moved against anybody, but a strong model took the mean up."""
    others = [
        row(one["name"], one["rating"] - 40.0, rank=one["rank"] + 1, battles=one["battles"])
        for one in THREE
    ]
    return board(row("Auk", 1120.0, rank=1), *others, votes=250, **more)


def test_a_newcomer_that_moves_the_scale_moves_nobody_by_more_than_chance() -> None:
    changes = changes_between(BEFORE, with_a_newcomer())
    scale = only(changes, "scale")
    assert scale.after == -40.0
    assert scale.message.startswith(
        "The scale moved by 40 points: 1000 is now the mean of a different set"
    )
    ranks = [change for change in changes if change.kind == "rank"]
    assert [change.overlap for change in ranks] == [True] * 3
    assert ranks[0].message == (
        "Heron moved from rank 1 to 2 below Auk, rated now: its own rating stays at 1060."
    )


def test_an_anchor_holds_the_scale() -> None:
    recipe = {**BEFORE["recipe"], "anchor": {"model": "wren", "score": 860.0}}
    changes = changes_between({**BEFORE, "recipe": recipe}, with_a_newcomer(recipe=recipe))
    assert not [change for change in changes if change.kind == "scale"]
    ranks = {change.model: change for change in changes if change.kind == "rank"}
    assert "down 40 points" in ranks["wren"].message


def test_labels_of_another_version_are_named() -> None:
    as_of_old = {"category": "seed@1", "language": "ftz@1"}
    lists = {"category": ["linear@2", "seed@1"], "language": ["ftz@1"]}
    before, after = (
        board(*THREE, manifest={"labellers": labellers}) for labellers in (as_of_old, lists)
    )
    change = only(changes_between(before, after), "labels")
    assert change.message.startswith(
        "Labels of category come from linear@2 and seed@1 now, before from seed@1"
    )
    assert (change.before, change.after) == (["seed@1"], ["linear@2", "seed@1"])


def test_what_is_said_of_the_slice_and_of_models_is_said_to_change() -> None:
    heron, kestrel, wren = THREE
    old = board(*THREE, name="Code", minimum=300)
    new = board(heron | {"licence": "MIT"}, kestrel, wren, name="Programs", minimum=100)
    changes = changes_between(old, new)
    about = only(changes, "slice")
    assert about.message == (
        "The slice has a new description: its name is Programs now; its minimum is 100 now."
    )
    assert about.before == {"name": "Code", "minimum": 300}
    assert only(changes, "described").message == "The licence of Heron is MIT now."


def test_changes_are_told_in_the_order_of_the_board() -> None:
    names = [f"Bird {number}" for number in range(20)]
    before, after = (
        board(*(row(name, rating, rank=1) for name in names)) for rating in (None, 1000.0)
    )
    rated = [change.model for change in changes_between(before, after) if change.kind == "rated"]
    assert rated == [name.lower() for name in names]


def test_who_passes_whom_is_said_on_both_sides() -> None:
    heron, kestrel, wren = THREE
    after = board(kestrel | {"rating": 1120.0, "lower": 1100.0, "upper": 1140.0}, heron, wren)
    ranks = {c.model: c for c in changes_between(BEFORE, after) if c.kind == "rank"}
    assert ranks["kestrel"].passed == ("heron",)
    assert "passed Heron (whose interval overlaps its own)" in ranks["kestrel"].message
    assert "fell behind Kestrel" in ranks["heron"].message
    assert "without a new vote of its own: others moved" in ranks["heron"].message


def test_boards_of_real_votes_compare() -> None:
    votes = pl.DataFrame(
        {
            "model_a": ["x", "y", "z", "x", "y", "z"] * 5,
            "model_b": ["y", "z", "x", "z", "x", "y"] * 5,
            "winner": ["model_a", "model_b", "model_a", "model_b", "model_b", "model_a"] * 5,
        }
    )
    documents = [
        {**tiltyard.rank(votes[:rows]).to_dict(), "votes": rows, "slice": "overall"}
        for rows in (24, 30)
    ]
    for document in documents:
        document["models"] = [line | {"name": line["model"]} for line in document["models"]]
    change = only(changes_between(documents[0], documents[1]), "votes")
    assert change.message == "6 new votes, on x, y and z."
