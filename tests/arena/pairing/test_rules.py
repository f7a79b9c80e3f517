from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from tiltyard.arena.pairing.rules import Active, Boost, NeverMeet, PairingRules, Weights

DOCS = Path(__file__).parents[3] / "docs"


def test_the_weights_are_the_published_ones_unless_said_otherwise() -> None:
    weights = Weights()
    assert (weights.new, weights.new_until_votes) == (5, 3_000)
    assert (weights.top, weights.top_places) == (3, 10)
    assert (weights.best_of_organisation, weights.otherwise) == (1, 1)


def test_the_policy_id_names_rule_version_and_parameters() -> None:
    plain = PairingRules(policy="weighted")
    assert plain.policy_id.startswith("weighted@1+")
    assert plain.policy_id == PairingRules(policy="weighted", weights=Weights()).policy_id
    other = PairingRules(policy="weighted", weights=Weights(new=6))
    assert other.policy_id != plain.policy_id
    assert len(other.policy_id) <= 80


@pytest.mark.parametrize("section", [PairingRules, Weights, Active, Boost, NeverMeet])
def test_every_key_is_documented_with_its_default(section: type[BaseModel]) -> None:
    page = (DOCS / "reference" / "pairing.md").read_text(encoding="utf-8")
    for name, field in section.model_fields.items():
        number = f"{field.default:,g}" if isinstance(field.default, int | float) else ""
        assert f"`{name}` | {number}" in page or f"`[pairing.{name}]`" in page


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({"policy": "best"}, "'uniform', 'weighted' or 'active'"),
        ({"policy": "uniform", "weights": {}}, "weights is for policy = 'weighted'"),
        ({"policy": "weighted", "active": {}}, "active is for policy = 'active'"),
        ({"policy": "active", "active": {"floor": 0}}, "greater than 0"),
        ({"policy": "weighted", "weights": {"new": -1}}, "greater than or equal to 0"),
        ({"policy": "weighted", "weights": {"top": float("inf")}}, "finite"),
        ({"policy": "uniform", "boost": {"factor": 0}}, "greater than or equal to 0.001"),
        ({"policy": "uniform", "never_meet": {"same": ["licence"]}}, "'organisation', 'family'"),
    ],
)
def test_a_mistake_is_refused(section: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        PairingRules.model_validate(section)
