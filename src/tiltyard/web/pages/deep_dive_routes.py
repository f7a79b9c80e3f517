"""The pages of deep dives."""

from fastapi import Request
from fastapi.responses import Response

from tiltyard.boards.published.document import Held
from tiltyard.errors import TiltyardError
from tiltyard.web.deep_dives import NotYetError
from tiltyard.web.measures import MEASURES, Measure
from tiltyard.web.pages.board_view import by_rank
from tiltyard.web.pages.deep_dive_view import swap_view, value_view
from tiltyard.web.pages.moments import link_moment
from tiltyard.web.pages.rendering import arena_pages, templates
from tiltyard.web.pages.slice_links import control_links, slice_links, slice_title

TITLES: dict[Measure, str] = {
    "price": "Price",
    "cost": "Cost of an answer",
    "size": "Size",
    "latency": "First word",
    "duration": "Whole answer",
}


async def swap_models(
    request: Request,
    arena: str | None = None,
    old: str = "",
    new: str = "",
    control: Held = "",
) -> Response:
    """Ask for two models, and say what happens if one takes the other's place."""
    pages = arena_pages(request)
    face = pages.arena_face(arena)
    board = await pages.board(face.id, "overall")
    rated = by_rank([row for row in board["models"] if row["rating"] is not None])
    fault = answer = None
    if old and new:
        try:
            answer = await pages.swap(face.id, old, new, control)
        except TiltyardError as error:
            fault = error
    context = {
        "site": pages.site,
        "arena": face,
        "models": rated,
        "names": {row["model"]: row["name"] for row in board["models"]},
        "old": old,
        "new": new,
        "swap": None if answer is None else swap_view(answer),
        "fault": fault,
        "control": control,
        "controls": control_links("/swap", control, arena=face.id, old=old, new=new),
        "here": "board",
    }
    status = fault.status if fault else 200
    return templates.TemplateResponse(request, "swap.html", context, status_code=status)


async def board_value(
    request: Request, arena: str, slice_name: str, by: Measure = "price", control: Held = ""
) -> Response:
    """Show which models do better than their price, size or speed predicts."""
    pages = arena_pages(request)
    fault = answer = None
    try:
        answer = await pages.value(arena, slice_name, by, control)
    except NotYetError as error:
        fault = error
    url, slices = f"/boards/{arena}/{slice_name}", await pages.slices(arena)
    context = {
        "site": pages.site,
        "arena": pages.arena_face(arena),
        "slice_words": slice_title(slices, slice_name),
        "url": url,
        "query": link_moment(None, by=by, control=control),
        "control": control,
        "controls": control_links(f"{url}/value", control, by=by),
        "slices": slice_links(slices, slice_name, control, None, page="/value", by=by),
        "measures": {measure: TITLES[measure] for measure in MEASURES},
        "by": by,
        "value": None if answer is None else value_view(answer),
        "fault": fault,
        "here": "board",
    }
    return templates.TemplateResponse(request, "value.html", context)


async def topics(request: Request, arena: str | None = None) -> Response:
    """Show what people ask about, with who is ahead at it."""
    pages = arena_pages(request)
    face = pages.arena_face(arena)
    found = await pages.topics(face.id)
    context = {
        "site": pages.site,
        "arena": face,
        "found": found,
        "largest": max((topic["prompts"] for topic in found["topics"]), default=1),
        "here": "board",
    }
    return templates.TemplateResponse(request, "topics.html", context)
