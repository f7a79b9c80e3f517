import asyncio
from pathlib import Path

import pytest

from serving import API, ask, follow, serving, voter
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.web import security
from tiltyard.web.app import create_app
from tiltyard.web.installation import install
from tiltyard.web.settings import Settings

pytestmark = pytest.mark.anyio

QUESTION = {"message": {"parts": [{"type": "text", "text": "Hello?"}]}}


@pytest.mark.parametrize("path", ["/", "/leaderboard", "/nope", f"{API}/boards", "/favicon.ico"])
async def test_every_response_carries_the_policy(without_votes: str, path: str) -> None:
    async with voter(without_votes) as ann, ann.get(path) as response:
        policy = response.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "no-cache"),
        ("/your-data", "no-store"),
        ("/my-board", "no-store"),
        ("/battles/00000000-0000-4000-8000-000000000001", "no-store"),
        (f"{API}/boards", "no-store"),
    ],
)
async def test_what_is_one_voters_is_in_no_browsers_cache(
    without_votes: str, path: str, kept: str
) -> None:
    async with voter(without_votes) as ann, ann.get(path) as response:
        assert response.headers["cache-control"] == kept


async def test_pages_hold_no_inline_script_or_style(tmp_path: Path) -> None:
    async with serving(tmp_path, examples=True) as base, voter(base) as ann:
        for path in ("/", "/boards/text/overall", "/nope"):
            async with ann.get(path) as response:
                page = await response.text()
            assert " style=" not in page
            assert "<style" not in page
            assert " onclick=" not in page
            for script in page.split("<script")[1:]:
                assert " src=" in script.split(">")[0] or 'type="application/json"' in script


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://[bad"},
    ],
)
async def test_another_site_cannot_act_for_my_browser(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        async with ann.post(f"{API}/battles", json=QUESTION, headers=headers) as response:
            assert response.status == 403
            assert response.content_type == "application/problem+json"
        async with ann.post(f"{API}/battles", json=QUESTION, headers={"Origin": base}) as response:
            assert response.status == 201


async def test_a_forged_cookie_is_a_stranger(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann, voter(base) as eve:
        battle = await ask(ann)
        (cookie,) = ann.cookie_jar
        forged = cookie.value[:-3] + "abc"
        async with eve.get(
            f"{API}/battles/{battle['id']}", cookies={"tiltyard_voter": forged}
        ) as response:
            assert response.status == 404
            assert "tiltyard_voter=" in response.headers["set-cookie"]


@pytest.mark.parametrize("other", ['prefs={"a":1}', "n=bär", "a b=c", "a[b]=c", "x"])
async def test_cookies_of_other_software_do_not_hide_mine(tmp_path: Path, other: str) -> None:
    async with serving(tmp_path) as base, voter(base) as ann, voter(base) as again:
        battle = await ask(ann)
        (cookie,) = ann.cookie_jar
        headers = {"Cookie": f"{other}; tiltyard_voter={cookie.value}"}
        async with again.get(f"{API}/battles/{battle['id']}", headers=headers) as response:
            assert response.status == 200


async def test_a_server_error_carries_the_policy_too(tmp_path: Path) -> None:
    installation = install(Settings(data=tmp_path), demo_catalogue())
    app = create_app(installation)

    @app.get("/broken")
    async def broken() -> None:
        message = "a defect"
        raise RuntimeError(message)

    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:  # ASGI's shape
        sent.append(message)

    async def receive() -> dict[str, object]:  # ASGI's shape
        return {"type": "http.request"}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/broken",
        "raw_path": b"/broken",
        "query_string": b"",
        "headers": [],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
    }
    with pytest.raises(RuntimeError):
        await app(scope, receive, send)  # type: ignore[arg-type]
    headers = dict(sent[0]["headers"])  # type: ignore[call-overload]
    assert sent[0]["status"] == 500
    assert b"script-src 'self'" in headers[b"content-security-policy"]


async def test_the_cookie_is_the_browsers_alone(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        async with ann.get("/") as response:
            cookie = response.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        async with ann.get("/") as response:
            assert "set-cookie" not in response.headers


async def test_the_secret_is_kept_and_kept_private(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        battle = await ask(ann)
        cookies = {cookie.key: cookie.value for cookie in ann.cookie_jar}
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    async with serving(tmp_path) as base, voter(base) as ann:
        path = f"{API}/battles/{battle['id']}"
        async with ann.get(path, cookies=cookies) as response:
            assert response.status == 200


async def test_a_body_that_does_not_come_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "RECEIVE_S", 0.2)
    async with serving(tmp_path) as base:
        port = int(base.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"POST {API}/battles HTTP/1.1\r\nHost: arena\r\nContent-Type: application/json\r\n"
            'Content-Length: 900000\r\n\r\n{"message":'.encode()
        )
        answer = await reader.readuntil(b"send it again.")
        assert answer.startswith(b"HTTP/1.1 408")
        writer.close()


async def test_bodies_are_held_up_to_a_limit_and_no_more_once_they_are_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "MOST_ON_THE_WAY", 1_000)
    async with serving(tmp_path) as base, voter(base) as ann:
        for _ in range(20):
            await follow(ann, (await ask(ann))["id"])
        async with ann.post(f"{API}/battles", data=b" " * 2_000) as response:
            assert response.status == 503
            assert int(response.headers["Retry-After"]) > 0
            assert "Too much is being sent" in (await response.json())["detail"]
        await ask(ann)
