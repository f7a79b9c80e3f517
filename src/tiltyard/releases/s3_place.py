"""Releases in an S3-compatible store."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from obstore.exceptions import BaseError
from obstore.store import S3Store

from tiltyard.blobs.s3 import VARIABLES
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.manifest import MANIFEST, Manifest

PATIENCE = timedelta(minutes=5)
"""How long one file may take."""


class S3Place:
    """A bucket and a prefix in it; the release is a prefix of its own below.

    The manifest goes last: where it is, the release is whole.
    """

    def __init__(self, bucket: str, prefix: str, environment: Mapping[str, str]) -> None:
        self.name = f"s3://{bucket}/{prefix}".rstrip("/")
        given = {key: environment[name] for name, key in VARIABLES.items() if environment.get(name)}
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            config=given,  # type: ignore[arg-type]  # the keys are those of `VARIABLES`
            client_options={
                "allow_http": given.get("endpoint", "").startswith("http://"),
                "timeout": PATIENCE,
            },
            retry_config={"max_retries": 3, "retry_timeout": PATIENCE},
        )

    async def put(self, directory: Path, files: Sequence[str], manifest: Manifest) -> None:
        """Upload the files."""
        for name in sorted(files, key=lambda one: one == MANIFEST):
            try:
                await self._store.put_async(f"{manifest.name}/{name}", directory / name)
            except (BaseError, OSError) as error:
                first = str(error).partition("\n")[0]
                raise ReleaseError(f"{self.name} did not take {name}: {first}.") from error
