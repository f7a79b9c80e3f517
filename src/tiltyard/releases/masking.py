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
        names stands anywhere: in what anybody says there, in the comment, in code and quotations
        too. A name too many costs words alone, and one that is missed cannot be taken back. And
        without the probabilities of pairs with such a side: rare ones would tell previews apart.
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
        *(pl.when(~told).then(pl.col(name)).alias(name) for name in (*CONVERSATIONS, "comment")),
    )
    return hidden, int(told.sum())


def _tells(frame: pl.DataFrame, side: str, names: Names) -> Iterator[bool]:
    """Say of each vote whether its words tell who a side is."""
    other = "b" if side == "a" else "a"
    told = (f"conversation_{side}", f"conversation_{other}", "comment")
    for contestant, own, beside, comment in frame.select(f"contestant_{side}", *told).iter_rows():
        called = names.get(contestant, ())
        texts = [*_said(own), *_said(beside), comment or ""]
        yield any(names_any(text, called) for text in texts) or any(
            tells_identity(answer, called) for answer in _said(own, "assistant")
        )


def _said(conversation: Sequence[Mapping[str, str]] | None, role: str | None = None) -> list[str]:
    """Give the words of a conversation, of everybody or of one role."""
    return [
        message["content"]
        for message in conversation or ()
        if message["content"] and role in {None, message["role"]}
    ]
