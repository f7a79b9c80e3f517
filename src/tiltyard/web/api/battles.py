"""Battles over HTTP: open, follow, go on, stop, retry, vote, look back, forget."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from tiltyard.arena.arenas import Arenas
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot
from tiltyard.ledger.records import Battle
from tiltyard.web.api.bodies import (
    BallotIn,
    BattleOut,
    BattlesOut,
    NewBattle,
    NewTurn,
    VoteAnswer,
    battle_out,
)
from tiltyard.web.api.event_stream import EventStream
from tiltyard.web.doorway import begins
from tiltyard.web.voter import voter_of

router = APIRouter(
    prefix="/battles",
    tags=["battles"],
)


async def find_arenas(request: Request) -> Arenas:
    """Give a handler the arenas."""
    arenas: Arenas = request.app.state.arenas
    return arenas


AllArenas = Annotated[Arenas, Depends(find_arenas)]
Voter = Annotated[str, Depends(voter_of)]


async def find_arena(battle_id: UUID, arenas: AllArenas, voter: Voter) -> Arena:
    """Give a handler the arena that looks after the battle it is about."""
    return await arenas.of_battle(voter, battle_id)


async def find_playing(battle_id: UUID, arenas: AllArenas, voter: Voter) -> Arena:
    """Give a handler the arena by whose rules the battle goes on."""
    return await arenas.playing(voter, battle_id)


TheArena = Annotated[Arena, Depends(find_arena)]
Playing = Annotated[Arena, Depends(find_playing)]


@router.post("", status_code=201, dependencies=[Depends(begins("battles"))])
async def open_battle(body: NewBattle, arenas: AllArenas, voter: Voter) -> BattleOut:
    """Open a battle and start its answers."""
    arena = arenas.named(body.arena)
    battle = await arena.open_battle(
        voter,
        body.message.to_parts(),
        mode=body.mode,
        models=body.models,
        continues=body.continues,
    )
    return await _show(arena, battle)


@router.get("")
async def my_battles(
    arenas: AllArenas,
    voter: Voter,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: UUID | None = None,
) -> BattlesOut:
    """List my battles in every arena, newest first; those older than one of them with `before`."""
    return await list_battles(arenas, voter, limit=limit, before=before)


@router.get("/{battle_id}")
async def one_battle(battle_id: UUID, arena: TheArena, voter: Voter) -> BattleOut:
    """Show one of my battles."""
    return await _show(arena, await arena.battle(voter, battle_id))


@router.delete("/{battle_id}", status_code=204)
async def forget_battle(battle_id: UUID, arena: TheArena, voter: Voter) -> Response:
    """Erase what was said in one of my battles."""
    await arena.forget(voter, battle_id)
    return Response(status_code=204)


@router.get("/{battle_id}/events", status_code=200, response_class=EventStream)
async def events(
    battle_id: UUID,
    arena: TheArena,
    voter: Voter,
    last_event_id: Annotated[str, Header(max_length=40)] = "",
) -> EventStream:
    """Follow the current turn as server-sent events; `Last-Event-ID` resumes."""
    # A browser cannot mend a bad number, so one is as good as none.
    after = int(last_event_id) if last_event_id.isdecimal() else 0
    return EventStream(await arena.events(voter, battle_id, after=after))


@router.post("/{battle_id}/turns", status_code=201)
async def next_turn(battle_id: UUID, body: NewTurn, arena: Playing, voter: Voter) -> BattleOut:
    """Send my next message to both sides."""
    return await _show(arena, await arena.next_turn(voter, battle_id, body.message.to_parts()))


@router.post("/{battle_id}/stop", status_code=202)
async def stop(battle_id: UUID, arena: TheArena, voter: Voter) -> BattleOut:
    """Stop both answers where they are."""
    return await _show(arena, await arena.stop(voter, battle_id))


@router.post("/{battle_id}/retry", status_code=202)
async def retry(battle_id: UUID, arena: Playing, voter: Voter) -> BattleOut:
    """Give the answers that failed a new attempt."""
    return await _show(arena, await arena.retry(voter, battle_id))


@router.post("/{battle_id}/give_up")
async def give_up(battle_id: UUID, request: Request, arena: TheArena, voter: Voter) -> BattleOut:
    """Learn who it was without a vote."""
    battle = await arena.give_up(voter, battle_id)
    request.app.state.worker.wake()  # votes on earlier turns count from now on
    return await _show(arena, battle)


@router.put("/{battle_id}/vote")
async def vote(
    battle_id: UUID,
    body: BallotIn,
    request: Request,
    arenas: AllArenas,
    voter: Voter,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=128)],
) -> VoteAnswer:
    """Vote, and learn who it was."""
    ballot = Ballot(
        body.outcome, tuple(body.tags), body.comment, turn=body.turn, reveal=body.reveal
    )
    answer = await arenas.vote(voter, battle_id, ballot, key=idempotency_key)
    request.app.state.worker.wake()
    return VoteAnswer(**answer)


async def list_battles(
    arenas: Arenas, voter: str, *, limit: int, before: UUID | None = None
) -> BattlesOut:
    """Show some of a voter's battles, with the names of those whose names are known."""
    found = await arenas.history(voter, limit=limit + 1, before=before)
    history, has_older = found[:limit], len(found) > limit
    reveals = await arenas.first.reveals(history)
    return BattlesOut(
        battles=[
            battle_out(battle, arenas.rules_of(battle), reveals.get(battle.id))
            for battle in history
        ],
        next=history[-1].id if has_older else None,
    )


async def show_battle(arenas: Arenas, voter: str, id_: UUID) -> BattleOut:
    """Show one of a voter's battles."""
    arena = await arenas.of_battle(voter, id_)
    return await _show(arena, await arena.battle(voter, id_))


async def _show(arena: Arena, battle: Battle) -> BattleOut:
    reveals = await arena.reveals([battle])
    return battle_out(battle, arena.definition, reveals.get(battle.id))
