"""The page of a board beside what its models cost."""

from fastapi import Request
from fastapi.responses import Response

from tiltyard.boards.errors import NotYetError
from tiltyard.boards.published.document import Held
from tiltyard.web.measures import MEASURES, Measure
from tiltyard.web.pages.moments import link_moment
from tiltyard.web.pages.rendering import arena_pages, templates
from tiltyard.web.pages.slice_links import control_links, slice_links, slice_title
from tiltyard.web.pages.value_view import value_view

TITLES: dict[Measure, str] = {
    "price": "Price",
    "cost": "Cost of an answer",
    "size": "Size",
    "latency": "First word",
    "duration": "Whole answer",
}


async def board_value(
    request: Request, arena: str, slice_name: str, by: Measure | None = None, control: Held = ""
) -> Response:
    """Show which models do better than their price, size or speed predicts."""
    pages = arena_pages(request)
    told = await pages.measures(arena, slice_name, control)
    shown: Measure = by or (told[0] if told else "price")
    fault = answer = None
    try:
        answer = await pages.value(arena, slice_name, shown, control)
    except NotYetError as error:
        fault = error
    url, slices = f"/boards/{arena}/{slice_name}", await pages.slices(arena)
    context = {
        "site": pages.site,
        "arena": pages.arena_face(arena),
        "slice_words": slice_title(slices, slice_name),
        "url": url,
        "query": link_moment(None, by=shown, control=control),
        "control": control,
        "controls": control_links(f"{url}/value", control, by=shown),
        "slices": slice_links(slices, slice_name, control, None, page="/value", by=shown),
        "measures": {one: TITLES[one] for one in MEASURES if one in told},
        "by": shown,
        "value": None if answer is None else value_view(answer),
        "fault": fault,
        "here": "board",
    }
    return templates.TemplateResponse(request, "value.html", context)
