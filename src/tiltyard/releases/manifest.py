"""What a release says about itself: the file that is reviewed, checked and kept."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from tiltyard.battles.json_text import read_json
from tiltyard.releases.errors import ReleaseError

MANIFEST = "release.json"
DATA, STEM = "data", "votes"
VOTES = f"{DATA}/{STEM}"
"""What the names of all files of votes begin with."""
FORMAT = 1
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
"""Of releases, which become names of directories."""

FILE = re.compile(rf"README\.md|{VOTES}[A-Za-z0-9-]*\.(parquet|jsonl)")
"""Of files in a release."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A release as it was prepared.

    Attributes
    ----------
    format
        Of the directory; 1.
    name, title, licence
        How it is called, and under which licence it goes out.
    arena, schema, slice, conditions
        Which votes, and in which schema.
    tiltyard
        The version that prepared it.
    prepared_at
        When.
    previous
        The release of the arena that was published before it; None for the first.
    rows
        How many rows its files have: of training data, not one for each vote.
    votes, voters, models, previews
        How many votes are in them, of how many voters, on how many models; and how many sides of
        those are `anonymous`.
    first_vote, last_vote
        When they were cast.
    outcomes, languages, consent
        How many votes by outcome, by language, and by the version of the words on publishing that
        their battles were opened with.
    left_out
        How many votes of the slice are not in it, by why.
    personal_data
        How many pieces of each kind were removed; `touched` votes had any.
    touched, comments_withheld, conversations_withheld, identities_withheld
        How many votes: with personal data; without a comment or words that few wrote; and without
        words in which a side that is not named says who it is.
    rules
        What was done to texts, in sentences.
    files
        SHA-256 of every file beside this one.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid", strict=True)

    format: int
    name: str
    title: str
    licence: str
    arena: str
    schema: str
    slice: str
    conditions: Sequence[str]
    tiltyard: str
    prepared_at: str
    previous: str | None
    rows: int
    votes: int
    voters: int
    models: int
    previews: int
    first_vote: str | None
    last_vote: str | None
    outcomes: Mapping[str, int]
    languages: Mapping[str, int]
    consent: Mapping[str, int]
    left_out: Mapping[str, int]
    personal_data: Mapping[str, int]
    touched: int
    comments_withheld: int
    conversations_withheld: int
    identities_withheld: int
    rules: Sequence[str]
    files: Mapping[str, str]

    def to_json(self) -> str:
        """Write it down, the same for the same release."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @property
    def sha256(self) -> str:
        """Digest of the manifest, and so of every file."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def read_manifest(directory: Path) -> Manifest:
    """Read a release's manifest.

    Raises
    ------
    ReleaseError
        When there is none, it is of another format, or it says what no release can be.
    """
    try:
        text = (directory / MANIFEST).read_text(encoding="utf-8")
        values = read_json(text)
    except OSError as error:
        raise ReleaseError(
            f"{directory} is not a release: it has no {MANIFEST} ({error.strerror})."
        ) from error
    except ValueError as error:
        raise ReleaseError(
            f"{directory / MANIFEST} is not JSON: it may be cut short, or nested too deep."
        ) from error
    known = {field.name for field in fields(Manifest)}
    if not isinstance(values, dict) or values.get("format") != FORMAT or known != values.keys():
        raise ReleaseError(f"{directory / MANIFEST} is not of this version of Tiltyard.")
    try:
        manifest = TypeAdapter(Manifest).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = " ".join(map(str, first["loc"]))
        raise ReleaseError(
            f"{directory / MANIFEST} was changed: {place}: {first['msg']}. Prepare it again."
        ) from error
    _require_names(directory, manifest)
    return manifest


def _require_names(directory: Path, manifest: Manifest) -> None:
    """Require names that lead nowhere else when files are copied by them."""
    if not NAME.fullmatch(manifest.name):
        raise ReleaseError(
            f"{directory / MANIFEST}: {manifest.name!r} is not the name of a release."
        )
    strange = [name for name in manifest.files if not FILE.fullmatch(name)]
    if strange:
        raise ReleaseError(f"{directory / MANIFEST}: {strange[0]!r} is no file of a release.")


def require_files(directory: Path, manifest: Manifest) -> None:
    """Require every file to be the one that was prepared, and no other beside them.

    Raises
    ------
    ReleaseError
        When one is not there, is another, or is too many.
    """
    there = {
        str(path.relative_to(directory))
        for path in directory.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    for name, expected in manifest.files.items():
        if name not in there:
            raise ReleaseError(f"{directory / name} is missing: prepare the release again.")
        if sha256_of(directory / name) != expected:
            raise ReleaseError(
                f"{directory / name} was changed after it was prepared: prepare the release again."
            )
    if more := sorted(there - manifest.files.keys()):
        raise ReleaseError(f"{directory / more[0]} is no part of the release: take it away.")


def sha256_of(file: Path) -> str:
    """Digest a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def manifest_of(values: Mapping[str, Any]) -> Manifest:
    """Take a manifest out of the ledger, where those of older versions are too."""
    return Manifest(**{"rows": values["votes"], "identities_withheld": 0, **values})
