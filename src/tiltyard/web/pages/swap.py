"""The page of one model in another's place."""

from fastapi import Request
from fastapi.responses import Response

from tiltyard.boards.published.document import Held
from tiltyard.errors import TiltyardError
from tiltyard.web.pages.board_view import by_rank
from tiltyard.web.pages.rendering import arena_pages, templates
from tiltyard.web.pages.slice_links import control_links
from tiltyard.web.pages.swap_view import swap_view


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
