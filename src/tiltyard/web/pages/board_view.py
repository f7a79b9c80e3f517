"""A board as its page shows it: every number already words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from tiltyard.ledger.sources import EXAMPLES
from tiltyard.web.pages.forest import Interval, Scale, Tick, scale_over
from tiltyard.web.pages.moments import link_moment
from tiltyard.web.pages.words import grouped, percent, spoken_date

Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RatedRow:
    """One line of the table; the `*_value` fields are what sorting compares."""

    model: str
    name: str
    organisation: str
    licence: str
    demo: bool
    rank: int
    rank_spread: str
    rating: str
    rating_value: float
    bounds: str
    pooled: str | None
    interval: Interval
    battles: str
    battles_value: int
    win_share: str
    win_share_value: float


@dataclass(frozen=True, slots=True)
class UnratedRow:
    """A model without a rating, and the sentences that say why."""

    model: str
    name: str
    organisation: str
    licence: str
    demo: bool
    battles: str
    reasons: tuple[str, ...]
    pooled: str | None


@dataclass(frozen=True, slots=True)
class BoardView:
    """Everything that `board.html` prints."""

    slice_words: str
    votes: str
    example_votes: str | None
    published: str | None
    published_at: str | None
    rated: tuple[RatedRow, ...]
    unrated: tuple[UnratedRow, ...]
    ticks: tuple[Tick, ...]
    mean: str | None
    url: str
    query: str
    moment: str
    present: str
    api_url: str
    control: str
    few: str | None
    unmade: str | None
    parent: str | None


def board_view(board: Json, at: datetime | None = None) -> BoardView:
    """Turn the JSON of one board (docs/reference/http.md) into words and positions.

    Parameters
    ----------
    at
        The past instant that was asked for.
    """
    arena, slice_name, control = board["arena"], board["slice"], board.get("control", "")
    rated = [model for model in board["models"] if model["rating"] is not None]
    unrated = [model for model in board["models"] if model["rating"] is None]
    scale = scale_over(bound for m in rated for bound in bounds(m)) if rated else None
    example = board["sources"].get(EXAMPLES, 0)
    published_at = board.get("published_at")
    return BoardView(
        slice_words=board.get("name") or slice_name.replace("_", " "),
        votes=grouped(board["votes"]),
        example_votes=grouped(example) if example else None,
        published=spoken_date(published_at) if published_at else None,
        published_at=published_at,
        rated=tuple(rated_row(model, scale) for model in by_rank(rated)) if scale else (),
        unrated=tuple(unrated_row(model, board["diagnostics"]) for model in unrated),
        ticks=scale.ticks() if scale else (),
        mean=scale.x(1000.0) if scale and scale.low < 1000.0 < scale.high else None,  # noqa: PLR2004  # the gauge of every board
        url=f"/boards/{arena}/{slice_name}",
        query=link_moment(at, control=control),
        moment=link_moment(at),
        present=link_moment(None, control=control),
        api_url=f"/api/v1/boards/{arena}/{slice_name}{link_moment(at, control=control)}",
        control=control,
        few=few_votes(board),
        unmade=board.get("unmade"),
        parent=(board.get("pooling") or {}).get("within"),
    )


def few_votes(board: Json) -> str | None:
    """Say that votes are not enough, where they are not."""
    if board.get("enough", True) or not board["votes"]:
        return None
    votes, minimum = grouped(board["votes"]), grouped(board["minimum"])
    return f"{votes} of the {minimum} votes that this board needs before its ratings say much"


def by_rank(models: Sequence[Json]) -> list[Json]:
    """Order rated models by rank, equal ranks by rating."""
    return sorted(models, key=lambda model: (model["rank"], -model["rating"]))


def bounds(model: Json) -> tuple[float, float]:
    """Give a rated model's interval; without one, its rating twice."""
    rating = model["rating"]
    lower, upper = model["lower"], model["upper"]
    return (rating if lower is None else lower, rating if upper is None else upper)


def rated_row(model: Json, scale: Scale) -> RatedRow:
    """Word one rated model."""
    lower, upper = bounds(model)
    share = win_share(model)
    return RatedRow(
        model=model["model"],
        name=model["name"],
        organisation=model["organisation"],
        licence=model["licence"],
        demo=model["demo"],
        rank=model["rank"],
        rank_spread=rank_spread(model),
        rating=f"{model['rating']:.0f}",
        rating_value=model["rating"],
        bounds=f"{lower:.0f} to {upper:.0f}",
        pooled=None if model.get("pooled") is None else f"{model['pooled']:.0f}",
        interval=scale.interval(lower, model["rating"], upper),
        battles=grouped(model["battles"]),
        battles_value=model["battles"],
        win_share=percent(share),
        win_share_value=-1.0 if share is None else share,
    )


def unrated_row(model: Json, diagnostics: Sequence[Json]) -> UnratedRow:
    """Word one unrated model, with the diagnostics that name it."""
    reasons = tuple(d["message"] for d in diagnostics if model["model"] in d["models"])
    return UnratedRow(
        model=model["model"],
        name=model["name"],
        organisation=model["organisation"],
        licence=model["licence"],
        demo=model["demo"],
        battles=grouped(model["battles"]),
        reasons=reasons or ("There are not enough votes yet to rate this model.",),
        pooled=_pooled(model),
    )


def _pooled(model: Json) -> str | None:
    if model.get("pooled") is None:
        return None
    low, high = model["pooled_lower"], model["pooled_upper"]
    return f"pooled with the larger slice {model['pooled']:.0f}, {low:.0f} to {high:.0f}"


def rank_spread(model: Json) -> str:
    """Say which ranks the interval allows: `2`, or 2 to 4 with a dash between."""
    lower, upper = model["rank_lower"], model["rank_upper"]
    return str(lower) if lower == upper else f"{lower}\N{EN DASH}{upper}"


def win_share(model: Json) -> float | None:
    """Give wins plus half the ties, over all battles; `None` without battles."""
    battles: int = model["battles"]
    points: float = model["wins"] + model["ties"] / 2
    return points / battles if battles else None
