"""The operator sees how endpoints are doing; nobody else does."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from model_server import ModelServer
from opened import served_model
from polling import until
from serving import NO_LIMITS, ask, follow, serving, voter
from tiltyard.contestants.circuit import FAILURES

pytestmark = pytest.mark.anyio
OPERATOR = "an-operator-token-0123456789"


async def look(base: str, what: str = "endpoints", **headers: str) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession(base, headers=headers) as session,
        session.get(f"/operations/{what}") as response,
    ):
        return response.status, await response.json()


@pytest.mark.parametrize("given", [None, "Bearer wrong", f"Basic {OPERATOR}", "Bearer", "Bearer ü"])
async def test_nobody_else_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", OPERATOR)
    async with serving(tmp_path) as base:
        for what in ("endpoints", "labels", "worker"):
            status, answer = await look(
                base, what, **({} if given is None else {"Authorization": given})
            )
            assert status == 401, what
            assert "the operator's token" in answer["detail"], what


async def test_wrong_tokens_are_counted_and_then_none_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", OPERATOR)
    async with serving(tmp_path) as base:
        tried = [(await look(base, Authorization=f"Bearer {n}"))[0] for n in range(12)]
        assert tried == [401] * 10 + [429] * 2
        assert (await look(base, Authorization=f"Bearer {OPERATOR}"))[0] == 429


async def test_the_right_token_is_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", OPERATOR)
    async with serving(tmp_path) as base:
        tried = {(await look(base, Authorization=f"Bearer {OPERATOR}"))[0] for _ in range(12)}
        assert tried == {200}


async def test_who_sends_no_token_has_not_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", OPERATOR)
    async with serving(tmp_path) as base:
        assert {(await look(base))[0] for _ in range(12)} == {401}
        assert (await look(base, Authorization="Bearer wrong"))[0] == 401, "nothing was counted"


async def test_without_a_token_nobody_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path) as base:
        assert (await look(base, Authorization="Bearer "))[0] == 401
        assert (await look(base, Authorization="Bearer None"))[0] == 401


async def test_the_operator_sees_what_the_worker_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", OPERATOR)
    slices = tmp_path / "slices.toml"
    slices.write_text('[[slice]]\nid = "german"\nname = "German"\nwhere = "language = \'de\'"\n')
    settings = {"slices": slices, **NO_LIMITS}
    async with serving(tmp_path, examples=True, settings=settings) as base:
        status, answer = await look(base, "worker", Authorization=f"Bearer {OPERATOR}")
        assert status == 200
        assert answer["last"]["labelled"] == 600
        assert answer["last"]["published"] == 4  # overall and german, as voted and by style
        assert answer["slices_fault"] is None
        slices.write_text("[[slice]\n")

        async def said() -> bool:
            async with voter(base) as ann:
                await ann.get("/api/v1/boards")
            _, answer = await look(base, "worker", Authorization=f"Bearer {OPERATOR}")
            return "is not TOML" in (answer["slices_fault"] or "")

        await until(said)


async def test_the_operator_sees_how_far_labelling_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", OPERATOR)
    async with serving(tmp_path) as base:
        status, found = await look(base, "labels", Authorization=f"Bearer {OPERATOR}")
    assert status == 200
    assert found["battles"] == 0
    assert {"language"} <= {one["labeller"] for one in found["labellers"]}


async def test_an_outage_shows_and_battles_go_on_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_server: ModelServer
) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", OPERATOR)
    out = [
        served_model("x", "http://nowhere.invalid/v1", id_=f"out-{number}") for number in range(4)
    ]
    well = [
        served_model(f"plain:{number}", model_server.base_url, id_=f"well-{number}")
        for number in range(2)
    ]
    async with serving(tmp_path, *out, *well) as base, voter(base) as session:
        dead: dict[str, Any] = {}
        by_address: dict[str, dict[str, Any]] = {}
        while dead.get("circuit") != "open":
            await follow(session, (await ask(session))["id"])
            status, endpoints = await look(base, Authorization=f"Bearer {OPERATOR}")
            assert status == 200
            by_address = {endpoint["address"]: endpoint for endpoint in endpoints}
            dead = by_address["http://nowhere.invalid/v1"]
        assert dead["failures_in_a_row"] >= FAILURES
        assert "cannot be reached" in dead["last_problem"]
        assert 0 < dead["tried_again_in_s"] <= 30
        assert by_address[model_server.base_url]["circuit"] == "closed"
        battle = await ask(session)
        assert b"problem" not in await follow(session, battle["id"]), "only the others are drawn"
