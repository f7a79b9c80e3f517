import subprocess
import sys

import pytest

from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.demo import Demo, demo_catalogue
from tiltyard.contestants.wire import WireAdapter

REAL = Contestant(
    id="real",
    name="Real",
    organisation="Somewhere",
    licence="MIT",
    adapter="openai_chat",
    model="real",
    base_url="http://127.0.0.1:1/v1",
)


@pytest.mark.anyio
async def test_contestants_of_one_kind_share_an_adapter() -> None:
    adapters = Adapters(environment={})
    one, another, *_ = demo_catalogue()
    assert isinstance(adapters.of(one), Demo)
    assert adapters.of(one) is adapters.of(another)
    assert isinstance(adapters.of(REAL), WireAdapter)
    assert adapters.of(REAL) is adapters.of(REAL.model_copy(update={"id": "other"}))


@pytest.mark.anyio
async def test_closed_adapters_are_made_afresh() -> None:
    adapters = Adapters(environment={})
    before = adapters.of(REAL)
    await adapters.close()
    await adapters.close()
    assert adapters.of(REAL) is not before


def test_an_arena_of_demos_loads_no_http_client() -> None:
    program = (
        "import sys\n"
        "from tiltyard.contestants import catalogue, suggestions\n"
        "from tiltyard.contestants.adapters import Adapters\n"
        "from tiltyard.contestants.demo import demo_catalogue, suggested_prompts\n"
        "adapters = Adapters()\n"
        "[adapters.of(card) for card in demo_catalogue()]\n"
        "print('aiohttp' in sys.modules)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"
