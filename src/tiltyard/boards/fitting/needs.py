"""Which columns of a file a recipe looks at, so that no others need be read."""

from collections.abc import Collection

from tiltyard.battles.conversations import PLACES
from tiltyard.boards.fitting.counting import CLUSTERS
from tiltyard.boards.fitting.features import STYLE, STYLE_SOURCES, places_of
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.column_slice import column_of, columns_where

CONVERSATIONS = ["prompt", *(place.format(side) for place in PLACES for side in "ab")]


def needed_columns(recipe: Recipe, present: Collection[str]) -> frozenset[str] | None:
    """Name the columns beside models, outcomes, counts and weights; None for all there are.

    Parameters
    ----------
    recipe
        What will be ranked.
    present
        The columns of the file. The conversations are needed when the style has to be counted.
    """
    if recipe.filters:
        return None
    paths = [column_of(given) for given in recipe.slices] + list(recipe.slices)
    paths += columns_where(recipe.where)
    for name in recipe.cluster:
        paths += _paths_of_cluster(name, present)
    if recipe.half_life is not None:
        paths.append("voted_at")
    if "inverse-propensity" in recipe.weights:
        paths.append("pair_probability")
    for control in recipe.controls:
        paths += _paths_of(control.name, present)
    return frozenset(path.split("/")[0] for path in paths)


def _paths_of(control: str, present: Collection[str]) -> list[str]:
    if control not in STYLE_SOURCES:
        places = (*places_of(control), "{name}")
        return [place.format(name=control, side=side) for place in places for side in "ab"]
    counts = [
        places[name].format(name=name, side=side)
        for places in STYLE_SOURCES[control]
        for name in STYLE
        for side in "ab"
    ]
    if any(path.split("/")[0] in present for path in counts):
        return counts
    return CONVERSATIONS


def _paths_of_cluster(name: str, present: Collection[str]) -> list[str]:
    paths = [name, *CLUSTERS.get(name, ())]
    if name == "prompt" and not any(path.split("/")[0] in present for path in paths):
        return [place.format("a") for place in PLACES]
    return [*paths, "battle_id"] if name == "session" else paths
