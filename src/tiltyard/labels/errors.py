"""What can be wrong with labels and with what they are learned from."""

from typing import ClassVar

from tiltyard.errors import TiltyardError


class LabelError(TiltyardError):
    """Examples, a labeller or a classifier that cannot be used."""

    title: ClassVar[str] = "The labels cannot be used"
