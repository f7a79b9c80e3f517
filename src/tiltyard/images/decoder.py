"""The program that decodes one picture, and nothing else. Run by `sandbox.py`, never imported.

It reads a picture from its standard input, and writes one line of JSON and the new picture to its
standard output. Before the first byte of the picture is looked at it gives up, for good, the
right to open files and sockets, to write files, to start processes, and to use more memory and
time than it was granted.
"""

import io
import json
import resource
import sys
from contextlib import suppress
from typing import Any

from PIL import (
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

FORMATS = {
    "image/png": PngImagePlugin.PngImageFile.format,
    "image/jpeg": JpegImagePlugin.JpegImageFile.format,
    "image/webp": WebPImagePlugin.WebPImageFile.format,
    "image/gif": GifImagePlugin.GifImageFile.format,
}
JPEG_QUALITY = 90
DEEP_MODES = ("I;16", "I;16L", "I;16B", "I;16N", "I")


class Refused(Exception):  # noqa: N818  # a word of the protocol, not a defect
    """The picture is not taken; the message is a word that `sandbox.py` knows."""


def give_up_rights(memory: int, cpu_s: int) -> None:
    """Limit this process; nothing it runs afterwards can undo that."""
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 0,  # what is open stays open
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most))


def warm_up() -> None:
    """Let Pillow load what it loads late, while files can still be opened."""
    Image.preinit()
    ImageCms.createProfile("sRGB")
    for format_ in FORMATS.values():
        small = io.BytesIO()
        Image.new("RGB", (1, 1)).save(small, format_)
        Image.open(io.BytesIO(small.getvalue())).load()


def redraw(data: bytes, media_type: str, limits: dict[str, int]) -> tuple[bytes, dict[str, Any]]:
    """Decode a picture and draw it anew: the pixels and nothing besides.

    Raises
    ------
    Refused
        `pixels` or `side`, known from the header alone, `animated`, or `bytes`.
    """
    Image.MAX_IMAGE_PIXELS = None  # our own limit is lower and comes before
    with Image.open(io.BytesIO(data), formats=[FORMATS[media_type]]) as picture:
        width, height = picture.size
        if max(width, height) > limits["side"]:
            raise Refused("side")
        if width * height > limits["pixels"]:
            raise Refused("pixels")
        # Phones put a second picture, of depth or brightness, behind the one that is meant.
        moves = getattr(picture, "is_animated", False)
        if moves and not isinstance(picture, MpoImagePlugin.MpoImageFile):
            raise Refused("animated")
        picture.load()
        plain = as_seen(picture)
    kept = "image/jpeg" if media_type in ("image/jpeg", "image/webp") else "image/png"
    if plain.mode == "RGBA":
        kept = "image/png"
    encoded = encode(plain, kept)
    if len(encoded) > limits["bytes"]:
        raise Refused("bytes")
    return encoded, {"media_type": kept, "width": plain.width, "height": plain.height}


def as_seen(picture: Image.Image) -> Image.Image:
    """Turn the picture as its camera says, map its colours to sRGB, and forget the rest.

    Each step works in place where it can: a picture may fill most of the memory there is.
    """
    profile = picture.info.get("icc_profile")
    ImageOps.exif_transpose(picture, in_place=True)
    if profile and picture.mode == "RGB":
        map_to_srgb(picture, profile)
    seen = plain_mode(picture)
    seen.info = {}
    return seen


def plain_mode(picture: Image.Image) -> Image.Image:
    """Give the picture 8 bits a channel: grey, colour, or colour with transparency."""
    if picture.mode in DEEP_MODES:
        return picture.point(lambda value: value / 256).convert("L")
    if picture.has_transparency_data:
        wanted = "RGBA"
    else:
        wanted = "L" if picture.mode in ("1", "L") else "RGB"
    return picture if picture.mode == wanted else picture.convert(wanted)


def map_to_srgb(picture: Image.Image, profile: bytes) -> None:
    """Map colours; a profile that cannot be read is as good as none."""
    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), inPlace=True)


def encode(picture: Image.Image, media_type: str) -> bytes:
    """Write the picture the same way every time."""
    written = io.BytesIO()
    if media_type == "image/jpeg":
        # Colours at full resolution: pictures here are often of text.
        picture.save(written, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    else:
        picture.save(written, "PNG", compress_level=6)
    return written.getvalue()


def main() -> None:
    """Answer one request."""
    order = json.loads(sys.argv[1])
    warm_up()
    give_up_rights(order["memory"], order["cpu_s"])
    media_type, limits = order["media_type"], order["limits"]
    body = b""
    try:
        body, answer = redraw(sys.stdin.buffer.read(), media_type, limits)
    except Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "costly"}
    except Exception:  # noqa: BLE001  # decoders of hostile files raise anything
        answer = {"refused": "broken"}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + body)


if __name__ == "__main__":
    main()
