import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click
import polars as pl
import pytest
from click.testing import CliRunner, Result

from synthetic_votes import synthetic_votes
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.recipes.recipe import Anchor, Recipe
from tiltyard.boards.saved.verifying import verify_board
from tiltyard.cli import main

CSV = "model_a,model_b,winner\nx,y,model_a\ny,z,model_a\nz,x,model_a\nx,y,tie\n"


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    file = tmp_path / "votes.csv"
    file.write_text(CSV)
    return file


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def program(arguments: tuple[str, ...]) -> None:
    """The whole program, which says what errors of any kind look like."""
    main(arguments)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(program, ["rank", *(str(argument) for argument in arguments)])


def test_the_table_shows_every_model_in_full_without_colours(votes: Path) -> None:
    votes.write_text(CSV.replace("x", "a-model-with-a-name-of-" + "many-" * 30 + "parts"))
    result = run(votes)
    assert result.exit_code == 0
    assert "many-" * 30 + "parts" in result.stdout
    assert "\x1b" not in result.stdout
    assert "95 % interval" in result.stdout
    assert "4 votes on 3 models · Bradley-Terry, ties as halves, mean 1000" in result.stdout


def test_names_cannot_steer_the_terminal_or_the_layout(votes: Path) -> None:
    votes.write_text(CSV.replace("x", "[bold]\x1b[31mx"))
    assert "[bold]�[31mx" in run(votes).stdout


