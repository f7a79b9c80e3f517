"""From a battles table to the votes that a recipe fits: slice, filter, weigh, and count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from tiltyard.battles.conversations import has_conversations
from tiltyard.battles.duplicates import prompt_of
from tiltyard.battles.filters import apply_filters
from tiltyard.battles.inspecting import repeated_ids
from tiltyard.battles.notes import Note, counted
from tiltyard.battles.pair_table import pair_table
from tiltyard.battles.table import Battles
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.fitting.counted import Counted
from tiltyard.boards.fitting.features import (
    STYLE_SOURCES,
    feature_columns,
    find_style,
    refuse_unusable,
)
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.records import Diagnostic, Step
from tiltyard.boards.slices.column_slice import slice_battles
from tiltyard.boards.slices.paths import at_path, has_values
from tiltyard.labels.markdown_counts import Counter
from tiltyard.labels.style import with_style
from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.weights import WeightError, half_life, inverse_propensity

NO_VALUE = "no_control_value"
"""The kind of what a board says of votes without a value for a control."""

CLUSTERS: Mapping[str, tuple[str, ...]] = {
    "prompt": ("prompt", "prompt_id", "opening_msg", "instruction"),
    "session": ("session", "session_id", "evaluation_session_id", "session_hash"),
}
"""Where a clustering may be found, beside a column of its own name.

A prompt may also be in the conversations, and a session be the battle, where votes on its turns
share one.
"""

VOTE_COLUMNS = ("model_a", "model_b", "outcome", "weight")


@dataclass(frozen=True, slots=True, eq=False)
class CountedVotes:
    """Counted votes, and what happened to the others.

    Parameters
    ----------
    counted
        The votes.
    filters
        What each filter dropped.
    diagnostics
        What was noticed on the way.
    """

    counted: Counted
    filters: tuple[Step, ...]
    diagnostics: tuple[Diagnostic, ...]


def count_votes(battles: Battles, recipe: Recipe) -> CountedVotes:
    """Count the votes that a recipe asks for, and say what was left out.

    Raises
    ------
    RecipeError
        When the votes lack a column that the recipe needs.
    VotesError
        When a filter cannot be applied to these votes.
    """
    sliced = slice_battles(battles, recipe.slices, recipe.where)
    filtered, reports = apply_filters(sliced, recipe.filters)
    noticed = noted((*battles.notes, *repeated_ids(filtered.frame.lazy())))
    steps = tuple(Step(one.name, one.dropped, one.kept, one.why) for one in reports)
    weighed = _weighed(filtered, recipe)
    if not recipe.needs_single_votes:
        return CountedVotes(Counted(weighed.pairs), steps, noticed)
    styled, counted_style = _with_style(weighed, recipe)
    single, left_out = _single_votes(styled.frame, recipe)
    pairs = pair_table(single.with_columns(pl.lit(1).alias("count")))
    found = (*noticed, *counted_style, *left_out)
    return CountedVotes(Counted(pairs, single), steps, found)


def noted(notes: Iterable[Note]) -> tuple[Diagnostic, ...]:
    """Say on a board what was noticed about its votes."""
    return tuple(Diagnostic(note.kind, note.message, ()) for note in notes)


def _with_style(battles: Battles, recipe: Recipe) -> tuple[Battles, tuple[Diagnostic, ...]]:
    """Count the style of the answers where a control needs it and nobody has counted it yet."""
    for control in recipe.controls:
        if control.name not in STYLE_SOURCES or find_style(battles.frame, control.name):
            continue
        if has_conversations(battles.frame):
            counter: Counter = "grammar_v2" if control.name == "style_grammar_v2" else "regex_v1"
            message = f"The style of the answers was counted from the conversations by {counter}."
            return with_style(battles, counter), (Diagnostic("style_counted", message, ()),)
    return battles, ()


def cluster_column(frame: pl.DataFrame, name: str) -> pl.Series:
    """Find what votes cluster by.

    Raises
    ------
    RecipeError
        When there is none, or it is empty.
    """
    for place in (*CLUSTERS.get(name, (name,)), name):
        if has_values(frame, place):
            if (
                frame.height
                and frame.select(at_path(place)).to_series().null_count() == frame.height
            ):
                raise RecipeError(f"The column {place} is empty, so votes cannot cluster by it.")
            return frame.select(at_path(place)).to_series()
    if name == "prompt" and has_conversations(frame):
        return _asked(frame)
    if name == "session" and frame["battle_id"].drop_nulls().is_duplicated().any():
        return frame["battle_id"]
    raise RecipeError(
        f"The votes have no column {name} to cluster by; there are {', '.join(frame.columns)}."
    )


def _asked(frame: pl.DataFrame) -> pl.Series:
    """Take the prompts out of the conversations; null where the person said nothing."""
    asked = prompt_of(frame)
    said = asked.set(asked.str.strip_chars() == "", None)
    if frame.height and said.null_count() == frame.height:
        raise RecipeError("The conversations hold no prompts, so votes cannot cluster by them.")
    return said


def _weighed(battles: Battles, recipe: Recipe) -> Battles:
    """Multiply into the votes' weights what the recipe says of single votes."""
    frame, factors = battles.frame, []
    if "inverse-propensity" in recipe.weights:
        factors.append(_inverse_propensity(frame))
    if recipe.half_life is not None:
        factors.append(_decay(frame, recipe.half_life))
    if not factors:
        return battles
    weight = np.prod([frame["weight"].to_numpy(), *factors], axis=0)
    return Battles(frame.with_columns(weight=pl.Series(weight)))


