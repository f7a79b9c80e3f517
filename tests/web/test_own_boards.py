from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from serving import API, ask, follow, get, serving, vote, voter
from tiltyard.boards import groups

pytestmark = pytest.mark.anyio


async def test_my_board_is_everybodys_until_i_vote_and_mine_alone(tmp_path: Path) -> None:
    async with serving(tmp_path, examples=True) as base, voter(base) as ann, voter(base) as bob:
        before = await get(ann, "my-board?arena=text")
        board = await get(ann, "boards/text/overall")
        assert (before["votes"], before["enough"]) == (0, False)
        assert before["own_share"] == pytest.approx(0, abs=1e-6)
        everybody = {row["model"]: row["rating"] for row in board["models"]}
        for row in before["models"]:
            assert row["rating"] == pytest.approx(everybody[row["model"]], abs=1e-6)
            assert row["name"] != row["model"]
            assert row["verdict"] == "like_everybody"
        battle = (await ask(ann))["id"]
        await follow(ann, battle)
        assert (await get(ann, "my-board"))["votes"] == 0  # its names are hidden still
        async with await vote(ann, battle) as response:
            won = (await response.json())["reveal"]["a"]["id"]
        after = await get(ann, "my-board")
        (mine,) = [row for row in after["models"] if row["model"] == won]
        assert (after["votes"], mine["battles"], mine["wins"]) == (1, 1, 1)
        assert mine["departure"]["estimate"] > 0
        assert 0 < after["own_share"] < 0.2
        assert (await get(bob, "my-board"))["votes"] == 0


async def test_my_board_before_anything_is_rated_is_empty(without_votes: str) -> None:
    async with voter(without_votes) as ann:
        assert (await get(ann, "my-board"))["models"] == []
        for path in (f"{API}/my-board?arena=chess", "/my-board?arena=chess"):
            async with ann.get(path) as response:
                assert response.status == 404
        async with ann.get("/my-board") as response:
            assert "Nothing is rated here yet" in await response.text()


async def test_a_group_has_a_board_once_five_members_voted_and_for_them_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC)
    monkeypatch.setattr(groups, "last_midnight", lambda: today)
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(serving(tmp_path, examples=True))
        people = [await stack.enter_async_context(voter(base)) for _ in range(7)]
        *members, stranger = people
        group = f"{API}/my-groups/the-night-shift"
        for number, member in enumerate(members):
            async with member.put(group) as response:
                assert (await response.json())["groups"] == [
                    {"name": "the-night-shift", "members": number + 1, "enough": number >= 4}
                ]
            if number < 4:
                assert "has" in await refused(member, f"{group}/board", 409)
        for member in members[1:]:
            assert "0 of the members of the-night-shift have votes" in await refused(
                member, f"{group}/board", 409
            )
            await vote_once(member)
        assert "0 of the members of the-night-shift have votes" in await refused(
            member, f"{group}/board", 409
        )
        tomorrow = datetime.now(UTC)
        monkeypatch.setattr(groups, "last_midnight", lambda: tomorrow)
        board = await get(members[0], "my-groups/the-night-shift/board")
        assert board["votes"] == 5
        assert {row["battles"] for row in board["models"]} == {None}
        async with members[0].get("/my-board?group=the-night-shift") as response:
            page = await response.text()
            assert "members have cast <strong>5</strong>" in page
            assert "0 tied" not in page
        await refused(stranger, f"{group}/board", 404)
        async with members[1].delete(group) as response:
            assert (await response.json())["groups"] == []
        assert "4 of the members of the-night-shift have votes" in await refused(
            members[2], f"{group}/board", 409
        )


async def refused(session: aiohttp.ClientSession, path: str, status: int) -> str:
    async with session.get(path) as response:
        assert response.status == status
        return str((await response.json())["detail"])


async def vote_once(member: aiohttp.ClientSession) -> None:
    battle = (await ask(member))["id"]
    await follow(member, battle)
    await (await vote(member, battle)).read()


@pytest.mark.parametrize("name", ["short", "With-Capitals", "x" * 41, "sp%20ace-es", "nul%00nul"])
async def test_a_group_needs_a_name_that_is_one(without_votes: str, name: str) -> None:
    async with voter(without_votes) as ann:
        async with ann.put(f"{API}/my-groups/{name}") as response:
            assert response.status == 422
            assert "6 to 40 of a-z" in (await response.json())["detail"]
        async with ann.delete(f"{API}/my-groups/{name}") as response:
            assert response.status == 200
        async with ann.get(f"{API}/my-groups/{name}/board") as response:
            assert response.status == 404


async def test_groups_are_joined_and_left_on_the_page(tmp_path: Path) -> None:
    async with serving(tmp_path, examples=True) as base, voter(base) as ann:
        async with ann.post("/my-board", data={"join": " The-Night-Shift "}) as response:
            assert response.url.query_string == "group=the-night-shift"
            assert response.status == 409
            assert "has 1 member; from 5 on" in await response.text()
        async with ann.post("/my-board", data={"join": "x"}) as response:
            assert response.status == 422
        async with ann.post("/my-board", data={"leave": "the-night-shift"}) as response:
            assert response.status == 200
            assert "the-night-shift" not in await response.text()
        asked = {"arena": "text", "join": "the-night-shift"}
        async with ann.post("/my-board", data=asked) as response:
            assert response.url.query_string == "arena=text&group=the-night-shift"
        for body in ({"join": "one-of-us", "leave": "one-of-us"}, {"join": "a-group", "more": "x"}):
            async with ann.post("/my-board", data=body) as response:
                assert "The form did not come as its page sends it" in await response.text()


async def test_nobody_is_in_more_groups_than_a_few(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        for number in range(20):
            async with ann.put(f"{API}/my-groups/group-{number:02}") as response:
                assert response.status == 200
        async with ann.put(f"{API}/my-groups/group-20") as response:
            assert response.status == 422
            assert "leave one of them first" in (await response.json())["detail"]
        async with ann.put(f"{API}/my-groups/group-07") as response:
            assert response.status == 200
