"""Images over HTTP: send one for a message, see one of my own."""

import asyncio
from contextlib import suppress
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel

from tiltyard.arena.arenas import Arenas
from tiltyard.arena.definition import ArenaDefinition
from tiltyard.arena.uploads import Uploads
from tiltyard.errors import TiltyardError
from tiltyard.images.errors import ImagesBusyError
from tiltyard.images.limits import MEDIA_TYPES, Limits
from tiltyard.images.sniffing import too_large
from tiltyard.web.api.battles import AllArenas, Voter
from tiltyard.web.doorway import begins

RECEIVING = 32
"""Images that may be on their way to this server at once; they are in memory meanwhile."""
RECEIVE_S = 60.0
"""How long one may take to come."""

HEADERS = {
    "cache-control": "private, max-age=31536000, immutable",
    "content-disposition": "inline",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "vary": "Cookie",
}
BODY = {
    "required": True,
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES},
}

router = APIRouter(
    prefix="/images",
    tags=["images"],
)


class NoImagesError(TiltyardError):
    """An image was sent to an arena of words."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "This arena takes no images"


class SlowUploadError(TiltyardError):
    """An image did not come to its end in time."""

    status: ClassVar[int] = 408
    title: ClassVar[str] = "The image did not arrive"


class ImageOut(BaseModel):
    """An image that may now be a part of a message of its sender's."""

    sha256: str
    media_type: str
    width: int
    height: int
    url: str


async def find_uploads(request: Request) -> Uploads:
    """Give a handler the images of this installation."""
    uploads: Uploads = request.app.state.uploads
    return uploads


Images = Annotated[Uploads, Depends(find_uploads)]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@router.post(
    "",
    status_code=201,
    openapi_extra={"requestBody": BODY},
    dependencies=[Depends(begins("images"))],
)
async def send_image(
    request: Request,
    uploads: Images,
    arenas: AllArenas,
    voter: Voter,
    arena: str | None = None,
    content_type: Annotated[str, Header(max_length=200)] = "",
) -> ImageOut:
    """Send an image for a message; the body is the file itself."""
    limits = _limits(arenas, arena)
    data = await _receive(request, limits)
    declared = content_type.partition(";")[0].strip().lower()
    upload = await uploads.take(voter, data, declared, limits)
    return ImageOut(
        sha256=upload.sha256,
        media_type=upload.media_type,
        width=upload.width,
        height=upload.height,
        url=f"/api/v1/images/{upload.sha256}",
    )


@router.get(
    "/{sha256}",
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/jpeg": {}}}},
)
async def my_image(sha256: Digest, uploads: Images, voter: Voter) -> Response:
    """Show one of my images, as the contestants see it."""
    upload, content = await uploads.read(voter, sha256)
    return Response(content, media_type=upload.media_type, headers=HEADERS)


def _limits(arenas: Arenas, arena: str | None) -> Limits:
    definition = _definition(arenas, arena)
    if definition.accept.images is None:
        raise NoImagesError(f"The arena {definition.id} takes words only: ask without the image.")
    return definition.accept.images.limits


def _definition(arenas: Arenas, arena: str | None) -> ArenaDefinition:
    if arena is not None:
        return arenas.named(arena).definition
    seeing = (hosted.definition for hosted in arenas if hosted.definition.accept.images)
    return next(seeing, arenas.first.definition)


async def _receive(request: Request, limits: Limits) -> bytes:
    """Read the body, no further than the arena's limit."""
    state = request.app.state
    receiving: int = getattr(state, "images_receiving", 0)
    with suppress(ValueError):
        if int(request.headers.get("content-length", "0")) > limits.bytes:
            raise too_large(limits)
    if receiving >= RECEIVING:
        raise ImagesBusyError("Many images are on their way: send yours again in a moment.")
    state.images_receiving = receiving + 1
    try:
        async with asyncio.timeout(RECEIVE_S):
            return await _read(request, limits)
    except TimeoutError:
        raise SlowUploadError(
            f"The image took more than {RECEIVE_S:.0f} seconds to arrive: send a smaller one."
        ) from None
    finally:
        state.images_receiving -= 1


async def _read(request: Request, limits: Limits) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limits.bytes:
            raise too_large(limits)
    return bytes(received)