def test_several_files_are_ranked_together(votes: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.jsonl"
    more.write_text('{"model_a": "x", "model_b": "w", "winner": "tie", "count": 5}\n')
    assert "9 votes on 4 models" in run(votes, more).stdout


def test_columns_of_other_names_are_mapped(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("left,right,verdict,user\nx,y,model_a,u\ny,x,model_a,v\n")
    named = [f"--column={pair}" for pair in ("model_a=left", "model_b=right", "outcome=verdict")]
    assert "2 votes on 2 models" in run(file, *named).stdout
    clustered = run(file, *named, "--column", "voter=user", "--cluster", "voter")
    assert "clustered by voter" in clustered.stdout
    assert "few_clusters" in clustered.stdout
    saved = run(file, *named, "--save", tmp_path / "board")
    assert saved.exit_code == 0, saved.output
    assert "is not NAME=THEIRS" in run(file, "--column", "left").stderr


def test_what_a_check_finds_is_in_the_json_and_holds_when_verified(tmp_path: Path) -> None:
    file, board = tmp_path / "votes.csv", tmp_path / "board"
    cycle = [pair for pair in ("x,y", "y,z", "z,x") for _ in range(60)]
    lost = [f"{pair[2]},{pair[0]}" for pair in cycle[::6]]
    file.write_text("model_a,model_b,winner\n" + "".join(f"{p},model_a\n" for p in cycle + lost))
    shown = run(file, "--check-fit", "--json", "-", "--save", board)
    kinds = {one["kind"] for one in json.loads(shown.stdout)["diagnostics"]}
    assert "cycle" in kinds
    assert verify_board(board).holds


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--prices", "prices.csv"), "say where with --plot"),
        (("--beside", "fastchat", "--json", "-"), "write the JSON to a file"),
        (("--rounds", "50"), "50 rounds are for the bootstrap"),
    ],
)
def test_options_that_would_do_nothing_are_refused(
    votes: Path, options: tuple[str, ...], said: str
) -> None:
    refused = run(votes, *options)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_of_very_many_models_the_first_are_shown_and_all_are_written(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    rows = [
        f"m{place},m{(place + step) % 2500},model_a\n" for place in range(2500) for step in (1, 7)
    ]
    file.write_text("model_a,model_b,winner\n" + "".join(rows))
    shown = run(file, "--json", tmp_path / "board.json")
    assert "… and 500 more models: --json FILE writes all of them." in shown.stdout
    assert len(json.loads((tmp_path / "board.json").read_text())["models"]) == 2500


def test_another_tool_stands_beside_the_board(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    synthetic_votes(500).write_csv(file)
    shown = run(file, "--beside", "arena-rank").stdout
    assert "difference" in shown.splitlines()[-8]
    assert len([line for line in shown.splitlines() if line.startswith("cedar")]) == 1


def test_repeated_ids_and_names_alike_are_said(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text(
        "question_id,model_a,model_b,winner\n"
        "1,GPT-4,y,model_a\n2,y,gpt 4,model_a\n2,y,gpt 4,model_a\n3,gpt 4,GPT-4,A\n"
        "4,y,GPT-4,model_a\n5,gpt 4,y,model_a\n"
    )
    shown = run(file).stdout
    assert "duplicated_ids: 1 row repeat" in shown
    assert "similar_names: Names that differ only in case" in shown
    assert "mixed_spellings: The column winner spells" in shown


def test_json_goes_to_standard_output_alone(votes: Path) -> None:
    result = run(votes, "--json", "-", "--anchor", "x=1200", "--confidence", "0.9")
    board = json.loads(result.stdout)
    assert board["recipe"]["confidence"] == 0.9
    assert {row["model"]: row["rating"] for row in board["models"]}["x"] == 1200


def test_json_goes_to_a_file_beside_the_table(votes: Path, tmp_path: Path) -> None:
    out = tmp_path / "board.json"
    assert "interval" in run(votes, "--json", out).stdout
    assert len(json.loads(out.read_text())["models"]) == 3


@pytest.fixture
def rich_votes(tmp_path: Path) -> Path:
    file = tmp_path / "votes.parquet"
    synthetic_votes(1500).write_parquet(file)
    return file


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--ties", "drop"], "Bradley-Terry, ties dropped, mean 1000"),
        (["--ties", "davidson"], "Davidson, mean 1000"),
        (["--control", "style", "--ridge", "5"], "controlled for style, ridge 5"),
        (["--control", "length:log"], "controlled for length:log"),
        (["--slice", "language=en", "--slice", "is_code"], "slice language=en and is_code"),
        (["--filter", "anonymous"], "anonymous: "),
        (["--weights", "pair-balanced", "--half-life", "9"], "pair-balanced, half-life 9 days"),
        (["--interval", "bootstrap", "--rounds", "20", "--seed", "4"], "20 bootstrap rounds from"),
        (["--cluster", "voter", "--cluster", "language"], "clustered by voter and language"),
        (["--ranks", "simultaneous"], "P(best)"),
        (["--gauge", "vote-weighted"], "vote-weighted gauge"),
        (["--variants", "elm=20"], "elm the best of 20"),
    ],
)
def test_every_option_is_said_below_the_table(
    rich_votes: Path, arguments: list[str], said: str
) -> None:
    result = run(rich_votes, *arguments)
    assert result.exit_code == 0, result.stderr
    assert said in result.stdout


def test_coefficients_have_a_table_of_their_own(rich_votes: Path) -> None:
    shown = run(rich_votes, "--control", "style", "--control", "position").stdout.splitlines()
    head = next(number for number, line in enumerate(shown) if line.startswith("coefficient"))
    rows = [line.split()[0] for line in shown[head + 2 : head + 7]]
    assert rows == ["length", "headers", "lists", "bold", "position"]
    assert "< 0.0001" in shown[head + 2]


def test_options_and_recipe_are_one(rich_votes: Path) -> None:
    options = ["--control", "style", "--cluster", "voter", "--anchor", "elm=900"]
    written = json.loads(run(rich_votes, *options, "--json", "-").stdout)
    style = (Control.parse("style"),)
    recipe = Recipe(controls=style, cluster=("voter",), anchor=Anchor("elm", 900))
    assert written["recipe"] == recipe.to_dict()


def test_conversations_are_not_read_where_nobody_asks_for_them(rich_votes: Path) -> None:
    broken = pl.read_parquet(rich_votes).with_columns(conversation_a=pl.lit("{"))
    broken.write_parquet(rich_votes)
    assert run(rich_votes, "--control", "length").exit_code == 0


def test_a_board_is_saved_and_plotted_beside_the_table(rich_votes: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("model,cents\nelm,3\nfir,1\n")
    saved, plots = tmp_path / "board", tmp_path / "plots"
    result = run(rich_votes, "--save", saved, "--plot", plots, "--prices", prices)
    assert result.exit_code == 0
    assert verify_board(saved).holds
    assert "cents" in (plots / "price_frontier.svg").read_text()


def test_nothing_rated_is_the_answer_no(votes: Path) -> None:
    votes.write_text("model_a,model_b,winner\nx,y,model_a\n")
    result = run(votes)
    assert result.exit_code == 1
    assert "nothing_rated: No model can be rated" in result.stdout
    assert "1 vote on 2 models" in result.stdout
    assert "undefeated: x: won every vote" in result.stdout


def test_no_votes_are_the_answer_no(votes: Path) -> None:
    votes.write_text("model_a,model_b,winner\n")
    result = run(votes)
    assert result.exit_code == 1
    assert "no_votes: There are no votes to rank." in result.stdout


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        (CSV + "x,y,modl_a\n", [], "votes.csv, row 5, column winner: 'modl_a' is not an outcome"),
        ("", [], "votes.csv is empty"),
        (CSV, ["--anchor", "x"], "--anchor x: is not MODEL=SCORE, as in gpt-4=1200."),
        (CSV, ["--anchor", "x=high"], "--anchor x=high: is not MODEL=SCORE"),
        (CSV, ["--anchor", "x=nan"], "The anchor's score is nan, not a finite number."),
        (CSV, ["--anchor", "w=1"], "The anchor w is not among the models"),
        (CSV, ["--confidence", "95"], "The confidence is 95, but must lie between 0 and 1"),
        (CSV, ["--variants", "x"], "--variants x: is not MODEL=NUMBER"),
        (CSV, ["--control", "style"], "The votes have nothing to control style by"),
        (CSV, ["--filter", "fairness"], "There is no filter fairness; there are anonymous"),
        (CSV, ["--ties", "drop", "--ridge", "1"], "A ridge shrinks the coefficients of controls"),
        (CSV, ["--slice", "x=1"], "The slice x=1 asks for the column x"),
        (CSV, ["--save", "/proc/no"], "/proc/no cannot be written"),
        (CSV, ["--plot", "/proc/no", "--prices", "/no.csv"], "/no.csv cannot be read"),
        (CSV, ["--json", "/no/such/place.json"], "/no/such/place.json cannot be written"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    votes: Path, content: str, arguments: list[str], said: str
) -> None:
    votes.write_text(content)
    result = run(votes, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {said}")
    assert result.stderr.count("\n") == 1


def test_a_missing_file_and_no_file_are_usage_errors(tmp_path: Path) -> None:
    assert "nowhere.csv does not exist" in run(tmp_path / "nowhere.csv").stderr
    assert run().exit_code == 2


def test_output_that_cannot_show_a_name_still_shows_the_board(votes: Path) -> None:
    votes.write_text(CSV.replace("x", "模型"), encoding="utf-8")
    command = [sys.executable, "-c", "from tiltyard.cli import main; main()", "rank", str(votes)]
    environment = {"PYTHONIOENCODING": "ascii"}
    result = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert b"??" in result.stdout


def test_the_real_votes_of_chatbot_arena_rank() -> None:
    package = find_spec("leaderbot")
    assert package is not None
    assert package.origin is not None
    result = run(Path(package.origin).parent / "data" / "chatbotarena_20240814.json")
    first = result.stdout.splitlines()[2].split()
    assert first[:3] == ["1", "chatgpt-4o-latest", "1203.9"]
    assert "1,670,250 votes on 129 models" in result.stdout


SLICES = """
[[slice]]
id = "german"
name = "German"
where = "language = 'de'"

[[slice]]
id = "german-code"
name = "German, code"
where = "is_code"
within = "german"
"""


def test_a_slice_declared_in_a_file_is_ranked_by_its_name(tmp_path: Path) -> None:
    votes, slices = tmp_path / "votes.parquet", tmp_path / "slices.toml"
    synthetic_votes(1000).write_parquet(votes)
    slices.write_text(SLICES)
    result = run(votes, "--slices", slices, "--slice", "german-code", "--json", "-")
    board = json.loads(result.stdout)
    assert board["recipe"]["where"] == ["language = 'de'", "is_code"]
    by_hand = run(votes, "--slice", "language=de", "--slice", "is_code", "--json", "-")
    assert board["models"] == json.loads(by_hand.stdout)["models"]
    both = run(votes, "--slices", slices, "--slice", "german", "--slice", "is_code=true")
    assert "where language = 'de'" in both.stdout


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--slice", "french"], "has no slice french; it has overall, german, german-code"),
        ([], "say which of them with --slice NAME"),
    ],
)
def test_a_slice_that_the_file_does_not_have_is_one_line(
    votes: Path, tmp_path: Path, given: list[str], said: str
) -> None:
    slices = tmp_path / "slices.toml"
    slices.write_text(SLICES)
    result = run(votes, "--slices", slices, *given)
    assert result.exit_code == 2
    assert said in result.output
    assert run(votes, "--slices", slices, "--slice", "german").exit_code == 2
