"""Vectors from an `/embeddings` endpoint in its own process, over real sockets."""

import socket
import traceback
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from embeddings_server import DIMENSION, EmbeddingsServer, vector
from hearing import KEY
from tiltyard.contestants.adapter import AnswerError
from tiltyard.contestants.circuit import FAILURES
from tiltyard.contestants.embedding_model import EmbeddingModel
from tiltyard.contestants.embeddings import Embedded, Embeddings, TextRefusedError, estimate
from tiltyard.contestants.endpoints import Endpoints
from tiltyard.contestants.retrying import Retrying

pytestmark = pytest.mark.anyio

TEXTS = ("a poem about rain", "fix my loop", "what is 2 + 2")

GARBAGE = {
    "short": "2 vectors with other places than the 3 texts have",
    "long": "4 vectors with other places",
    "twice": "other places",
    "elsewhere": "other places",
    "ragged": "vectors of 2 and of 256 numbers together",
    "words": "a vector that is not a list of numbers",
    "null": "not a list of numbers",
    "empty": "not a list of numbers",
    "nested": "not a list of numbers",
    "not-a-number": "not a list of numbers",
    "endless": "not a list of numbers",
    "bad-base64": "not a list of numbers",
    "a-list": "something that is not a list of vectors: [1, 2]",
    "no-data": "something that is not a list of vectors",
    "html": "something that is not JSON: <h1>Please sign in",
}
REFUSED = {
    "status-401": "answered 401 (check the key)",
    "status-404": "answered 404 (check base_url and model)",
    "status-429": "answered 429 (its limit of requests is reached",
    "status-500": "answered 500",
    "error": "reported an error: ",
    "die": "broke the connection",
    "half": "broke the connection",
}
ASKED_AGAIN = {"status-429", "status-500", "error", "die", "half"}


@pytest.fixture
def server(embeddings_server: EmbeddingsServer) -> EmbeddingsServer:
    return embeddings_server


@pytest.fixture
def endpoints() -> Endpoints:
    return Endpoints()


@pytest.fixture
async def embeddings(endpoints: Endpoints) -> AsyncGenerator[Embeddings]:
    made = Embeddings(
        {"SOME_KEY": KEY}, endpoints=endpoints, retrying=Retrying(first_s=0.01), within_s=20
    )
    yield made
    await made.close()


def model(server: EmbeddingsServer, name: str = "plain", **more: object) -> EmbeddingModel:
    return EmbeddingModel.model_validate(
        {"id": "bag", "model": name, "base_url": server.base_url, "key_env": "SOME_KEY"} | more
    )


async def everything(
    embeddings: Embeddings, model: EmbeddingModel, texts: tuple[str, ...] = TEXTS
) -> list[Embedded]:
    return [found async for found in embeddings.all_of(model, texts)]


@pytest.mark.parametrize("name", ["plain", "packed", "placeless"])
async def test_vectors_come_in_the_order_of_their_texts_and_of_the_length_one(
    server: EmbeddingsServer, embeddings: Embeddings, name: str
) -> None:
    found = await embeddings.ask(model(server, name), TEXTS)
    expected = np.array([vector(text) for text in TEXTS])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert found.texts == TEXTS
    assert found.rows == pytest.approx(expected)


async def test_what_was_read_and_what_it_cost_is_told(
    server: EmbeddingsServer, embeddings: Embeddings
) -> None:
    found = await embeddings.ask(model(server, price_input_usd_per_million=2.0), TEXTS)
    words = sum(len(text.split()) for text in TEXTS)
    assert (found.tokens, found.endpoint_version) == (words, "bag-of-words-1")
    assert found.cost_usd == pytest.approx(2.0 * words / 1e6)
    untold = await embeddings.ask(model(server, "placeless"), TEXTS)
    assert (untold.tokens, untold.cost_usd, untold.endpoint_version) == (None, None, None)


async def test_a_request_holds_so_many_texts_the_key_and_the_parameters(
    server: EmbeddingsServer, embeddings: Embeddings
) -> None:
    small = model(server, texts_at_once=2, parameters={"dimensions": 256})
    assert [found.texts for found in await everything(embeddings, small)] == [TEXTS[:2], TEXTS[2:]]
    (first, _) = sorted(server.requests, key=lambda one: -len(one["body"]["input"]))
    assert first["body"] == {"model": "plain", "dimensions": 256, "input": list(TEXTS[:2])}
    assert first["headers"]["Authorization"] == f"Bearer {KEY}"


async def test_zeros_stay_zeros(server: EmbeddingsServer, embeddings: Embeddings) -> None:
    assert not (await embeddings.ask(model(server, "zeros"), TEXTS)).rows.any()


