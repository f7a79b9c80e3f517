"""The slices of an arena as links, and the switch between a slice's boards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tiltyard.web.pages.moments import link_moment
from tiltyard.web.pages.words import grouped


@dataclass(frozen=True, slots=True)
class SliceLink:
    """A slice to choose; `few` where its votes are not enough."""

    name: str
    description: str
    votes: str
    url: str
    current: bool
    few: bool
    inside: bool


@dataclass(frozen=True, slots=True)
class ControlLink:
    """One of a slice's boards to choose."""

    name: str
    url: str
    current: bool


def slice_links(
    summaries: Sequence[Mapping[str, Any]],
    slice_name: str,
    control: str,
    at: datetime | None,
    page: str = "",
) -> list[SliceLink]:
    """Link to every slice with votes, and to the one that is shown; the control stays chosen.

    Parameters
    ----------
    page
        Which of a board's pages: its end as an address, such as `/history`.
    """
    there = {one["slice"] for one in summaries if one["votes"]} | {slice_name}
    return [
        SliceLink(
            name=one["name"],
            description=one["description"],
            votes=grouped(one["votes"]),
            url=_url(one, control if control in one["controls"] else "", at, page),
            current=one["slice"] == slice_name,
            few=not one["enough"],
            inside=one["within"] not in {None, "overall"},
        )
        for one in summaries
        if one["slice"] in there
    ]


def control_links(
    summaries: Sequence[Mapping[str, Any]], slice_name: str, control: str, at: datetime | None
) -> list[ControlLink]:
    """Link to a slice's boards, where there is more than one to see."""
    found = next((one for one in summaries if one["slice"] == slice_name), None)
    if found is None or len(found["controls"]) + (control not in found["controls"]) < 2:  # noqa: PLR2004  # nothing to choose
        return []
    names = {"": "As voted", "style": "Style controlled"}
    return [
        ControlLink(name, _url(found, other, at), other == control)
        for other, name in names.items()
        if other == control or other in found["controls"]
    ]


def _url(summary: Mapping[str, Any], control: str, at: datetime | None, page: str = "") -> str:
    board = f"/boards/{summary['arena']}/{summary['slice']}"
    return f"{board}{page}{link_moment(at, control=control)}"
