"""What can be wrong with an import."""

from typing import ClassVar

from tiltyard.errors import TiltyardError


class ImportVotesError(TiltyardError):
    """Votes that cannot be brought into the ledger as was asked."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "These votes cannot be imported"
