"""What the form of a page sends, read strictly: a body that was cut off decides nothing."""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qsl

from fastapi import Request

from tiltyard.errors import TiltyardError

LONGEST = 4_000
"""Bytes; no form of these pages sends more."""
NOT_WHOLE = (
    "The form did not come as its page sends it, and nothing was changed: "
    "load the page again and press its button."
)


class FormError(TiltyardError):
    """A body that no form of this page sends."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "The form cannot be read"


async def read_form(request: Request, *allowed: str) -> Mapping[str, str]:
    """Read the fields of a page's form, each given once, and no others than these.

    Raises
    ------
    FormError
        When the body is no such form, is too long, or says a thing twice or another one.
    """
    body = await request.body()
    if len(body) > LONGEST:
        raise FormError(NOT_WHOLE)
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
    except ValueError:
        raise FormError(NOT_WHOLE) from None
    fields = dict(pairs)
    if len(fields) < len(pairs) or not fields.keys() <= {*allowed}:
        raise FormError(NOT_WHOLE)
    return fields
