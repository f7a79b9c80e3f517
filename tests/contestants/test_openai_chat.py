"""The adapter against a model server in its own process, over real sockets."""

import socket
import traceback
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

import anyio
import pytest

from model_server import ANSWER, THOUGHT, ModelServer
from tiltyard.contestants.adapter import AnswerError, Finished, Reasoning, Sent, Text
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.messages import text_message
from tiltyard.contestants.openai_chat import completed
from tiltyard.contestants.retrying import Retrying
from tiltyard.contestants.wire import WireAdapter
from tiltyard.contestants.wires import wire_adapter

pytestmark = pytest.mark.anyio

KEY = "sk-very-secret-0123456789"
CONVERSATION = (text_message("user", "What do you say?"),)


@dataclass
class Heard:
    """What came of one answer."""

    text: str = ""
    reasoning: str = ""
    finished: Finished | None = None
    error: AnswerError | None = None


def contestant(base_url: str, model: str) -> Contestant:
    return Contestant(
        id="someone",
        name="Someone",
        organisation="Somewhere",
        licence="MIT",
        adapter="openai_chat",
        model=model,
        base_url=base_url,
        key_env="SOME_KEY",
    )


@pytest.fixture
async def adapter() -> AsyncIterator[WireAdapter]:
    adapter = wire_adapter("openai_chat", {"SOME_KEY": f"{KEY}\n"}, retrying=Retrying(first_s=0))
    yield adapter
    await adapter.close()


async def hear(adapter: WireAdapter, base_url: str, model: str) -> Heard:
    heard = Heard()
    try:
        async for piece in adapter.answer(
            contestant(base_url, model), CONVERSATION, seed=1, connect_s=10
        ):
            assert heard.finished is None, "nothing may follow the end"
            if isinstance(piece, Text):
                heard.text += piece.text
            elif isinstance(piece, Reasoning):
                heard.reasoning += piece.text
            elif isinstance(piece, Finished):
                heard.finished = piece
    except AnswerError as error:
        heard.error = error
    return heard


@pytest.mark.parametrize(
    "model",
    ["plain", "split-utf8", "crlf", "no-done", "gzip", "hang-after-done", "slow", "plain:second"],
)
async def test_an_answer_arrives_whole(
    adapter: WireAdapter, model_server: ModelServer, model: str
) -> None:
    heard = await hear(adapter, model_server.base_url, model)
    assert heard == Heard(
        text=ANSWER,
        finished=Finished(
            "stop",
            input_tokens=11,
            output_tokens=42,
            cache_read_tokens=3,
            endpoint_version="served-2026-09-01",
            request={
                "model": model,
                "stream": True,
                "stream_options": {"include_usage": True},
            },
        ),
    )


@pytest.mark.parametrize("model", ["thinker", "thinker-two-names", "thinker-in-parts"])
async def test_reasoning_is_kept_apart(
    adapter: WireAdapter, model_server: ModelServer, model: str
) -> None:
    heard = await hear(adapter, model_server.base_url, model)
    assert (heard.reasoning, heard.text) == (THOUGHT, ANSWER)


async def test_think_tags_are_reasoning(adapter: WireAdapter, model_server: ModelServer) -> None:
    heard = await hear(adapter, model_server.base_url, "think-tags")
    assert (heard.reasoning.strip(), heard.text) == (THOUGHT, ANSWER)


async def test_a_refusal_is_an_answer(adapter: WireAdapter, model_server: ModelServer) -> None:
    heard = await hear(adapter, model_server.base_url, "refusal")
    assert heard.text == "I would rather not."


async def test_the_stop_reason_is_the_providers_word(
    adapter: WireAdapter, model_server: ModelServer
) -> None:
    heard = await hear(adapter, model_server.base_url, "length")
    assert heard.finished is not None
    assert heard.finished.stop_reason == "length"


@pytest.mark.parametrize("model", ["no-usage", "strange-chunks"])
async def test_counts_are_never_invented(
    adapter: WireAdapter, model_server: ModelServer, model: str
) -> None:
    heard = await hear(adapter, model_server.base_url, model)
    assert heard.text == ANSWER
    assert heard.finished is not None
    assert (heard.finished.input_tokens, heard.finished.output_tokens) == (None, None)


