"""The shapes of what the operator is told."""

from datetime import datetime

from pydantic import BaseModel

from tiltyard.contestants.circuit import CircuitState


class EndpointHealth(BaseModel):
    """How one endpoint is doing, as this server sees it."""

    address: str
    circuit: CircuitState
    failures_in_a_row: int
    tried_again_in_s: float
    last_problem: str
    answers_running: int


class WorkerPass(BaseModel):
    """A whole pass of the worker."""

    ended_at: datetime
    seconds: float
    labelled: int
    published: int


class WorkerProgress(BaseModel):
    """What the worker that is elected is doing; nothing while it rests.

    `server` and `address` say whose it is, `here` whether it is the one of the server that was
    asked. `unheard` says why nothing is known of another server's. `labeller_faults` says which
    labellers failed in the last round through the battles, and how; `slices_fault` why a changed
    file of slices is not in use, or which slice votes cannot answer; `vectors_fault` why labels
    wait for an embedding model.
    """

    server: int | None
    address: str | None = None
    here: bool = True
    unheard: str | None = None
    doing: str | None = None
    done: int = 0
    total: int = 0
    began_at: datetime | None = None
    last: WorkerPass | None = None
    labeller_faults: dict[str, str] = {}
    slices_fault: str | None = None
    vectors_fault: str | None = None
