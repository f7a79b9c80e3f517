"""The page of what one voter likes, or one group."""

from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from tiltyard.boards.groups import LEAST_MEMBERS
from tiltyard.errors import TiltyardError
from tiltyard.web.forms import NOT_WHOLE, FormError, read_form
from tiltyard.web.pages.own_board_view import own_view
from tiltyard.web.pages.rendering import arena_pages, templates
from tiltyard.web.voter import voter_of


async def my_board(
    request: Request, arena: str | None = None, group: str | None = None
) -> Response:
    """Show the visitor's own board beside everybody's, or that of one of their groups."""
    pages, voter = arena_pages(request), await voter_of(request)
    face = pages.arena_face(arena)
    fault = own = None
    try:
        own = own_view(await pages.my_board(voter, face.id, group or None))
    except TiltyardError as error:
        fault = error
    context = {
        "site": pages.site,
        "arena": face,
        "own": own,
        "group": group or None,
        "groups": await pages.my_groups(voter),
        "least_members": LEAST_MEMBERS,
        "fault": fault,
        "here": "board",
    }
    status = fault.status if fault else 200
    return templates.TemplateResponse(request, "my_board.html", context, status_code=status)


async def change_group(request: Request) -> Response:
    """Take the page's forms: `join` or `leave`, with the name of a group."""
    pages, voter = arena_pages(request), await voter_of(request)
    asked = await read_form(request, "arena", "join", "leave")
    if ("join" in asked) == ("leave" in asked):
        raise FormError(NOT_WHOLE)
    shown = {"arena": asked["arena"]} if "arena" in asked else {}
    if "leave" in asked:
        await pages.change_group(voter, asked["leave"], join=False)
    else:
        shown["group"] = asked["join"].strip().lower()
        await pages.change_group(voter, shown["group"], join=True)
    return RedirectResponse(f"/my-board?{urlencode(shown)}", status_code=303)
