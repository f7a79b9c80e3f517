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
            disable_bulk_delete=True,  # a call that not every store has
            client_options={
                "allow_http": given.get("endpoint", "").startswith("http://"),
                "timeout": PATIENCE,
            },
            retry_config={"max_retries": 3, "retry_timeout": PATIENCE},
        )

    async def put(self, directory: Path, files: Sequence[str], manifest: Manifest) -> None:
        """Upload the files, and take away what an attempt that failed has left."""
        *others, last = sorted(files, key=lambda one: one == MANIFEST)
        for name in others:
            await self._upload(directory, name, manifest)
        wanted = {f"{manifest.name}/{name}" for name in files}
        try:
            for name in await self._there(manifest):
                if name not in wanted:
                    await self._store.delete_async(name)
        except (BaseError, OSError) as error:
            raise self._refused(f"that {manifest.name} has no other files", error) from error
        await self._upload(directory, last, manifest)

    async def _upload(self, directory: Path, name: str, manifest: Manifest) -> None:
        try:
            await self._store.put_async(f"{manifest.name}/{name}", directory / name)
        except (BaseError, OSError) as error:
            raise self._refused(name, error) from error

    async def _there(self, manifest: Manifest) -> list[str]:
        listed = await self._store.list(f"{manifest.name}/").collect_async()
        return [one["path"] for one in listed]

    def _refused(self, what: str, error: Exception) -> ReleaseError:
        first = str(error).partition("\n")[0]
        return ReleaseError(f"{self.name} did not take {what}: {first}.")
