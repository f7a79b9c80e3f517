import pytest

from tiltyard.boards.recipe import Anchor, Recipe, RecipeError


def test_equal_recipes_have_equal_digests_and_others_not() -> None:
    assert Recipe().sha256 == Recipe(confidence=0.95).sha256
    different = [Recipe(), Recipe(confidence=0.9), Recipe(anchor=Anchor("x", 1)), Recipe(scale=1)]
    assert len({recipe.sha256 for recipe in different}) == 4


def test_the_digest_of_the_plain_recipe_stays() -> None:
    """Published boards carry it: a change of this value breaks their verification."""
    assert Recipe().sha256 == "ff1171a395b1a571a2fa4b58d082be26e505eeda887e4ee93a7d6f2246a851d7"


@pytest.mark.parametrize("confidence", [0, 1, -1, 95, float("nan")])
def test_a_confidence_outside_0_and_1_is_refused(confidence: float) -> None:
    with pytest.raises(RecipeError, match="between 0 and 1"):
        Recipe(confidence=confidence)


def test_scores_and_scales_must_be_numbers_that_work() -> None:
    with pytest.raises(RecipeError, match="not a finite number"):
        Recipe(anchor=Anchor("x", float("inf")))
    with pytest.raises(RecipeError, match="must be a positive number"):
        Recipe(scale=0)
