"""What a release is to be."""

from dataclasses import dataclass, field

from tiltyard.releases.exporting import Export
from tiltyard.releases.rare_texts import RareTexts


@dataclass(frozen=True, slots=True)
class Plan:
    """What a release is to be.

    Parameters
    ----------
    name
        Unlike every release before.
    title, licence
        For its card.
    export
        Which votes, in which schema and format.
    slice
        The name of the slice, for people.
    texts
        The rule for free text.
    """

    name: str
    title: str
    licence: str
    export: Export
    slice: str = "overall"
    texts: RareTexts = field(default_factory=lambda: RareTexts(5, "withhold"))
