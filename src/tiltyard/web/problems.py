"""Errors for people and programs: problem documents for the API, pages for browsers."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from tiltyard.arena.own import NO_SUCH_BATTLE, UnknownBattleError
from tiltyard.errors import TiltyardError
from tiltyard.ledger.engine import OUTAGES
from tiltyard.web.headers import SECURITY_HEADERS
from tiltyard.web.pages import error_page

RETRY_AFTER_S = 5
SENTENCES = {
    400: "The body cannot be read: send JSON in UTF-8, of the documented form and no deeper.",
    404: "There is nothing at this address: check it, or go back to the start.",
    405: "This address does not take that kind of request.",
    500: "Tiltyard made a mistake here; it is logged, and nothing you sent was counted.",
}
NO_LEDGER = "The ledger does not answer just now: try again in a few seconds."
log = structlog.get_logger()


def problem(
    status: int, title: str, detail: str, *, retry_after_s: int | None = None
) -> JSONResponse:
    """Make an RFC 9457 problem document."""
    if retry_after_s is None and status == HTTPStatus.SERVICE_UNAVAILABLE:
        retry_after_s = RETRY_AFTER_S
    headers = None if retry_after_s is None else {"retry-after": str(retry_after_s)}
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail},
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def answer_errors(app: FastAPI) -> None:
    """Let the application answer every error with one sentence."""

    @app.exception_handler(TiltyardError)
    async def _ours(request: Request, error: TiltyardError) -> Response:
        again = error.retry_after_s
        return _answer(request, error.status, error.title, str(error), retry_after_s=again)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        if any(fault["loc"] == ("path", "battle_id") for fault in error.errors()):
            status, title = UnknownBattleError.status, UnknownBattleError.title
            return _answer(request, status, title, NO_SUCH_BATTLE)
        return _answer(request, 422, "The request cannot be read", _first_fault(error))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        sentence = SENTENCES.get(status) or str(error.detail)
        return _answer(request, status, status.phrase, sentence)

    async def _outage(request: Request, error: Exception) -> Response:
        log.error("the ledger did not answer", error=str(error))
        return _answer(request, 503, "The ledger is not available", NO_LEDGER)

    for outage in OUTAGES:
        app.add_exception_handler(outage, _outage)

    @app.exception_handler(500)
    async def _unexpected(request: Request, error: Exception) -> Response:  # noqa: ARG001  # logged by the server
        response = _answer(request, 500, "Something went wrong", SENTENCES[500])
        # This one is sent from outside of the middleware that gives the others their headers.
        response.headers.update(SECURITY_HEADERS)
        return response


def _answer(
    request: Request, status: int, title: str, detail: str, *, retry_after_s: int | None = None
) -> Response:
    if request.url.path.startswith(("/api/", "/healthz", "/readyz", "/operations/")):
        return problem(status, title, detail, retry_after_s=retry_after_s)
    return error_page(request, status=status, title=title, detail=detail)


def _first_fault(error: RequestValidationError) -> str:
    fault = error.errors()[0]
    if fault["type"] == "json_invalid":
        return "The body is not JSON: check it, and the content type."
    place = ".".join(str(step) for step in fault["loc"] if step != "body") or "the body"
    return f"{place}: {fault['msg'][0].lower()}{fault['msg'][1:]}."
