"""HTML pages: plain GETs, rendered here, made livelier in the browser.

The application mounts :data:`static_directory` under `/static`, includes :func:`pages_router`
and puts an :class:`ArenaPages` into `app.state.arena_pages`.
"""

from tiltyard.web.pages.rendering import error_page, static_directory, templates
from tiltyard.web.pages.routes import pages_router
from tiltyard.web.pages.site import ArenaFace, ArenaPages, Site, SuggestedPrompt

__all__ = [
    "ArenaFace",
    "ArenaPages",
    "Site",
    "SuggestedPrompt",
    "error_page",
    "pages_router",
    "static_directory",
    "templates",
]
