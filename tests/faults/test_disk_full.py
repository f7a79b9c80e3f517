"""The disk is full: changes are refused, what is there stays readable, and nothing needs repair."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalogue_file import write_catalogue
from leftovers import no_connection_left
from model_server import ModelServer
from serving import API, ask, follow, vote, voter
from tiltyard_process import Running, running

pytestmark = pytest.mark.anyio

QUESTION = {"message": {"parts": [{"type": "text", "text": "Why?"}]}}


@contextmanager
def full_disk(server: Running) -> Iterator[None]:
    """Let the server's files grow no further: the system refuses every write beyond a few bytes."""
    soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


async def test_with_a_full_disk_votes_are_refused_and_later_taken(
    tmp_path: Path, model_server: ModelServer
) -> None:
    catalogue = write_catalogue(tmp_path, model_server.base_url, "slow", "slow")
    with running("serve", "--data", tmp_path, "--contestants", catalogue) as server:
        async with (
            no_connection_left(server.process.pid, model_server),
            voter(server.base) as ann,
        ):
            answered = (await ask(ann))["id"]
            await follow(ann, answered)
            streaming = (await ask(ann))["id"]
            following = asyncio.create_task(follow(ann, streaming))
            with full_disk(server):
                async with await vote(ann, answered, key="mine") as response:
                    assert response.status == 503
                    assert int(response.headers["Retry-After"]) > 0
                async with ann.post(f"{API}/battles", json=QUESTION) as response:
                    assert response.status == 503
                async with ann.get(f"{API}/battles/{answered}") as response:
                    assert (await response.json())["state"] == "votable"
            async with await vote(ann, answered, key="mine") as response:
                assert response.status == 200
            # An end that could not be recorded was kept until it could.
            assert b'"state":"votable"' in await following
            async with await vote(ann, streaming, key="other") as response:
                assert response.status == 200
