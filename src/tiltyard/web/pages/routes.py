"""The pages and their addresses."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tiltyard.web.pages.board_view import board_view
from tiltyard.web.pages.consent import decide_your_data, your_data
from tiltyard.web.pages.interface import interface
from tiltyard.web.pages.moments import read_moment
from tiltyard.web.pages.my_board import change_group, my_board
from tiltyard.web.pages.own_battles import ask_to_forget, forget
from tiltyard.web.pages.past_routes import board_history, one_model
from tiltyard.web.pages.rendering import arena_pages, templates
from tiltyard.web.pages.site import ArenaFace
from tiltyard.web.pages.slice_links import board_controls, slice_links, unmade_style
from tiltyard.web.pages.swap import swap_models
from tiltyard.web.pages.topics import topics
from tiltyard.web.pages.value import board_value
from tiltyard.web.voter import voter_of


def pages_router() -> APIRouter:
    """Make the router of all pages; its handlers read `app.state.arena_pages`."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    for path, page in (
        ("/", first_arena),
        ("/arenas/{arena}", one_arena),
        ("/battles/{battle_id}", one_battle),
        ("/battles/{battle_id}/forget", ask_to_forget),
        ("/leaderboard", leaderboard),
        ("/boards/{arena}/{slice_name}", board),
        ("/boards/{arena}/{slice_name}/history", board_history),
        ("/boards/{arena}/{slice_name}/value", board_value),
        ("/models/{model_id}", one_model),
        ("/swap", swap_models),
        ("/topics", topics),
        ("/my-board", my_board),
        ("/exposure", exposure),
        ("/register", register),
        ("/your-data", your_data),
        ("/api", interface),
    ):
        router.add_api_route(path, page, methods=["GET", "HEAD"])
    router.add_api_route("/battles/{battle_id}/forget", forget, methods=["POST"])
    router.add_api_route("/my-board", change_group, methods=["POST"])
    router.add_api_route("/your-data", decide_your_data, methods=["POST"])
    return router


def battle_page(request: Request, arena: ArenaFace, battle_id: str | None) -> Response:
    """Render the battle page, for a new battle or for one that exists."""
    pages = arena_pages(request)
    context = {
        "site": pages.site,
        "arena": arena,
        # Nobody can suggest a question about a picture that only the visitor has.
        "prompts": () if arena.max_images else pages.suggested_prompts(),
        "battle_id": battle_id,
        "here": "battle",
    }
    return templates.TemplateResponse(request, "battle.html", context)


def first_arena(request: Request) -> Response:
    """Show the composer and a few suggested prompts."""
    return battle_page(request, arena_pages(request).arena_face(None), None)


def one_arena(request: Request, arena: str) -> Response:
    """Show the same for an arena that is named."""
    return battle_page(request, arena_pages(request).arena_face(arena), None)


async def one_battle(request: Request, battle_id: str) -> Response:
    """Show one of my battles; the page asks the API for it."""
    arena = await arena_pages(request).arena_of_battle(await voter_of(request), battle_id)
    return battle_page(request, arena, battle_id)


def leaderboard(request: Request) -> Response:
    """Lead to the first board."""
    first = arena_pages(request).site.arenas[0]
    return RedirectResponse(f"/boards/{first.id}/overall")


async def board(
    request: Request, arena: str, slice_name: str, at: str | None = None, control: str = ""
) -> Response:
    """Show one board, as it is or as it was, with or without the style held constant."""
    pages = arena_pages(request)
    moment = read_moment(at)
    view = board_view(await pages.board(arena, slice_name, moment, control), moment)
    slices = await pages.slices(arena)
    context = {
        "site": pages.site,
        "arena": pages.arena_face(arena),
        "board": view,
        "slices": slice_links(slices, slice_name, control, moment),
        "controls": board_controls(slices, slice_name, control, moment),
        "unmade_style": None if control or moment else unmade_style(slices, slice_name),
        "at": moment,
        "here": "board",
    }
    return templates.TemplateResponse(request, "board.html", context)


async def exposure(request: Request, arena: str | None = None) -> Response:
    """Show what share of battles each organisation was to have, and had."""
    pages = arena_pages(request)
    context = {
        "site": pages.site,
        "arena": pages.arena_face(arena),
        "report": await pages.exposure(arena),
        "here": "exposure",
    }
    return templates.TemplateResponse(request, "exposure.html", context)


async def register(request: Request) -> Response:
    """Show what became public or was retired, when and why."""
    pages = arena_pages(request)
    context = {"site": pages.site, "entries": await pages.register(), "here": "register"}
    return templates.TemplateResponse(request, "register.html", context)
