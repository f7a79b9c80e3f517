"""The application: middleware, routers and pages over one installation."""

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from tiltyard import __version__
from tiltyard.web import health, pages
from tiltyard.web.api import api_router
from tiltyard.web.installation import Installation
from tiltyard.web.live_pages import LivePages
from tiltyard.web.operator import api as operations
from tiltyard.web.operator.pages import operator_pages
from tiltyard.web.operator.sessions import OperatorSessions
from tiltyard.web.operator.watch import Watch
from tiltyard.web.problems import answer_errors
from tiltyard.web.proxies import ForwardedSchemeMiddleware
from tiltyard.web.relay import RelayMiddleware
from tiltyard.web.security import RefusalMiddleware, SecurityHeadersMiddleware
from tiltyard.web.voter import VoterMiddleware


def create_app(installation: Installation) -> FastAPI:
    """Make the application of an installation, which whoever serves it must run."""
    app = FastAPI(
        title="Tiltyard",
        version=__version__,
        summary="Battles between AI models, votes, and leaderboards made of them.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would name whatever host the request named
    )
    app.state.arenas = installation.arenas
    app.state.uploads = installation.uploads
    app.state.boards = installation.boards
    app.state.history = installation.history
    app.state.swaps = installation.swaps
    app.state.values = installation.values
    app.state.doorway = installation.doorway
    app.state.worker = installation.worker
    app.state.ledger = installation.ledger
    app.state.watch = Watch(installation)
    app.state.operator_sessions = OperatorSessions(
        installation.settings.read_operator_token(), installation.settings.read_secret()
    )
    app.state.arena_pages = LivePages(installation)
    app.include_router(api_router())
    app.include_router(health.router)
    app.include_router(operations.router)
    app.include_router(operator_pages())
    app.include_router(pages.pages_router())
    app.mount("/static", StaticFiles(directory=pages.static_directory), name="static")
    answer_errors(app)
    # The last added is the outermost: every response gets the headers, refusals included.
    app.add_middleware(RelayMiddleware, relay=installation.relay)
    app.add_middleware(VoterMiddleware, voters=installation.voters)
    app.add_middleware(RefusalMiddleware)
    app.add_middleware(SecurityHeadersMiddleware)
    app.add_middleware(ForwardedSchemeMiddleware, proxies=installation.settings.proxies)
    return app
