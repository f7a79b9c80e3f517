"""What an operator can set, by `TILTYARD_…` variables."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tiltyard.errors import TiltyardError
from tiltyard.ledger.engine import SESSIONS

SECRET_CHARS = 16


class SettingsError(TiltyardError):
    """A setting that cannot be used."""

    title: ClassVar[str] = "The settings cannot be used"


def _sendable(token: SecretStr | None) -> SecretStr | None:
    """Require what a header carries as it is."""
    if token is not None and not re.fullmatch("[!-~]+", token.get_secret_value()):
        raise ValueError("value should have letters, digits and signs of ASCII alone")
    return token


class Settings(BaseSettings):
    """One installation's settings. `docs/reference/settings.md` lists them."""

    model_config = SettingsConfigDict(env_prefix="TILTYARD_", frozen=True)

    data: Path = Path("tiltyard-data")
    database_url: SecretStr | None = None
    database_sessions: Annotated[int, Field(gt=1)] = SESSIONS
    contestants: Path = Path("contestants.toml")
    arenas: str = "text"
    slices: Path | None = None
    blobs: str | None = None
    labellers: Path | None = None
    secret: Annotated[SecretStr | None, Field(min_length=SECRET_CHARS)] = None
    operator_token: Annotated[
        SecretStr | None, Field(min_length=SECRET_CHARS), AfterValidator(_sendable)
    ] = None
    address: Annotated[str | None, Field(pattern=r"^https?://[^\s/?#@]+$")] = None
    title: Annotated[str, Field(min_length=1, max_length=60)] = "Tiltyard"
    live_turns: Annotated[int, Field(gt=0)] = 150
    live_turns_per_voter: Annotated[int, Field(gt=0)] = 3
    battles_per_minute: Annotated[int, Field(ge=0)] = 60
    images_per_minute: Annotated[int, Field(ge=0)] = 60
    proxies: Annotated[int, Field(ge=0, le=10)] = 0
    provider_share: Annotated[float, Field(gt=0, le=1)] = 0.2
    drain_s: Annotated[float, Field(ge=0, le=3600)] = 30.0
    refresh_s: Annotated[float, Field(gt=0, le=3600)] = 1.0

    @property
    def ledger(self) -> Path | str:
        """The database: the URL that is set, or a SQLite file in the data directory."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return self.data / "ledger.sqlite3"

    @property
    def arena_places(self) -> list[str]:
        """The arenas to host: names, files and directories, as `arenas` lists them."""
        return [place.strip() for place in self.arenas.split(",") if place.strip()]

    @property
    def blob_place(self) -> Path | str:
        """Where images are kept: what is set, or a directory beside the ledger's file."""
        return self.blobs or self.data / "blobs"

    @property
    def labeller_place(self) -> Path:
        """Where trained labellers are: what is set, or a directory beside the ledger's file."""
        return self.labellers or self.data / "labellers"

    def read_operator_token(self) -> str | None:
        """Return what the operator's requests must carry; None when there is no such thing."""
        return None if self.operator_token is None else self.operator_token.get_secret_value()

    def read_secret(self) -> str:
        """Return the key of cookies and pseudonyms, made once and kept beside the data.

        Raises
        ------
        SettingsError
            When it can be neither read nor written.
        """
        if self.secret is not None:
            return self.secret.get_secret_value()
        file = self.data / "secret"
        try:
            if not file.exists():
                _make_secret(file)
            secret = file.read_text()
        except OSError as error:
            raise SettingsError(
                f"The secret cannot be kept at {file}: {error.strerror}. "
                "Choose another directory with --data, or set TILTYARD_SECRET."
            ) from error
        if len(secret) < SECRET_CHARS:
            raise SettingsError(f"The secret is too short: remove {file}, and one will be made.")
        return secret


def _make_secret(file: Path) -> None:
    """Write a secret whole or not at all; of two that try, one wins and both read its secret."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=file.parent, prefix="secret-") as draft:  # mode 0600
        draft.write(secrets.token_urlsafe(32))
        draft.flush()
        with suppress(FileExistsError):
            os.link(draft.name, file)


def read_settings(**given: Path | None) -> Settings:
    """Read the settings; what is given on the command line wins over the environment.

    Raises
    ------
    SettingsError
        When a variable has a value that cannot be used.
    """
    try:
        return Settings.model_validate(
            Settings().model_dump() | {name: path for name, path in given.items() if path}
        )
    except ValidationError as error:
        fault = error.errors()[0]
        variable = f"TILTYARD_{str(fault['loc'][0]).upper()}"
        raise SettingsError(f"{variable}: {fault['msg'][0].lower()}{fault['msg'][1:]}.") from None
