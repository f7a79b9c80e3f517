"""The keys of providers: from the environment or from files, read when an answer is made."""

import os
import stat
from collections.abc import Mapping
from typing import ClassVar

from tiltyard.contestants.card import Contestant
from tiltyard.errors import TiltyardError

_LONGEST = 10_000  # bytes; what is longer is another file


class KeyProblemError(TiltyardError):
    """A key is not where the card says, or anybody on the machine may read its file."""

    title: ClassVar[str] = "A key cannot be used"


def read_key(contestant: Contestant, environment: Mapping[str, str]) -> str:
    """Return the contestant's key; empty when it needs none.

    Raises
    ------
    KeyProblemError
        With a sentence that holds neither the key nor the name of its variable, which may be a
        key that was pasted in the wrong place.
    """
    if contestant.key_env is contestant.key_file is None:
        return ""
    if contestant.key_file is not None:
        key, place = _read_file(contestant.key_file), "file that key_file names"
    else:
        key = environment.get(contestant.key_env or "", "").strip()
        place = "environment variable that key_env names"
    if key and key.isascii() and key.isprintable():
        return key
    raise KeyProblemError(f"the {place} is not set or is not a key; set it and start again.")


def lacks_key(contestant: Contestant, environment: Mapping[str, str]) -> bool:
    """Say whether the variable that should hold the contestant's key is not set."""
    name = contestant.key_env
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
