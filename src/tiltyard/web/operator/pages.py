"""The operator's page: signing in, looking, signing out."""

from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tiltyard.web.doorway import SIGN_INS, Doorway
from tiltyard.web.operator.sessions import COOKIE, SESSION_S, OperatorSessions
from tiltyard.web.operator.view import labels_view, worker_view
from tiltyard.web.operator.watch import Watch
from tiltyard.web.pages.rendering import arena_pages, templates

HOME = "/operator"
UNSEEN = {"x-robots-tag": "noindex"}
LONGEST_FORM = 4_000

PARTS = ("worker", "labels", "endpoints")
"""What is looked at, each asked for again by itself while somebody does."""


def operator_pages() -> APIRouter:
    """Make the router of the operator's page."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    router.add_api_route(HOME, look, methods=["GET", "HEAD"])
    router.add_api_route(HOME, sign_in, methods=["POST"])
    router.add_api_route(f"{HOME}/sign-out", sign_out, methods=["POST"])
    router.add_api_route(f"{HOME}/{{part}}", look_at_part, methods=["GET", "HEAD"])
    return router


async def look(request: Request) -> Response:
    """Show how the arena is doing, or ask for the token."""
    if not _is_signed_in(request):
        return _asking(request)
    shown = {name: value for part in PARTS for name, value in (await _seen(request, part)).items()}
    return _page(request, "page", shown)


async def look_at_part(request: Request, part: str) -> Response:
    """Show a part of the page anew."""
    if not _is_signed_in(request):
        response = _asking(request, status=HTTPStatus.UNAUTHORIZED)
        response.headers["hx-refresh"] = "true"  # the page that asks shows the form instead
        return response
    if part not in PARTS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return _page(request, part, await _seen(request, part))


async def sign_in(request: Request) -> Response:
    """Take the token from the form, a few times a minute from one address."""
    doorway: Doorway = request.app.state.doorway
    doorway.let_in(SIGN_INS, request)
    body = (await request.body())[:LONGEST_FORM].decode("utf-8", "replace")
    given = dict(parse_qsl(body, keep_blank_values=True)).get("token", "")
    sessions = _sessions(request)
    if not sessions.is_token(given):
        return _asking(request, status=HTTPStatus.UNAUTHORIZED, refused=True)
    response = RedirectResponse(HOME, status_code=HTTPStatus.SEE_OTHER)
    response.set_cookie(COOKIE, sessions.begin(), max_age=SESSION_S, **_kept(request))
    return response


async def sign_out(request: Request) -> Response:
    """Let the browser forget that it was signed in."""
    response = RedirectResponse(HOME, status_code=HTTPStatus.SEE_OTHER)
    response.delete_cookie(COOKIE, **_kept(request))
    return response


async def _seen(request: Request, part: str) -> dict[str, Any]:
    watch: Watch = request.app.state.watch
    if part == "labels":
        return {"labels": labels_view(await watch.labels())}
    if part == "endpoints":
        return {"endpoints": watch.endpoints()}
    servers = await watch.servers()
    return {
        "worker": worker_view(await watch.worker(servers)),
        "publications": await watch.publications(),
        "servers": servers,
        "this_server": watch.server,
    }


def _asking(request: Request, *, status: int = HTTPStatus.OK, refused: bool = False) -> Response:
    shown = {"has_token": _sessions(request).has_token, "refused": refused}
    return _page(request, "sign_in", shown, status=status)


def _page(
    request: Request, name: str, shown: dict[str, Any], *, status: int = HTTPStatus.OK
) -> Response:
    context = {"site": arena_pages(request).site, "here": "operator", **shown}
    return templates.TemplateResponse(
        request, f"operator/{name}.html", context, status_code=status, headers=UNSEEN
    )


def _is_signed_in(request: Request) -> bool:
    return _sessions(request).is_running(request.cookies.get(COOKIE, ""))


def _sessions(request: Request) -> OperatorSessions:
    sessions: OperatorSessions = request.app.state.operator_sessions
    return sessions


def _kept(request: Request) -> dict[str, Any]:
    """Say how the browser keeps the cookie: for this page alone, and not from another site's."""
    secure = request.url.scheme == "https"
    return {"path": HOME, "httponly": True, "samesite": "strict", "secure": secure}
