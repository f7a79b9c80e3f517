"""Which store of blobs an installation has: a directory, or `s3://BUCKET/PREFIX`."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tiltyard.blobs.files import FileBlobs
from tiltyard.blobs.store import BlobStore, BlobStoreError


def open_blobs(place: Path | str, environment: Mapping[str, str] | None = None) -> BlobStore:
    """Make the store for a place.

    Parameters
    ----------
    place
        A directory, or `s3://BUCKET/PREFIX`.
    environment
        Where an S3 client's variables are looked up; the process's own by default.

    Raises
    ------
    BlobStoreError
        When the address is not understood, or the client for it is not installed.
    """
    if not (isinstance(place, str) and "://" in place):
        return FileBlobs(Path(place))
    address = urlsplit(place)
    if address.scheme != "s3" or not address.netloc or "@" in address.netloc:
        raise BlobStoreError(
            f"{address.scheme}:// is no place for images: give a directory, or s3://BUCKET/PREFIX."
        )
    try:
        from tiltyard.blobs.s3 import S3Blobs  # noqa: PLC0415  # an optional extra
    except ImportError:
        raise BlobStoreError(
            "An S3 store needs one more package: pip install 'tiltyard[s3]'."
        ) from None
    prefix = address.path.strip("/")
    return S3Blobs(address.netloc, prefix, os.environ if environment is None else environment)
