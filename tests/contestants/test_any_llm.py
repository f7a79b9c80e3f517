"""Answers through any-llm itself, from the model server in its own process, over real sockets."""

import subprocess
import sys
import traceback
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from hearing import CONVERSATION, KEY, hear
from model_server import ANSWER, THOUGHT, ModelServer
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.any_llm import AnyLLM, problem_of
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.circuit import FAILURES
from tiltyard.contestants.endpoints import Endpoints
from tiltyard.contestants.messages import text_message
from tiltyard.contestants.retrying import Retrying

pytestmark = pytest.mark.anyio

PICTURE = "data:image/png;base64,cGl4ZWxz"
WORDS = (text_message("user", "What do you say?"),)


@pytest.fixture
def endpoints() -> Endpoints:
    return Endpoints()


@pytest.fixture
async def adapter(endpoints: Endpoints) -> AsyncIterator[AnyLLM]:
    adapter = AnyLLM({"SOME_KEY": KEY}, endpoints=endpoints, retrying=Retrying(first_s=0.01))
    yield adapter
    await adapter.close()


def card(server: ModelServer, behaviour: str, **more: object) -> Contestant:
    return Contestant.model_validate(
        {
            "id": "someone",
            "name": "Someone",
            "organisation": "Somewhere",
            "licence": "MIT",
            "adapter": "any_llm",
            "model": f"openai:{behaviour}",
            "base_url": server.base_url,
            "key_env": "SOME_KEY",
            "price_input_usd_per_million": 1.0,
            "price_output_usd_per_million": 2.0,
        }
        | more
    )


async def test_an_answer_arrives_whole(adapter: AnyLLM, model_server: ModelServer) -> None:
    heard = await hear(adapter, card(model_server, "plain"))
    assert heard.error is None
    assert heard.text == ANSWER
    end = heard.finished
    assert end is not None
    assert (end.stop_reason, end.input_tokens, end.output_tokens) == ("stop", 11, 42)
    assert (end.cache_read_tokens, end.endpoint_version) == (3, "served-2026-09-01")
    assert end.cost_usd == pytest.approx(95e-6)
    assert end.request == heard.sent[0].request


@pytest.mark.parametrize("model", ["thinker", "think-tags"])
async def test_reasoning_is_kept_apart(
    adapter: AnyLLM, model_server: ModelServer, model: str
) -> None:
    heard = await hear(adapter, card(model_server, model))
    assert (heard.reasoning.strip(), heard.text) == (THOUGHT, ANSWER)


async def test_what_goes_out_is_the_cards_and_is_recorded(
    adapter: AnyLLM, model_server: ModelServer
) -> None:
    warm = card(model_server, "plain:any-llm-warm", parameters={"temperature": 0.7})
    heard = await hear(adapter, warm)
    (request,) = (seen for seen in model_server.requests() if seen["model"] == warm.model_name)
    assert request["headers"]["Authorization"] == f"Bearer {KEY}"
    said = request["body"].pop("messages")
    assert said[-1]["content"][1] == {"type": "image_url", "image_url": {"url": PICTURE}}
    assert len(said) == len(CONVERSATION)
    recorded = dict(heard.sent[0].request)
    assert recorded.pop("library").startswith("any-llm-sdk ")
    assert recorded == request["body"] | {"model": warm.model}
    assert recorded["temperature"] == 0.7


