import json
from pathlib import Path
from typing import Any

import pytest

from tiltyard.battles.errors import VotesError
from tiltyard.battles.pseudonyms import pseudonymise_voters
from tiltyard.battles.reading import read_battles
from tiltyard.battles.writing import write_battles


def state(model: str | None, *said: object, offset: int = 0) -> dict[str, Any]:
    roles = ["USER", "ASSISTANT"]
    return {
        "template_name": "one_shot",
        "system_message": "A chat.",
        "roles": roles,
        "messages": [[roles[place % 2], text] for place, text in enumerate(said)],
        "offset": offset,
        "conv_id": f"conversation of {model}",
        "model_name": model,
    }


def vote(
    kind: str = "leftvote", shown: tuple[Any, Any] = ("", ""), **states: dict[str, Any]
) -> dict[str, Any]:
    return {
        "tstamp": 1700000000.1234,
        "type": kind,
        "models": list(shown),
        "states": [
            states.get("a", state("x", "Hi", "Hello")),
            states.get("b", state("y", "Hi", "Ho")),
        ],
        "ip": "192.0.2.7",
    }


CHAT = {"tstamp": 1.0, "type": "chat", "model": "x", "gen_params": {}, "state": state("x")}


def log(directory: Path, *records: dict[str, Any]) -> Path:
    file = directory / "2023-11-14-conv.json"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    return file


def test_votes_are_found_among_chats_and_the_rest_is_counted(tmp_path: Path) -> None:
    battles = read_battles(
        log(tmp_path, CHAT, vote(), vote("bothbad_vote"), CHAT | {"type": "flag"})
    )
    rows = battles.frame.select("model_a", "model_b", "outcome", "voter", "turn", "anony").rows()
    assert rows == [
        ("x", "y", "a", "192.0.2.7", 1, True),
        ("x", "y", "both_bad", "192.0.2.7", 1, True),
    ]
    assert [(note.kind, note.rows) for note in battles.notes] == [
        ("other_records", 2),
        ("voter_addresses", 2),
    ]


def test_named_votes_have_the_names_on_show_and_are_not_anonymous(tmp_path: Path) -> None:
    shown = ("<h3>Model A: x</h3>\n", "<h3>Model B: y</h3>\n")
    frame = read_battles(log(tmp_path, vote(shown=("x", "y")), vote(shown=shown))).frame
    assert frame.select("model_a", "model_b", "anony").rows() == [("x", "y", False)] * 2


@pytest.mark.parametrize(
    "record",
    [
        vote(shown=("x", "")),
        vote(shown=("p", "q")),
        vote(shown=(None, None)),
        vote(a=state(None)),
        vote(a=state("x", "Hi", offset=1)),
    ],
)
def test_names_that_contradict_each_other_are_counted_and_left_out(
    tmp_path: Path, record: dict[str, Any]
) -> None:
    battles = read_battles(log(tmp_path, record, vote()))
    assert battles.frame.height == 1
    assert ("contradictory_names", 1) in [(note.kind, note.rows) for note in battles.notes]


def test_the_example_turns_before_the_offset_are_no_part_of_the_conversation(
    tmp_path: Path,
) -> None:
    shot = state("x", "Example?", "Example.", ["Look", ["image"]], "I see.", offset=2)
    frame = read_battles(log(tmp_path, vote(a=shot))).frame
    assert frame["conversation_a"].to_list() == [
        [{"role": "user", "content": "Look"}, {"role": "assistant", "content": "I see."}]
    ]


def test_a_log_is_written_back_record_by_record(tmp_path: Path) -> None:
    records = [vote(), vote("tievote", ("x", "y")), vote("rightvote", ("Model A", "Model B"))]
    file = log(tmp_path, *records)
    write_battles(read_battles(file), tmp_path / "again.json", schema="fastchat_log")
    again = (tmp_path / "again.json").read_text().splitlines()
    assert [json.loads(line) for line in again] == records


def test_a_vote_without_two_states_is_refused_with_its_place(tmp_path: Path) -> None:
    file = log(tmp_path, vote(), vote() | {"states": []})
    with pytest.raises(VotesError, match=r"conv.json, record 2: a vote needs the two states"):
        read_battles(file)


def test_a_log_that_is_cut_short_names_the_line(tmp_path: Path) -> None:
    file = log(tmp_path, vote(), vote())
    file.write_text(file.read_text()[:-40])
    with pytest.raises(VotesError, match="line 2: is not a whole JSON object"):
        read_battles(file)


def test_addresses_become_pseudonyms_that_only_the_key_can_repeat(tmp_path: Path) -> None:
    battles = read_battles(log(tmp_path, vote(), vote()))
    key, other = b"k" * 32, b"o" * 32
    hidden = pseudonymise_voters(battles, key)
    first, second = hidden.frame["voter"].to_list()
    assert first == second != "192.0.2.7"
    assert pseudonymise_voters(battles, key).frame["voter"][0] == first
    assert pseudonymise_voters(battles, other).frame["voter"][0] != first
    assert hidden.notes == ()
    with pytest.raises(VotesError, match="has 3 bytes"):
        pseudonymise_voters(battles, b"key")
