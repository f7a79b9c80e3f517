"""Personal data in texts: what a person could be found, charged or impersonated by."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from re import Match
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from tiltyard.labels.folding import all_folded, foldings
from tiltyard.labels.labeller import Batch, ColumnType, Conversation, Label
from tiltyard.labels.names import find_names, names_version
from tiltyard.labels.personal_kinds import KINDS, Kind, signed


class PersonalData(NamedTuple):
    """Where personal data stands in a text, and what it is."""

    kind: str
    start: int
    end: int


class PersonalDataLabeller:
    """Which kinds of personal data stand anywhere in a battle, in alphabetical order."""

    name = "personal_data"
    columns: Mapping[str, ColumnType] = MappingProxyType({"personal_data": pl.List(pl.String)})

    @property
    def version(self) -> str:
        """Another recogniser of names is another version."""
        return f"rules@3{names_version()}"

    def label(self, batch: Batch) -> list[Label]:
        """Look through what the person and both sides wrote."""
        texts = ["\n".join(_said(one)) for one in batch]
        found: list[set[str]] = [set() for _ in texts]
        plain = all_folded(texts)
        column = pl.Series(plain, dtype=pl.String)
        for kind in KINDS:
            for row in signed(column, kind):
                if any(_holding(kind, plain[row])):
                    found[row].add(kind.name)
        for row, named in enumerate(find_names(texts)):
            if named:
                found[row].add("name")
        return [Label({"personal_data": sorted(kinds)}) for kinds in found]


def find_personal_data(text: str) -> list[PersonalData]:
    """Find personal data in a text: where it begins and ends, and its kind.

    Returns
    -------
    list of PersonalData
        In the order of the text; what overlaps is one, of the earlier kind of `KINDS`.
    """
    by_rules = (
        PersonalData(kind.name, *folding.span(*match.span(match.lastgroup or 0)))
        for folding in foldings(text)
        for kind in KINDS
        for match in _holding(kind, folding.text)
    )
    names = (PersonalData("name", *where) for where in find_names([text])[0])
    return _apart(chain(by_rules, names))


def _holding(kind: Kind, plain: str) -> Iterator[Match[str]]:
    """Find a kind in a folded text; what is none may hide one that begins later in it."""
    start = 0
    while match := kind.pattern.search(plain, start):
        holds = kind.holds(match)
        if holds:
            yield match
        start = match.end() if holds else match.start() + 1


def _apart(found: Iterable[PersonalData]) -> list[PersonalData]:
    """Put stretches that overlap together, under the earlier kind: nothing found is left over."""
    ranks = {kind.name: rank for rank, kind in enumerate(KINDS)}
    kept: list[PersonalData] = []
    for one in sorted(found, key=lambda one: one.start):
        if kept and one.start < kept[-1].end:
            last = kept.pop()
            kind = min(last.kind, one.kind, key=lambda kind: ranks.get(kind, len(ranks)))
            kept.append(PersonalData(kind, last.start, max(last.end, one.end)))
        else:
            kept.append(one)
    return kept


def _said(one: Conversation) -> Sequence[str]:
    return (*one.asked, *one.answers_a, *one.answers_b)


def may_hold_personal_data(texts: pl.Series) -> pl.Series:
    """Say quickly in which texts `find_personal_data` may find something: in no others it does."""
    if names_version():  # a recogniser of names gives no quick sign
        return pl.repeat(True, texts.len(), dtype=pl.Boolean, eager=True)
    plain = pl.Series(all_folded(texts.fill_null("").to_list()), dtype=pl.String)
    found = pl.repeat(False, plain.len(), dtype=pl.Boolean, eager=True)
    for kind in KINDS:
        found[signed(plain, kind)] = True
    return found
