"""Where releases are published: a directory, an S3-compatible store, or a hub of data sets."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.manifest import Manifest, read_manifest, require_files

EXAMPLES = "a directory, s3://BUCKET/PREFIX or hf://OWNER/NAME"


class Place(Protocol):
    """Somewhere that takes the files of a release."""

    @property
    def name(self) -> str:
        """Its address."""
        ...

    async def put(self, directory: Path, files: Sequence[str], manifest: Manifest) -> None:
        """Put these files of a directory there.

        Raises
        ------
        ReleaseError
            When it does not take them.
        """
        ...


class DirectoryPlace:
    """A directory, such as one that a web server shows; the release is one in it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def name(self) -> str:
        """Its path."""
        return str(self._directory)

    async def put(self, directory: Path, files: Sequence[str], manifest: Manifest) -> None:
        """Copy the files; the release appears whole. Where it is already, nothing is to be done."""
        target = self._directory / manifest.name
        draft = self._directory / f".{manifest.name}.writing"
        try:
            if target.exists():
                _require_same(target, manifest)
                return
            shutil.rmtree(draft, ignore_errors=True)
            for name in files:
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(directory / name, draft / name)
            draft.rename(target)
        except OSError as error:
            raise ReleaseError(f"{target} cannot be written ({error.strerror}).") from error


def _require_same(target: Path, manifest: Manifest) -> None:
    """Require a directory to be this very release, as an attempt leaves it that failed later on."""
    try:
        require_files(target, manifest)
        if read_manifest(target) == manifest:
            return
    except ReleaseError:
        pass
    raise ReleaseError(f"{target} is there already, and is something else: take it away first.")


def open_place(given: str, environment: Mapping[str, str] | None = None) -> Place:
    """Find the place of an address.

    Parameters
    ----------
    environment
        Where keys are looked up; the process's own by default.

    Raises
    ------
    ReleaseError
        When the address is not understood, or the package for it is not installed.
    """
    variables = os.environ if environment is None else environment
    if "://" not in given:
        return DirectoryPlace(Path(given))
    address = urlsplit(given)
    path = address.path.strip("/")
    if address.scheme == "s3" and address.netloc:
        return _s3(address.netloc, path, variables)
    if address.scheme == "hf" and address.netloc and path and "/" not in path:
        return _hub(f"{address.netloc}/{path}", variables)
    raise ReleaseError(f"{given} is no place for a release: give {EXAMPLES}.")


def _s3(bucket: str, prefix: str, environment: Mapping[str, str]) -> Place:
    try:
        from tiltyard.releases.s3_place import S3Place  # noqa: PLC0415  # an optional extra
    except ImportError:
        raise ReleaseError(
            "An S3 store needs one more package: pip install 'tiltyard[s3]'."
        ) from None
    return S3Place(bucket, prefix, environment)


def _hub(repository: str, environment: Mapping[str, str]) -> Place:
    try:
        from tiltyard.releases.hub_place import HubPlace  # noqa: PLC0415  # an optional extra
    except ImportError:
        raise ReleaseError(
            "A hub of data sets needs one more package: pip install 'tiltyard[hub]'."
        ) from None
    return HubPlace(repository, environment)
