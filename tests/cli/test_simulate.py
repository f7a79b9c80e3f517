import json
from pathlib import Path

import pytest

from tiltyard_process import run

QUICK = ("--models", "6", "--votes", "600", "--newcomers", "1")


def test_all_policies_stand_side_by_side() -> None:
    shown = run("simulate", "pairing", *QUICK)
    assert shown.returncode == 0
    for word in ("uniform", "weighted", "active", "top ten", "not reached", "newcomer"):
        assert word in shown.stdout


def test_json_is_the_same_for_the_same_seed() -> None:
    arguments = ("simulate", "pairing", *QUICK, "--policy", "active", "--seed", "4", "--json")
    first, second = run(*arguments).stdout, run(*arguments).stdout
    assert first == second
    (policy,) = json.loads(first)["policies"]
    assert policy["name"] == "active"
    assert policy["policy"].startswith("active@1+")
    assert set(policy["votes_to"]) == {"top_ten", "ratings", "newcomers", "win_table"}
    assert sum(policy["exposure"].values()) == pytest.approx(1)


def test_an_arenas_own_rules_can_be_tried(tmp_path: Path) -> None:
    file = tmp_path / "tiny.toml"
    file.write_text(
        'id = "tiny"\ntitle = "Tiny"\ndescription = ""\n'
        'accept = {parts = ["text"], max_chars = 10}\nturns = {max = 1}\n'
        'answer = {system = "", max_chars = 9, first_piece_s = 1.0, idle_s = 1.0, total_s = 1.0}\n'
        'pairing = {policy = "weighted", weights = {new = 9}}\n'
        'vote = {outcomes = ["a", "b"], tags = [], max_comment_chars = 0}\n'
    )
    shown = run("simulate", "pairing", *QUICK, "--definition", str(file), "--json")
    (policy,) = json.loads(shown.stdout)["policies"]
    assert policy["name"] == str(file)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--definition", "nowhere.toml"), "nowhere.toml cannot be read: No such file"),
        (("--models", "3", "--newcomers", "3"), "Two models at least must be there"),
        (("--policy", "best"), "'best' is not one of"),
    ],
)
def test_a_mistake_is_one_line(arguments: tuple[str, ...], sentence: str) -> None:
    refused = run("simulate", "pairing", *arguments)
    assert refused.returncode == 2
    assert sentence in refused.stderr
