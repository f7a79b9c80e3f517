"""What holds for every wire, against a model server in its own process, over real sockets."""

import socket
import traceback
from collections.abc import AsyncIterator

import anyio
import pytest

from hearing import KEY, hear
from model_server import ANSWER, SHAPES, THOUGHT, ModelServer
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.retrying import Retrying
from tiltyard.contestants.wire import WireAdapter
from tiltyard.contestants.wires import WIRES, wire_adapter

pytestmark = pytest.mark.anyio

HEARD_OF_FAULT = {
    "early-end": "ended the stream in the middle",
    "error-in-200": "the engine is overloaded",
    "huge-line": "an event of more than 1,000,000 bytes",
    "bad-json": "not JSON",
    "die-middle": "broke the connection",
}
REFUSED = {
    "status-400": "answered 400",
    "status-401": "answered 401 (check the key): ",
    "status-404": "answered 404 (check base_url and model): ",
    "status-429": "answered 429 (its limit of requests is reached",
    "status-500": "answered 500: ",
    "status-529": "answered 529: ",
    "redirect": "answered 307",
    "json": "answered 200 (with application/json and no stream): ",
    "html": "Please sign in",
    "not-an-object": "not a chunk of an answer",
    "error-first": "the engine is overloaded",
    "die-first": "broke the connection",
}
ASKED_AGAIN = {"status-429", "status-500", "status-529", "error-first", "die-first"}


@pytest.fixture(params=WIRES)
def wire(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def adapter(wire: str) -> AsyncIterator[WireAdapter]:
    adapter = wire_adapter(wire, {"SOME_KEY": KEY}, retrying=Retrying(first_s=0.01))
    yield adapter
    await adapter.close()


def card(wire: str, server: str, model: str, **more: object) -> Contestant:
    base_url = server.replace("/v1", "/v1beta") if wire == "gemini" else server
    return Contestant.model_validate(
        {
            "id": "someone",
            "name": "Someone",
            "organisation": "Somewhere",
            "licence": "MIT",
            "adapter": wire,
            "model": model,
            "base_url": base_url,
            "key_env": "SOME_KEY",
        }
        | more
    )


@pytest.mark.parametrize("model", ["plain", "split-utf8", "crlf", "strange"])
async def test_an_answer_arrives_whole(
    adapter: WireAdapter, wire: str, model_server: ModelServer, model: str
) -> None:
    heard = await hear(adapter, card(wire, model_server.base_url, model))
    assert heard.error is None
    assert heard.text == ANSWER
    end = heard.finished
    assert end is not None
    assert end.stop_reason == SHAPES[wire].stop
    assert (end.input_tokens, end.output_tokens, end.cache_read_tokens) == (11, 42, 3)
    assert [sent.tries for sent in heard.sent] == [1]
    assert end.request == heard.sent[0].request


async def test_reasoning_is_kept_apart(
    adapter: WireAdapter, wire: str, model_server: ModelServer
) -> None:
    heard = await hear(adapter, card(wire, model_server.base_url, "thinker"))
    assert (heard.reasoning, heard.text) == (THOUGHT, ANSWER)


async def test_a_refusal_is_an_answer(
    adapter: WireAdapter, wire: str, model_server: ModelServer
) -> None:
    assert (await hear(adapter, card(wire, model_server.base_url, "refusal"))).text == (
        "I would rather not."
    )


async def test_the_stop_reason_is_the_providers_word(
    adapter: WireAdapter, wire: str, model_server: ModelServer
) -> None:
    heard = await hear(adapter, card(wire, model_server.base_url, "length"))
    assert heard.finished is not None
    assert heard.finished.stop_reason == SHAPES[wire].too_long


@pytest.mark.parametrize("model", HEARD_OF_FAULT)
async def test_a_broken_stream_is_an_error_after_the_text_so_far(
    adapter: WireAdapter, wire: str, model_server: ModelServer, model: str
) -> None:
    heard = await hear(adapter, card(wire, model_server.base_url, model))
    assert heard.text == ANSWER[:30]
    assert HEARD_OF_FAULT[model] in str(heard.error)
    assert len(heard.sent) == 1, "words have come: nobody asks again"
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)


@pytest.mark.parametrize("model", REFUSED)
async def test_a_refused_answer_says_what_the_provider_said(
    adapter: WireAdapter, wire: str, model_server: ModelServer, model: str
) -> None:
    heard = await hear(adapter, card(wire, model_server.base_url, model))
    assert REFUSED[model] in str(heard.error)
    assert len(str(heard.error)) < 600
    assert heard.text == ""
    assert len(heard.sent) == (3 if model in ASKED_AGAIN else 1)
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)


@pytest.mark.parametrize("model", ["status-401", "status-500", "error-in-200", "die-middle"])
async def test_no_error_carries_the_key(
    adapter: WireAdapter, wire: str, model_server: ModelServer, model: str
) -> None:
    heard = await hear(adapter, card(wire, model_server.base_url, model))
    assert heard.error is not None
    assert heard.error.__context__ is None
    for shown in (str(heard.error), repr(heard.error), *traceback.format_exception(heard.error)):
        assert KEY not in shown
    assert KEY not in repr(heard.sent)
    if model.startswith("status"):
        assert "[key]" in str(heard.error), "the provider has repeated it"


