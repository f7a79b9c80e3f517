"""FastChat's own log, `YEAR-MONTH-DAY-conv.json`: JSON lines in which votes and chats are mixed.

A vote is blind when the names on show were empty or "Model A" and "Model B"; then the names in the
two states are the models. A record whose names contradict each other is no vote.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeGuard

import polars as pl

from tiltyard.battles.codecs.codec import Codec
from tiltyard.battles.conversations import MESSAGES, conversation_column, messages
from tiltyard.battles.errors import VotesError
from tiltyard.battles.notes import Note, counted
from tiltyard.battles.outcome import Outcome
from tiltyard.battles.table import Battles

VOTES = {
    Outcome.A: "leftvote",
    Outcome.B: "rightvote",
    Outcome.TIE: "tievote",
    Outcome.BOTH_BAD: "bothbad_vote",
}
NO_NAME = ("", "Model A", "Model B")
SIDES = 2
ROLES = ("user", "assistant")

COLUMNS: dict[str, pl.DataType] = {
    "battle_id": pl.String(),
    "model_a": pl.String(),
    "model_b": pl.String(),
    "outcome": pl.String(),
    "voter": pl.String(),
    "voted_at": pl.Float64(),
    "turn": pl.Int32(),
    "anony": pl.Boolean(),
    "conversation_a": MESSAGES,
    "conversation_b": MESSAGES,
    "shown_a": pl.String(),
    "shown_b": pl.String(),
    "state_a": pl.String(),
    "state_b": pl.String(),
}


def is_log_record(record: object) -> TypeGuard[dict[str, Any]]:
    """Say whether a JSON value is a line of such a log."""
    return (
        isinstance(record, dict)
        and {"tstamp", "type"} <= record.keys()
        and ({"models", "states"} <= record.keys() or {"model", "state"} <= record.keys())
    )


@dataclass(slots=True)
class _LeftOut:
    other: int = 0
    contradictory: int = 0

    def notes(self) -> tuple[Note, ...]:
        found = []
        if self.other:
            lines = counted(self.other, "line")
            message = f"{lines} of the log are chats, shares or flags, not votes on two models."
            found.append(Note("other_records", message, self.other))
        if self.contradictory:
            votes = counted(self.contradictory, "vote")
            message = f"{votes} left out: the names on show and in the states do not fit together."
            found.append(Note("contradictory_names", message, self.contradictory))
        return tuple(found)


def read(records: Iterable[dict[str, Any]], source: str) -> Battles:
    """Read the votes of a log.

    The battles table gets, beside its own columns, `anony` (blind or not), the conversations, the
    names on show (`shown_a`, `shown_b`), and the two states as JSON text, so that the log can be
    written again.

    Raises
    ------
    VotesError
        When a vote has no two states.
    """
    left_out = _LeftOut()
    rows = []
    for number, record in enumerate(records, 1):
        if record.get("type") not in VOTES.values():
            left_out.other += 1
            continue
        row = _row(record, f"{source}, record {number}")
        if row is None:
            left_out.contradictory += 1
        else:
            rows.append(row)
    frame = pl.DataFrame(rows, schema=COLUMNS, orient="row", strict=False)
    notes = (*left_out.notes(), *_addresses(frame))
    return Battles(Battles.from_frame(frame, source).frame, notes)


def _addresses(frame: pl.DataFrame) -> tuple[Note, ...]:
    rows = frame.height - frame["voter"].null_count()
    if not rows:
        return ()
    message = (
        "The voters of this log are IP addresses: replace them with pseudonyms "
        "(battles.pseudonyms) before you pass the votes on."
    )
    return (Note("voter_addresses", message, rows),)


def _row(record: dict[str, Any], where: str) -> tuple[object, ...] | None:
    states, shown = record.get("states"), record.get("models")
    if not _is_pair(states) or not all(isinstance(one, dict) for one in states):
        raise VotesError(f"{where}: a vote needs the two states of its models.")
    if not _is_pair(shown):
        raise VotesError(f"{where}: a vote needs the two names that were on show.")
    models = _models([_bare(name) for name in shown], [one.get("model_name") for one in states])
    conversations = [_conversation(state) for state in states]
    if models is None or not conversations[0]:
        return None
    return (
        states[0].get("conv_id"),
        *models,
        record["type"],
        record.get("ip"),
        record.get("tstamp"),
        len(conversations[0]) // len(ROLES),
        shown[0] in NO_NAME,
        *conversations,
        *shown,
        *(json.dumps(state) for state in states),
    )


def _is_pair(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and len(value) == SIDES


def _bare(name: object) -> str | None:
    """Take the name out of the heading that old versions logged: `<h3>Model A: vicuna</h3>`."""
    if not isinstance(name, str):
        return None
    if name.startswith("<h3>"):
        return name.partition(": ")[2].strip().removesuffix("</h3>")
    return name


def _models(shown: list[str | None], hidden: list[Any]) -> tuple[str, str] | None:
    """Say which two models it was; None where the record contradicts itself or does not say."""
    if None in shown or (shown[0] == "") != (shown[1] == ""):
        return None
    known = hidden if isinstance(hidden[0], str) else shown
    named = known if shown[0] in NO_NAME else shown
    if not all(isinstance(name, str) and name not in NO_NAME for name in (*known, *named)):
        return None
    if any(one not in other for one, other in zip(known, named, strict=True)):
        return None
    return str(named[0]), str(named[1])


def _conversation(state: dict[str, Any]) -> list[dict[str, str | None]]:
    said = state.get("messages", [])[state.get("offset", 0) :]
    return [
        {"role": ROLES[number % len(ROLES)], "content": _text(message[1])}
        for number, message in enumerate(said)
    ]


def _text(content: object) -> str | None:
    """Take the text of a message; one with images is a list of the text and the images."""
    text = content[0] if isinstance(content, list) and content else content
    return text if isinstance(text, str) else None


def write(battles: Battles) -> list[dict[str, Any]]:
    """Lay votes out as records of a log; states that did not come along are made from the rest."""
    frame = battles.frame
    outcomes = frame["outcome"].cast(pl.String).to_list()
    sides = [_side(frame, side) for side in "ab"]
    times = (frame["voted_at"].dt.epoch("us") / 1e6).to_list()
    addresses = frame["voter"].cast(pl.String).to_list()
    return [
        {
            "tstamp": time,
            "type": VOTES[Outcome(outcome)],
            "models": [shown for shown, _ in both],
            "states": [state for _, state in both],
            "ip": address,
        }
        for outcome, time, address, *both in zip(outcomes, times, addresses, *sides, strict=True)
    ]


def _side(frame: pl.DataFrame, side: str) -> list[tuple[str | None, dict[str, Any]]]:
    """Give the name on show and the state of one side of every vote."""
    names = frame[f"model_{side}"].cast(pl.String).to_list()
    if f"state_{side}" in frame.columns and f"shown_{side}" in frame.columns:
        states = [json.loads(state) for state in frame[f"state_{side}"]]
        return list(zip(frame[f"shown_{side}"].to_list(), states, strict=True))
    blind = frame["anony"].to_list() if "anony" in frame.columns else [True] * frame.height
    shown = ["" if one else name for one, name in zip(blind, names, strict=True)]
    said = _said(frame, side)
    identities = frame["battle_id"].to_list()
    states = [_state(*parts) for parts in zip(names, said, identities, strict=True)]
    return list(zip(shown, states, strict=True))


def _said(frame: pl.DataFrame, side: str) -> list[list[dict[str, str]]]:
    try:
        conversation_column(frame, side)
    except VotesError:
        return [[{"role": "user", "content": ""}]] * frame.height
    return [said or [] for said in messages(frame, side).to_list()]


def _state(model: str, said: list[dict[str, str]], identity: str | None) -> dict[str, Any]:
    return {
        "template_name": "",
        "system_message": "",
        "roles": list(ROLES),
        "messages": [[one["role"], one["content"]] for one in said],
        "offset": 0,
        "conv_id": identity,
        "model_name": model,
    }


CODEC = Codec("fastchat_log", frozenset({"tstamp", "type", "models", "states"}), write)
