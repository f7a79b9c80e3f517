"""The operator's page, and its parts, which are looked at again and again."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from tiltyard.ledger.engine import OUTAGES
from tiltyard.web.operator.door import (
    HOME,
    ask_for_token,
    is_signed_in,
    operator_page,
    sign_in,
    sign_out,
)
from tiltyard.web.operator.label_count import LabelCount
from tiltyard.web.operator.view import labels_view, worker_view
from tiltyard.web.operator.watch import Watch
from tiltyard.worker.label_status import LabelStatus

PATIENCE_S = 1.0
"""How long the page waits for labels to be counted."""

PARTS = ("worker", "labels", "endpoints")
"""What is looked at, each asked for again by itself while somebody does."""


def operator_pages() -> APIRouter:
    """Make the router of the operator's page and its door."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    router.add_api_route(HOME, look, methods=["GET", "HEAD"])
    router.add_api_route(HOME, sign_in, methods=["POST"])
    router.add_api_route(f"{HOME}/sign-out", sign_out, methods=["POST"])
    router.add_api_route(f"{HOME}/{{part}}", look_at_part, methods=["GET", "HEAD"])
    return router


async def look(request: Request, after: BackgroundTasks) -> Response:
    """Show how the arena is doing, or ask for the token."""
    if not is_signed_in(request):
        return ask_for_token(request)
    shown: dict[str, Any] = {}
    for part in PARTS:
        shown |= await _seen(request, part, after)
    return operator_page(request, "page", shown)


async def look_at_part(request: Request, part: str, after: BackgroundTasks) -> Response:
    """Show a part of the page anew."""
    if not is_signed_in(request):
        response = ask_for_token(request, status=HTTPStatus.UNAUTHORIZED)
        response.headers["hx-refresh"] = "true"  # the page that asks shows the form instead
        return response
    if part not in PARTS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return operator_page(request, part, await _seen(request, part, after))


async def _seen(request: Request, part: str, after: BackgroundTasks) -> dict[str, Any]:
    watch: Watch = request.app.state.watch
    if part == "labels":
        counted = await _counted(watch.labels, after)
        return {"labels": None if counted is None else labels_view(counted)}
    if part == "endpoints":
        return {"endpoints": watch.endpoints()}
    servers = await watch.servers()
    return {
        "worker": worker_view(await watch.worker(servers)),
        "publications": await watch.publications(),
        "servers": servers,
        "this_server": watch.server,
    }


async def _counted(labels: LabelCount, after: BackgroundTasks) -> LabelStatus | None:
    """Tell what is known of labels, and let a count that takes long end after the answer."""
    if labels.known is None or labels.is_due:
        counting = asyncio.create_task(labels.fresh(), name="label count")
        after.add_task(_ended, counting)
        await asyncio.wait({counting}, timeout=PATIENCE_S)
    return labels.known


async def _ended(counting: asyncio.Task[LabelStatus]) -> None:
    with suppress(*OUTAGES):  # whoever looks again counts again
        await counting
