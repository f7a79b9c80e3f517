"""The examples of the guides run, as they stand, in a directory with the files they name."""

import os
import re
import shlex
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest

import tiltyard_process
from prompts.asked import asked
from synthetic_votes import MODELS, synthetic_votes
from tiltyard.arena.definition import ArenaDefinition, parse_definition

DOCS = Path(__file__).parent.parent / "docs" / "guide"
GUIDES = (
    "import_votes",
    "rank_your_votes",
    "reproduce_a_leaderboard",
    "what_the_interval_means",
    "why_our_style_control_differs",
)
BLOCK = re.compile(r"```(sh|python)\n(.*?)```", re.DOTALL)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    votes = synthetic_votes(3000)
    votes.write_parquet(tmp_path / "votes.parquet")
    votes.select("model_a", "model_b", "winner").write_csv(tmp_path / "votes.csv")
    prices = "\n".join(f"{model},{place + 1}" for place, model in enumerate(MODELS))
    (tmp_path / "prices.csv").write_text(f"model,US dollars per million tokens\n{prices}\n")
    return tmp_path


def blocks(guide: str, language: str) -> list[str]:
    found = BLOCK.findall((DOCS / f"{guide}.md").read_text(encoding="utf-8"))
    return [text for kind, text in found if kind == language]


def run(command: list[str], directory: Path) -> str:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    finished = subprocess.run(
        command, capture_output=True, text=True, cwd=directory, env=environment, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def shell(text: str, directory: Path) -> str:
    """Run commands line by line: Tiltyard's where it is imported already, others by a shell."""
    return "".join(line_of(line, directory) for line in text.splitlines())


def line_of(line: str, directory: Path) -> str:
    if not line.startswith("tiltyard ") or "$" in line:
        return run(["sh", "-euc", line], directory)
    with chdir(directory):
        finished = tiltyard_process.run(*shlex.split(line, comments=True)[1:])
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_and_the_python_of_a_guide_run(guide: str, directory: Path) -> None:
    for text in blocks(guide, "sh"):
        if "pip install" in text:
            text = "\n".join(line for line in text.splitlines() if "pip install" not in line)  # noqa: PLW2901  # the tests have it
        assert "votes" in shell(text, directory)
    program = "\n".join(blocks(guide, "python"))
    assert not program or run([sys.executable, "-W", "error", "-c", program], directory)


def test_the_guide_to_what_people_ask_next_runs(directory: Path) -> None:
    votes = synthetic_votes(3000).drop("voter", "language")
    votes = votes.hstack(asked(3000).select("prompt", "voter", "language"))
    votes.write_parquet(directory / "votes.parquet")
    swap, value, topics, taste = blocks("look_deeper", "sh")
    assert "so the new one is" in shell(swap, directory)
    assert "above the line" in shell(value, directory)
    assert " · " in shell(topics, directory)
    assert "own votes" in shell(taste, directory)
    (program,) = blocks("look_deeper", "python")
    printed = run([sys.executable, "-W", "error", "-c", program], directory)
    assert "better" in printed
    assert "cedar" in printed


def test_the_table_in_the_guide_is_what_rank_prints(directory: Path) -> None:
    (command,) = (text for text in blocks("rank_your_votes", "sh") if "leaderbot" in text)
    printed = run(["sh", "-euc", command.splitlines()[-1]], directory)
    guide = (DOCS / "rank_your_votes.md").read_text(encoding="utf-8")
    shown = next(
        text for text in re.findall(r"```text\n(.*?)```", guide, re.DOTALL) if "rank" in text
    )
    assert printed.startswith(shown.rstrip())


def test_an_import_says_what_the_guide_says(directory: Path) -> None:
    (command,) = blocks("import_votes", "sh")
    printed = run(["sh", "-euc", command], directory)
    assert f"```text\n{printed}```" in (DOCS / "import_votes.md").read_text(encoding="utf-8")


def test_a_ridge_on_the_mean_loss_shrinks_as_the_guide_says(directory: Path) -> None:
    program = "\n".join(blocks("why_our_style_control_differs", "python"))
    lines = run([sys.executable, "-c", program], directory).splitlines()
    (shrunk,) = (line for line in lines if line.startswith("length") and "→" in line)
    free, pulled = (float(number) for number in re.findall(r"[-+]\d\.\d+", shrunk))
    assert 0 < pulled < free / 4


def test_the_arena_of_the_guide_can_be_hosted() -> None:
    guide = (DOCS / "declare_an_arena.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    quiet = parse_definition(example, name="arenas/quiet.toml")
    assert (quiet.id, quiet.vote.per) == ("quiet", "turn")
    assert quiet.pacing is not None
    sections = set(re.findall(r"^\| `\[?([a-z]+)\]?` \|", guide, re.MULTILINE))
    assert sections == set(ArenaDefinition.model_fields) - {"id", "title", "description"}
