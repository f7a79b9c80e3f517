"""The pages on which people find their battles again, and forget them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from tiltyard.arena.arenas import Arenas
from tiltyard.arena.own import read_id
from tiltyard.web.api.battles import list_battles, show_battle
from tiltyard.web.api.bodies import BattleOut
from tiltyard.web.forms import NOT_WHOLE, FormError, read_form
from tiltyard.web.pages.own_battles_view import OwnBattle, own_battle
from tiltyard.web.pages.rendering import arena_pages, templates
from tiltyard.web.voter import voter_of

ON_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class OwnBattles:
    """A page of them, the newest first; `next` is the `before` of the older ones."""

    battles: tuple[OwnBattle, ...]
    next: UUID | None


async def own_battles(request: Request, before: str | None) -> OwnBattles:
    """List the visitor's newest battles, or those older than one of them.

    Raises
    ------
    UnknownBattleError
        When none of the visitor's battles has the id `before`.
    """
    earlier = read_id(before) if before else None
    arenas, voter = _arenas(request), await voter_of(request)
    found = await list_battles(arenas, voter, limit=ON_A_PAGE, before=earlier)
    return OwnBattles(tuple(_worded(request, one) for one in found.battles), found.next)


async def ask_to_forget(request: Request, battle_id: UUID) -> Response:
    """Ask once more before a battle is forgotten, and say what that means."""
    found = await show_battle(_arenas(request), await voter_of(request), battle_id)
    context = {"site": arena_pages(request).site, "battle": _worded(request, found), "here": ""}
    return templates.TemplateResponse(request, "forget.html", context)


async def forget(request: Request, battle_id: UUID) -> Response:
    """Take the form of that page, which sends nothing else."""
    if await read_form(request, "forget") != {"forget": "yes"}:
        raise FormError(NOT_WHOLE)
    voter = await voter_of(request)
    arena = await _arenas(request).of_battle(voter, battle_id)
    await arena.forget(voter, battle_id)
    return RedirectResponse("/your-data?forgotten=yes#battles", status_code=303)


def _worded(request: Request, battle: BattleOut) -> OwnBattle:
    titles = {face.id: face.title for face in arena_pages(request).site.arenas}
    return own_battle(battle, titles.get(battle.arena, battle.arena), datetime.now(UTC))


def _arenas(request: Request) -> Arenas:
    arenas: Arenas = request.app.state.arenas
    return arenas
