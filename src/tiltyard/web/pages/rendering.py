"""The template engine of the pages, and the page that every error gets."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from markupsafe import Markup

from tiltyard.web.pages.languages import main_language, spoken_in
from tiltyard.web.pages.moments import zulu
from tiltyard.web.pages.site import ArenaPages, SuggestedPrompt
from tiltyard.web.pages.words import clock_time, grouped, spoken_date, spoken_day

WEB = Path(__file__).parent.parent

static_directory = WEB / "static"
"""What the application serves under `/static`."""

templates = Jinja2Templates(directory=WEB / "templates")


@cache
def static_url(path: str) -> str:
    """Address a static file; the query changes when the file does, so that caches may keep it."""
    file = static_directory / path
    digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "missing"
    return f"/static/{path}?v={digest[:12]}"


def prompts_json(prompts: Sequence[SuggestedPrompt]) -> Markup:
    """Write prompts as JSON that may stand inside a `<script type="application/json">`."""
    rows = [{"text": p.text, "language": p.language, "kind": p.kind} for p in prompts]
    # Nothing in a JSON block may look like markup, or the block could end early.
    safe = json.dumps(rows, ensure_ascii=False).replace("<", "\\u003c")
    return Markup(safe)  # noqa: S704  # every "<" is escaped above, the only way out of the block


templates.env.globals["static_url"] = static_url
templates.env.filters["grouped"] = grouped
templates.env.filters["prompts_json"] = prompts_json
templates.env.filters["clock_time"] = clock_time
templates.env.filters["spoken_date"] = spoken_date
templates.env.filters["main_language"] = main_language
templates.env.filters["spoken_in"] = spoken_in
templates.env.filters["spoken_day"] = spoken_day
templates.env.filters["zulu"] = zulu
templates.env.trim_blocks = True
templates.env.lstrip_blocks = True


def arena_pages(request: Request) -> ArenaPages:
    """Find the arena that the application put into `app.state.arena_pages`."""
    pages: ArenaPages = request.app.state.arena_pages
    return pages


def error_page(request: Request, *, status: int, title: str, detail: str) -> Response:
    """Render the page for an error: its title, one sentence, and ways on.

    Parameters
    ----------
    request
        The request that failed.
    status
        The HTTP status to answer with.
    title
        A few words, such as `Not found`.
    detail
        One sentence for a person: what happened and what to do.
    """
    context = {"site": arena_pages(request).site, "title": title, "detail": detail}
    return templates.TemplateResponse(request, "error.html", context, status_code=status)