@pytest.mark.parametrize("name", GARBAGE)
async def test_garbage_is_one_error_and_not_asked_for_again(
    server: EmbeddingsServer, embeddings: Embeddings, name: str
) -> None:
    with pytest.raises(AnswerError, match=r"^bag: http://127.0.0.1:\d+/v1/embeddings ") as told:
        await embeddings.ask(model(server, name), TEXTS)
    assert GARBAGE[name] in str(told.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", REFUSED)
async def test_who_does_not_answer_is_asked_again_where_that_may_help(
    server: EmbeddingsServer, embeddings: Embeddings, name: str
) -> None:
    with pytest.raises(AnswerError) as told:
        await embeddings.ask(model(server, name), TEXTS)
    assert REFUSED[name] in str(told.value)
    assert not isinstance(told.value, TextRefusedError)
    assert len(str(told.value)) < 600
    assert len(server.requests) == (3 if name in ASKED_AGAIN else 1)
    for shown in (str(told.value), *traceback.format_exception(told.value)):
        assert KEY not in shown


@pytest.mark.parametrize("name", ["status-500-once", "error-once", "half-once"])
async def test_an_endpoint_that_recovers_is_asked_again(
    server: EmbeddingsServer, embeddings: Embeddings, name: str
) -> None:
    assert (await embeddings.ask(model(server, name), TEXTS)).rows.shape == (3, DIMENSION)


async def test_silence_has_an_end(server: EmbeddingsServer) -> None:
    impatient = Embeddings({"SOME_KEY": KEY}, retrying=Retrying(tries=1), within_s=0.2)
    with pytest.raises(AnswerError, match=r"did not answer within 0\.2 seconds"):
        await impatient.ask(model(server, "silent"), TEXTS)
    await impatient.close()


async def test_what_an_endpoint_does_not_take_is_told_apart_from_an_outage(
    server: EmbeddingsServer, embeddings: Embeddings, endpoints: Endpoints
) -> None:
    with pytest.raises(TextRefusedError, match="answered 400"):
        await embeddings.ask(model(server, "status-400"), TEXTS)
    assert endpoints.of(model(server)).circuit.failures == 0


async def test_another_dimension_than_is_needed_is_refused(
    server: EmbeddingsServer, embeddings: Embeddings
) -> None:
    with pytest.raises(AnswerError, match="sent vectors of 8 numbers, and 256 are needed"):
        await anext(embeddings.all_of(model(server, "small"), TEXTS, dimension=DIMENSION))


async def test_an_endpoint_that_dies_half_way_loses_nothing_that_came(
    server: EmbeddingsServer, embeddings: Embeddings
) -> None:
    texts = tuple(f"text {number}" for number in range(10))
    dying = embeddings.all_of(model(server, "die-after-3", texts_at_once=1), texts)
    for _ in range(3):
        assert (await anext(dying)).rows.shape == (1, DIMENSION)
    with pytest.raises(AnswerError, match="broke the connection"):
        await anext(dying)


async def test_an_endpoint_that_fails_again_and_again_is_left_in_peace(
    server: EmbeddingsServer, embeddings: Embeddings
) -> None:
    for _ in range(FAILURES):
        with pytest.raises(AnswerError, match="answered 500"):
            await embeddings.ask(model(server, "status-500"), TEXTS)
    asked = len(server.requests)
    with pytest.raises(AnswerError, match="failed 5 times in a row and is asked again in"):
        await embeddings.ask(model(server, "status-500"), TEXTS)
    assert len(server.requests) == asked


async def test_who_is_not_there_and_a_key_that_is_not_set_are_named(
    embeddings: Embeddings, server: EmbeddingsServer
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refuses
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(AnswerError, match="cannot be reached"):
            await embeddings.ask(model(server, base_url=nowhere), TEXTS)
    with pytest.raises(AnswerError, match="bag: the environment variable that key_env names"):
        await embeddings.ask(model(server, key_env="OTHER_KEY"), TEXTS)


async def test_an_estimate_counts_tokens_and_asks_nobody(server: EmbeddingsServer) -> None:
    tokens, cost = await estimate(model(server, price_input_usd_per_million=7.0), 350)
    assert tokens == 100
    assert cost == pytest.approx(7e-4)
    assert (await estimate(model(server), 1))[1] is None
    listed = EmbeddingModel(
        id="listed", model="text-embedding-3-small", base_url="https://api.openai.com/v1"
    )
    assert (await estimate(listed, 3_500_000))[1] == pytest.approx(0.02)
    assert server.requests == []


async def test_the_version_says_what_shapes_the_vectors(server: EmbeddingsServer) -> None:
    one = model(server)
    assert one.version == model(server, base_url="http://elsewhere.example", id="b").version
    for other in ({"max_chars": 100}, {"parameters": {"dimensions": 8}}, {"model": "m"}):
        assert model(server, **other).version != one.version
