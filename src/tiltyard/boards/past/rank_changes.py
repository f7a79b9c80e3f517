"""Moved ranks from one published board to the next: how far, past whom, and whether by chance."""

from collections.abc import Iterator, Mapping, Sequence

from tiltyard.battles.notes import counted
from tiltyard.boards.past.change import NAMED, Change, Json
from tiltyard.boards.wording import listed


def rank_changes(
    was: Mapping[str, Json], now: Mapping[str, Json], *, same_recipe: bool
) -> Iterator[Change]:
    """Say whose rank moved and who passed whom, of rows by model that are on one scale."""
    both = [id_ for id_ in now if id_ in was and _has_rating(was[id_]) and _has_rating(now[id_])]
    fresh = [row for id_, row in now.items() if id_ not in both and _has_rating(row)]
    for id_ in sorted(both, key=lambda id_: now[id_]["rank"]):
        old, row = was[id_], now[id_]
        passed = [other for other in both if _crossed(was, now, id_, other)]
        if old["rank"] == row["rank"] and not passed:
            continue
        new_votes = row["battles"] - old["battles"]
        place = f"{_place(old, row)}{_below(old, row, fresh)}"
        if passed or not _is_still(old, row):
            place += _past(row, [now[other] for other in passed])
            why = _why(old, row, _cause(new_votes, same_recipe=same_recipe))
        else:
            why = f"its own rating stays at {row['rating']:.0f}."
        said = f"{row['name']} {place}: {why}"
        overlap = _overlap(old, row)
        yield Change("rank", said, id_, old["rank"], row["rank"], new_votes, overlap, tuple(passed))


def _is_still(old: Json, row: Json) -> bool:
    return not round(row["rating"] - old["rating"]) and _overlap(old, row)


def _why(old: Json, row: Json, cause: str) -> str:
    overlap = _overlap(old, row)
    return (
        f"its rating went {_signed(row['rating'] - old['rating'])} to {row['rating']:.0f} "
        f"{cause}. Its interval {'still overlaps' if overlap else 'lies apart from'} the old "
        f"one, so this {'may be chance' if overlap else 'is more than chance'}."
    )


def _has_rating(row: Json) -> bool:
    return row["rating"] is not None


def _crossed(was: Mapping[str, Json], now: Mapping[str, Json], one: str, other: str) -> bool:
    above = [board[one]["rating"] - board[other]["rating"] for board in (was, now)]
    return one != other and above[0] * above[1] < 0


def _place(old: Json, row: Json) -> str:
    if old["rank"] == row["rank"]:
        return f"keeps rank {row['rank']}"
    return f"moved from rank {old['rank']} to {row['rank']}"


def _below(old: Json, row: Json, fresh: Sequence[Json]) -> str:
    """Name who was not rated before and stands above."""
    above = [one["name"] for one in fresh if one["rating"] > row["rating"]]
    if not above or row["rank"] <= old["rank"]:
        return ""
    return f" below {listed(above, NAMED)}, rated now"


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
    return f" and {verb} {listed([other['name'] for other in passed], NAMED)} ({apart})"


def _cause(new_votes: int, *, same_recipe: bool) -> str:
    own = f"with {counted(new_votes, 'new vote')} of its own"
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
    return f"{direction} {counted(abs(whole), 'point')}" if whole else "by less than a point"
