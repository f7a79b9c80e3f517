"""Why a picture was not taken, each in one sentence that says what to do."""

from typing import ClassVar

from tiltyard.errors import TiltyardError


class ImageError(TiltyardError):
    """A picture that cannot be taken: broken, animated, too many pixels, or too costly."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "The image cannot be used"


class ImageTooLargeError(ImageError):
    """A picture of too many bytes."""

    status: ClassVar[int] = 413
    title: ClassVar[str] = "The image is too large"


class ImageTypeError(ImageError):
    """Bytes that are no picture of a kind we take, or are declared to be another."""

    status: ClassVar[int] = 415
    title: ClassVar[str] = "This kind of file is not taken"


class ImagesBusyError(TiltyardError):
    """More pictures are waiting to be decoded than this server keeps waiting."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "Too many images at once"
