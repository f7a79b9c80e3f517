import json
from typing import Any

import pytest

from tiltyard.boards.errors import RecipeError
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.recipes.recipe import Anchor, Recipe, Variants

FULL = Recipe(
    confidence=0.9,
    anchor=Anchor("x", 1200),
    slices=("language=en",),
    filters=("anonymous",),
    controls=(Control.parse("style"), Control.parse("words:log")),
    ridge=0.5,
    weights=("pair-balanced",),
    half_life=30,
    cluster=("voter", "prompt"),
    gauge="anchored",
    ranks="simultaneous",
    variants=(Variants("y", 5),),
)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"slices": "is_code"}, r"slices is 'is_code': write it as slices=\("),
        ({"filters": "anonymous"}, r"write it as filters=\(\"anonymous\",\)"),
        ({"controls": ("style",)}, r"Control\.parse"),
        ({"weights": "pair-balanced"}, r"weights=\("),
        ({"cluster": ["voter"]}, r"cluster=\("),
        ({"anchor": ("gpt-4", 1200)}, r"Anchor\(\"gpt-4\", 1200\)"),
        ({"rounds": 10.5, "interval": "bootstrap"}, "a whole number"),
        ({"confidence": "0.95"}, "a number"),
        ({"rounds": 50}, "50 rounds are for the bootstrap"),
        ({"correction": "bonferroni"}, "say which"),
    ],
)
def test_values_of_another_kind_are_refused_with_the_right_way(
    fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(RecipeError, match=said):
        Recipe(**fields)


def test_equal_recipes_have_equal_digests_and_others_not() -> None:
    assert Recipe().sha256 == Recipe(confidence=0.95).sha256
    different = [
        Recipe(),
        Recipe(confidence=0.9),
        Recipe(anchor=Anchor("x", 1)),
        Recipe(scale=1),
        Recipe(ties="drop"),
        Recipe(cluster=("voter",)),
        FULL,
    ]
    assert len({recipe.sha256 for recipe in different}) == len(different)


def test_whole_numbers_are_the_same_recipe() -> None:
    whole = Recipe(anchor=Anchor("x", 900), scale=400, half_life=30)
    assert whole.sha256 == Recipe(anchor=Anchor("x", 900.0), scale=400.0, half_life=30.0).sha256


def test_the_digest_of_the_plain_recipe_stays() -> None:
    """Published boards carry it: a change of this value breaks their verification."""
    assert Recipe().sha256 == "ff1171a395b1a571a2fa4b58d082be26e505eeda887e4ee93a7d6f2246a851d7"


@pytest.mark.parametrize("recipe", [Recipe(), FULL])
def test_a_recipe_comes_back_from_its_json(recipe: Recipe) -> None:
    read = json.loads(json.dumps(recipe.to_dict()))
    assert read == recipe.to_dict()
    assert Recipe.from_dict(read) == recipe


def test_a_recipe_of_a_newer_version_is_refused() -> None:
    with pytest.raises(RecipeError, match="has sampler, which this version"):
        Recipe.from_dict(Recipe().to_dict() | {"sampler": "x"})


def test_controls_are_read_with_their_usual_scale_and_said_without_it() -> None:
    spelled = ["style", "position", "latency", "words", "words:share", "latency:unscaled"]
    assert [str(Control.parse(given)) for given in spelled] == spelled
    assert Control.parse("words").scale == "difference"
    assert Control.parse("latency").scale == "log"


@pytest.mark.parametrize("confidence", [0, 1, -1, 95, float("nan")])
def test_a_confidence_outside_0_and_1_is_refused(confidence: float) -> None:
    with pytest.raises(RecipeError, match="between 0 and 1"):
        Recipe(confidence=confidence)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"anchor": Anchor("x", float("inf"))}, "not a finite number"),
        ({"scale": 0}, "must be a positive number"),
        ({"scale": 1e308}, "must be a positive number: 0.001 to 1,000,000"),
        ({"scale": 1e-300}, "must be a positive number: 0.001 to 1,000,000"),
        ({"anchor": Anchor("x", 1e300)}, "beyond a billion"),
        ({"ridge": 1e300, "controls": (Control.parse("style"),)}, "from 0 upwards, to 1e12"),
        ({"interval": "bootstrap", "rounds": 1_000_000_000}, "ask for 10,000 at most"),
        ({"where": ("1 = 1",) * 101}, "at most 100 slices, conditions and filters"),
        ({"ridge": -1, "controls": (Control.parse("style"),)}, "ridge is -1"),
        ({"half_life": 0}, "half-life is 0 days"),
        ({"rounds": 1, "interval": "bootstrap"}, "1 bootstrap rounds have no spread"),
        ({"seed": -1}, "seed is -1"),
        ({"estimator": "elo"}, "estimator is 'elo'; allowed are bradley-terry"),
        ({"weights": ("fair",)}, "weights is 'fair'; allowed are pair-balanced"),
        ({"estimator": "davidson", "ties": "drop"}, "davidson models ties itself"),
        ({"estimator": "davidson", "controls": (Control.parse("style"),)}, "not with davidson"),
        ({"estimator": "davidson", "interval": "bootstrap"}, "not with davidson"),
        ({"interval": "bootstrap", "controls": (Control.parse("style"),)}, "leave the bootstrap"),
        ({"ridge": 1.0}, "and there are none"),
        ({"cluster": ("voter", "prompt", "session")}, "at most 2 columns"),
        ({"cluster": ("voter", "voter")}, "voter is among the cluster twice"),
        ({"interval": "bootstrap", "cluster": ("voter", "prompt")}, "name one, not two"),
        ({"gauge": "anchored"}, "needs an anchor"),
    ],
)
def test_what_means_nothing_is_refused_in_one_sentence(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError, match=said) as caught:
        Recipe(**fields)
    assert "\n" not in str(caught.value)


def test_variants_and_controls_check_themselves() -> None:
    for tried in (0, 10**400):
        with pytest.raises(RecipeError, match=f"best of {tried} variants"):
            Variants("x", tried)
    with pytest.raises(RecipeError, match="best of 0 variants"):
        Variants("x", 0)
    with pytest.raises(RecipeError, match="has the scale 'lgo'; allowed are share"):
        Control.parse("words:lgo")
    with pytest.raises(RecipeError, match="has no name"):
        Control.parse(":log")
    with pytest.raises(RecipeError, match="position is the same in every vote"):
        Control.parse("position:log")
