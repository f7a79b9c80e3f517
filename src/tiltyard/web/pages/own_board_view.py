"""An own board as its page shows it: every number already words and positions."""

from dataclasses import dataclass

from tiltyard.boards.own_boards import OwnAnswer
from tiltyard.boards.tastes import OwnStanding
from tiltyard.web.pages.forest import Interval, Scale, Tick, scale_over
from tiltyard.web.pages.words import grouped, percent, signed

LIKED = {"more": "liked more", "less": "liked less", "like_everybody": "as everybody"}


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One model's line on an own board."""

    model: str
    name: str
    rating: str
    bounds: str
    interval: Interval
    everybody: str
    departure: str
    battles: str
    verdict: str
    certain: bool


@dataclass(frozen=True, slots=True)
class OwnView:
    """What `my_board.html` prints of an answer."""

    rows: tuple[OwnRow, ...]
    votes: str
    enough: bool
    share: str
    spread: str
    spread_assumed: bool
    ticks: tuple[Tick, ...]


def own_view(answer: OwnAnswer) -> OwnView | None:
    """Word an own board; None where nothing is rated yet."""
    board = answer.board
    if board is None or not board.models:
        return None
    scale = scale_over(end for one in board.models for end in (one.lower, one.upper))
    return OwnView(
        rows=tuple(_own_row(one, answer, scale) for one in board.models),
        votes=grouped(board.votes),
        enough=board.enough,
        share=percent(board.own_share),
        spread=f"{board.spread:.0f}",
        spread_assumed=board.spread_assumed,
        ticks=scale.ticks(),
    )


def _own_row(one: OwnStanding, answer: OwnAnswer, scale: Scale) -> OwnRow:
    record = f"{one.wins} won, {one.losses} lost, {one.ties} tied"
    return OwnRow(
        model=one.model,
        name=answer.names.get(one.model, one.model),
        rating=f"{one.rating:.0f}",
        bounds=f"{one.lower:.0f} to {one.upper:.0f}",
        interval=scale.interval(one.lower, one.rating, one.upper),
        everybody=f"{one.everybody:.0f}",
        departure=signed(one.departure.estimate),
        battles=record if answer.counted else "",
        verdict=LIKED[one.verdict],
        certain=one.verdict != "like_everybody",
    )
