"""What can be wrong with an export or a release."""

from typing import ClassVar

from tiltyard.errors import TiltyardError


class ReleaseError(TiltyardError):
    """Something that cannot be exported or released as was asked."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "This cannot be released"