async def test_no_key_is_taken_from_the_environment_unasked(
    adapter: AnyLLM, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    await hear(adapter, card(model_server, "plain:any-llm-keyless", key_env=None))
    (request,) = (seen for seen in model_server.requests() if "keyless" in seen["model"])
    assert KEY not in str(request["headers"])


@pytest.mark.parametrize(
    ("model", "says", "tries"),
    [
        ("status-400", "answered 400: ", 1),
        ("status-401", "answered 401 (check the key): ", 1),
        ("status-429", "answered 429 (its limit of requests is reached", 3),
        ("status-500", "answered 500: ", 3),
        ("wait-3600", "answered 429", 1),
        ("error-in-200", "the engine is overloaded", 1),
        ("early-end", "ended the stream in the middle", 1),
        ("bad-json", "failed with", 1),
        ("die-middle", "failed with ProviderError", 1),
        ("die-first", "failed with ProviderError", 3),
    ],
)
async def test_failures_are_named_tried_again_and_without_the_key(
    adapter: AnyLLM, model_server: ModelServer, model: str, says: str, tries: int
) -> None:
    heard = await hear(adapter, card(model_server, f"{model}:any-llm"))
    assert heard.error is not None
    assert says in str(heard.error)
    assert len(heard.sent) == tries
    asked = [seen for seen in model_server.requests() if seen["model"] == f"{model}:any-llm"]
    assert len(asked) == tries, "the library itself asks once"
    assert heard.error.__context__ is None
    for shown in (str(heard.error), *traceback.format_exception(heard.error)):
        assert KEY not in shown
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)


@pytest.mark.parametrize("model", ["hang-first", "stall-middle"])
async def test_cancelling_closes_the_providers_stream(
    adapter: AnyLLM, model_server: ModelServer, model: str
) -> None:
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hear, adapter, card(model_server, model))
        await anyio.to_thread.run_sync(model_server.wait_until_open, 1)
        tasks.cancel_scope.cancel()
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)


async def test_circuits_are_shared_with_every_other_adapter(
    adapter: AnyLLM, endpoints: Endpoints, model_server: ModelServer
) -> None:
    wired = card(model_server, "plain", adapter="openai_chat", model="plain")
    for _ in range(FAILURES):
        endpoints.of(wired).fail("answered 500")
    heard = await hear(adapter, card(model_server, "plain"))
    assert "failed 5 times in a row" in str(heard.error)
    assert endpoints.of(card(model_server, "plain", base_url=None)).address == "openai"


@pytest.mark.parametrize(
    ("model", "says"),
    [("nobody:some-model", "UnsupportedProviderError"), ("mistral:x", "any-llm-sdk[mistral]")],
)
async def test_a_provider_that_cannot_be_had_is_said(
    adapter: AnyLLM, model_server: ModelServer, model: str, says: str
) -> None:
    heard = await hear(adapter, card(model_server, "x", model=model, base_url=None), WORDS)
    assert says in str(heard.error)
    assert len(heard.sent) == 1


async def test_pictures_do_not_go_where_they_would_be_dropped(
    adapter: AnyLLM, model_server: ModelServer
) -> None:
    blind = card(model_server, "plain", model="llamafile:plain")
    heard = await hear(adapter, blind)
    assert "takes no images through any-llm" in str(heard.error)
    assert (await hear(adapter, blind, WORDS)).text == ANSWER


def test_what_the_library_raises_is_told_without_the_key() -> None:
    problem = problem_of(ValueError(f"bad {KEY} in a header"), KEY)
    assert str(problem) == "failed with ValueError: bad [key] in a header"
    assert not problem.again
    assert not problem.outage


def test_the_adapter_of_such_a_card() -> None:
    adapters = Adapters(environment={})
    mistral = demo_like("mistral:mistral-small-latest")
    assert isinstance(adapters.of(mistral), AnyLLM)


def demo_like(model: str) -> Contestant:
    return Contestant(
        id="m", name="M", organisation="O", licence="-", adapter="any_llm", model=model
    )


CARD = """
[[contestant]]
id = "long-tail"
name = "Long tail"
organisation = "Somewhere"
licence = "MIT"
adapter = "any_llm"
model = "openai:plain"
"""
DOCTOR = (
    "import sys\n"
    "sys.modules['any_llm'] = None\n"
    "from tiltyard.cli import main\n"
    "main(['doctor', '--data', sys.argv[1], '--contestants', sys.argv[2]])\n"
)


def test_without_the_library_the_doctor_says_what_to_install(tmp_path: Path) -> None:
    file = tmp_path / "contestants.toml"
    file.write_text(CARD)
    run = subprocess.run(
        [sys.executable, "-c", DOCTOR, str(tmp_path), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    said = " ".join(run.stdout.split())
    assert "contestants.toml:7: any_llm needs a library that is not installed; run pip" in said
    assert 'pip install "tiltyard[any]"' in said
