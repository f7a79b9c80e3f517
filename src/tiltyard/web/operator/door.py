"""The door of the operator's page: a form for the token, and the cookie that it gives."""

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from tiltyard.web.doorway import SIGN_INS, Doorway
from tiltyard.web.forms import FormError, read_form
from tiltyard.web.operator.sessions import COOKIE, SESSION_S, OperatorSessions
from tiltyard.web.pages.rendering import arena_pages, templates

HOME = "/operator"
UNSEEN = {"x-robots-tag": "noindex"}


async def sign_in(request: Request) -> Response:
    """Take the token from the form, a few times a minute from one address."""
    doorway: Doorway = request.app.state.doorway
    doorway.let_in(SIGN_INS, request)
    sessions = _sessions(request)
    if not sessions.is_token(await _given(request)):
        return ask_for_token(request, status=HTTPStatus.UNAUTHORIZED, refused=True)
    response = RedirectResponse(HOME, status_code=HTTPStatus.SEE_OTHER)
    response.set_cookie(COOKIE, sessions.begin(), max_age=SESSION_S, **_kept(request))
    return response


async def _given(request: Request) -> str:
    """Read the token of the form; a form that cannot be read has none."""
    try:
        return (await read_form(request, "token")).get("token", "")
    except FormError:
        return ""


async def sign_out(request: Request) -> Response:
    """Let the browser forget that it was signed in."""
    response = RedirectResponse(HOME, status_code=HTTPStatus.SEE_OTHER)
    response.delete_cookie(COOKIE, **_kept(request))
    return response


def ask_for_token(
    request: Request, *, status: int = HTTPStatus.OK, refused: bool = False
) -> Response:
    """Show the form, or how to set a token where there is none."""
    shown = {"has_token": _sessions(request).has_token, "refused": refused}
    return operator_page(request, "sign_in", shown, status=status)


def operator_page(
    request: Request, name: str, shown: dict[str, Any], *, status: int = HTTPStatus.OK
) -> Response:
    """Show a page that is for the operator, or a part of one."""
    context = {"site": arena_pages(request).site, "here": "operator", **shown}
    return templates.TemplateResponse(
        request, f"operator/{name}.html", context, status_code=status, headers=UNSEEN
    )


def is_signed_in(request: Request) -> bool:
    """Say whether the browser that asks has signed in."""
    return _sessions(request).is_running(request.cookies.get(COOKIE, ""))


def _sessions(request: Request) -> OperatorSessions:
    sessions: OperatorSessions = request.app.state.operator_sessions
    return sessions


def _kept(request: Request) -> dict[str, Any]:
    """Say how the browser keeps the cookie: for this page alone, and not from another site's."""
    secure = request.url.scheme == "https"
    return {"path": HOME, "httponly": True, "samesite": "strict", "secure": secure}
