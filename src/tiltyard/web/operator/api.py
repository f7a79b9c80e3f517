"""How endpoints, labelling and the worker are doing, as JSON for who sends the operator's token."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from tiltyard.web.api.bodies import PROBLEMS
from tiltyard.web.doorway import SIGN_INS, Doorway
from tiltyard.web.operator.bodies import EndpointHealth, WorkerProgress
from tiltyard.web.operator.sessions import NotTheOperatorError, OperatorSessions
from tiltyard.web.operator.watch import Watch
from tiltyard.web.relay import RELAYED
from tiltyard.worker.label_status import LabelStatus


async def require_token(request: Request) -> None:
    """Let nobody through but the operator; wrong tokens count as those of the page do.

    After too many of them the right one is not looked at either, or guessing would go on. Who sends
    none has not guessed, and is not counted; nor is the right one.
    """
    sessions: OperatorSessions = request.app.state.operator_sessions
    doorway: Doorway = request.app.state.doorway
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if given:
        doorway.require_room(SIGN_INS, request)
    if scheme.lower() != "bearer" or not sessions.is_token(given):
        if given:
            doorway.let_in(SIGN_INS, request)
        raise NotTheOperatorError(
            "This needs the operator's token: set TILTYARD_OPERATOR_TOKEN, and send it as "
            "Authorization: Bearer."
        )


async def find_watch(request: Request) -> Watch:
    """Give a handler the watch over this installation."""
    watch: Watch = request.app.state.watch
    return watch


TheWatch = Annotated[Watch, Depends(find_watch)]

router = APIRouter(
    prefix="/operations",
    tags=["operations"],
    responses=PROBLEMS,
    dependencies=[Depends(require_token)],
)


@router.get("/endpoints")
async def list_endpoints(watch: TheWatch) -> list[EndpointHealth]:
    """List the endpoints that were asked or considered, for who has the operator's token."""
    return watch.endpoints()


@router.get("/labels")
async def list_labellers(watch: TheWatch) -> LabelStatus:
    """Say how far labelling is, for who has the operator's token."""
    return await watch.labels.fresh()


@router.get("/worker")
async def worker_progress(request: Request, watch: TheWatch) -> WorkerProgress:
    """Say what the worker is doing, for who has the operator's token."""
    if RELAYED in request.headers:  # another server asks what this one's worker does
        return watch.own_worker()
    return await watch.worker(await watch.servers())
