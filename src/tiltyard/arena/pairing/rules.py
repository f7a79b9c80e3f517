"""How pairs are drawn, as data: the `[pairing]` section of an arena's definition."""

import hashlib
import json
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Policy = Literal["uniform", "weighted", "active"]
Weight = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0.001, le=1_000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Ids = tuple[str, ...]

VERSIONS: dict[Policy, int] = {"uniform": 1, "weighted": 1, "active": 1}
"""Raised when the same parameters begin to give other probabilities."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Weights(_Section):
    """What a contestant weighs: new, or else at the top, or else as everybody.

    The best of an organisation weighs at least `best_of_organisation`.
    """

    new: Weight = 5.0
    new_until_votes: Count = 3_000
    top: Weight = 3.0
    top_places: Count = 10
    best_of_organisation: Weight = 1.0
    otherwise: Weight = 1.0


class Active(_Section):
    """How much of the drawing only explores: the share of battles drawn uniformly."""

    floor: Annotated[float, Field(gt=0, le=1)] = 0.1


class Boost(_Section):
    """Whose weight is multiplied: those with few votes, and those listed."""

    factor: Factor = 2.0
    until_votes: Count = 0
    contestants: Ids = ()


class NeverMeet(_Section):
    """Who is kept apart: contestants that share something, and listed groups of ids."""

    same: tuple[Literal["organisation", "family", "preview"], ...] = ()
    groups: tuple[Ids, ...] = ()


class PairingRules(_Section):
    """How the two are chosen. What a policy has no use for is refused, not ignored."""

    SECTIONS: ClassVar[dict[str, Policy]] = {"weights": "weighted", "active": "active"}

    policy: Policy
    weights: Weights | None = None
    active: Active | None = None
    boost: Boost | None = None
    never_meet: NeverMeet = NeverMeet()

    @model_validator(mode="after")
    def _only_what_is_used(self) -> Self:
        for section, policy in self.SECTIONS.items():
            if getattr(self, section) is not None and self.policy != policy:
                raise ValueError(f"{section} is for policy = {policy!r}, not {self.policy!r}")
        return self

    @property
    def needs_standings(self) -> bool:
        """Whether votes change what is drawn."""
        boosted = self.boost is not None and self.boost.until_votes > 0
        return self.policy != "uniform" or boosted

    @property
    def policy_id(self) -> str:
        """The rule's name, its version and a digest of its parameters, defaults written out."""
        document = json.dumps(self._parameters(), sort_keys=True)
        digest = hashlib.sha256(document.encode()).hexdigest()
        return f"{self.policy}@{VERSIONS[self.policy]}+{digest[:8]}"

    def _parameters(self) -> dict[str, Any]:
        used: dict[str, _Section | None] = {"boost": self.boost, "never_meet": self.never_meet}
        if self.policy == "weighted":
            used["weights"] = self.weights or Weights()
        if self.policy == "active":
            used["active"] = self.active or Active()
        return {name: part.model_dump(mode="json") for name, part in used.items() if part}
