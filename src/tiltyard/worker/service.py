"""The worker: find what lacks its label or its board, and make it."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import NamedTuple

import structlog

from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.labels.labeller import Labeller
from tiltyard.ledger.engine import OUTAGES, Ledger
from tiltyard.ledger.presence import Presence
from tiltyard.worker.duplicates import Duplicates
from tiltyard.worker.labelling import Labelling
from tiltyard.worker.progress import Progress

LOOK_S = 30.0
"""How long the worker waits for a wake before it looks by itself."""
REST = 4.0
"""It rests this many times as long as the last pass took: a fifth of a core at most."""
LONGEST_REST_S = 30.0
"""But no longer: with a million votes a pass takes a quarter of a minute, and a vote that came just
after one began is on its boards within a minute."""
LABEL_S = 60.0
"""A pass labels for this long before it publishes: boards do not wait for a backlog of labels."""

Chore = Callable[[], Awaitable[object]]

log = structlog.get_logger()


class Done(NamedTuple):
    """What one pass made."""

    labelled: int
    published: int


class Worker:
    """The bridge between the live half and the science half.

    Parameters
    ----------
    ledger, boards
        Where work is found, and where boards are published.
    every_s
        How long to wait between passes: the longest a new vote waits for its board, and the
        shortest time between two snapshots.
    presence
        The server among others: only the elected one's worker works. Without one, this is alone.
    labellers
        Who labels; all that ship with Tiltyard when left out.
    chores
        What else is to be done at each pass.
    """

    def __init__(
        self,
        ledger: Ledger,
        boards: BoardPublisher,
        *,
        every_s: float,
        presence: Presence | None = None,
        labellers: Sequence[Labeller] | None = None,
        chores: Sequence[Chore] = (),
    ) -> None:
        self.progress = Progress()
        self._presence = presence
        self._boards = boards
        self._labelling = Labelling(ledger, labellers)
        self._duplicates = Duplicates(ledger)
        self._chores = chores
        self._every_s = every_s
        self._woken = asyncio.Event()
        if presence is not None:
            presence.listen(self.wake)

    @property
    def labeller_faults(self) -> Mapping[str, str]:
        """Say which labellers failed in the last round through the battles, and how."""
        return self._labelling.faults

    @property
    def slices_fault(self) -> str | None:
        """Say what is wrong with slices; None when nothing is."""
        return self._boards.slices_fault

    def wake(self) -> None:
        """Say that there may be something to do."""
        self._woken.set()

    async def once(self) -> Done:
        """Label every battle and publish every board that lacks it, and do the chores.

        Raises
        ------
        Exception
            The first that ended a step; the other steps are done all the same, since boards must
            not wait for a battle that cannot be labelled.
        """
        labelled, published = await self._pass()
        while self._has_backlog:
            more = await self._pass()
            labelled, published = labelled + more.labelled, published + more.published
        return Done(labelled, published)

    async def run(self) -> None:
        """Work until cancelled: when woken, and otherwise every now and then."""
        while True:
            self._woken.clear()
            began = monotonic()
            goes_on = await self.attempt()
            rest = 0.0 if goes_on else min(REST * (monotonic() - began), LONGEST_REST_S)
            await asyncio.sleep(max(self._every_s, rest))
            if goes_on:
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_S)

    async def attempt(self, *, chores: bool = True) -> bool:
        """Do one pass, or ask the elected worker for it; say whether there is more to do at once.

        What goes wrong is logged and tried again, and never ends the worker.

        Parameters
        ----------
        chores
            Whether to do the chores too; they can wait until somebody is served.
        """
        try:
            if self._presence is not None and not self._presence.elected:
                await self._presence.announce()
                return False
            await self._pass(chores=chores)
        except OUTAGES as error:
            log.warning("the worker waits for the ledger", error=str(error))
            self.wake()
        except Exception:  # noqa: BLE001  # the job's edge: boards must not freeze for one defect
            trace = traceback.format_exc()
            log.error("the worker could not finish its pass", traceback=trace)  # noqa: TRY400  # the traceback as text shows no values
        else:
            return self._has_backlog
        return False

    @property
    def _has_backlog(self) -> bool:
        return self._labelling.backlog or self._duplicates.backlog

    async def _pass(self, *, chores: bool = True) -> Done:
        """Label for a while, publish every board that lacks what is new, and do the chores."""
        faults: list[Exception] = []
        until, tell = monotonic() + LABEL_S, self.progress.tell
        label = partial(self._labelling.label_all, until, partial(tell, "labelling battles"))
        compare = partial(self._duplicates.label_all, until, partial(tell, "looking for copies"))
        try:
            labelled = await _attempt(label, faults)
            await _attempt(compare, faults)
            done = Done(labelled, await _attempt(partial(self._boards.publish_stale, tell), faults))
            if not faults:
                self.progress.end(*done)
        finally:
            self.progress.rest()
        for chore in self._chores if chores else ():
            await _attempt(chore, faults)
        if faults:
            raise faults[0]
        return done


async def _attempt(step: Chore, faults: list[Exception]) -> int:
    """Do a step and count what it made; without a ledger no other step would do better."""
    try:
        done = await step()
    except OUTAGES:
        raise
    except Exception as error:  # noqa: BLE001  # it is raised when the other steps are done
        faults.append(error)
        return 0
    return done if isinstance(done, int) else 0
