"""What a file claims to be, by its first bytes: nothing is parsed here."""

from tiltyard.images.errors import ImageTooLargeError, ImageTypeError
from tiltyard.images.limits import MEDIA_TYPES, Limits

HEAD = 1_024
_TAKEN = "send a PNG, JPEG, WebP or still GIF"


def check_upload(data: bytes, declared: str, limits: Limits) -> str:
    """Refuse what need not be looked at any further; return the media type it claims to have.

    Parameters
    ----------
    data
        The file.
    declared
        The media type that its sender gives.
    limits
        The arena's.

    Raises
    ------
    ImageTooLargeError, ImageTypeError
        No bytes, too many of them, another kind of file, or another than declared.
    """
    if not data:
        raise ImageTypeError(f"The file is empty: {_TAKEN}.")
    if len(data) > limits.bytes:
        raise too_large(limits)
    if declared not in MEDIA_TYPES:
        raise ImageTypeError(f"{declared[:60] or 'No content type'} is not taken: {_TAKEN}.")
    found = media_type(data)
    if found is None:
        raise ImageTypeError(_not_a_picture(data))
    if found != declared:
        raise ImageTypeError(
            f"The file is {found} and was sent as {declared}: send it as what it is."
        )
    return found


def too_large(limits: Limits) -> ImageTooLargeError:
    """Say how many bytes a picture may have."""
    return ImageTooLargeError(
        f"An image has at most {limits.bytes:,} bytes: send a smaller one, or save it as JPEG."
    )


def media_type(data: bytes) -> str | None:
    """Name the kind of picture that begins with these bytes; None when it is none we take."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def _not_a_picture(data: bytes) -> str:
    head = data[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")) or b"<svg" in head:
        return f"SVG is not taken, because it is a program that draws: {_TAKEN}."
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        return f"HEIC and AVIF are not taken: {_TAKEN}."
    return f"The file is no image that can be read: {_TAKEN}."
