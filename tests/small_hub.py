"""A small hub of data sets: the calls of Hugging Face's interface that a release makes."""

import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from loopback import on_loopback

TOKEN = "hf_tests_token"  # noqa: S105  # of this server


@dataclass
class SmallHub:
    """What the hub holds, and how it is reached."""

    endpoint: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)
    visibility: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a client that may write."""
        return {"HF_ENDPOINT": self.endpoint, "HF_TOKEN": TOKEN}

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a call, as the hub does."""
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": "Invalid credentials"}, status=401)
        calls = {
            "/repos/create": self._create,
            "/validate-yaml": self._validate,
            "/datasets/lab/votes/preupload/main": self._sort,
            "/datasets/lab/votes/commit/main": self._commit,
            "/datasets/lab/votes/tree/main": self._tree,
            "/datasets/lab/votes/tag/main": self._tag,
        }
        call = calls.get(request.path.removeprefix("/api"))
        if call is None:
            return web.json_response({"error": f"no {request.path}"}, status=404)
        return web.json_response(call((await request.read()).decode()))

    def _create(self, body: str) -> object:
        self.visibility = json.loads(body)["visibility"]
        return {"url": f"{self.endpoint}/datasets/lab/votes"}

    def _validate(self, _: str) -> object:
        return {"errors": [], "warnings": []}

    def _sort(self, body: str) -> object:
        """Take every file as it is: none is large."""
        kind = {"uploadMode": "regular", "shouldIgnore": False}
        return {"files": [{"path": one["path"], **kind} for one in json.loads(body)["files"]]}

    def _tree(self, _: str) -> object:
        """List what all commits together left there."""
        return [
            {"type": "file", "path": name, "size": len(content), "oid": "1"}
            for name, content in self.files.items()
        ]

    def _tag(self, body: str) -> object:
        self.tags.append(json.loads(body)["tag"])
        return {}

    def _commit(self, body: str) -> object:
        for line in body.splitlines():
            said = json.loads(line)
            if said["key"] == "header":
                self.commits.append(said["value"]["summary"])
            elif said["key"] == "deletedFile":
                del self.files[said["value"]["path"]]
            else:
                value = said["value"]
                self.files[value["path"]] = base64.b64decode(value["content"])
        url = f"{self.endpoint}/datasets/lab/votes/commit/1"
        return {"commitUrl": url, "commitOid": "1", "success": True}


@asynccontextmanager
async def small_hub() -> AsyncGenerator[SmallHub]:
    """Serve the data set lab/votes until the end."""
    hub = SmallHub()
    app = web.Application(client_max_size=50_000_000)
    app.router.add_route("*", "/{name:.*}", hub.answer)
    async with on_loopback(app) as hub.endpoint:
        yield hub
