"""Find what was voted in a table of any published format."""

from collections.abc import Mapping

import polars as pl

from tiltyard.battles.columns import OUTCOME, as_codes, first_row, source_of
from tiltyard.battles.errors import CellError, VotesError
from tiltyard.battles.notes import Note, counted
from tiltyard.battles.outcome import ALLOWED, Outcome, outcome_of

LABELS = ("outcome", "winner")
ONE_HOT = ("winner_model_a", "winner_model_b", "winner_tie")
CHOSEN = ("chosen_model_name", "both_equal")
# Where an empty cell means that nobody voted
OPTIONAL = ("choice", "acceptedIndex")
ACCEPTED = {"0": "a", "1": "b", "0.0": "a", "1.0": "b"}


def choice_columns(present: list[str]) -> tuple[str, ...]:
    """Return the columns that hold the vote, empty when there are none."""
    for group in (*((name,) for name in (*LABELS, *OPTIONAL)), ONE_HOT, CHOSEN):
        if all(name in present for name in group):
            return group
    return ()


def read_outcomes(frame: pl.DataFrame, source: str) -> tuple[pl.Series, tuple[Note, ...]]:
    """Read the outcome of each row, null where the format says that nobody voted.

    Returns
    -------
    outcomes : pl.Series
    notes : tuple of Note
        `no_vote` when nobody voted on some rows, `mixed_spellings` when an outcome is spelled in
        more than one way.

    Raises
    ------
    VotesError
        When no column holds a vote, or a cell is not one.
    """
    columns = choice_columns(frame.columns)
    if not columns:
        raise VotesError(
            f"{source}: no column says who won; name it winner or outcome, with {ALLOWED} "
            f"(found: {', '.join(frame.columns) or 'no columns'})."
        )
    if columns == ONE_HOT:
        return _from_one_hot(frame, source), ()
    if columns == CHOSEN:
        return _from_chosen_name(frame, source), ()
    return _from_labels(frame.get_column(columns[0]), source)


def _from_labels(column: pl.Series, source: str) -> tuple[pl.Series, tuple[Note, ...]]:
    labels = as_codes(column)
    spelled = labels.unique().drop_nulls().to_list()
    accepted = ACCEPTED if column.name == "acceptedIndex" else {}
    meaning = {label: outcome_of(accepted.get(label, label)) for label in spelled}
    known = {label: outcome.value for label, outcome in meaning.items() if outcome}
    outcomes = _looked_up(labels, known)
    unread = outcomes.is_null()
    if column.name in OPTIONAL:
        unread &= labels.is_not_null() & (labels != "")
    wrong = first_row(unread)
    if wrong is not None:
        label = labels[wrong]
        given = "is empty" if not label else f"{label!r} is not an outcome"
        raise CellError(source, wrong, column.name, f"{given}; allowed are {ALLOWED}")
    mixed = mixed_spellings(column.name, known, outcomes.len() - outcomes.null_count())
    return outcomes, (*_unvoted(outcomes, column.name), *mixed)


def _looked_up(labels: pl.Series, meaning: Mapping[str, str]) -> pl.Series:
    """Replace labels by outcomes, by their codes: five times faster than by their words."""
    codes = labels.to_physical()
    spelled = labels.unique().drop_nulls()
    outcome_of_code = dict(zip(spelled.to_physical(), map(meaning.get, spelled), strict=True))
    size = max(outcome_of_code, default=0) + 1
    table = pl.Series([outcome_of_code.get(code) for code in range(size)], dtype=OUTCOME)
    return table.gather(codes).alias(labels.name)


def _unvoted(outcomes: pl.Series, column: str) -> tuple[Note, ...]:
    rows = outcomes.null_count()
    if not rows:
        return ()
    message = f"Nobody voted on {counted(rows, 'row')} (empty {column}), which are left out."
    return (Note("no_vote", message, rows),)


def mixed_spellings(column: str, meaning: Mapping[str, str], rows: int) -> tuple[Note, ...]:
    """Note that one outcome is spelled in several ways, as when two sources were put together.

    Parameters
    ----------
    column
        Where the labels stand.
    meaning
        The outcome of each label that occurs.
    rows
        How many rows have one of them.
    """
    spellings: dict[str, list[str]] = {}
    for label in sorted(meaning):
        spellings.setdefault(meaning[label], []).append(label)
    several = {outcome: ways for outcome, ways in spellings.items() if len(ways) > 1}
    if not several:
        return ()
    ways = "; ".join(
        f"{outcome} as {', '.join(map(repr, ways))}" for outcome, ways in several.items()
    )
    message = f"The column {column} spells outcomes in several ways, all understood: {ways}."
    return (Note("mixed_spellings", message, rows),)


def _from_one_hot(frame: pl.DataFrame, source: str) -> pl.Series:
    marks = frame.select(pl.col(ONE_HOT).cast(pl.Float64, strict=False))
    valid = marks.select(
        (pl.all_horizontal(pl.all().is_in([0.0, 1.0])) & (pl.sum_horizontal(pl.all()) == 1))
        .fill_null(value=False)
        .alias("valid")
    ).to_series()
    wrong = first_row(~valid)
    if wrong is not None:
        raise CellError(
            source, wrong, ", ".join(ONE_HOT), "exactly one of the three must be 1, the others 0"
        )
    won_a, won_b, _ = (pl.col(name) == 1 for name in ONE_HOT)
    return marks.select(_outcome(won_a, won_b)).to_series()


def _from_chosen_name(frame: pl.DataFrame, source: str) -> pl.Series:
    """Read compar:IA's first format, which names the chosen model."""
    name_a, name_b = (source_of(side, frame.columns) or side for side in ("model_a", "model_b"))
    chosen = pl.col("chosen_model_name").cast(pl.String)
    equal = pl.col("both_equal").cast(pl.String).str.to_lowercase().is_in(["true", "1"])
    won_a = ~equal.fill_null(value=False) & (chosen == pl.col(name_a).cast(pl.String))
    won_b = ~equal.fill_null(value=False) & (chosen == pl.col(name_b).cast(pl.String))
    known = frame.select((won_a | won_b | equal).fill_null(value=False).alias("known")).to_series()
    wrong = first_row(~known)
    if wrong is not None:
        given = frame["chosen_model_name"][wrong]
        raise CellError(
            source, wrong, "chosen_model_name", f"{given!r} is neither of the row's two models"
        )
    return frame.select(_outcome(won_a, won_b)).to_series()


def _outcome(won_a: pl.Expr, won_b: pl.Expr) -> pl.Expr:
    return (
        pl.when(won_a)
        .then(pl.lit(Outcome.A.value, OUTCOME))
        .when(won_b)
        .then(pl.lit(Outcome.B.value, OUTCOME))
        .otherwise(pl.lit(Outcome.TIE.value, OUTCOME))
        .alias("outcome")
    )
