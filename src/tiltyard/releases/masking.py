"""Sides that are not named in what goes out, and what would tell who they are all the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from tiltyard.contestants.face import names_on
from tiltyard.labels.identity import names_any, tells_identity
from tiltyard.releases.names import ANONYMOUS
from tiltyard.releases.redacting import CONVERSATIONS

WITHOUT_IDENTITIES = (
    "Where a side that is not named says who it is, or anybody names it, only the vote is given; "
    "how likely a pair with such a side was drawn is not told."
)

Names = Mapping[str, tuple[str, ...]]


def names_of(cards: Mapping[str, Mapping[str, Any]]) -> Names:
    """Collect what each contestant is called on any of its cards, by its id."""
    found: dict[str, dict[str, None]] = {}
    for card in cards.values():
        called = found.setdefault(str(card.get("id")), {})
        called.update(dict.fromkeys(names_on(card)))
    return {id_: tuple(called) for id_, called in found.items()}


def without_identities(frame: pl.DataFrame, names: Names) -> tuple[pl.DataFrame, int]:
    """Take away what tells who the sides are that are `anonymous`.

    Returns
    -------
    frame : pl.DataFrame
        Without the words of battles in which such a side says who it is, or in which one of its
        names stands anywhere, in code and quotations too: a name too many costs words alone, and
        one that is missed cannot be taken back. And without the probabilities of pairs with such a
        side: rare ones would tell previews apart.
    withheld : int
        Of how many votes the words were taken.
    """
    masked = [frame[f"model_{side}"].cast(pl.String) == ANONYMOUS for side in "ab"]
    told = pl.Series([False] * frame.height, dtype=pl.Boolean)
    for side, unnamed in zip("ab", masked, strict=True):
        rows = unnamed.arg_true()
        told[rows] = told[rows] | pl.Series(_tells(frame[rows], side, names), dtype=pl.Boolean)
    named = ~(masked[0] | masked[1])
    hidden = frame.with_columns(
        pl.when(named).then(pl.col("pair_probability")).alias("pair_probability"),
        *(pl.when(~told).then(pl.col(name)).alias(name) for name in CONVERSATIONS),
    )
    return hidden, int(told.sum())


def _tells(frame: pl.DataFrame, side: str, names: Names) -> Iterator[bool]:
    columns = frame.select(f"contestant_{side}", f"conversation_{side}")
    for contestant, said in columns.iter_rows():
        called = names.get(contestant, ())
        yield any(
            names_any(text, called) or (role == "assistant" and tells_identity(text, called))
            for role, text in _said(said)
        )


def _said(conversation: Sequence[Mapping[str, str]] | None) -> Iterator[tuple[str, str]]:
    for message in conversation or ():
        if message["content"]:
            yield message["role"], message["content"]
