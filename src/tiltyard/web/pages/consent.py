"""The page on which people see and change what may be published of what they do."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from tiltyard.arena.consent import decide
from tiltyard.web.api.consent import hosted, my_consent
from tiltyard.web.forms import NOT_WHOLE, FormError, read_form
from tiltyard.web.pages.rendering import arena_pages, templates
from tiltyard.web.voter import voter_of

CHOICES = {"in": True, "out": False}
"""What the page's two buttons say, and whether that lets publish."""


async def your_data(request: Request) -> Response:
    """Show what the arenas tell of publishing, and what was decided."""
    context = {
        "site": arena_pages(request).site,
        "consent": await my_consent(request),
        "here": "your-data",
    }
    return templates.TemplateResponse(request, "your_data.html", context)


async def decide_your_data(request: Request) -> Response:
    """Take the decision of the page's form, which sends nothing else."""
    form = await read_form(request)
    publish = CHOICES.get(form.get("publish", ""))
    if publish is None or len(form) > 1:
        raise FormError(NOT_WHOLE)
    ledger = request.app.state.ledger
    await decide(ledger, await voter_of(request), hosted(request), publish=publish)
    return RedirectResponse("/your-data", status_code=303)
