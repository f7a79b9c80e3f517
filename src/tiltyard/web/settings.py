"""What an operator can set, by `TILTYARD_…` variables."""

import secrets
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tiltyard.errors import TiltyardError


class SettingsError(TiltyardError):
    """A setting that cannot be used."""

    title: ClassVar[str] = "The settings cannot be used"


class Settings(BaseSettings):
    """One installation's settings. `docs/reference/settings.md` lists them."""

    model_config = SettingsConfigDict(env_prefix="TILTYARD_", frozen=True)

    data: Path = Path("tiltyard-data")
    database_url: str | None = None
    contestants: Path = Path("contestants.toml")
    secret: SecretStr | None = None
    title: Annotated[str, Field(min_length=1, max_length=60)] = "Tiltyard"
    live_turns: Annotated[int, Field(gt=0)] = 300
    refresh_s: Annotated[float, Field(gt=0)] = 1.0

    @property
    def ledger_url(self) -> str:
        """The database: the one named, or a SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{self.data / 'ledger.sqlite3'}"

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
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch(mode=0o600, exist_ok=True)
                file.write_text(secrets.token_urlsafe(32))
            return file.read_text()
        except OSError as error:
            raise SettingsError(
                f"The secret cannot be kept at {file}: {error.strerror}. "
                "Choose another directory with --data, or set TILTYARD_SECRET."
            ) from error


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
