"""A preview's report as text."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiltyard.boards.preview_report import PreviewReport, PreviewStanding


def preview_lines(report: "PreviewReport") -> Iterator[str]:
    """Write what there is to know, a line for each fact."""
    until = f" until {report.until:%Y-%m-%d}" if report.until else ""
    yield f"contestant  {report.contestant}, shown as {report.alias or 'Anonymous'}"
    yield f"preview     since {report.since:%Y-%m-%d}{until}; now {report.status}"
    yield f"variants    {report.variants} declared by {report.organisation} so far"
    for found in report.arenas:
        yield ""
        yield from _arena_lines(found)
    if not report.arenas:
        yield "votes       none yet"


def _arena_lines(found: "PreviewStanding") -> Iterator[str]:
    row = found.standing
    yield f"arena       {found.arena}"
    yield (
        f"votes       {row.battles}: {row.wins} won, {row.losses} lost, {row.ties} tied; "
        f"from {found.first_vote:%Y-%m-%d} to {found.last_vote:%Y-%m-%d}"
    )
    if row.rating is None:
        yield "rating      none: too few votes connect it to the public contestants"
        return
    known = row.lower is not None and row.upper is not None
    between = f", 95 % interval {row.lower:.0f} to {row.upper:.0f}" if known else ""
    yield f"rating      {row.rating:.0f}{between}"
    if row.rank_lower is not None:
        yield f"rank        {row.rank_lower} to {row.rank_upper} of {found.contestants}"
