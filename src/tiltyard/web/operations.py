"""What only the operator may see: how endpoints, labelling and the worker are doing."""

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import ClassVar

from fastapi import APIRouter, Request
from pydantic import BaseModel

from tiltyard.contestants.circuit import CircuitState
from tiltyard.contestants.endpoints import Endpoint, Endpoints
from tiltyard.errors import TiltyardError
from tiltyard.web.api.bodies import PROBLEMS
from tiltyard.worker.label_status import read_label_status
from tiltyard.worker.service import Worker

router = APIRouter(tags=["operations"], responses=PROBLEMS)


class NotTheOperatorError(TiltyardError):
    """Somebody else asks, or no token is set; the answer is the same for both."""

    status: ClassVar[int] = 401
    title: ClassVar[str] = "For the operator"


class EndpointHealth(BaseModel):
    """How one endpoint is doing, as this server sees it."""

    address: str
    circuit: CircuitState
    failures_in_a_row: int
    tried_again_in_s: float
    last_problem: str
    answers_running: int


@router.get("/operations/endpoints")
async def list_endpoints(request: Request) -> list[EndpointHealth]:
    """List the endpoints that were asked or considered, for who has the operator's token."""
    _require_operator(request)
    endpoints: Endpoints = request.app.state.endpoints
    return [_health(endpoint) for endpoint in endpoints if endpoint.address]


def _require_operator(request: Request) -> None:
    token: str | None = request.app.state.operator_token
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    right = token is not None and secrets.compare_digest(given.encode(), token.encode())
    if not right or scheme.lower() != "bearer":
        raise NotTheOperatorError(
            "This needs the operator's token: set TILTYARD_OPERATOR_TOKEN, and send it as "
            "Authorization: Bearer."
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


class LabellerCoverage(BaseModel):
    """How many battles one version of a labeller has labelled."""

    labeller: str
    version: str
    current: bool
    battles: int
    last_at: datetime | None


class ModelLabelCost(BaseModel):
    """What the labels of one version that a model made cost; `unpriced` answers are not in it."""

    version: str
    contestant: str
    answers: int
    unpriced: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


class LabelCoverage(BaseModel):
    """How many battles there are to label, how many each labeller has, and what models cost."""

    battles: int
    labellers: list[LabellerCoverage]
    models: list[ModelLabelCost]


@router.get("/operations/labels")
async def list_labellers(request: Request) -> LabelCoverage:
    """Say how far labelling is, for who has the operator's token."""
    _require_operator(request)
    found = await read_label_status(request.app.state.ledger, request.app.state.labellers)
    return LabelCoverage.model_validate(asdict(found))


class WorkerPass(BaseModel):
    """A whole pass of the worker."""

    ended_at: datetime
    seconds: float
    labelled: int
    published: int


class WorkerProgress(BaseModel):
    """What this server's worker is doing; nothing while it rests, or another server's works.

    `slices_fault` says why a changed file of slices is not in use.
    """

    doing: str | None
    done: int
    total: int
    began_at: datetime | None
    last: WorkerPass | None
    slices_fault: str | None


@router.get("/operations/worker")
async def worker_progress(request: Request) -> WorkerProgress:
    """Say what the worker is doing, for who has the operator's token."""
    _require_operator(request)
    worker: Worker = request.app.state.worker
    progress = worker.progress
    return WorkerProgress(
        doing=progress.doing,
        done=progress.done,
        total=progress.total,
        began_at=progress.began_at,
        last=None if progress.last is None else WorkerPass(**asdict(progress.last)),
        slices_fault=worker.slices_fault,
    )