def _inverse_propensity(frame: pl.DataFrame) -> Floats:
    try:
        return inverse_propensity(frame["pair_probability"].fill_null(np.nan).to_numpy())
    except WeightError as error:
        raise RecipeError(
            f"Inverse-propensity weights divide by the column pair_probability: {error}"
        ) from error


def _decay(frame: pl.DataFrame, days: float) -> Floats:
    """Shape (N,). Weights by the age before the newest vote."""
    age = (pl.col("voted_at").max() - pl.col("voted_at")).dt.total_microseconds() / 86_400e6
    try:
        return half_life(frame.select(age.fill_null(np.nan)).to_series().to_numpy(), days)
    except WeightError as error:
        raise RecipeError(f"Votes decay with the time in voted_at: {error}") from error


def _single_votes(
    frame: pl.DataFrame, recipe: Recipe
) -> tuple[pl.DataFrame, tuple[Diagnostic, ...]]:
    """Bring the votes into a canonical order, one row each, with what the recipe asks for.

    Votes without a value for a control are left out. Clusters become numbers in the order of their
    names, so that no name of a voter gets into what is saved.
    """
    clusters = [
        cluster_column(frame, name).rank("dense").cast(pl.Int64).alias(f"{name} cluster")
        for name in recipe.cluster
    ]
    controls = feature_columns(frame, recipe.controls)
    chosen = frame.select(
        pl.col("model_a", "model_b", "outcome").cast(pl.String),
        "weight",
        *controls,
        *clusters,
        pl.col("count"),
    )
    names = [name for name in chosen.columns if name not in {*VOTE_COLUMNS, "count"}]
    measured = [name for name in names if not name.endswith(" cluster")]
    refuse_unusable(chosen, measured)
    known = chosen.drop_nulls(measured)
    found = _left_out(chosen, known)
    if (known["count"] != 1).any():
        known = known.select(pl.exclude("count").repeat_by("count").explode())
    return _in_order(known.select(*VOTE_COLUMNS, *names)), found


def _in_order(votes: pl.DataFrame) -> pl.DataFrame:
    """Sort by every column; the models as numbers, which sort faster than their names."""
    models = pl.concat([votes["model_a"].unique(), votes["model_b"].unique()]).unique().sort()
    coded = votes.with_columns(pl.col("model_a", "model_b").cast(pl.Enum(models)))
    return coded.sort(pl.all()).with_columns(pl.col("model_a", "model_b").cast(pl.String))


def _left_out(before: pl.DataFrame, after: pl.DataFrame) -> tuple[Diagnostic, ...]:
    lost = int(before["count"].sum()) - int(after["count"].sum())
    if not lost:
        return ()
    empty = ", ".join(name for name in before.columns if before[name].null_count())
    votes = counted(lost, "vote")
    return (Diagnostic(NO_VALUE, f"{votes} with nothing in {empty} left out.", ()),)
