"""What a picture may be, and how much work one may cause."""

from dataclasses import dataclass
from typing import Final

MEDIA_TYPES: Final = ("image/png", "image/jpeg", "image/webp", "image/gif")
"""What may be sent. What is kept is always PNG or JPEG, which every provider reads."""

MEGABYTE: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class Limits:
    """What a picture may be.

    Attributes
    ----------
    bytes
        Most bytes, as it is sent and as it is kept.
    pixels
        Most pixels, width times height.
    side
        Most pixels in either direction.
    """

    bytes: int
    pixels: int
    side: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What the process that decodes a picture may use.

    Attributes
    ----------
    memory
        Bytes of address space.
    cpu_s
        Seconds of processor time.
    wall_s
        Seconds from its start to its end.
    """

    memory: int
    cpu_s: int = 10
    wall_s: float = 30.0


def budget_for(limits: Limits) -> Budget:
    """Give room for the interpreter, and for a picture of this size five times over.

    A picture has four bytes a pixel. Turning it holds two of them; the decoder of WebP holds four.
    """
    return Budget(memory=96 * MEGABYTE + 5 * 4 * limits.pixels + 2 * limits.bytes)
