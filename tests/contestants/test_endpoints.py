import asyncio
from typing import Any

import pytest

from opened import served_model
from tiltyard.contestants.adapter import AnswerError
from tiltyard.contestants.circuit import FAILURES
from tiltyard.contestants.endpoints import Endpoint, Endpoints

HERE = "http://127.0.0.1:1/v1"


def served(model: str, base_url: str = HERE, **more: Any) -> Any:  # noqa: ANN401 - a card
    return served_model(model, base_url).model_copy(update=more)


def test_an_endpoint_is_an_address_as_one_key_sees_it() -> None:
    endpoints = Endpoints()
    one = endpoints.of(served("one"))
    assert endpoints.of(served("other")) is one
    assert endpoints.of(served("one", base_url="http://127.0.0.1:2/v1")) is not one
    assert endpoints.of(served("one", key_env="SOME_KEY")) is not one
    assert len(list(endpoints)) == 3


def test_who_is_out_is_left_out_and_refused() -> None:
    endpoints = Endpoints()
    out, well = served("out"), served("well", base_url="http://127.0.0.1:2/v1")
    for _ in range(FAILURES):
        endpoints.of(out).fail("answered 500")
    assert endpoints.answering([out, well]) == [well]
    endpoints.of(well).require(well)
    with pytest.raises(AnswerError, match=r"failed 5 times in a row .* at last it answered 500"):
        endpoints.of(out).require(out)
    endpoints.of(out).succeed()
    assert endpoints.answering([out, well]) == [out, well]


@pytest.mark.anyio
async def test_no_more_answers_run_at_once_than_a_card_allows() -> None:
    endpoint, most, ended = Endpoint(HERE), 0, 0

    async def answer() -> None:
        nonlocal most, ended
        async with endpoint.place(3):
            most = max(most, endpoint.running)
            await asyncio.sleep(0)
        ended += 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(40):
            tasks.create_task(answer())
    assert (most, ended, endpoint.running) == (3, 40, 0)


@pytest.mark.anyio
async def test_who_leaves_while_waiting_takes_no_place() -> None:
    endpoint = Endpoint(HERE)
    async with endpoint.place(1):
        waiting = asyncio.create_task(_wait(endpoint))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    assert endpoint.running == 0
    async with endpoint.place(1):
        assert endpoint.running == 1


async def _wait(endpoint: Endpoint) -> None:
    async with endpoint.place(1):
        pass
