"""A stand-in for the server: the HTTP interface of docs/reference/http.md, moved by the test."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from operator import methodcaller
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, FastAPI, Header, HTTPException, Request
from fastapi.responses import Response, StreamingResponse
from fastapi.staticfiles import StaticFiles

from browser.match import REVEAL, Match
from browser.scripted_pages import ScriptedPages
from browser.scripted_watch import TOKEN, ScriptedWatch
from browser.serving import serving
from tiltyard.errors import TiltyardError
from tiltyard.web.doorway import Doorway
from tiltyard.web.operator.pages import operator_pages
from tiltyard.web.operator.sessions import OperatorSessions
from tiltyard.web.pages import error_page, pages_router, static_directory
from tiltyard.web.security import SecurityHeadersMiddleware
from tiltyard.web.voter import VoterMiddleware, Voters

Json = dict[str, Any]
WREN: Json = REVEAL["a"] | {"id": "wren", "name": "Wren"}
Message = Annotated[Json, Body(embed=True)]


class Battles:
    """The calls under `/api/v1/battles`, on matches that a test moves."""

    def __init__(self) -> None:
        self.matches: dict[str, Match] = {}
        self.changes: list[str] = []
        self.refusals: list[HTTPException] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.max_turns = 10
        self.vote_per = "battle"
        self.models: list[str] | None = None

    def router(self) -> APIRouter:
        """Make the router of all calls."""
        router = APIRouter(prefix="/api/v1/battles")
        router.post("", status_code=201)(self.open)
        router.get("/{identity}")(self.one)
        router.get("/{identity}/events")(self.events)
        router.post("/{identity}/turns", status_code=201)(self.say)
        router.post("/{identity}/{verb}", status_code=202)(self.act)
        router.put("/{identity}/vote")(self.vote)
        return router

    def match(self, identity: str) -> Match:
        """Find a battle."""
        if identity not in self.matches:
            raise HTTPException(404, "There is no such battle among yours.")
        return self.matches[identity]

    async def changing(self, what: str) -> None:
        """Note a change that was asked for, wait while the gate is shut, refuse when told to."""
        self.changes.append(what)
        await self.gate.wait()
        if self.refusals:
            raise self.refusals.pop(0)

    async def open(
        self,
        message: Message,
        mode: Annotated[str, Body()] = "battle",
        models: Annotated[list[str] | None, Body()] = None,
        continues: Annotated[str | None, Body()] = None,
    ) -> Json:
        await self.changing("open")
        self.models = models
        match = Match(
            f"battle-{len(self.matches) + 1}",
            self.max_turns,
            mode=mode,
            vote_per=self.vote_per,
            sides=("a",) if mode == "direct" else ("a", "b"),
            continues=continues,
        )
        match.ask(message)
        self.matches[match.identity] = match
        return match.view()

    async def one(self, identity: str) -> Json:
        return self.match(identity).view()

    async def events(self, identity: str, last_event_id: Annotated[int, Header()] = 0) -> Response:
        events = self.match(identity).events(last_event_id)
        return StreamingResponse(events, media_type="text/event-stream")

    async def say(self, identity: str, message: Message) -> Json:
        await self.changing("turn")
        self.match(identity).ask(message)
        return self.match(identity).view()

    async def act(self, identity: str, verb: Literal["stop", "retry", "give_up"]) -> Json:
        await self.changing(verb)
        match = self.match(identity)
        {"stop": match.stop, "retry": match.retry, "give_up": match.give_up}[verb]()
        return match.view()

    async def vote(
        self,
        identity: str,
        outcome: Annotated[str, Body()],
        turn: Annotated[int, Body()],
        reveal: Annotated[bool, Body()] = True,  # noqa: FBT002  # a body's default
    ) -> Json:
        await self.changing("vote")
        match = self.match(identity)
        if turn != len(match.turns):
            raise HTTPException(409, f"This battle is at turn {len(match.turns)} by now.")
        match.vote(outcome, reveal=reveal)
        shown = None if match.is_hidden else match.reveal
        return {"outcome": match.outcome, "reveal": shown, "receipt": "r"}


@dataclass(slots=True)
class StandIn:
    """The running stand-in; its verbs may be called from the test's thread."""

    url: str
    pages: ScriptedPages
    watch: ScriptedWatch
    battles: Battles
    loop: asyncio.AbstractEventLoop

    def say(self, side: str, text: str) -> None:
        """Let a side of the newest battle say more."""
        self._do(lambda match: match.say(side, text))

    def finish(self, *sides: str) -> None:
        """Let sides end well."""
        for side in sides:
            self._do(methodcaller("finish", side))

    def fail(self, side: str) -> None:
        """Let a side fail."""
        self._do(lambda match: match.fail(side, "This side could not answer."))

    def drop_streams(self) -> None:
        """Break every open stream."""
        self._do(lambda match: match.drop_streams())

    def vote_elsewhere(self, outcome: str) -> None:
        """Let the person vote in another window."""
        self._do(lambda match: match.vote(outcome))

    def refuse_next(self, status: int, sentence: str) -> None:
        """Answer the next change with an error."""
        self.battles.refusals.append(HTTPException(status, sentence))

    def hold(self) -> None:
        """Let changes wait from now on."""
        self.loop.call_soon_threadsafe(self.battles.gate.clear)

    def release(self) -> None:
        """Let the waiting changes happen."""
        self.loop.call_soon_threadsafe(self.battles.gate.set)

    def _do(self, act: Callable[[Match], None]) -> None:
        async def run() -> None:
            act(list(self.battles.matches.values())[-1])

        asyncio.run_coroutine_threadsafe(run(), self.loop).result()


async def models() -> Json:
    """List the public models, and one that is retired."""
    listed = [card | {"status": "public"} for card in (*REVEAL.values(), WREN)]
    return {"models": [*listed, WREN | {"id": "rook", "name": "Rook", "status": "retired"}]}


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """Serve pages, static files and a scripted interface."""
    pages, watch, battles = ScriptedPages(), ScriptedWatch(), Battles()
    running: Future[asyncio.AbstractEventLoop] = Future()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running.set_result(asyncio.get_running_loop())
        yield

    app = FastAPI(lifespan=lifespan)
    app.state.arena_pages = pages
    app.state.watch = watch
    app.state.operator_sessions = OperatorSessions(TOKEN, "the secret of the stand-in")
    app.state.doorway = Doorway({}, proxies=0)
    app.include_router(pages_router())
    app.include_router(operator_pages())
    app.include_router(battles.router())
    app.get("/api/v1/models")(models)
    app.mount("/static", StaticFiles(directory=static_directory))
    app.add_middleware(VoterMiddleware, voters=Voters("the secret of the stand-in"))
    app.add_middleware(SecurityHeadersMiddleware)

    @app.exception_handler(TiltyardError)
    async def _sentence(request: Request, error: TiltyardError) -> Response:
        return error_page(request, status=error.status, title=error.title, detail=str(error))

    with serving(app) as url:
        yield StandIn(url, pages, watch, battles, running.result())
        for match in battles.matches.values():
            running.result().call_soon_threadsafe(match.drop_streams)