async def test_who_is_not_there_is_named(adapter: WireAdapter, wire: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refuses
        heard = await hear(adapter, card(wire, f"http://127.0.0.1:{taken.getsockname()[1]}", "x"))
    assert "cannot be reached" in str(heard.error)
    heard = await hear(adapter, card(wire, "http://nowhere.invalid/v1", "plain"))
    assert "nowhere.invalid" in str(heard.error)
    assert len(heard.sent) == 3


@pytest.mark.parametrize("model", ["hang-first", "stall-middle"])
async def test_cancelling_closes_the_providers_stream(
    adapter: WireAdapter, wire: str, model_server: ModelServer, model: str
) -> None:
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hear, adapter, card(wire, model_server.base_url, model))
        await anyio.to_thread.run_sync(model_server.wait_until_open, 1)
        tasks.cancel_scope.cancel()
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)


PICTURE = "data:image/png;base64,cGl4ZWxz"
BODIES: dict[str, dict[str, object]] = {
    "openai_chat": {
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What do you say?"},
            {"role": "assistant", "content": "Much."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "And of this?"},
                    {"type": "image_url", "image_url": {"url": PICTURE}},
                ],
            },
        ],
    },
    "openai_responses": {
        "stream": True,
        "store": False,
        "input": [
            {"role": "system", "content": [{"type": "input_text", "text": "Be brief."}]},
            {"role": "user", "content": [{"type": "input_text", "text": "What do you say?"}]},
            {"role": "assistant", "content": [{"type": "output_text", "text": "Much."}]},
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "And of this?"},
                    {"type": "input_image", "image_url": PICTURE},
                ],
            },
        ],
    },
    "anthropic_messages": {
        "stream": True,
        "max_tokens": 16_384,
        "system": "Be brief.",
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "What do you say?"}]},
            {"role": "assistant", "content": [{"type": "text", "text": "Much."}]},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "And of this?"},
                    {
                        "type": "image",
                        "source": {
                            "type": "base64",
                            "media_type": "image/png",
                            "data": "cGl4ZWxz",
                        },
                    },
                ],
            },
        ],
    },
    "gemini": {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "What do you say?"}]},
            {"role": "model", "parts": [{"text": "Much."}]},
            {
                "role": "user",
                "parts": [
                    {"text": "And of this?"},
                    {"inlineData": {"mimeType": "image/png", "data": "cGl4ZWxz"}},
                ],
            },
        ],
    },
}
HEADERS = {
    "openai_chat": ("Authorization", f"Bearer {KEY}"),
    "openai_responses": ("Authorization", f"Bearer {KEY}"),
    "anthropic_messages": ("x-api-key", KEY),
    "gemini": ("x-goog-api-key", KEY),
}


async def test_the_request_holds_what_it_must_and_no_more(
    adapter: WireAdapter, wire: str, model_server: ModelServer
) -> None:
    model = f"plain:{wire}-asked"
    heard = await hear(adapter, card(wire, model_server.base_url, model))
    (request,) = (seen for seen in model_server.requests() if seen["model"] == model)
    expected = BODIES[wire] | ({} if wire == "gemini" else {"model": model})
    assert request["body"] == expected
    name, value = HEADERS[wire]
    assert request["headers"][name] == value
    spoken = {"messages", "input", "contents", "system", "systemInstruction"}
    assert heard.sent[0].request == {k: v for k, v in expected.items() if k not in spoken}


async def test_a_cards_parameters_go_out_and_are_recorded(
    adapter: WireAdapter, wire: str, model_server: ModelServer
) -> None:
    model = f"plain:{wire}-warm"
    warm = card(wire, model_server.base_url, model, parameters={"temperature": 0.7})
    heard = await hear(adapter, warm)
    (request,) = (seen for seen in model_server.requests() if seen["model"] == model)
    for body in (request["body"], heard.sent[0].request):
        assert (body["generationConfig"] if wire == "gemini" else body)["temperature"] == 0.7


async def test_who_fails_before_the_first_word_is_asked_again(
    adapter: WireAdapter, wire: str, model_server: ModelServer
) -> None:
    heard = await hear(adapter, card(wire, model_server.base_url, f"fails-once:{wire}"))
    assert heard.text == ANSWER
    assert [sent.tries for sent in heard.sent] == [1, 2]


@pytest.mark.parametrize(("wait", "least_s"), [("wait-1", 0.9), ("wait-date-2", 0.5)])
async def test_the_wait_that_a_provider_asks_for_is_obeyed(
    adapter: WireAdapter, wire: str, model_server: ModelServer, wait: str, least_s: float
) -> None:
    model = f"{wait}-once:{wire}"
    heard = await hear(adapter, card(wire, model_server.base_url, model))
    assert heard.text == ANSWER
    first, second = (seen["at"] for seen in model_server.requests() if seen["model"] == model)
    assert second - first >= least_s


@pytest.mark.parametrize("wait", ["wait-3600", "wait-date-3600"])
async def test_who_asks_for_a_long_wait_is_not_asked_again(
    adapter: WireAdapter, wire: str, model_server: ModelServer, wait: str
) -> None:
    heard = await hear(adapter, card(wire, model_server.base_url, wait))
    assert "answered 429" in str(heard.error)
    assert len(heard.sent) == 1
