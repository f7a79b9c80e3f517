"""JSON and server-sent events under /api/v1."""

from fastapi import APIRouter

from tiltyard.web.api import (
    battles,
    boards,
    consent,
    exposure,
    history,
    images,
    models,
    own_boards,
    register,
    swap,
    topics,
    value,
)
from tiltyard.web.api.bodies import PROBLEMS


def api_router() -> APIRouter:
    """Make the router of the whole interface."""
    router = APIRouter(prefix="/api/v1", responses=PROBLEMS)
    for part in (
        *(battles, boards, history, swap, value, topics, own_boards, exposure),
        *(images, models, register, consent),
    ):
        router.include_router(part.router)
    return router
