"""Real parts for tests: a temporary PostgreSQL, a Chromium, an event loop."""

import os
import shutil
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from embeddings_server import EmbeddingsServer, start_embeddings_server
from model_server import ModelServer, start_model_server
from postgres import PostgresCluster, find_binaries
from tiltyard_process import run

Filling = Callable[[str], Awaitable[None]]
"""Writes into the ledger at a place."""

COMPLETE = os.environ.get("TILTYARD_TESTS_COMPLETE") == "1"
"""Set by continuous integration: a missing part is a failure there, not a skip."""


def missing(part: str, package: str) -> None:
    """Leave a test out with a line saying what to install; fail where everything must run."""
    sentence = f"{part} was not found: install it (on Debian: apt install {package})"
    if COMPLETE:
        pytest.fail(sentence)
    pytest.skip(sentence)


LONG = ("faults/", "leaks/", "browser/", "arena/test_match.py", "web/test_openapi.py")
"""Files that take long begin first: no core is idle while another has one of them left."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let long files come first, in the order that chance gave them."""
    here = Path(__file__).parent
    items.sort(key=lambda item: not str(item.path.relative_to(here)).startswith(LONG))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL of this test run's own: temporary directory, private socket, no port."""
    binaries = find_binaries()
    if binaries is None:
        missing("The PostgreSQL server", "postgresql")
    else:
        with PostgresCluster.running(binaries) as cluster:
            yield cluster


@pytest.fixture(scope="session")
def upgraded(postgres: PostgresCluster) -> Iterator[str]:
    """A database with the tables of a ledger, to be copied: they are made once."""
    with postgres.database("upgraded") as url:
        assert run("db", "upgrade", TILTYARD_DATABASE_URL=url).returncode == 0
        yield "upgraded"


@pytest.fixture
def postgres_url(postgres: PostgresCluster, upgraded: str) -> Iterator[str]:
    """A PostgreSQL database with the tables of a ledger, and nothing in them."""
    with postgres.database(f"tiltyard_{uuid.uuid4().hex}", like=upgraded) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres: PostgresCluster) -> Iterator[str]:
    """A PostgreSQL database without a table."""
    with postgres.database(f"tiltyard_{uuid.uuid4().hex}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
        return
    yield request.getfixturevalue("postgres_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
        return
    yield request.getfixturevalue("empty_postgres_url")


@pytest.fixture(scope="module")
async def filled_file(filling: Filling, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger that a module filled, to be copied: it is filled once."""
    file = tmp_path_factory.mktemp("filled") / "ledger.sqlite3"
    await filling(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="module")
async def filled_database(
    filling: Filling, postgres: PostgresCluster, upgraded: str
) -> AsyncGenerator[str]:
    """The same in PostgreSQL."""
    name = f"filled_{uuid.uuid4().hex}"
    with postgres.database(name, like=upgraded) as url:
        await filling(url)
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def filled_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with what the module's fixture `filling` writes, once of each kind."""
    if request.param == "sqlite":
        file = tmp_path / "ledger.sqlite3"
        shutil.copyfile(request.getfixturevalue("filled_file"), file)
        yield f"sqlite:///{file}"
        return
    filled = request.getfixturevalue("filled_database")
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    with cluster.database(f"tiltyard_{uuid.uuid4().hex}", like=filled) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser. One a module: while it is open, its loop keeps async tests from running."""
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = next((path for name in names if (path := shutil.which(name))), None)
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    executable = executable or (str(mac) if mac.exists() else None)
    if executable is None:
        missing("Chromium", "chromium")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            # Chromium refuses its sandbox to root, and only to root.
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    """A server of misbehaving models, as a process of its own."""
    with start_model_server() as server:
        yield server


@pytest.fixture(scope="session")
def running_embeddings_server() -> Iterator[EmbeddingsServer]:
    """An `/embeddings` endpoint, as a process of its own."""
    with start_embeddings_server() as server:
        yield server


@pytest.fixture
def embeddings_server(running_embeddings_server: EmbeddingsServer) -> EmbeddingsServer:
    """An `/embeddings` endpoint that nobody has asked yet."""
    running_embeddings_server.behave("")
    return running_embeddings_server
