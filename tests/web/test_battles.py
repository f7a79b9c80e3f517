import io
import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from model_server import ModelServer
from opened import impatient, served_model
from serving import API, ask, follow, serving, vote, voter

pytestmark = pytest.mark.anyio


def read_events(stream: bytes) -> list[dict[str, Any]]:
    """The events of a stream: id, name and data."""
    events = []
    for block in stream.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "id" in fields:  # a sign of work has none
            data = json.loads(fields["data"])
            events.append({"id": int(fields["id"]), "event": fields["event"], "data": data})
    return events


def what_it_says(events: list[dict[str, Any]]) -> tuple[dict[str, str], list[str]]:
    """The words of each side and the ends, however they are cut and in whatever order."""
    words: dict[str, str] = {}
    for event in events:
        if event["event"] == "frame":
            side = event["data"]["side"]
            words[side] = words.get(side, "") + event["data"]["text"]
    ends = [json.dumps(event["data"]) for event in events if event["event"] != "frame"]
    return words, sorted(ends)


async def test_a_battle_from_the_question_to_the_reveal(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        battle = await ask(ann)
        assert battle["state"] == "answering"
        assert battle["sides"] == ["a", "b"]
        assert battle["reveal"] is None
        events = read_events(await follow(ann, battle["id"]))
        assert events[-1]["event"] == "turn_done"
        assert events[-1]["data"] == {"turn": 1, "state": "votable"}
        async with await vote(ann, battle["id"], "b") as response:
            assert response.status == 200
            answer = await response.json()
        assert answer["outcome"] == "b"
        assert {slot: card["demo"] for slot, card in answer["reveal"].items()} == {
            "a": True,
            "b": True,
        }
        async with ann.get(answer["reveal"]["a"]["url"]) as response:
            assert (await response.json())["name"] == answer["reveal"]["a"]["name"]
        async with ann.get(f"{API}/battles/{battle['id']}") as response:
            seen = await response.json()
        assert seen["state"] == "voted"
        assert seen["vote"]["outcome"] == "b"
        assert seen["reveal"] == answer["reveal"]


async def test_following_again_from_the_middle_gives_the_rest_and_nothing_twice(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        battle = await ask(ann)
        events = read_events(await follow(ann, battle["id"]))
        for seen in range(1, len(events) + 1):
            rest = read_events(await follow(ann, battle["id"], after=events[seen - 1]["id"]))
            assert what_it_says(rest) == what_it_says(events[seen:])
            assert sorted(event["id"] for event in rest) == [event["id"] for event in rest]


async def test_the_second_message_is_another_turn(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        battle = await ask(ann)
        await follow(ann, battle["id"])
        body = {"message": {"parts": [{"type": "text", "text": "And at dusk?"}]}}
        async with ann.post(f"{API}/battles/{battle['id']}/turns", json=body) as response:
            assert response.status == 201
            assert (await response.json())["turn"] == 2
        events = read_events(await follow(ann, battle["id"]))
        assert {event["data"]["turn"] for event in events} == {2}


async def test_a_failed_side_says_so_neutrally_and_the_other_finishes(
    tmp_path: Path, model_server: ModelServer
) -> None:
    good = served_model("plain", model_server.base_url)
    bad = served_model("status-500", model_server.base_url)
    async with serving(tmp_path, good, bad) as base, voter(base) as ann:
        battle = await ask(ann)
        events = read_events(await follow(ann, battle["id"]))
        ends = {e["data"]["state"] for e in events if e["event"] == "side_done"}
        assert ends == {"done", "failed"}
        (problem,) = [e["data"] for e in events if e["event"] == "problem"]
        assert problem["message"].startswith("This side could not answer.")
        assert problem["retry"] is True
        assert events[-1]["data"]["state"] == "broken"
        async with await vote(ann, battle["id"]) as response:
            assert response.status == 409
        async with ann.post(f"{API}/battles/{battle['id']}/retry") as response:
            assert response.status == 202
            again = await response.json()
        attempts = {
            response["state"]: response["attempt"]
            for response in again["turns"][0]["responses"].values()
        }
        assert attempts == {"done": 1, "streaming": 2}


async def test_stopping_keeps_what_was_said(tmp_path: Path, model_server: ModelServer) -> None:
    endless = [served_model(f"endless:{n}", model_server.base_url, id_=f"e{n}") for n in "12"]
    async with serving(tmp_path, *endless) as base, voter(base) as ann:
        battle = await ask(ann)
        async with ann.get(f"{API}/battles/{battle['id']}/events") as stream:
            seen = set[str]()
            async for line in stream.content:
                if line.startswith(b"data: ") and b"offset" in line:
                    seen.add(json.loads(line[6:])["side"])
                if seen == {"a", "b"}:
                    break
        async with ann.post(f"{API}/battles/{battle['id']}/stop") as response:
            assert response.status == 202
            stopped = await response.json()
        assert stopped["state"] == "votable"
        for answer in stopped["turns"][0]["responses"].values():
            assert answer["state"] == "stopped"
            assert answer["text"]
        model_server.wait_until_open(0)


@pytest.mark.parametrize("behaviour", ["stall-middle", "hang-first", "die-middle", "bad-json"])
async def test_no_behaviour_of_one_side_hangs_the_battle(
    tmp_path: Path, model_server: ModelServer, behaviour: str
) -> None:
    good = served_model("plain", model_server.base_url)
    bad = served_model(behaviour, model_server.base_url)
    async with serving(tmp_path, good, bad, definition=impatient(0.5)) as base, voter(base) as ann:
        events = read_events(await follow(ann, (await ask(ann))["id"]))
        assert events[-1]["data"]["state"] == "broken"
        texts = "".join(e["data"]["text"] for e in events if e["event"] == "frame")
        assert "my answer" in texts


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"message": {"parts": [{"type": "text", "text": ""}]}}, "is empty"),
        ({"message": {"parts": [{"type": "text", "text": "x" * 100_000}]}}, "at most 20,000"),
        ({"message": {"parts": [{"type": "text", "text": "a\0b"}]}}, "no text"),
        ({"message": {"parts": [{"type": "text", "text": "\ud800"}]}}, "no text"),
        ({"message": {"parts": []}}, "message.parts"),
        ({}, "message: field required"),
        (
            {"models": ["x", "y"], "message": {"parts": [{"type": "text", "text": "e4"}]}},
            "draws its",
        ),
        ({"arena": "chess", "message": {"parts": [{"type": "text", "text": "e4"}]}}, "'chess'"),
        ({"mode": "duel", "message": {"parts": [{"type": "text", "text": "e4"}]}}, "mode: "),
    ],
)
async def test_a_bad_request_gets_one_sentence(
    without_votes: str, body: dict[str, Any], sentence: str
) -> None:
    async with voter(without_votes) as ann:
        async with ann.post(f"{API}/battles", json=body) as response:
            assert response.content_type == "application/problem+json"
            problem = await response.json()
        assert response.status == problem["status"]
        assert 400 <= response.status < 500
        assert sentence in problem["detail"]
        async with ann.get(f"{API}/battles") as response:
            assert await response.json() == {"battles": [], "next": None}


