"""Leave votes out by name, one step after the other, and say how many went and why."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from tiltyard.battles.conversations import answers, messages
from tiltyard.battles.duplicates import PERCENTILE, sampled_duplicates
from tiltyard.battles.errors import VotesError
from tiltyard.battles.published_words import ERROR_WORDS, IDENTITY_WORDS, UNFINISHED_WORDS
from tiltyard.battles.table import Battles
from tiltyard.battles.vote_hashes import among_equals


@dataclass(frozen=True, slots=True)
class FilterReport:
    """What one step did.

    Parameters
    ----------
    name
        The step as it was asked for, such as `daily_cap=20`.
    dropped, kept
        How many votes went, and how many were left.
    why
        One sentence.
    """

    name: str
    dropped: int
    kept: int
    why: str


@dataclass(frozen=True, slots=True)
class Step:
    """A kind of step.

    Parameters
    ----------
    keeps
        From the frame of a battles table and the text after the equals sign ("" when there is
        none), the mask of the votes to keep.
    why
        One sentence on what is left out.
    value
        What stands after the equals sign, such as `VOTES`; empty when nothing does.
    default
        The value when it is left out; None when it must be given.
    """

    keeps: Callable[[pl.DataFrame, str], pl.Series]
    why: str
    value: str = ""
    default: str | None = None


def apply_filters(
    battles: Battles, steps: Iterable[str]
) -> tuple[Battles, tuple[FilterReport, ...]]:
    """Apply steps in the order given; each sees what the one before left.

    Parameters
    ----------
    battles
        The votes.
    steps
        Names in :data:`FILTERS`, with a value where the step takes one: `daily_cap=20`.

    Returns
    -------
    battles : Battles
        The votes that are left.
    reports : tuple of FilterReport
        One per step.

    Raises
    ------
    VotesError
        When there is no such step, its value is none, or the table lacks what the step looks at.
    """
    frame, reports = battles.frame, []
    for given in steps:
        step, value = _parsed(given)
        kept = frame.filter(step.keeps(frame, value))
        before, after = (int(part["count"].sum()) for part in (frame, kept))
        why = step.why.format(value)
        reports.append(FilterReport(given, before - after, after, why))
        frame = kept
    return Battles(frame, battles.notes), tuple(reports)


def _parsed(given: str) -> tuple[Step, str]:
    name, equals, value = given.partition("=")
    step = FILTERS.get(name)
    if step is None:
        raise VotesError(f"There is no filter {name}; there are {', '.join(FILTERS)}.")
    if equals and not step.value:
        raise VotesError(f"The filter {name} takes no value: leave {equals}{value} out.")
    if value or not step.value:
        return step, value
    if step.default is None:
        raise VotesError(f"The filter {name} needs a value: write {name}={step.value}.")
    return step, step.default


def _column(frame: pl.DataFrame, name: str, step: str) -> pl.Series:
    column = frame[name] if name in frame.columns else None
    if column is None or (frame.height and column.null_count() == frame.height):
        missing = "has no column" if column is None else "has nothing in the column"
        raise VotesError(f"The filter {step} looks at {name}, and the table {missing} {name}.")
    return column


def _anonymous(frame: pl.DataFrame, _: str) -> pl.Series:
    return _column(frame, "anony", "anonymous").cast(pl.Boolean).fill_null(value=False)


def _known_language(frame: pl.DataFrame, _: str) -> pl.Series:
    language = _column(frame, "language", "known_language").cast(pl.String)
    return (language.str.to_lowercase() != "unknown").fill_null(value=False)


def _language(frame: pl.DataFrame, value: str) -> pl.Series:
    language = _column(frame, "language", "language").cast(pl.String)
    wanted = {one.strip().lower() for one in value.split(",")}
    kept = language.str.to_lowercase().is_in(sorted(wanted)).fill_null(value=False)
    if frame.height and not kept.any():
        present = language.drop_nulls().value_counts(sort=True)["language"].head(5).to_list()
        raise VotesError(
            f"No vote has the language {value}; the most frequent are {', '.join(present)}."
        )
    return kept


def _without_models(frame: pl.DataFrame, value: str) -> pl.Series:
    names = [one.strip() for one in value.split(",")]
    a, b = (frame[side].cast(pl.String) for side in ("model_a", "model_b"))
    unknown = [name for name in names if frame.height and not ((a == name) | (b == name)).any()]
    if unknown:
        raise VotesError(f"The filter without_models: no vote has {', '.join(unknown)}.")
    return ~(a.is_in(names) | b.is_in(names))


def _daily_cap(frame: pl.DataFrame, value: str) -> pl.Series:
    votes = _whole(value, "daily_cap")
    for name in ("voter", "voted_at"):
        _column(frame, name, "daily_cap")
    known = pl.col("voter").is_not_null() & pl.col("voted_at").is_not_null()
    equals = among_equals(frame, pl.struct("voter", "voted_at"), known).alias("equals")
    day = pl.col("voted_at").dt.date()
    cast = pl.col("count").cum_sum().over("voter", day, order_by=["voted_at", "equals"])
    return frame.with_columns(equals).select(~known | (cast <= votes)).to_series()


def _whole(value: str, step: str) -> int:
    if not value.isdecimal() or int(value) == 0:
        raise VotesError(f"The filter {step}={value} needs a whole number of votes from 1 upwards.")
    return int(value)


def _duplicates(frame: pl.DataFrame, value: str) -> pl.Series:
    try:
        percentile = float(value)
    except ValueError:
        raise VotesError(
            f"The filter duplicates={value} needs a percentile, as in 0.9999."
        ) from None
    return sampled_duplicates(frame, percentile)


def _published_duplicates(frame: pl.DataFrame, _: str) -> pl.Series:
    tag = _column(frame, "dedup_tag", "published_duplicates")
    return tag.struct.field("sampled").cast(pl.Boolean).fill_null(value=True)


def _distinct(frame: pl.DataFrame, _: str) -> pl.Series:
    _column(frame, "battle_id", "distinct")
    key = pl.struct("battle_id", "turn", "voter")
    known = pl.col("battle_id").is_not_null()
    votes = frame.select(
        known.alias("known"),
        key.alias("key"),
        "voted_at",
        among_equals(frame, key, known).alias("equals"),
    ).with_row_index("row")
    earliest = votes.filter("known").sort("voted_at", "equals", nulls_last=True)
    first = earliest.unique("key", keep="first")["row"]
    return votes.select(~pl.col("known") | pl.col("row").is_in(first.implode())).to_series()


def _answered(frame: pl.DataFrame, _: str) -> pl.Series:
    empty = pl.element().struct.field("content")
    missing = (empty.is_null() | (empty == "")).any()
    said = [messages(frame, side).alias(side) for side in "ab"]
    checked = pl.DataFrame(said).select(
        (pl.col(side).list.len() > 0) & ~pl.col(side).list.eval(missing).list.first()
        for side in "ab"
    )
    return checked.select(pl.all_horizontal(pl.all()).fill_null(value=False)).to_series()


def _without_words(words: tuple[str, ...]) -> Callable[[pl.DataFrame, str], pl.Series]:
    """Drop votes with any of the words anywhere in the two conversations, as FastChat does."""

    def keeps(frame: pl.DataFrame, _: str) -> pl.Series:
        found = [_everything(frame, side).str.contains_any(list(words)) for side in "ab"]
        return ~(found[0].fill_null(value=False) | found[1].fill_null(value=False))

    return keeps


def _everything(frame: pl.DataFrame, side: str) -> pl.Series:
    said = messages(frame, side).alias("said").to_frame()
    text = pl.element().struct.field("content").fill_null("")
    joined = pl.col("said").list.eval(text).list.join("\n")
    return said.select(joined.str.to_lowercase()).to_series()


def _no_leaks(frame: pl.DataFrame, _: str) -> pl.Series:
    names = "|".join(word.replace(".", r"\.") for word in IDENTITY_WORDS)
    pattern = rf"(?i)\b(?:{names})\b"
    found = [answers(frame, side).str.contains(pattern).fill_null(value=False) for side in "ab"]
    return ~(found[0] | found[1])


FILTERS: Mapping[str, Step] = {
    "anonymous": Step(_anonymous, "The names of the models were on show when the vote was cast."),
    "no_errors": Step(
        _without_words(ERROR_WORDS), "An answer is an error message of the arena, not the model's."
    ),
    "finished": Step(
        _without_words(UNFINISHED_WORDS), "An answer was still being written when it was logged."
    ),
    "answered": Step(_answered, "A conversation or one of its messages is empty."),
    "no_identity_words": Step(
        _without_words(IDENTITY_WORDS),
        "Somebody wrote the name of a model or its maker, in the prompt or as part of a word too.",
    ),
    "no_leaks": Step(_no_leaks, "An answer names a model or a maker as a whole word."),
    "duplicates": Step(
        _duplicates,
        "The prompt is more frequent than the {} quantile of prompts, and enough of it stay.",
        "QUANTILE",
        str(PERCENTILE),
    ),
    "published_duplicates": Step(
        _published_duplicates, "The publisher marked the prompt as one too many of its kind."
    ),
    "distinct": Step(_distinct, "The same voter's vote on this battle and turn is there already."),
    "daily_cap": Step(
        _daily_cap, "The voter had cast {} votes that day already (days in UTC).", "VOTES"
    ),
    "language": Step(_language, "The language is not {}.", "LANGUAGE,…"),
    "known_language": Step(_known_language, "The language is unknown."),
    "without_models": Step(_without_models, "A model is one of {}.", "MODEL,…"),
}
"""The steps by name. None is applied unless asked for."""
