"""What a board may hold constant: which columns, and how their difference is scaled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self, get_args

from tiltyard.boards.errors import RecipeError

Scale = Literal["share", "difference", "log", "unscaled"]
"""How the two sides of a control are compared.

`share`: (a - b) / (a + b), 0 where both are 0, then z-scored, as the published style control does.
`difference`: a - b, and `log`: ln a - ln b, both divided by their standard deviation; they are not
centred, since a mean taken off acts as an advantage of one side. `unscaled`: a - b in the column's
own unit, so that the coefficient is nats per unit.
"""

USUAL: Mapping[str, Scale] = {
    "style": "share",
    "style_regex_v1": "share",
    "style_grammar_v2": "share",
    "position": "unscaled",
    "latency": "log",
    "price": "log",
    "parameters": "log",
    "active_parameters": "log",
    "duration": "log",
    "energy": "log",
}
"""The controls that are known by name, and the scale each has unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Control:
    """One thing to hold constant.

    Parameters
    ----------
    name
        `style` (length, headers, lists and bold, four coefficients; `style_regex_v1` and
        `style_grammar_v2` say which counter must have made the counts), `position` (who stood on
        side a), `latency`, `duration`, `price`, `parameters`, `active_parameters`, `energy`, or a
        column of the votes: either one column that already holds a difference, or two with the
        endings `_a` and `_b`.
    scale
        See :data:`Scale`.

    Raises
    ------
    RecipeError
        When the name is empty, or the scale is none of these, or given for `position`.
    """

    name: str
    scale: Scale

    def __post_init__(self) -> None:
        if not self.name:
            raise RecipeError("A control has no name: write style, position or a column's name.")
        if self.scale not in get_args(Scale):
            raise RecipeError(
                f"The control {self.name} has the scale {self.scale!r}; "
                f"allowed are {', '.join(get_args(Scale))}."
            )
        if self.name == "position" and self.scale != "unscaled":
            raise RecipeError("The control position is the same in every vote and takes no scale.")

    @classmethod
    def parse(cls, given: str) -> Self:
        """Read `NAME` or `NAME:SCALE`, as on the command line.

        >>> Control.parse("words:log")
        Control(name='words', scale='log')
        """
        name, _, scale = given.partition(":")
        return cls(name, scale or USUAL.get(name, "difference"))  # type: ignore[arg-type]  # checked above

    def __str__(self) -> str:
        usual = USUAL.get(self.name, "difference")
        return self.name if self.scale == usual else f"{self.name}:{self.scale}"
