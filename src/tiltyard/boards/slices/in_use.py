"""The slices of a running installation: its file is read again when it changes."""

import traceback
from pathlib import Path

import structlog

from tiltyard.boards.errors import SliceError
from tiltyard.boards.slices.columns import sample_votes
from tiltyard.boards.slices.slice_file import Slices, read_slices

log = structlog.get_logger()


class SlicesInUse:
    """Gives the slices there are now; a fault in a changed file leaves those of before in use.

    Parameters
    ----------
    file
        The installation's own, or None for those that ship.

    Raises
    ------
    SliceError
        When the file cannot be used as it is at the beginning.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._seen = self._look()
        self._slices = _checked(file)
        self.fault: str | None = None
        """Why the file as it is now is not in use; None when it is."""

    def now(self) -> Slices:
        """Give the slices as the file has them."""
        look = self._look()
        if look != self._seen:
            try:
                self._slices, self.fault = _checked(self._file), None
            except SliceError as error:
                self.fault = str(error)
            except Exception as error:  # noqa: BLE001  # whatever a file does, people are served
                trace = traceback.format_exc()
                log.error("the slices could not be read", traceback=trace)  # noqa: TRY400  # the traceback as text shows no values
                self.fault = f"{self._file} cannot be used ({type(error).__name__}: {error})."
            self._seen = look
        return self._slices

    def _look(self) -> tuple[int, int] | None:
        try:
            state = None if self._file is None else self._file.stat()
        except OSError:
            return None
        return None if state is None else (state.st_mtime_ns, state.st_size)


def _checked(file: Path | None) -> Slices:
    slices = read_slices(file)
    slices.refuse_unless_usable(sample_votes())
    return slices
