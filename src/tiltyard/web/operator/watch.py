"""How an installation is doing, found out for its operator."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from tiltyard.contestants.endpoints import Endpoint
from tiltyard.ledger.servers import PresentServer, present_servers
from tiltyard.web.installation import Installation
from tiltyard.web.operator.bodies import EndpointHealth, WorkerPass, WorkerProgress
from tiltyard.web.operator.label_count import LabelCount

PUBLICATIONS = 5
"""This many of the newest publications are shown."""

UNHEARD = (
    "It did not answer this server's question: give it the same TILTYARD_OPERATOR_TOKEN, and an "
    "address (TILTYARD_ADDRESS) at which the other servers reach it."
)


class Publication(NamedTuple):
    """Boards of an arena that were published together and are still the newest."""

    arena: str
    published_at: datetime
    boards: int


class Watch:
    """What the operator may see of an installation.

    Parameters
    ----------
    installation
        The one that is watched, as this server runs it.

    Attributes
    ----------
    labels
        How far labelling is.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self.labels = LabelCount(installation.ledger, installation.labellers)

    @property
    def server(self) -> int | None:
        """The number of this server among those of its ledger."""
        return self._installation.ledger.server

    def endpoints(self) -> list[EndpointHealth]:
        """List the endpoints that were asked or considered here."""
        return [
            _health(endpoint)
            for endpoint in self._installation.adapters.endpoints
            if endpoint.address
        ]

    async def servers(self) -> Sequence[PresentServer]:
        """List the servers that share the ledger."""
        return await present_servers(self._installation.ledger)

    async def worker(self, servers: Sequence[PresentServer]) -> WorkerProgress:
        """Say what the elected one's worker is doing, wherever it is."""
        elected = next((one for one in servers if one.elected), None)
        if elected is None or elected.id == self.server:
            return self.own_worker()
        return await self._ask(elected)

    def own_worker(self) -> WorkerProgress:
        """Say what this server's worker is doing."""
        worker, presence = self._installation.worker, self._installation.presence
        progress = worker.progress
        return WorkerProgress(
            server=self.server if presence.elected else None,
            doing=progress.doing,
            done=progress.done,
            total=progress.total,
            began_at=progress.began_at,
            last=None if progress.last is None else WorkerPass(**asdict(progress.last)),
            labeller_faults=dict(worker.labeller_faults),
            slices_fault=worker.slices_fault,
            vectors_fault=self._installation.vector_rounds.fault,
        )

    async def publications(self) -> Sequence[Publication]:
        """List what was published last, the newest first."""
        together = Counter(
            (board["arena"], board["published_at"])
            for board in await self._installation.boards.summaries()
            if board["published_at"]
        )
        found = [
            Publication(arena, datetime.fromisoformat(at), boards)
            for (arena, at), boards in together.items()
        ]
        return sorted(found, key=lambda one: one.published_at, reverse=True)[:PUBLICATIONS]

    async def _ask(self, elected: PresentServer) -> WorkerProgress:
        whose = WorkerProgress(
            server=elected.id, address=elected.address, here=False, unheard=UNHEARD
        )
        token = self._installation.settings.read_operator_token()
        if elected.address is None or token is None:
            return whose
        headers = {"authorization": f"Bearer {token}"}
        relay = self._installation.relay
        told = await relay.ask(elected.address, "/operations/worker", headers)
        try:
            progress = WorkerProgress.model_validate(told)
        except ValidationError:
            return whose
        return progress.model_copy(
            update={"server": elected.id, "address": elected.address, "here": False}
        )


def _health(endpoint: Endpoint) -> EndpointHealth:
    circuit = endpoint.circuit
    return EndpointHealth(
        address=endpoint.address,
        circuit=circuit.state,
        failures_in_a_row=circuit.failures,
        tried_again_in_s=round(circuit.rests_s, 1),
        last_problem=circuit.last_problem,
        answers_running=endpoint.running,
    )
