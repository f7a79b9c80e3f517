"""Pictures for tests: good, odd and hostile."""

import struct
import zlib
from io import BytesIO

from PIL import Image

from tiltyard.images.limits import Limits

LIMITS = Limits(bytes=5_000_000, pixels=20_000_000, side=8_000)


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    """A picture with a red left half and a blue right half."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    return encoded(image, kind, **options)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Write a picture as a file of this kind."""
    written = BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def moving(kind: str, frames: int = 3) -> bytes:
    """A picture of many frames."""
    shades = [Image.new("RGB", (8, 8), (20 * n % 256, 0, 0)) for n in range(frames)]
    return encoded(shades[0], kind, save_all=True, append_images=shades[1:])


def one_bit_png(side: int) -> bytes:
    """A square of one bit a pixel that is tiny as a file and enormous in memory."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (side + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
