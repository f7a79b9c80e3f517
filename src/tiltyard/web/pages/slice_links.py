"""The slices of an arena as links, and the switch between a slice's boards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tiltyard.web.pages.moments import link_moment
from tiltyard.web.pages.words import grouped, slice_words


@dataclass(frozen=True, slots=True)
class SliceLink:
    """A slice to choose; `few` where its votes are not enough, `empty` where it has none."""

    name: str
    description: str
    votes: str
    url: str
    current: bool
    few: bool
    empty: bool
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
    **kept: str,
) -> list[SliceLink]:
    """Link to every slice, those without votes last; the control stays chosen.

    Parameters
    ----------
    page
        Which of a board's pages: its end as an address, such as `/history`.
    kept
        What else stays in the query.
    """
    return [
        SliceLink(
            name=one["name"],
            description=one["description"],
            votes=grouped(one["votes"]),
            url=_url(one, page)
            + link_moment(at, **kept, control=control if control in one["controls"] else ""),
            current=one["slice"] == slice_name,
            few=not one["enough"],
            empty=not one["votes"],
            inside=one["within"] not in {None, "overall"},
        )
        for one in sorted(summaries, key=lambda one: not one["votes"])
    ]


def control_links(
    page: str, control: str, at: datetime | None = None, **kept: str
) -> list[ControlLink]:
    """Link to a page as voted, and with the style of the answers held constant.

    Parameters
    ----------
    page
        Its address, without a query.
    kept
        What else stays in the query.
    """
    names = {"": "As voted", "style": "Style controlled"}
    return [
        ControlLink(name, page + link_moment(at, **kept, control=other), other == control)
        for other, name in names.items()
    ]


def board_controls(
    summaries: Sequence[Mapping[str, Any]], slice_name: str, control: str, at: datetime | None
) -> list[ControlLink]:
    """Link to both boards of a slice with votes."""
    found = next((one for one in summaries if one["slice"] == slice_name), None)
    if found is None or not (control or found["votes"]):
        return []
    return control_links(f"/boards/{found['arena']}/{slice_name}", control, at)


def slice_title(summaries: Sequence[Mapping[str, Any]], slice_name: str) -> str:
    """Say what people call a slice."""
    names = (one["name"] for one in summaries if one["slice"] == slice_name)
    return next(names, slice_words(slice_name))


def unmade_style(summaries: Sequence[Mapping[str, Any]], slice_name: str) -> str | None:
    """Say why a slice with votes has no board with the style held constant; None if it has one."""
    found = next((one for one in summaries if one["slice"] == slice_name), None)
    reason: str | None = found["unmade"].get("style") if found and found["votes"] else None
    return reason


def _url(summary: Mapping[str, Any], page: str) -> str:
    return f"/boards/{summary['arena']}/{summary['slice']}{page}"
