"""The documentation says what the code has."""

import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from importlib import resources
from pathlib import Path

import click
import grimp
import pytest

from tiltyard.arena.events import Event
from tiltyard.arena.match import (
    ALLOWED,
    NOTHING_HIDDEN,
    OVER,
    REFUSALS,
    STILL_HIDDEN,
    BattleState,
    Call,
)
from tiltyard.cli import COMMANDS, tiltyard
from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.contestants.embedding_model import EmbeddingModel
from tiltyard.web.api.event_stream import NAMES
from tiltyard.web.app import create_app
from tiltyard.web.installation import install
from tiltyard.web.settings import Settings
from tiltyard_process import run

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "src" / "tiltyard"
NOTHING = "\N{EN DASH}"


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented(field: str) -> None:
    assert f"`TILTYARD_{field.upper()}`" in read("reference/settings.md")


def subcommands(name: str) -> list[tuple[str, click.Command]]:
    command = tiltyard.get_command(click.Context(tiltyard), name)
    if isinstance(command, click.Group):
        return [(f"{name} {sub}", found) for sub, found in command.commands.items()]
    assert command is not None
    return [(name, command)]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    page = read("reference/command_line.md") + read("guide/rank_your_votes.md")
    for path, command in subcommands(name):
        assert f"`tiltyard {path}" in page
        for option in command.params:
            assert any(spelling in page for spelling in option.opts), f"{path} {option.opts}"


def test_the_help_in_the_list_is_the_commands_own() -> None:
    for name, line in COMMANDS.items():
        command = tiltyard.get_command(click.Context(tiltyard), name)
        assert command is not None
        assert line.removesuffix(".") in (command.help or "").split("\n")[0]


def test_every_route_is_documented(tmp_path: Path) -> None:
    app = create_app(install(Settings(data=tmp_path), demo_catalogue()))
    page = read("reference/http.md")
    for path, methods in app.openapi()["paths"].items():
        address = re.sub(r"\{(\w+)\}", _placeholder, path.removeprefix("/api/v1"))
        for method in methods:
            assert f"`{method.upper()} {address}" in page, f"{method} {path}"


def _placeholder(match: re.Match[str]) -> str:
    return {"battle_id": "{id}", "model_id": "{id}", "slice_name": "{slice}"}.get(
        match[1], match[0]
    )


@pytest.mark.parametrize("event", NAMES)
def test_every_event_and_its_fields_are_documented(event: type[Event]) -> None:
    page = read("reference/http.md")
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{NAMES[event]}`")]
    for field in fields(event):
        assert f'"{field.name}"' in row


def rows_of(page: str, head: str) -> list[list[str]]:
    """The cells of the table whose first line is `head`, without its head."""
    table = page.split(f"{head}\n")[1].split("\n\n", maxsplit=1)[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table]


def test_every_state_of_a_battle_is_explained() -> None:
    rows = rows_of(read("reference/match.md"), "| state | means |")
    assert [row[0] for row in rows] == [f"`{state}`" for state in BattleState]
    for state in BattleState:
        assert f"`{state}`" in read("reference/http.md")
        assert f">{state}<" in read("match.svg")


def test_what_each_state_allows_is_what_the_code_allows() -> None:
    head = f"| state | {' | '.join(Call)} |"
    when = {Call.GIVE_UP: "while hidden", Call.CONTINUE: "once known"}
    for state, row in zip(BattleState, rows_of(read("reference/match.md"), head), strict=True):
        allowed = [when.get(call, "yes") if state in ALLOWED[call] else "no" for call in Call]
        assert row == [f"`{state}`", *allowed]


def test_what_each_refusal_says_is_what_the_code_says() -> None:
    page = read("reference/match.md")
    rows = rows_of(page, "| state | refusal |")
    assert rows == [[f"`{state}`", REFUSALS[state]] for state in BattleState]
    assert f'"{NOTHING_HIDDEN}"' in page
    assert f'"{STILL_HIDDEN}"' in page
    assert f'"{OVER}"' in page


@pytest.mark.parametrize("word", [*Contestant.model_fields, *Status])
def test_every_key_of_the_catalogue_is_documented(word: str) -> None:
    assert word in read("guide/add_a_model.md")


@pytest.mark.parametrize("key", EmbeddingModel.model_fields)
def test_every_key_of_an_embedding_model_is_documented(key: str) -> None:
    head = "| key of `[[embedding_model]]` | needed | means |"
    rows = rows_of(read("reference/labels.md"), head)
    assert any(f"`{key}`" in row[0] for row in rows)


def test_every_room_is_on_the_map_with_the_rooms_that_it_imports() -> None:
    graph = grimp.build_graph("tiltyard", cache_dir=None)
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    for room in rooms:
        graph.squash_module(f"tiltyard.{room}")
    rows = rows_of(read("architecture.md"), "| room | what it is for | imports |")
    shown = {room.strip("`/"): set(imports.split(", ")) - {NOTHING} for room, _, imports in rows}
    assert shown.pop("frontend") == set()
    assert shown.keys() == rooms
    for room, imports in shown.items():
        found = graph.find_modules_directly_imported_by(f"tiltyard.{room}")
        assert imports == (rooms - {room}) & {one.removeprefix("tiltyard.") for one in found}, room


def test_the_rooms_that_do_not_import_each_other_are_named() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = [
        contract["layers"]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    ]
    beside = [one.replace("tiltyard.", "").split(" | ") for one in layers if " | " in one]
    page = read("architecture.md")
    for *rooms, last in beside:
        assert f"{', '.join(f'`{room}`' for room in rooms)} and `{last}`" in page


def test_every_part_of_the_largest_room_is_described() -> None:
    page = read("architecture.md")
    for part in (path.parent.name for path in (PACKAGE / "boards").glob("*/__init__.py")):
        assert f"`{part}/`" in page


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (DOCS / "decisions").glob("0*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    options = ("--fail-on-warning", "--quiet")
    build = [sys.executable, "-m", "sphinx", *options, str(DOCS), str(tmp_path)]
    finished = subprocess.run(build, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


def test_the_table_in_the_readme_is_what_rank_prints() -> None:
    votes = resources.files("leaderbot") / "data" / "chatbotarena_20240814.json"
    printed = run("rank", str(votes)).stdout.splitlines()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("```text\n")[1].split("\n```")[0].splitlines()
    head, tail = table[: table.index("    …")], table[table.index("    …") + 1 :]
    assert printed[: len(head)] == head
    assert [line for line in printed if line][-len(tail) :] == tail
