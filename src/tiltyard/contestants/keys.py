"""The keys of providers: from the environment or from files, read when an answer is made."""

import os
import stat
from collections.abc import Mapping
from typing import ClassVar, Protocol

from tiltyard.errors import TiltyardError

_LONGEST = 10_000  # bytes; what is longer is another file


class Reached(Protocol):
    """Whatever is reached at an address with a key: a contestant, or an embedding model."""

    @property
    def id(self) -> str:
        """What the catalogue calls it."""
        ...

    @property
    def address(self) -> str:
        """Where its endpoint is."""
        ...

    @property
    def key_env(self) -> str | None:
        """The environment variable that holds its key."""
        ...

    @property
    def key_file(self) -> str | None:
        """The file that holds its key."""
        ...


class KeyProblemError(TiltyardError):
    """A key is not where the card says, or anybody on the machine may read its file."""

    title: ClassVar[str] = "A key cannot be used"


def read_key(reached: Reached, environment: Mapping[str, str]) -> str:
    """Return the key of who is reached; empty when it needs none.

    Raises
    ------
    KeyProblemError
        With a sentence that holds neither the key nor the name of its variable, which may be a
        key that was pasted in the wrong place.
    """
    if reached.key_env is reached.key_file is None:
        return ""
    if reached.key_file is not None:
        key, place = _read_file(reached.key_file), "file that key_file names"
    else:
        key = environment.get(reached.key_env or "", "").strip()
        place = "environment variable that key_env names"
    if key and key.isascii() and key.isprintable():
        return key
    raise KeyProblemError(f"the {place} is not set or is not a key; set it and start again.")


def lacks_key(reached: Reached, environment: Mapping[str, str]) -> bool:
    """Say whether the variable that should hold the key is not set."""
    name = reached.key_env
    return name is not None and not environment.get(name, "").strip()


def _read_file(path: str) -> str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - what is checked is what is read
            mode = os.fstat(file.fileno()).st_mode
            key = file.read(_LONGEST).decode().strip()
    except (OSError, ValueError):
        raise KeyProblemError("the file that key_file names cannot be read.") from None
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise KeyProblemError(
            f"the file that key_file names has mode {mode & 0o777:03o}, so that others may read or "
            "change it; run chmod 600 on it."
        )
    return key
