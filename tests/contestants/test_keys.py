from pathlib import Path

import pytest

from opened import served_model
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.keys import KeyProblemError, read_key

KEY = "sk-telltale-90210"


def card(**more: object) -> Contestant:
    return served_model("one", "http://127.0.0.1:1/v1").model_copy(update=more)


def key_file(directory: Path, content: bytes, mode: int = 0o600) -> Contestant:
    file = directory / "key"
    file.write_bytes(content)
    file.chmod(mode)
    return card(key_file=str(file))


def test_a_contestant_may_need_no_key() -> None:
    assert read_key(card(), {}) == ""


def test_a_key_comes_from_its_variable() -> None:
    assert read_key(card(key_env="SOME_KEY"), {"SOME_KEY": f" {KEY}\n"}) == KEY


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440])
def test_a_key_comes_from_its_file_as_it_is_now(tmp_path: Path, mode: int) -> None:
    assert read_key(key_file(tmp_path, b"older-key\n"), {}) == "older-key"
    assert read_key(key_file(tmp_path, f"{KEY}\n".encode(), mode), {}) == KEY


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o620, 0o777])
def test_a_file_that_others_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    open_to_all = key_file(tmp_path, KEY.encode(), mode)
    with pytest.raises(KeyProblemError, match=rf"mode {mode:o}, .* chmod 600"):
        read_key(open_to_all, {})


@pytest.mark.parametrize("content", [b"", b" \n", b"two\nlines", b"\xff\xfe", "schlüssel".encode()])
def test_what_is_no_key_is_refused_without_repeating_it(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(KeyProblemError) as refused:
        read_key(key_file(tmp_path, content), {})
    assert "the file that key_file names" in str(refused.value)
    assert refused.value.__cause__ is None
    for word in ("lines", "schl"):
        assert word not in str(refused.value)


def test_a_missing_file_or_variable_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeyProblemError, match="cannot be read"):
        read_key(card(key_file=str(tmp_path / "none")), {})
    with pytest.raises(KeyProblemError, match="variable that key_env names is not set"):
        read_key(card(key_env="SOME_KEY"), {"OTHER": KEY})
