"""What changed from one published board to the next, and why: a pure function of two documents."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tiltyard.battles.notes import counted
from tiltyard.boards.past.change import NAMED, Change, Json, Moved
from tiltyard.boards.past.rank_changes import rank_changes
from tiltyard.boards.past.scale import shift_between, shifted
from tiltyard.boards.wording import listed

__all__ = ["Change", "Moved", "changes_between"]

ABOUT = ("name", "description", "minimum", "within")
"""What a board's document says of its slice, beside the condition, which is in the recipe."""


def changes_between(before: Json, after: Json, moved: Sequence[Moved] = ()) -> list[Change]:
    """List what changed, the causes before their effects.

    Parameters
    ----------
    before, after
        Two documents of the same board, as ``GET /api/v1/boards/{arena}/{slice}`` gives them.
    moved
        What the register says of the time between.
    """
    was, now = _by_model(before), _by_model(after)
    points = shift_between(before, after)
    on_one_scale = {id_: shifted(row, points) for id_, row in was.items()}
    return [
        *_votes(before, after, was, now),
        *_making(before, after),
        *_register(moved),
        *_who(was, now),
        *_scale(points),
        *_rated(was, now, after["diagnostics"]),
        *rank_changes(on_one_scale, now, same_recipe=_recipe(before) == _recipe(after)),
    ]


def _by_model(board: Json) -> dict[str, Json]:
    return {row["model"]: row for row in board["models"]}


def _votes(
    before: Json, after: Json, was: Mapping[str, Json], now: Mapping[str, Json]
) -> Iterator[Change]:
    came = after["votes"] - before["votes"]
    new = {id_: row["battles"] - _battles(was.get(id_)) for id_, row in now.items()}
    on = sorted((id_ for id_ in new if new[id_]), key=lambda id_: (-new[id_], id_))
    names = listed([now[id_]["name"] for id_ in on], NAMED)
    if came > 0:
        said = f"{counted(came, 'new vote')}, on {names}"
    elif came < 0:
        fewer = counted(-came, "vote")
        said = f"{fewer} fewer: the votes or labels that place them in this slice changed"
    elif on:
        said = f"The same number of votes, but different ones: {names}"
    elif before["data_sha256"] != after["data_sha256"]:
        said = "The same number of votes, counted or grouped anew"
    else:
        return
    yield Change("votes", f"{said}.", None, before["votes"], after["votes"], came)


def _battles(row: Json | None) -> int:
    return 0 if row is None else int(row["battles"])


def _making(before: Json, after: Json) -> Iterator[Change]:
    one, other = _recipe(before), _recipe(after)
    keys = sorted(key for key in one.keys() | other.keys() if _apart(one.get(key), other.get(key)))
    if keys:
        old, new = ({key: recipe.get(key) for key in keys} for recipe in (one, other))
        said = f"The recipe changed ({', '.join(keys)}), and every rating with it."
        yield Change("recipe", said, None, old, new)
    if before["version"] != after["version"]:
        said = f"Made by Tiltyard {after['version']}; before, by {before['version']}."
        yield Change("version", said, None, before["version"], after["version"])
    yield from _labels(_labellers(before), _labellers(after))
    keys = [key for key in ABOUT if _apart(before.get(key), after.get(key))]
    if keys:
        old, new = ({key: board.get(key) for key in keys} for board in (before, after))
        said = "; ".join(f"its {key} is {after.get(key) or 'nothing'} now" for key in keys)
        yield Change("slice", f"The slice has a new description: {said}.", None, old, new)


def _labels(was: Mapping[str, Sequence[str]], now: Mapping[str, Sequence[str]]) -> Iterator[Change]:
    """Name the labellers whose labels come from other versions."""
    for name in sorted(was.keys() & now.keys()):
        old, new = was[name], now[name]
        if old and new and set(old) != set(new):
            said = (
                f"Labels of {name} come from {' and '.join(new)} now, before from "
                f"{' and '.join(old)}: they may put other votes into this slice."
            )
            yield Change("labels", said, None, list(old), list(new))


def _labellers(board: Json) -> Mapping[str, Sequence[str]]:
    """Read the versions of labellers; older boards name one of each."""
    found = (board.get("manifest") or {}).get("labellers") or {}
    return {name: [one] if isinstance(one, str) else one for name, one in found.items()}


def _scale(points: float) -> Iterator[Change]:
    if round(points):
        said = (
            f"The scale moved by {counted(abs(round(points)), 'point')}: 1000 is now the mean of a "
            "different set of models; earlier ratings below are shown on the new scale."
        )
        yield Change("scale", said, None, None, round(points, 1))


def _apart(one: object, other: object) -> bool:
    """Say whether two values differ; a field that was not there yet is one that asks nothing."""
    return (one or None) != (other or None)


def _recipe(board: Json) -> dict[str, Any]:
    return {key: value for key, value in board["recipe"].items() if key != "sha256"}


def _register(moved: Sequence[Moved]) -> Iterator[Change]:
    for move in moved:
        became = "became public" if move.status == "public" else "was retired"
        yield Change(move.status, f"{move.name} {became}: {move.reason}", move.model)


def _who(was: Mapping[str, Json], now: Mapping[str, Json]) -> Iterator[Change]:
    for id_, row in now.items():
        if id_ not in was:
            said = f"{row['name']} is new on this board, with {counted(row['battles'], 'battle')}."
            yield Change("new_model", said, id_, None, row["name"], row["battles"])
        elif was[id_]["name"] != row["name"]:
            said = f"{was[id_]['name']} is now called {row['name']}."
            yield Change("renamed", said, id_, was[id_]["name"], row["name"])
        else:
            yield from _described(was[id_], row)
    for id_, row in was.items():
        if id_ not in now:
            said = f"{row['name']} is no longer on this board: none of its votes counts here."
            yield Change("gone_model", said, id_, row["name"], None, -row["battles"])


def _described(old: Json, row: Json) -> Iterator[Change]:
    keys = [key for key in ("organisation", "licence") if _apart(old.get(key), row.get(key))]
    for key in keys:
        said = f"The {key} of {row['name']} is {row.get(key) or 'not known'} now."
        yield Change("described", said, row["model"], old.get(key), row.get(key))


def _rated(
    was: Mapping[str, Json], now: Mapping[str, Json], diagnostics: Sequence[Json]
) -> Iterator[Change]:
    for id_, row in now.items():
        if id_ not in was:
            continue
        old = was[id_]
        new_votes = row["battles"] - old["battles"]
        if old["rating"] is None and row["rating"] is not None:
            said = f"{row['name']} has a rating now, {row['rating']:.0f}: the votes can place it."
            yield Change("rated", said, id_, None, row["rank"], new_votes)
        if old["rating"] is not None and row["rating"] is None:
            why = next((d["message"] for d in diagnostics if id_ in d["models"]), "")
            said = f"{row['name']} has no rating any more. {why}".strip()
            yield Change("unrated", said, id_, old["rank"], None, new_votes)
