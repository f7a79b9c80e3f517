"""The page of what people did here: their battles, and what may be published of them."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from tiltyard.arena.consent import decide
from tiltyard.web.api.consent import hosted, my_consent
from tiltyard.web.forms import NOT_WHOLE, FormError, read_form
from tiltyard.web.pages.own_battles import own_battles
from tiltyard.web.pages.rendering import arena_pages, templates
from tiltyard.web.voter import voter_of

CHOICES = {"in": True, "out": False}
"""What the page's two buttons say, and whether that lets publish."""


async def your_data(
    request: Request, before: str | None = None, forgotten: str | None = None
) -> Response:
    """Show what the arenas tell of publishing, what was decided, and the visitor's battles."""
    context = {
        "site": arena_pages(request).site,
        "consent": await my_consent(request),
        "own": await own_battles(request, before),
        "earlier": bool(before),
        "forgotten": forgotten == "yes",
        "here": "your-data",
    }
    return templates.TemplateResponse(request, "your_data.html", context)


async def decide_your_data(request: Request) -> Response:
    """Take the decision of the page's form, which sends nothing else."""
    form = await read_form(request, "publish")
    publish = CHOICES.get(form.get("publish", ""))
    if publish is None:
        raise FormError(NOT_WHOLE)
    ledger = request.app.state.ledger
    await decide(ledger, await voter_of(request), hosted(request), publish=publish)
    return RedirectResponse("/your-data", status_code=303)
