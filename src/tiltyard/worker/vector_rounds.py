"""Label by vectors again and again, beside the worker: a slow endpoint holds up no board."""

import asyncio
import traceback
from collections.abc import Callable

import structlog

from tiltyard.ledger.engine import OUTAGES
from tiltyard.ledger.presence import Presence
from tiltyard.worker.vector_labelling import VectorLabelling

LOOK_S = 10.0
"""How long until it is looked again whether a battle was settled."""
RETRY_S = 30.0
"""How long until an endpoint that failed is asked again; doubled each time it fails."""
LONGEST_RETRY_S = 600.0

log = structlog.get_logger()


class VectorRounds:
    """Looks now and then whether a label that is read from vectors is lacking.

    Parameters
    ----------
    labelling
        Who labels.
    labelled
        Called when battles were labelled.
    presence
        The server among others: only the elected one asks. Without one, this is alone.

    Attributes
    ----------
    fault
        Why battles wait for their labels; None when none does.
    """

    def __init__(
        self,
        labelling: VectorLabelling,
        labelled: Callable[[], None],
        *,
        presence: Presence | None = None,
    ) -> None:
        self._labelling = labelling
        self._labelled = labelled
        self._presence = presence
        self._wait_s = RETRY_S
        self.fault: str | None = None

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            wait_s = await self.attempt()
            await asyncio.sleep(wait_s)

    async def attempt(self) -> float:
        """Label what is lacking; say in how many seconds to look again.

        What goes wrong is logged and tried again.
        """
        if self._presence is not None and not self._presence.elected:
            self.fault = None
            return LOOK_S
        try:
            done = await self._labelling.label_all()
        except OUTAGES as error:
            log.warning("labels by vectors wait for the ledger", error=str(error))
            return LOOK_S
        except Exception:  # noqa: BLE001  # the job's edge: a defect must not end it for good
            log.error("labels by vectors failed", traceback=traceback.format_exc())  # noqa: TRY400  # the traceback as text shows no values
            return self._later()
        if done.battles:
            self._labelled()
        self._say(" ".join(done.faults) or None)
        return LOOK_S if self.fault is None else self._later()

    def _say(self, fault: str | None) -> None:
        """Tell the log what has changed."""
        if fault is not None and fault != self.fault:
            log.warning("labels by vectors wait", problem=fault)
        if fault is None:
            self._wait_s = RETRY_S
            if self.fault is not None:
                log.info("labels by vectors go on")
        self.fault = fault

    def _later(self) -> float:
        wait, self._wait_s = self._wait_s, min(2 * self._wait_s, LONGEST_RETRY_S)
        return wait
