"""Requests of every shape, made from the OpenAPI document: never a 500, always as documented."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tiltyard_process import running

AS_DOCUMENTED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
QUESTION = {"message": {"parts": [{"type": "text", "text": "Why is the sky blue?"}]}}
WAIT_S = 60
KINDS = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]

Case = schemathesis.Case[Any]
Ask = Callable[[Case], object]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running("demo", "--data", tmp_path_factory.mktemp("openapi"), "--pace", "0") as server:
        yield server.base


@pytest.fixture(scope="module")
def operations(base: str) -> list[Any]:
    """Every call of the document."""
    document = schemathesis.openapi.from_url(f"{base}/api/v1/openapi.json")
    found = list(document.get_all_operations())
    calls = [each.ok() for each in found if isinstance(each, Ok)]
    assert len(calls) == len(found)
    return calls


@pytest.fixture(scope="module")
def person(base: str) -> Iterator[requests.Session]:
    """A browser whose cookie is kept."""
    with requests.Session() as session:
        session.get(f"{base}/api/v1/battles", timeout=WAIT_S)
        yield session


def try_many(requests_: SearchStrategy[Case], ask: Ask, *, most: int) -> None:
    @settings(
        max_examples=most, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(requests_)
    def one(case: Case) -> None:
        ask(case)

    with suppress(Unsatisfiable):  # some calls cannot be asked for in a wrong way
        one()


def checks_of(case: Case) -> list[Any]:
    # A stream of events is one string to the document, and a list of objects to the checker.
    streams = case.operation.path.endswith("/events")
    return [c for c in AS_DOCUMENTED if not (streams and c is response_schema_conformance)]


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_asked_is_answered_as_documented(
    operations: list[Any], kind: schemathesis.GenerationMode
) -> None:
    def ask(case: Case) -> None:
        case.call_and_validate(checks=checks_of(case), timeout=WAIT_S)

    for operation in operations:
        if kind is KINDS[0] or operation.body or operation.path_parameters:
            try_many(operation.as_strategy(kind), ask, most=10)


@pytest.mark.parametrize("kind", KINDS)
def test_so_is_whatever_is_asked_of_my_own_battle(
    operations: list[Any], base: str, person: requests.Session, kind: schemathesis.GenerationMode
) -> None:
    mine: list[str] = []

    def ask(case: Case) -> None:
        if len(mine) < 20:
            opened = person.post(f"{base}/api/v1/battles", json=QUESTION, timeout=WAIT_S)
            if opened.ok:
                mine.append(opened.json()["id"])
        battle = mine[-1]
        person.get(f"{base}/api/v1/battles/{battle}/events", timeout=WAIT_S)
        case.path_parameters["battle_id"] = battle
        case.call_and_validate(session=person, checks=checks_of(case), timeout=WAIT_S)

    for operation in operations:
        if "{battle_id}" in operation.path and (kind is KINDS[0] or operation.body):
            try_many(operation.as_strategy(kind), ask, most=5)
