import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from model_server import ModelServer
from tiltyard_process import run, running, running_installed

CATALOGUE = """
[[contestant]]
id = "one"
name = "One"
organisation = "Test works"
licence = "none"
adapter = "openai_chat"
model = "plain:1"
base_url = "{base_url}"

[[contestant]]
id = "two"
name = "Two"
organisation = "Test works"
licence = "none"
adapter = "openai_chat"
model = "plain:2"
base_url = "{base_url}"
"""
HEAVY = ("numpy", "scipy", "polars", "sqlalchemy", "fastapi", "pydantic", "aiohttp", "rich")


@pytest.fixture
def catalogue(tmp_path: Path, model_server: ModelServer) -> Path:
    file = tmp_path / "contestants.toml"
    file.write_text(CATALOGUE.format(base_url=model_server.base_url))
    return file


def test_help_lists_every_command_without_loading_any() -> None:
    program = (
        "import sys; from tiltyard.cli import main\n"
        "try: main(['--help'])\n"
        f"finally: print([name for name in {HEAVY} if name in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert shown.splitlines()[-1] == "[]"
    for command in ("demo", "serve", "worker", "doctor", "models", "rank", "db"):
        assert f"  {command}" in shown
        assert run(command, "--help").returncode == 0


def test_demo_serves_a_page_that_can_vote(tmp_path: Path) -> None:
    with running_installed("demo", "--data", tmp_path) as server:
        with urlopen(server.base) as page:  # noqa: S310  # our own loopback address
            assert b"/static/built/battle.js" in page.read()
        with urlopen(f"{server.base}/leaderboard") as page:  # noqa: S310
            assert page.url.endswith("/boards/text/overall")


def test_serve_uses_the_catalogue(tmp_path: Path, catalogue: Path) -> None:
    with (
        running("serve", "--data", tmp_path, "--contestants", catalogue) as server,
        urlopen(f"{server.base}/api/v1/models") as answer,  # noqa: S310  # loopback
    ):
        assert [model["id"] for model in json.load(answer)["models"]] == ["one", "two"]


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        finished = run("demo", "--data", tmp_path, "--port", port)
    assert finished.returncode == 2
    assert f"Port {port} on 127.0.0.1 is in use" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_database_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    finished = run("demo", "--data", tmp_path / "file" / "deeper")
    assert finished.returncode == 2
    assert "cannot be written at" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_demo_never_writes_into_another_ledger(tmp_path: Path) -> None:
    real = f"sqlite:///{tmp_path / 'real.sqlite3'}"
    with running("demo", "--data", tmp_path / "demo", TILTYARD_DATABASE_URL=real):
        assert not (tmp_path / "real.sqlite3").exists()


def test_a_second_server_on_one_ledger_is_refused(tmp_path: Path) -> None:
    with running("demo", "--data", tmp_path):
        second = run("demo", "--data", tmp_path, "--port", "0")
    assert second.returncode == 2
    assert "Another server is using the ledger" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_database_that_cannot_be_reached_is_a_sentence(
    tmp_path: Path, catalogue: Path, command: str
) -> None:
    url = "postgresql://me:hunter2@/arena?host=/nonexistent"
    finished = run(
        command,
        TILTYARD_DATABASE_URL=url,
        TILTYARD_DATA=str(tmp_path),
        TILTYARD_CONTESTANTS=str(catalogue),
    )
    assert finished.returncode == 2
    assert finished.stderr.startswith("Error: The database postgresql")
    assert "hunter2" not in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").write_text(
        "not a database, but long enough to look like one" * 99
    )
    finished = run("demo", "--data", tmp_path, "--port", "0")
    assert finished.returncode == 2
    assert "file is not a database" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_doctor_leaves_no_trace(tmp_path: Path) -> None:
    run("doctor", "--data", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_mistake_in_the_catalogue_is_named_with_its_line(tmp_path: Path, catalogue: Path) -> None:
    catalogue.write_text(catalogue.read_text().replace('name = "Two"', 'nmae = "Two"'))
    finished = run("serve", "--data", tmp_path, "--contestants", catalogue)
    assert finished.returncode == 2
    assert f"{catalogue}:13:" in finished.stderr
    assert "nmae" in finished.stderr


def test_no_catalogue_at_all_is_a_sentence(tmp_path: Path) -> None:
    finished = run("serve", "--data", tmp_path, "--contestants", tmp_path / "none.toml")
    assert finished.returncode == 2
    assert "none.toml cannot be read" in finished.stderr


def test_models_list_shows_the_catalogue(catalogue: Path) -> None:
    listed = run("models", "list", "--contestants", catalogue)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["one", "two"]
    as_json = json.loads(run("models", "list", "--contestants", catalogue, "--json").stdout)
    assert as_json[0]["status"] == "public"


def test_listing_needs_no_key(catalogue: Path) -> None:
    catalogue.write_text(
        catalogue.read_text().replace('id = "one"', 'id = "one"\nkey_env = "NOT_SET"')
    )
    assert run("models", "list", "--contestants", catalogue).returncode == 0


def test_doctor_says_that_serve_would_work(tmp_path: Path, catalogue: Path) -> None:
    finished = run("doctor", "--data", tmp_path, "--contestants", catalogue, "--json")
    assert finished.returncode == 0, finished.stdout
    assert all(finding["fine"] for finding in json.loads(finished.stdout)["findings"])


def test_doctor_knows_the_postgresql(tmp_path: Path, catalogue: Path, postgres_url: str) -> None:
    looked = ("doctor", "--data", tmp_path, "--contestants", catalogue, "--json")
    finished = run(*looked, TILTYARD_DATABASE_URL=postgres_url)
    assert finished.returncode == 0, finished.stderr
    sentence = json.loads(finished.stdout)["findings"][1]["sentence"]
    assert re.match(r"PostgreSQL \d\S* .*answers at postgresql", sentence)
    assert "sessions free; a power failure can lose acknowledged votes: set fsync" in sentence
    greedy = run(*looked, TILTYARD_DATABASE_URL=postgres_url, TILTYARD_DATABASE_SESSIONS="100000")
    assert greedy.returncode == 1
    assert "raise max_connections" in greedy.stdout


def test_doctor_says_which_lines_would_add_a_model(tmp_path: Path) -> None:
    missing = tmp_path / "contestants.toml"
    finished = run(
        "doctor", "--data", tmp_path, "--contestants", missing, OPENAI_API_KEY="sk-secret-value"
    )
    assert finished.returncode == 1
    assert "[[contestant]]" in finished.stdout
    assert 'key_env = "OPENAI_API_KEY"' in finished.stdout
    assert "sk-secret-value" not in finished.stdout + finished.stderr


def test_db_upgrade_and_worker_on_an_empty_ledger(tmp_path: Path) -> None:
    assert "up to date" in run("db", "upgrade", "--data", tmp_path).stdout
    done = run("worker", "--data", tmp_path)
    assert done.stdout == "0 battles labelled, 0 boards published\n"


def test_a_bad_setting_names_its_variable(tmp_path: Path) -> None:
    finished = run("demo", "--data", tmp_path, TILTYARD_LIVE_TURNS="many")
    assert finished.returncode == 2
    assert "TILTYARD_LIVE_TURNS" in finished.stderr


def test_an_unknown_command_is_a_usage_error() -> None:
    finished = run("dmeo")
    assert finished.returncode == 2
    assert "dmeo" in finished.stderr
