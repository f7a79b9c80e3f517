"""Blobs in an S3-compatible store: Amazon's, MinIO, Ceph, Garage and their like."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from tiltyard.blobs.store import BlobStoreError, digest, place

PATIENCE = timedelta(seconds=20)
"""How long a store may fail, or be silent, before people are told so."""

VARIABLES = {
    "AWS_ACCESS_KEY_ID": "access_key_id",
    "AWS_SECRET_ACCESS_KEY": "secret_access_key",
    "AWS_SESSION_TOKEN": "session_token",
    "AWS_REGION": "region",
    "AWS_ENDPOINT_URL": "endpoint",
}
PROBE = "tiltyard-probe"

log = structlog.get_logger()


class S3Blobs:
    """Keep blobs as objects of one bucket.

    Parameters
    ----------
    bucket, prefix
        Where they go; the prefix may be empty.
    environment
        Where the variables that every S3 client knows are looked up. Without keys there, the
        machine's own role is asked for.
    patience
        How long to try again when the store fails.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str,
        environment: Mapping[str, str],
        *,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._name = f"s3://{bucket}/{prefix}".rstrip("/")
        given = {key: environment[name] for name, key in VARIABLES.items() if environment.get(name)}
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            config=given,  # type: ignore[arg-type]  # the keys are those of `VARIABLES`
            disable_bulk_delete=True,  # a call that not every store has
            client_options={
                # A store in one's own cellar often has no certificate; its address says so.
                "allow_http": given.get("endpoint", "").startswith("http://"),
                "timeout": patience,
            },
            retry_config={"max_retries": 3, "retry_timeout": patience},
        )

    async def put(self, data: bytes) -> str:
        """Write an object; S3 shows it whole or not at all."""
        sha256 = digest(data)
        with self._plainly():
            await self._store.put_async(place(sha256), data, use_multipart=False)
        return sha256

    async def get(self, sha256: str) -> bytes | None:
        """Read an object."""
        with self._plainly():
            try:
                found = await self._store.get_async(place(sha256))
                return bytes(await found.bytes_async())
            except FileNotFoundError:
                return None

    async def delete(self, sha256: str) -> None:
        """Remove an object; one that is not there is as good as removed."""
        with self._plainly():
            await self._store.delete_async(place(sha256))

    async def check(self) -> None:
        """Write an object and remove it."""
        with self._plainly():
            await self._store.put_async(PROBE, b"", use_multipart=False)
            await self._store.delete_async(PROBE)

    @contextmanager
    def _plainly(self) -> Generator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            # The client's own words fill a page; their first line says what happened.
            log.warning("the image store did not answer", store=self._name, error=_first(error))
            raise BlobStoreError(
                f"The image store {self._name} does not answer, or refuses us: try again later; "
                "its operator finds more in the log."
            ) from None


def _first(error: Exception) -> str:
    return str(error).partition("\n")[0]
