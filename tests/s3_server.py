"""A small S3: one bucket in memory behind a real socket, which checks every signature."""

import hashlib
import hmac
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from aiohttp import web

from loopback import on_loopback

KEY_ID, SECRET, REGION = "test-key", "test-secret", "eu-test-1"


@dataclass
class SmallS3:
    """What the server keeps, and how it is reached."""

    endpoint: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    failing: int = 0
    """How many of the next requests are answered 503."""

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a client that may use it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
        }

    async def answer(self, request: web.Request) -> web.Response:
        """PUT, GET, DELETE and listing of objects, as S3 answers them."""
        self.calls.append(request.method)
        body = await request.read()
        if self.failing:
            self.failing -= 1
            return _error(503, "SlowDown")
        if not _signed(request, body):
            return _error(403, "SignatureDoesNotMatch")
        name = request.path
        if request.method == "PUT":
            self.objects[name] = body
            return web.Response(headers={"ETag": f'"{hashlib.md5(body).hexdigest()}"'})  # noqa: S324
        if request.method == "DELETE":
            self.objects.pop(name, None)
            return web.Response(status=204)
        if request.query.get("list-type") == "2":
            return self._listed(f"{name}/{request.query['prefix']}", name)
        return self._object(name)

    def _object(self, name: str) -> web.Response:
        if name not in self.objects:
            return _error(404, "NoSuchKey")
        headers = {"ETag": '"1"', "Last-Modified": "Mon, 23 Nov 2026 12:00:00 GMT"}
        return web.Response(body=self.objects[name], headers=headers)

    def _listed(self, prefix: str, bucket: str) -> web.Response:
        """List objects, all on one page."""
        rows = "".join(
            f"<Contents><Key>{name.removeprefix(f'{bucket}/')}</Key><Size>{len(data)}</Size>"
            f"<ETag>1</ETag><LastModified>2026-11-23T12:00:00.000Z</LastModified></Contents>"
            for name, data in self.objects.items()
            if name.startswith(prefix)
        )
        text = f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        return web.Response(text=text, content_type="application/xml")


@asynccontextmanager
async def small_s3() -> AsyncGenerator[SmallS3]:
    """Serve one bucket until the end."""
    server = SmallS3()
    app = web.Application(client_max_size=50_000_000)
    app.router.add_route("*", "/{name:.*}", server.answer)
    async with on_loopback(app) as server.endpoint:
        yield server


def _error(status: int, code: str) -> web.Response:
    return web.Response(
        status=status, text=f"<Error><Code>{code}</Code></Error>", content_type="application/xml"
    )


def _signed(request: web.Request, body: bytes) -> bool:
    """Check an AWS signature, version 4, from its specification."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    given = dict(pair.strip().split("=", 1) for pair in rest.split(",") if "=" in pair)
    scope = given.get("Credential", "").partition("/")[2]
    payload = request.headers.get("x-amz-content-sha256", "")
    if scheme != "AWS4-HMAC-SHA256" or payload != hashlib.sha256(body).hexdigest():
        return False
    names = given["SignedHeaders"].split(";")
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
    path = quote(request.path, safe="/-_.~")
    canonical = "\n".join(
        (request.method, path, request.rel_url.raw_query_string, headers, ";".join(names), payload)
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = "\n".join((scheme, request.headers["x-amz-date"], scope, hashed))
    key = f"AWS4{SECRET}".encode()
    for step in scope.split("/"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature, given["Signature"])