async def test_bytes_that_are_not_utf8_do_not_end_the_answer(
    adapter: WireAdapter, model_server: ModelServer
) -> None:
    heard = await hear(adapter, model_server.base_url, "garbled-utf8")
    assert heard.text == "caf\N{REPLACEMENT CHARACTER}"
    assert heard.finished is not None


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("early-end", "ended the stream in the middle"),
        ("error-in-200", "the engine is overloaded"),
        ("huge-line", "an event of more than 1,000,000 bytes"),
        ("bad-json", "not JSON"),
        ("die-middle", "broke the connection"),
    ],
)
async def test_a_broken_stream_is_an_error_after_the_text_so_far(
    adapter: WireAdapter, model_server: ModelServer, model: str, says: str
) -> None:
    heard = await hear(adapter, model_server.base_url, model)
    assert heard.text == ANSWER[:30]
    assert heard.finished is None
    assert says in str(heard.error)
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("status-401", "answered 401 (check the key): "),
        ("status-404", "answered 404 (check base_url and model): "),
        ("status-429", "answered 429 (its limit of requests is reached"),
        ("status-500", "answered 500: "),
        ("redirect", "answered 307"),
        ("json", "answered 200 (with application/json and no stream): "),
        ("html", "Please sign in"),
        ("not-an-object", "not a chunk of an answer"),
        ("die-first", "broke the connection"),
    ],
)
async def test_a_refused_answer_says_what_the_provider_said(
    adapter: WireAdapter, model_server: ModelServer, model: str, says: str
) -> None:
    heard = await hear(adapter, model_server.base_url, model)
    assert says in str(heard.error)
    assert str(heard.error).startswith(f"someone: {model_server.base_url}/chat/completions ")
    assert len(str(heard.error)) < 600
    assert heard.text == ""


@pytest.mark.parametrize("model", ["status-401", "error-in-200", "die-middle", "huge-line"])
async def test_no_error_carries_the_key(
    adapter: WireAdapter, model_server: ModelServer, model: str
) -> None:
    heard = await hear(adapter, model_server.base_url, model)
    assert heard.error is not None
    assert heard.error.__context__ is None
    for shown in (str(heard.error), repr(heard.error), *traceback.format_exception(heard.error)):
        assert KEY not in shown
    assert KEY not in repr(adapter)


async def test_a_key_the_provider_repeats_is_taken_out(
    adapter: WireAdapter, model_server: ModelServer
) -> None:
    heard = await hear(adapter, model_server.base_url, "status-401")
    assert "you sent Bearer [key]" in str(heard.error)


async def test_a_server_that_is_not_there_is_named(adapter: WireAdapter) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refuses
        heard = await hear(adapter, f"http://127.0.0.1:{taken.getsockname()[1]}/v1", "plain")
    assert "cannot be reached" in str(heard.error)


async def test_a_host_that_does_not_exist_is_named(adapter: WireAdapter) -> None:
    heard = await hear(adapter, "http://nowhere.invalid/v1", "plain")
    assert "cannot be reached" in str(heard.error)
    assert "nowhere.invalid" in str(heard.error)


async def test_a_key_that_has_gone_is_an_error(model_server: ModelServer) -> None:
    adapter = wire_adapter("openai_chat", {})
    heard = await hear(adapter, model_server.base_url, "plain")
    assert "environment variable that key_env names is not set" in str(heard.error)


async def test_the_request_holds_what_it_must_and_no_more(
    adapter: WireAdapter, model_server: ModelServer
) -> None:
    await hear(adapter, model_server.base_url, "plain:asked")
    (request,) = (r for r in model_server.requests() if r["model"] == "plain:asked")
    assert request["headers"]["Authorization"] == f"Bearer {KEY}"
    assert request["body"] == {
        "model": "plain:asked",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "What do you say?"}],
    }


@pytest.mark.parametrize("model", ["hang-first", "stall-middle", "endless"])
async def test_cancelling_closes_the_providers_stream(
    adapter: WireAdapter, model_server: ModelServer, model: str
) -> None:
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hear, adapter, model_server.base_url, model)
        await anyio.to_thread.run_sync(model_server.wait_until_open, 1)
        tasks.cancel_scope.cancel()
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)


async def test_leaving_early_closes_the_providers_stream(
    adapter: WireAdapter, model_server: ModelServer
) -> None:
    speaker = contestant(model_server.base_url, "endless")
    async with aclosing(adapter.answer(speaker, CONVERSATION, seed=1, connect_s=10)) as pieces:
        assert isinstance(await anext(pieces), Sent)
        assert await anext(pieces) == Text("and so on ")
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)


async def test_many_answers_share_one_adapter(
    adapter: WireAdapter, model_server: ModelServer
) -> None:
    heard: list[Heard] = []

    async def one() -> None:
        heard.append(await hear(adapter, model_server.base_url, "plain"))

    async with anyio.create_task_group() as tasks:
        for _ in range(120):
            tasks.start_soon(one)
    assert [each.text for each in heard] == [ANSWER] * 120


async def test_a_closed_adapter_opens_again(
    adapter: WireAdapter, model_server: ModelServer
) -> None:
    await hear(adapter, model_server.base_url, "plain")
    await adapter.close()
    assert (await hear(adapter, model_server.base_url, "plain")).text == ANSWER


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("https://api.example.com/v1", "https://api.example.com/v1/chat/completions"),
        ("https://api.example.com/v1/", "https://api.example.com/v1/chat/completions"),
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1/chat/completions"),
        ("http://127.0.0.1:11434/", "http://127.0.0.1:11434/v1/chat/completions"),
        ("https://example.com/openai", "https://example.com/openai/chat/completions"),
        ("https://example.com/chat/completions", "https://example.com/chat/completions"),
    ],
)
def test_a_base_url_is_completed(written: str, called: str) -> None:
    assert completed(written, "/chat/completions") == called
