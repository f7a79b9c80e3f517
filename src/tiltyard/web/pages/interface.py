"""The page that lists the calls of the HTTP interface, for people."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup, escape

from tiltyard.web.pages.rendering import arena_pages, templates

Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call, and what it does in a sentence or two."""

    method: str
    path: str
    summary: Markup


def interface(request: Request) -> Response:
    """List the calls by what they are about."""
    document: Json = request.app.openapi()
    context = {
        "site": arena_pages(request).site,
        "calls": calls_by_subject(document),
        "contract": request.app.openapi_url,
        "here": "",
    }
    return templates.TemplateResponse(request, "interface.html", context)


def calls_by_subject(document: Json) -> Mapping[str, Sequence[Call]]:
    """Read the calls out of an OpenAPI document, in its order."""
    found: dict[str, list[Call]] = {}
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            subject = next(iter(call.get("tags", ())), "other")
            told = call.get("description") or call.get("summary", "")
            found.setdefault(subject, []).append(Call(method.upper(), path, _one_line(told)))
    return found


def _one_line(told: str) -> Markup:
    line = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(" ".join(told.split()))))
    return Markup(line)  # noqa: S704  # escaped above, before its own marks
