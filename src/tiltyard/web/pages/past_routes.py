"""The pages of what was: a board's history, and a model's."""

from asyncio import to_thread
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from tiltyard.boards.published.document import Held
from tiltyard.web.pages.course import course_chart
from tiltyard.web.pages.moments import link_moment, read_moment
from tiltyard.web.pages.rendering import arena_pages, templates
from tiltyard.web.pages.slice_links import slice_links, slice_title

SHOWN = 8
"""Courses on a board's history unless models are named: the best."""
ROW_HEIGHT, CHART_HEIGHT = 88, 220


async def board_history(
    request: Request,
    arena: str,
    slice_name: str,
    model: Annotated[list[str], Query()] = [],  # noqa: B006  # FastAPI copies it
    at: str | None = None,
    control: Held = "",
) -> Response:
    """Show what changed on a board since its last snapshot, and ratings over time."""
    pages = arena_pages(request)
    moment = read_moment(at)
    past = await pages.past(arena, slice_name, model, moment, control)
    slices = await pages.slices(arena)
    chart = await to_thread(course_chart, past.courses, height=ROW_HEIGHT)
    context = {
        "site": pages.site,
        "arena": pages.arena_face(arena),
        "slice_words": slice_title(slices, slice_name),
        "url": f"/boards/{arena}/{slice_name}",
        "query": link_moment(moment, control=control),
        "present": link_moment(None, control=control),
        "control": control,
        "at": moment,
        "slices": slice_links(slices, slice_name, control, moment, page="/history"),
        "past": past,
        "chart": chart,
        "rows": chart.rows[: len(model) or SHOWN] if chart else (),
        "here": "board",
    }
    return templates.TemplateResponse(request, "board_history.html", context)


async def one_model(request: Request, model_id: str, board: str | None = None) -> Response:
    """Show what anybody may know of a model: facts, places on the boards, rating over time."""
    pages = arena_pages(request)
    profile = await pages.model(model_id)
    boards = [f"{place.arena}/{place.slice}" for place in profile.places]
    chosen = board if board in boards else next(iter(boards), None)
    chart = None
    if chosen is not None:
        arena, _, slice_name = chosen.partition("/")
        past = await pages.past(arena, slice_name, [model_id], None)
        chart = course_chart(past.courses, height=CHART_HEIGHT)
    context = {
        "site": pages.site,
        "facts": profile.facts,
        "entries": profile.entries,
        "places": profile.places,
        "arenas": {face.id: face.title for face in pages.site.arenas},
        "chosen": chosen,
        "chart": chart,
        "here": "board",
    }
    return templates.TemplateResponse(request, "model.html", context)
