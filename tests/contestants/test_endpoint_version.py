"""Which exact model answered, in the words of each provider."""

import json
from typing import Any

import pytest

from tiltyard.contestants.wires import WIRES

REPORTED: dict[str, dict[str, Any]] = {
    "openai_chat": {"model": "gull-2026-09-01", "system_fingerprint": "fp_7", "choices": []},
    "openai_responses": {
        "type": "response.completed",
        "response": {"status": "completed", "model": "gull-2026-09-01"},
    },
    "anthropic_messages": {"type": "message_start", "message": {"model": "gull-2026-09-01"}},
    "gemini": {"modelVersion": "gull-2026-09-01", "candidates": []},
}


@pytest.mark.parametrize("wire", WIRES)
def test_the_reported_model_is_kept(wire: str) -> None:
    reading = WIRES[wire]().reading()
    assert not list(reading.feed(f"data: {json.dumps(REPORTED[wire])}\n\n".encode()))
    fingerprint = " fp_7" if wire == "openai_chat" else ""
    assert reading.finished.endpoint_version == f"gull-2026-09-01{fingerprint}"


@pytest.mark.parametrize("wire", WIRES)
def test_what_is_no_word_is_not_believed(wire: str) -> None:
    reading = WIRES[wire]().reading()
    strange = json.dumps(REPORTED[wire]).replace('"gull-2026-09-01"', "17").replace('"fp_7"', "[]")
    list(reading.feed(f"data: {strange}\n\n".encode()))
    assert reading.finished.endpoint_version is None
