"""A form that did not come whole is refused, and changes nothing."""

from pathlib import Path

import pytest

from serving import API, serving, voter

pytestmark = pytest.mark.anyio

FORM = {"content-type": "application/x-www-form-urlencoded"}
GROUP = "the-night-shift"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"leave",
        b"leave=the-night-shift&",
        b"leave=the-night-shift&leave=the-day-shift",
        b"leave=the-night-shift\xff",
        b"leave=the-night-shift&more=" + b"x" * 4_000,
    ],
)
async def test_nobody_leaves_a_group_by_half_a_form(tmp_path: Path, body: bytes) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        async with ann.put(f"{API}/my-groups/{GROUP}") as response:
            assert response.status == 200
        async with ann.post("/my-board", data=body, headers=FORM) as response:
            assert response.status == 422
        async with ann.get(f"{API}/my-groups") as response:
            assert GROUP in await response.text()
