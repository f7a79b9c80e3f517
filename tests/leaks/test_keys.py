"""A provider's key is nowhere but in requests: not in logs, errors, tracebacks, tables or pages."""

import asyncio
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import anyio
import pytest

from model_server import ModelServer
from serving import API, ask, follow, voter
from tiltyard.contestants.wires import WIRES
from tiltyard_process import running

pytestmark = pytest.mark.anyio

IN_VARIABLE, IN_FILE = "sk-telltale-variable-5d1f", "sk-telltale-file-77ab"
MANNERS = ("plain", "status-401", "status-500", "error-in-200", "die-middle", "bad-json")
BATTLES = 40
PAGES = ("/", f"{API}/models", f"{API}/battles", "/operations/endpoints", f"{API}/openapi.json")


def catalogue(directory: Path, server: str) -> Path:
    """Every wire with every manner, keys in turn from a variable and from a file."""
    held = directory / "key"
    held.write_text(f"{IN_FILE}\n")
    held.chmod(0o600)
    keys = ('key_env = "SOME_KEY"', f'key_file = "{held}"')
    entries = [
        f'[[contestant]]\nid = "c{number}"\nname = "C{number}"\norganisation = "House"\n'
        f'licence = "none"\nadapter = "{wire}"\nmodel = "{manner}:{number}"\n'
        f'base_url = "{server.replace("/v1", "/v1beta") if wire == "gemini" else server}"\n'
        f"{keys[number % 2]}\n"
        for number, (manner, wire) in enumerate(product(MANNERS, WIRES))
    ]
    unreachable = entries[0].replace(server, "http://nowhere.invalid/v1").replace('"c0"', '"gone"')
    file = directory / "contestants.toml"
    file.write_text("\n".join([*entries, unreachable]))
    return file


def files(directory: Path) -> Iterator[tuple[Path, bytes]]:
    for path in directory.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


async def test_a_key_is_nowhere_but_in_requests(tmp_path: Path, model_server: ModelServer) -> None:
    data, token = tmp_path / "data", "an-operator-token-0123456789"
    seen: list[bytes] = []
    with running(
        "serve",
        *("--data", data, "--contestants", catalogue(tmp_path, model_server.base_url)),
        log=tmp_path / "server.log",
        SOME_KEY=IN_VARIABLE,
        TILTYARD_OPERATOR_TOKEN=token,
        TILTYARD_LIVE_TURNS_PER_VOTER=str(BATTLES),
    ) as server:
        async with voter(server.base) as ann:
            battles = [(await ask(ann))["id"] for _ in range(BATTLES)]
            seen += await asyncio.gather(*(follow(ann, battle) for battle in battles))
            for page in (*PAGES, *(f"{API}/battles/{battle}" for battle in battles)):
                headers = {"Authorization": f"Bearer {token}"}
                async with ann.get(page, headers=headers) as response:
                    seen.append(await response.read() + str(response.headers).encode())
    asked = await anyio.to_thread.run_sync(model_server.requests)
    sent = " ".join(str(request["headers"]) for request in asked)
    assert IN_VARIABLE in sent
    assert IN_FILE in sent
    written = {path: content for path, content in files(tmp_path) if path.name != "key"}
    assert b"answered 401" in b"".join(written.values()), "failures were recorded"
    assert b"[key]" in written[tmp_path / "server.log"], "and what providers repeat was taken out"
    for key in (IN_VARIABLE.encode(), IN_FILE.encode()):
        assert not [path for path, content in written.items() if key in content]
        assert not any(key in content for content in seen)