async def test_a_body_of_two_megabytes_is_not_read(without_votes: str) -> None:
    async with (
        voter(without_votes) as ann,
        ann.post(f"{API}/battles", data=io.BytesIO(b"x" * 2_000_000)) as response,
    ):
        assert response.status == 413
        assert "at most 1,000,000 bytes" in (await response.json())["detail"]


async def test_other_peoples_battles_and_unknown_ones(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann, voter(base) as bob:
        battle = await ask(ann)
        for path, status in (
            (f"{battle['id']}", 404),
            (f"{battle['id']}/events", 404),
            (f"{uuid4()}", 404),
            (f"{uuid4()}/events", 404),
            ("not-an-id", 404),
            ("not-an-id/events", 404),
        ):
            async with bob.get(f"{API}/battles/{path}") as response:
                assert response.status == status
                assert response.content_type == "application/problem+json"
                assert "among yours" in (await response.json())["detail"]
        async with await vote(bob, battle["id"]) as response:
            assert response.status == 404


@pytest.mark.parametrize("arenas", ["text", "text,vision"])
async def test_the_page_of_a_battle_is_there_for_its_person_alone(
    tmp_path: Path, arenas: str
) -> None:
    async with (
        serving(tmp_path, arenas=arenas) as base,
        voter(base) as ann,
        voter(base) as bob,
    ):
        battle = (await ask(ann))["id"]
        async with ann.get(f"/battles/{battle}") as response:
            assert response.status == 200
            assert f'battle-id="{battle}"' in await response.text()
        for somebody, address in ((bob, battle), (ann, uuid4()), (ann, "xyz")):
            async with somebody.get(f"/battles/{address}") as response:
                assert response.status == 404
                assert "There is no battle with this id among yours" in await response.text()


async def test_a_second_vote_is_refused_and_a_repeated_request_is_not(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        battle = (await ask(ann))["id"]
        await follow(ann, battle)
        answers = [await (await vote(ann, battle, "a", "one")).json() for _ in range(2)]
        assert answers[0] == answers[1]
        async with await vote(ann, battle, "b", "two") as response:
            assert response.status == 409
            assert "cannot be changed" in (await response.json())["detail"]


async def test_a_vote_says_which_turn_it_is_on(tmp_path: Path) -> None:
    more = {"message": {"parts": [{"type": "text", "text": "And at dusk?"}]}}
    async with serving(tmp_path) as base, voter(base) as ann:
        battle = (await ask(ann))["id"]
        await follow(ann, battle)
        async with ann.post(f"{API}/battles/{battle}/turns", json=more) as response:
            assert response.status == 201
        await follow(ann, battle)
        async with await vote(ann, battle, turn=1) as response:
            assert response.status == 409
            assert "is at turn 2" in (await response.json())["detail"]
        async with await vote(ann, battle, turn=0) as response:
            assert response.status == 422
        async with await vote(ann, battle, turn=2) as response:
            assert response.status == 200


async def test_a_vote_needs_its_key(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        battle = (await ask(ann))["id"]
        await follow(ann, battle)
        async with ann.put(f"{API}/battles/{battle}/vote", json={"outcome": "a"}) as response:
            assert response.status == 422
            assert "idempotency-key" in (await response.json())["detail"]


async def test_a_forgotten_battle_is_gone_from_my_history(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        battle = (await ask(ann))["id"]
        await follow(ann, battle)
        async with ann.delete(f"{API}/battles/{battle}") as response:
            assert response.status == 204
        async with ann.get(f"{API}/battles") as response:
            assert await response.json() == {"battles": [], "next": None}
        async with ann.get(f"{API}/battles/{battle}") as response:
            assert (await response.json())["state"] == "forgotten"


async def test_my_history_comes_in_pages_the_newest_first(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        mine: list[str] = []
        for _ in range(5):
            mine.insert(0, (await ask(ann))["id"])
            await follow(ann, mine[0])
        seen, query = [], {"limit": "2"}
        for left in (3, 1, 0):
            async with ann.get(f"{API}/battles", params=query) as response:
                page = await response.json()
            seen += [battle["id"] for battle in page["battles"]]
            assert page["next"] == (seen[-1] if left else None)
            query["before"] = seen[-1]
        assert seen == mine
        async with ann.get(f"{API}/battles") as response:
            assert [battle["id"] for battle in (await response.json())["battles"]] == mine


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=many", "before=yesterday"])
async def test_a_page_that_is_none_is_refused(without_votes: str, query: str) -> None:
    async with (
        voter(without_votes) as ann,
        ann.get(f"{API}/battles?{query}") as response,
    ):
        assert response.status == 422
        assert (await response.json())["detail"].startswith("query.")


async def test_nobody_learns_from_a_page_that_anothers_battle_is_there(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann, voter(base) as bob:
        await ask(bob)
        for battle in ((await ask(ann))["id"], str(uuid4())):
            async with bob.get(f"{API}/battles?before={battle}") as response:
                assert response.status == 404
                assert "no battle with this id among yours" in (await response.json())["detail"]


async def test_before_the_vote_no_byte_names_a_contestant(
    tmp_path: Path, model_server: ModelServer
) -> None:
    """Record everything a browser receives before the vote."""
    names = ["zanzibar", "quetzal", "tell-tale"]
    measures = ["token", "usage", "stop_reason", "finish", "chatcmpl", "duration", "_ms", "price"]
    cards = [
        served_model(
            f"{behaviour}:zanzibar-{n}", model_server.base_url, id_=f"quetzal-{n}"
        ).model_copy(update={"name": f"Tell-tale {n}", "organisation": f"Tell-tale works {n}"})
        for n, behaviour in enumerate(("thinker", "status-401"))
    ]
    pages, answers = bytearray(), bytearray()

    async with serving(tmp_path, *cards) as base, voter(base) as ann:

        async def receive(method: str, path: str, body: object = None) -> str:
            headers = {"Idempotency-Key": "key"}
            async with ann.request(method, path, json=body, headers=headers) as response:
                kept = answers if path.startswith(API) else pages
                kept.extend(repr(response.raw_headers).encode() + await response.read())
                return await response.text()

        page = await receive("GET", "/")
        for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
            await receive("GET", asset)
        question = {"message": {"parts": [{"type": "text", "text": "Who are you?"}]}}
        battle = json.loads(await receive("POST", f"{API}/battles", question))["id"]
        for method, path, body in (
            ("GET", f"{API}/battles/{battle}/events", None),
            ("GET", f"{API}/battles/{battle}", None),
            ("GET", f"{API}/battles", None),
            ("GET", f"/battles/{battle}", None),
            ("PUT", f"{API}/battles/{battle}/vote", {"outcome": "a"}),
            ("POST", f"{API}/battles/{battle}/stop", None),
            ("POST", f"{API}/battles/{battle}/turns", question),
            ("POST", f"{API}/battles/{battle}/retry", None),
            ("GET", f"{API}/battles/{battle}/events", None),
        ):
            await receive(method, path, body)
    assert b"could not answer" in answers
    assert b"my answer" in answers
    assert [word for word in names if word.encode() in (pages + answers).lower()] == []
    assert [word for word in measures if word.encode() in answers.lower()] == []
