"""What happens if one model takes another's place: slice by slice, with the price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.records import Estimate

Verdict = Literal["better", "worse", "cannot_tell", "not_rated"]


@dataclass(frozen=True, slots=True)
class SliceSwap:
    """A swap as one board sees it.

    Parameters
    ----------
    slice
        Which votes the board is about.
    preferred
        How likely the new model's answer is preferred to the old one's, with its interval; ties as
        the board's recipe has them. None where one of the two has no rating.
    points
        Rating points that the new model is above the old one, with the interval of the difference.
    old_battles, new_battles
        Votes on each.
    verdict
        `better` or `worse` where the interval does not hold one half.
    """

    slice: str
    preferred: Estimate | None
    points: Estimate | None
    old_battles: int
    new_battles: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Prices:
    """What a model costs; None where it is not known.

    Parameters
    ----------
    price_input_usd_per_million, price_output_usd_per_million
        As its card declares them.
    cost_usd_per_answer
        The mean of what its newest answers here cost.
    answers
        How many these are.
    """

    price_input_usd_per_million: float | None = None
    price_output_usd_per_million: float | None = None
    cost_usd_per_answer: float | None = None
    answers: int = 0

    def times(self, other: "Prices") -> float | None:
        """How many times as much as another this costs: by answers, else by declared prices.

        Declared prices count three tokens read for one written. None where it is not known.
        """
        for mine, theirs in (
            (self.cost_usd_per_answer, other.cost_usd_per_answer),
            (self.blended, other.blended),
        ):
            if mine is not None and theirs:
                return mine / theirs
        return None

    @property
    def is_nothing(self) -> bool:
        """Whether it is known to be free, so that no price is a multiple of it."""
        known = self.cost_usd_per_answer, self.blended
        return 0.0 in known and not any(known)

    @property
    def blended(self) -> float | None:
        """US dollars for a million tokens, three read for one written."""
        given, made = self.price_input_usd_per_million, self.price_output_usd_per_million
        return None if given is None or made is None else (3.0 * given + made) / 4.0


def swap(boards: Mapping[str, Board], old: str, new: str) -> list[SliceSwap]:
    """Say what every board tells of putting `new` where `old` was.

    Parameters
    ----------
    boards
        By slice, each with its covariance.

    Raises
    ------
    RecipeError
        When the two are one model, or no board has one of them.
    """
    if old == new:
        raise RecipeError(f"{old} cannot take its own place: name two models.")
    for model in (old, new):
        if not any(_battles(board, model) for board in boards.values()):
            raise RecipeError(f"No vote on these boards is on {model}: check its name.")
    return [_on(slice_, board, old, new) for slice_, board in boards.items()]


def by_chance(swaps: Sequence[SliceSwap], confidence: float) -> str | None:
    """Say how many of several verdicts chance alone would give; None of a single one."""
    verdicts = sum(one.verdict != "not_rated" for one in swaps)
    if verdicts < 2:  # noqa: PLR2004  # one verdict is what its interval says
        return None
    by_chance = verdicts * (1 - confidence)
    said = f"{by_chance:.0f}" if by_chance >= 1 else f"{by_chance:.1g}"
    return (
        f"{verdicts} verdicts: if the two were alike everywhere, about {said} of them would still "
        "say better or worse by chance."
    )


def _on(slice_: str, board: Board, old: str, new: str) -> SliceSwap:
    battles = _battles(board, old), _battles(board, new)
    if not {old, new} <= set(board.covered):
        return SliceSwap(slice_, None, None, *battles, "not_rated")
    preferred = board.win_probability(new, old)
    return SliceSwap(slice_, preferred, board.difference(new, old), *battles, _verdict(preferred))


def _verdict(preferred: Estimate) -> Verdict:
    if preferred.lower > 0.5:  # noqa: PLR2004  # as often the one as the other
        return "better"
    return "worse" if preferred.upper < 0.5 else "cannot_tell"  # noqa: PLR2004  # likewise


def _battles(board: Board, model: str) -> int:
    return next((one.battles for one in board.models if one.model == model), 0)
