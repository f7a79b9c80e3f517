"""The shapes of what the operator is told."""

from datetime import datetime

from pydantic import BaseModel, Field

from tiltyard.contestants.circuit import CircuitState


class EndpointHealth(BaseModel):
    """How one endpoint is doing, as this server sees it."""

    address: str
    circuit: CircuitState
    failures_in_a_row: int
    tried_again_in_s: float
    last_problem: str
    answers_running: int


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


class VectorCost(BaseModel):
    """What the vectors of one embedding model cost; `unpriced` requests are not in it."""

    model: str
    version: str
    texts: int
    requests: int
    unpriced: int
    tokens: int
    cost_usd: float


class LabelCoverage(BaseModel):
    """How many battles there are to label, how many each labeller has, and what models cost."""

    battles: int
    labellers: list[LabellerCoverage]
    models: list[ModelLabelCost]
    vectors: list[VectorCost] = Field(default_factory=list)


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
    labellers failed in the last pass, and how; `slices_fault` why a changed file of slices is not
    in use, or which slice votes cannot answer; `vectors_fault` why labels wait for an embedding
    model.
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
