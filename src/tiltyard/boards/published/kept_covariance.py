"""Keep the covariance of a published board, so that any two of its models compare exactly."""

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from tiltyard.boards.board import Board
from tiltyard.boards.saved.reading import read_document
from tiltyard.ledger.covariances import KeptCovariance
from tiltyard.ratings.pair_counts import Floats

SINGLE = np.dtype("<f4")
"""Seven digits of a variance are more than anybody sees of an interval."""


def kept_covariance(board: Board, at: datetime) -> KeptCovariance:
    """Make of a board that is published at an instant what the ledger keeps of its covariance."""
    covariance = np.empty((0, 0)) if board.covariance is None else board.covariance
    return KeptCovariance(at, board.covered, pack(covariance))


def with_covariance(document: Mapping[str, Any], kept: KeptCovariance | None) -> Board | None:
    """Put a published board and its covariance together again.

    Returns
    -------
    Board or None
        None where the covariance is not there, or is another snapshot's.
    """
    if kept is None or document["published_at"] is None:
        return None
    if kept.published_at != datetime.fromisoformat(document["published_at"]):
        return None
    values = read_document(dict(document), "the published board")
    covariance = unpack(kept.matrix, len(kept.models))
    return Board(**values, covered=tuple(kept.models), covariance=covariance)


def pack(covariance: Floats) -> bytes:
    """Write a covariance, shape (K, K): its lower triangle in single precision, compressed."""
    triangle = covariance[np.tril_indices(len(covariance))]
    return zlib.compress(triangle.astype(SINGLE).tobytes())


def unpack(packed: bytes, models: int) -> Floats:
    """Shape (models, models). Read what :func:`pack` wrote."""
    covariance = np.zeros((models, models))
    covariance[np.tril_indices(models)] = np.frombuffer(zlib.decompress(packed), SINGLE)
    upper = np.triu_indices(models, 1)
    covariance[upper] = covariance.T[upper]
    return covariance
