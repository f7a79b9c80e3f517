"""What an import found, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of importing one file.

    Attributes
    ----------
    file, source, arena
        Which file, and as what its battles are in the ledger.
    rows
        How many rows the file has.
    added
        How many battles are new in the ledger.
    known
        How many were there already, from an earlier import of the same source.
    skipped
        How many rows were left out, by a sentence that says why.
    lacking
        How many of the added battles had something that a ledger does not keep, by what.
    notes
        What else was noticed while reading, one sentence each.
    """

    file: str
    source: str
    arena: str
    rows: int
    added: int
    known: int
    skipped: Mapping[str, int]
    lacking: Mapping[str, int]
    notes: Sequence[str]
