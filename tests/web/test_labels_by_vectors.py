"""A server whose labeller reads vectors: boards come without it, and its labels when they can."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bags_of_words import bag_classifier, bag_model
from embeddings_server import EmbeddingsServer
from polling import until
from serving import serving, voter

pytestmark = pytest.mark.anyio
OPERATOR = "an-operator-token-0123456789"


async def look(base: str, what: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {OPERATOR}"}
    async with aiohttp.ClientSession(base, headers=headers) as session:
        response = await session.get(f"/operations/{what}")
        found: dict[str, Any] = await response.json()
    return found


def battles_of(found: dict[str, Any], labeller: str) -> int:
    (one,) = [row for row in found["labellers"] if row["labeller"] == labeller and row["current"]]
    return int(one["battles"])


async def boards(base: str) -> list[dict[str, Any]]:
    async with aiohttp.ClientSession(base) as session:
        found: list[dict[str, Any]] = await (await session.get("/api/v1/boards")).json()
    return found


async def test_an_endpoint_that_fails_is_told_and_holds_up_no_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embeddings_server: EmbeddingsServer
) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", OPERATOR)
    model = bag_model(embeddings_server)
    (tmp_path / "labellers").mkdir()
    bag_classifier(model).save(tmp_path / "labellers" / "category.labeller")
    embeddings_server.behave("html")
    async with serving(tmp_path, examples=True, embedding_models=[model]) as base:
        assert await boards(base)

        async def told() -> bool:
            return "Please sign in" in ((await look(base, "worker"))["vectors_fault"] or "")

        await until(told)
        async with (
            voter(base) as operator,
            operator.post("/operator", data={"token": OPERATOR}) as response,
        ):
            assert "Labels wait for an embedding model." in await response.text()
        found = await look(base, "labels")
        assert battles_of(found, "language") == 600
        assert battles_of(found, "category") == 0
    embeddings_server.behave("")
    async with serving(tmp_path, embedding_models=[model]) as base:

        async def labelled() -> bool:
            return battles_of(await look(base, "labels"), "category") == 600

        await until(labelled)
        sent = len(set(embeddings_server.texts))
        assert (await look(base, "labels"))["vectors"][0]["texts"] == sent
        assert (await look(base, "worker"))["vectors_fault"] is None
