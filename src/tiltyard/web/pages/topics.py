"""The page of what people ask about."""

from fastapi import Request
from fastapi.responses import Response

from tiltyard.web.pages.rendering import arena_pages, templates


async def topics(request: Request, arena: str | None = None) -> Response:
    """Show what people ask about, with who is ahead at it."""
    pages = arena_pages(request)
    face = pages.arena_face(arena)
    found = await pages.topics(face.id)
    context = {
        "site": pages.site,
        "arena": face,
        "found": found,
        "largest": max((topic["prompts"] for topic in found["topics"]), default=1),
        "here": "board",
    }
    return templates.TemplateResponse(request, "topics.html", context)
