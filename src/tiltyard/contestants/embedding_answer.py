"""An answer of an `/embeddings` endpoint, checked to its last number before anybody uses it."""

import base64
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tiltyard.contestants.answer_stream import an_object, total
from tiltyard.contestants.sender import ProviderError

LARGEST = 1e18
"""No number of a vector is larger: its square must be a number too."""

Rows = npt.NDArray[np.float32]


class EmbeddingAnswer(NamedTuple):
    """What an endpoint answered.

    Attributes
    ----------
    rows
        Shape (N, D). Vectors in the order of the texts, each of the length one, or zeros.
    tokens
        The endpoint's own count of what it read, None when it reported none.
    endpoint_version
        Which exact model answered, in the endpoint's own words.
    """

    rows: Rows
    tokens: int | None
    endpoint_version: str | None


def read_embeddings(data: bytes, count: int) -> EmbeddingAnswer:
    """Read the vectors of `count` texts.

    Raises
    ------
    ProviderError
        When it is anything else; an endpoint may recover from its own error, not from garble.
    """
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        raise _garble("something that is not JSON", data) from None
    if isinstance(answer, dict) and answer.get("error"):
        words = json.dumps(answer["error"], ensure_ascii=False)
        raise ProviderError(f"reported an error: {words}", again=True, outage=True)
    entries = answer.get("data") if isinstance(answer, dict) else None
    if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
        raise _garble("something that is not a list of vectors", data)
    usage, model = an_object(answer.get("usage")), answer.get("model")
    return EmbeddingAnswer(
        _unit(_in_order(entries, count)),
        total(usage.get("prompt_tokens", usage.get("total_tokens"))),
        model[:200] if isinstance(model, str) and model else None,
    )


def _in_order(entries: Sequence[dict[str, Any]], count: int) -> npt.NDArray[np.float64]:
    """Put vectors where their `index` says; one without stands where it came."""
    places = [entry.get("index", place) for place, entry in enumerate(entries)]
    if sorted(map(repr, places)) != sorted(map(repr, range(count))):
        raise _garble(f"{len(entries)} vectors with other places than the {count} texts have")
    vectors = [_numbers(entry.get("embedding")) for entry in entries]
    dimensions = {vector.size for vector in vectors}
    if len(dimensions) > 1:
        raise _garble(f"vectors of {min(dimensions)} and of {max(dimensions)} numbers together")
    return np.array([vectors[row] for row in np.argsort(places)])


def _numbers(given: object) -> npt.NDArray[np.float64]:
    """Read a vector: a list of numbers, or little-endian floats in base64."""
    try:
        if isinstance(given, str):
            found = np.frombuffer(base64.b64decode(given, validate=True), "<f4").astype(np.float64)
        else:
            found = np.array(given if isinstance(given, list) else None, np.float64)
    except (ValueError, TypeError, OverflowError):
        found = np.empty(0)
    if found.ndim != 1 or found.size == 0 or not bool(np.all(np.abs(found) < LARGEST)):
        raise _garble("a vector that is not a list of numbers")
    return found


def _unit(rows: npt.NDArray[np.float64]) -> Rows:
    """Give every vector the length one, so that they are compared by their directions."""
    lengths = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    return np.asarray(rows / np.where(lengths == 0, 1.0, lengths), np.float32)


def _garble(what: str, data: bytes = b"") -> ProviderError:
    shown = f": {data[:1_000].decode(errors='replace')}" if data else ""
    return ProviderError(f"sent {what}{shown}", again=False, outage=False)
