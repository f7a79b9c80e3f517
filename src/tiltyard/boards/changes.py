"""What changed from one published board to the next, and why: a pure function of two documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Mapping[str, Any]
Kind = Literal[
    "votes",
    "recipe",
    "version",
    "public",
    "retired",
    "new_model",
    "gone_model",
    "renamed",
    "rated",
    "unrated",
    "rank",
]
NAMED = 3
"""So many models are named in a sentence; the others are counted."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What the register says of a model between two boards: that it became public, or was retired.

    `model` is its id on boards.
    """

    model: str
    name: str
    status: Literal["public", "retired"]
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was.

    Parameters
    ----------
    kind
        What sort of thing.
    message
        A sentence for a person, with the cause.
    model
        The model it is about; None when it is about the whole board.
    before, after
        The number of votes, the name, the rank, the version, or the recipe's values that differ.
    new_votes
        Votes that came since: on the board, or of the model. Fewer than none where votes left.
    overlap
        Of a moved rank: whether the model's new interval overlaps its old one, so that the move may
        be chance.
    passed
        Of a moved rank: the models that are now on the other side of it in the order of ratings.
    """

    kind: Kind
    message: str
    model: str | None = None
    before: Any = None
    after: Any = None
    new_votes: int | None = None
    overlap: bool | None = None
    passed: tuple[str, ...] = ()


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
    return [
        *_votes(before, after, was, now),
        *_making(before, after),
        *_register(moved),
        *_who(was, now),
        *_rated(was, now, after["diagnostics"]),
        *_ranks(was, now, same_recipe=_recipe(before) == _recipe(after)),
    ]


def _by_model(board: Json) -> dict[str, Json]:
    return {row["model"]: row for row in board["models"]}


def _votes(
    before: Json, after: Json, was: Mapping[str, Json], now: Mapping[str, Json]
) -> Iterator[Change]:
    came = after["votes"] - before["votes"]
    new = {id_: row["battles"] - _battles(was.get(id_)) for id_, row in now.items()}
    on = sorted((id_ for id_ in new if new[id_]), key=lambda id_: (-new[id_], id_))
    if came > 0:
        said = f"{came:,} new {_noun('vote', came)}, on {_listed([now[id_]['name'] for id_ in on])}"
    elif came < 0:
        said = (
            f"{-came:,} {_noun('vote', -came)} fewer: what they were in this slice by has changed"
        )
    elif on:
        said = f"As many votes as before, but others: {_listed([now[id_]['name'] for id_ in on])}"
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
        said = f"The recipe is another one: {', '.join(keys)} changed, and every rating with it."
        yield Change("recipe", said, None, old, new)
    if before["version"] != after["version"]:
        said = f"Made by Tiltyard {after['version']}, before by {before['version']}."
        yield Change("version", said, None, before["version"], after["version"])


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
            said = f"{row['name']} is new on this board, with {_many(row['battles'], 'battle')}."
            yield Change("new_model", said, id_, None, row["name"], row["battles"])
        elif was[id_]["name"] != row["name"]:
            said = f"{was[id_]['name']} is called {row['name']} now."
            yield Change("renamed", said, id_, was[id_]["name"], row["name"])
    for id_, row in was.items():
        if id_ not in now:
            said = f"{row['name']} is on this board no more: no vote in it counts here."
            yield Change("gone_model", said, id_, row["name"], None, -row["battles"])


def _rated(
    was: Mapping[str, Json], now: Mapping[str, Json], diagnostics: Sequence[Json]
) -> Iterator[Change]:
    for id_ in was.keys() & now.keys():
        old, row = was[id_], now[id_]
        new_votes = row["battles"] - old["battles"]
        if old["rating"] is None and row["rating"] is not None:
            said = f"{row['name']} has a rating now, {row['rating']:.0f}: the votes can place it."
            yield Change("rated", said, id_, None, row["rank"], new_votes)
        if old["rating"] is not None and row["rating"] is None:
            why = next((d["message"] for d in diagnostics if id_ in d["models"]), "")
            said = f"{row['name']} has no rating any more. {why}".strip()
            yield Change("unrated", said, id_, old["rank"], None, new_votes)


def _ranks(
    was: Mapping[str, Json], now: Mapping[str, Json], *, same_recipe: bool
) -> Iterator[Change]:
    both = [id_ for id_ in now if id_ in was and _has_rating(was[id_]) and _has_rating(now[id_])]
    for id_ in sorted(both, key=lambda id_: now[id_]["rank"]):
        old, row = was[id_], now[id_]
        passed = [other for other in both if _crossed(was, now, id_, other)]
        if old["rank"] == row["rank"] and not passed:
            continue
        new_votes = row["battles"] - old["battles"]
        overlap = _overlap(old, row)
        cause = _cause(new_votes, same_recipe=same_recipe)
        chance = "may be chance" if overlap else "is more than chance"
        said = (
            f"{row['name']} {_place(old, row)}{_past(row, [now[other] for other in passed])}: "
            f"its rating went {_signed(row['rating'] - old['rating'])} to {row['rating']:.0f} "
            f"{cause}. Its interval {'still overlaps' if overlap else 'lies apart from'} the old "
            f"one, so this {chance}."
        )
        yield Change("rank", said, id_, old["rank"], row["rank"], new_votes, overlap, tuple(passed))


def _has_rating(row: Json) -> bool:
    return row["rating"] is not None


def _crossed(was: Mapping[str, Json], now: Mapping[str, Json], one: str, other: str) -> bool:
    above = [board[one]["rating"] - board[other]["rating"] for board in (was, now)]
    return one != other and above[0] * above[1] < 0


def _place(old: Json, row: Json) -> str:
    if old["rank"] == row["rank"]:
        return f"keeps rank {row['rank']}"
    return f"moved from rank {old['rank']} to {row['rank']}"


def _past(row: Json, passed: Sequence[Json]) -> str:
    if not passed:
        return ""
    verb = "passed" if all(row["rating"] > other["rating"] for other in passed) else "crossed"
    if all(row["rating"] < other["rating"] for other in passed):
        verb = "fell behind"
    near = sum(_overlap(row, other) for other in passed)
    apart = "whose interval overlaps its own" if len(passed) == 1 else "with overlapping intervals"
    if near < len(passed):
        apart = (
            f"{len(passed) - near} of them clearly apart" if len(passed) > 1 else "clearly apart"
        )
    return f" and {verb} {_listed([other['name'] for other in passed])} ({apart})"


def _cause(new_votes: int, *, same_recipe: bool) -> str:
    own = f"with {_many(new_votes, 'new vote')} of its own"
    if not same_recipe:
        return f"under another recipe, {own}" if new_votes else "under another recipe"
    return own if new_votes else "without a new vote of its own: others moved"


def _overlap(one: Json, other: Json) -> bool:
    lower, upper = _bounds(one)
    other_lower, other_upper = _bounds(other)
    return lower <= other_upper and other_lower <= upper


def _bounds(row: Json) -> tuple[float, float]:
    rating, lower, upper = (row[name] for name in ("rating", "lower", "upper"))
    return rating if lower is None else lower, rating if upper is None else upper


def _signed(points: float) -> str:
    whole = round(points)
    direction = "up" if whole > 0 else "down"
    return (
        f"{direction} {abs(whole)} {_noun('point', abs(whole))}"
        if whole
        else "by less than a point"
    )


def _many(count: int, word: str) -> str:
    return f"{count:,} {_noun(word, count)}"


def _noun(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _listed(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
