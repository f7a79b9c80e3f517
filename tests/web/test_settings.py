from pathlib import Path

import pytest

from tiltyard.web.settings import Settings, SettingsError, read_settings


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert settings.read_secret() == settings.read_secret()
    assert len(settings.read_secret()) >= 32
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_an_empty_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    with pytest.raises(SettingsError, match="secret is too short"):
        Settings(data=tmp_path).read_secret()


@pytest.mark.parametrize("secret", ["", "too-short"])
def test_a_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("TILTYARD_SECRET", secret)
    with pytest.raises(SettingsError, match="TILTYARD_SECRET"):
        read_settings()


def test_the_password_of_the_database_is_not_shown() -> None:
    settings = Settings.model_validate({"database_url": "postgresql://me:hunter2@db/arena"})
    assert "hunter2" not in repr(settings)


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    assert Settings(data=tmp_path / "odd?x#y").ledger == tmp_path / "odd?x#y" / "ledger.sqlite3"


@pytest.mark.parametrize("token", ["schlüssel-für-den-betreiber", "a token with spaces in it"])
def test_a_token_that_no_header_carries_is_refused(
    monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", token)
    with pytest.raises(SettingsError, match=r"TILTYARD_OPERATOR_TOKEN: .* ASCII") as refused:
        read_settings()
    assert token not in str(refused.value)
