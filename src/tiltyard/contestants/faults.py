"""What can be wrong with a table of the catalogue, as sentences that say what to write instead."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Self, get_args

from tiltyard.contestants.card import DEMO_MODELS, AdapterName, Contestant, EndpointOwner, Status
from tiltyard.contestants.embedding_model import EmbeddingModel

Card = Contestant | EmbeddingModel

TABLES: Mapping[type[Card], str] = {Contestant: "contestant", EmbeddingModel: "embedding_model"}
"""What the tables are called that declare each kind of card."""

_ALLOWED = {
    "id": "1 to 80 of a-z, 0-9 and . _ : -, beginning with a letter or digit",
    "name": "a text of 1 to 80 characters",
    "organisation": "a text of 1 to 80 characters",
    "licence": "a text of 1 to 80 characters",
    "adapter": " or ".join(f'"{name}"' for name in get_args(AdapterName)),
    "model": "a text of 1 to 200 characters, as the provider spells it",
    "base_url": 'an address such as "https://api.example.com/v1", without user name or query',
    "accepts": 'a list of what it takes: ["text"] or ["text", "image"]',
    "key_env": "the name of an environment variable, such as OPENAI_API_KEY, never the key itself",
    "key_file": 'the absolute path of a file that holds the key, such as "/run/secrets/shore"',
    "parameters": "a table of what else goes into the request: { temperature = 0.7 }",
    "concurrent": "a whole number of answers at once, 1 or more",
    "price_input_usd_per_million": "a number of US dollars, 0 or more",
    "price_output_usd_per_million": "a number of US dollars, 0 or more",
    "billion_parameters": "a number above 0, such as 7.2",
    "released": "a date such as 2026-11-23",
    "family": "a text of 1 to 80 characters",
    "status": " or ".join(f'"{status}"' for status in Status),
    "alias": "a text of 1 to 80 characters",
    "endpoint": " or ".join(f'"{whose}"' for whose in get_args(EndpointOwner)),
    "max_chars": "a whole number of characters, 1 to 50,000",
    "texts_at_once": "a whole number of texts in a request, 1 to 2,048",
}
# A person may have put a secret where these are expected, so they are never repeated.
_NEVER_REPEATED = {"base_url", "key_env", "key_file", "parameters"}
_SECRET = re.compile(r"key|token$|secret|password|authorization", re.IGNORECASE)
_OURS = frozenset(
    {"model", "messages", "input", "stream", "contents", "system", "systemInstruction", "n"}
)
_LOOKS_LIKE_A_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake: the key it stands at, and the sentence about it."""

    key: str
    sentence: str

    @classmethod
    def of_missing_key(cls, variable: str) -> Self:
        """Say that the environment variable that should hold a key is not set."""
        # A variable that is not written in capitals may be a pasted key: do not repeat it.
        name = variable if _LOOKS_LIKE_A_VARIABLE.fullmatch(variable) else "that"
        return cls(
            "key_env",
            f"key_env names the environment variable {name}, which is not set; set it to the "
            "provider's key before starting, or remove the line if no key is needed.",
        )


NO_LIBRARY = Fault(
    "adapter",
    'any_llm needs a library that is not installed; run pip install "tiltyard[any]", or choose '
    "another adapter.",
)
"""Said at the start, when a contestant that is to answer needs the library."""


def unknown_key(key: str, known: Sequence[str]) -> str:
    """Say that a key is unknown and which it was meant to be, or which there are."""
    close = get_close_matches(key, known, n=1)
    instead = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}."
    return f"unknown key {key!r}; {instead}"


def first_fault(
    kind: type[Card], errors: Iterable[Mapping[str, Any]], line_of: Callable[[str], int]
) -> Fault:
    """Turn pydantic's errors about one table into the fault that comes first in the file.

    Missing keys come last: mostly they are there, misspelt.
    """

    def place(error: Mapping[str, Any]) -> tuple[bool, int]:
        return error["type"] == "missing", line_of(str(error["loc"][0]))

    return _fault(kind, min(errors, key=place))


def contradiction(card: Card) -> Fault | None:
    """Return what is wrong between the keys of a card whose keys are each right, if anything."""
    if card.key_env is not None and card.key_file is not None:
        return Fault("key_file", "a card has one key: write key_env or key_file, not both.")
    ours = next((name for name in card.parameters if name in _OURS), None)
    if ours is not None:
        return Fault("parameters", f"parameters cannot set {ours}, which the adapter sets itself.")
    if any(_SECRET.search(name) for name in card.parameters):
        return Fault(
            "parameters", "parameters are recorded and may be shown: write a key as key_env."
        )
    return _against_adapter(card) if isinstance(card, Contestant) else None


def _against_adapter(card: Contestant) -> Fault | None:
    if card.adapter == "openai_chat" and card.base_url is None:
        return Fault("adapter", f"openai_chat needs base_url, {_ALLOWED['base_url']}.")
    if card.adapter == "any_llm" and not (card.provider and card.model_name):
        return Fault(
            "model",
            'any_llm needs the provider before the model, such as "mistral:mistral-small-latest", '
            f"not {_short(card.model)}.",
        )
    if card.demo and card.model not in DEMO_MODELS:
        return Fault(
            "model", f"the demo contestants are {', '.join(DEMO_MODELS)}, not {_short(card.model)}."
        )
    return _bare_preview(card)


def _bare_preview(card: Contestant) -> Fault | None:
    if card.status is not Status.PREVIEW or card.alias is not None:
        return None
    return Fault(
        "status",
        "a preview is shown under an alias: add alias, a text of 1 to 80 characters that does "
        "not tell who it is.",
    )


def _fault(kind: type[Card], error: Mapping[str, Any]) -> Fault:
    key = str(error["loc"][0])
    if error["type"] == "missing":
        whose = TABLES[kind].replace("_", " ")
        return Fault(key, f"this {whose} has no {key}; add it, {_ALLOWED[key]}.")
    if error["type"] != "extra_forbidden":
        got = "" if key in _NEVER_REPEATED else f", not {_short(error['input'])}"
        return Fault(key, f"{key} must be {_ALLOWED[key]}{got}.")
    if re.search(r"key|token|secret|password", key, re.IGNORECASE):
        return Fault(
            key,
            f"unknown key {key!r}; keys never stand in this file: write key_env, "
            f"{_ALLOWED['key_env']}.",
        )
    return Fault(key, unknown_key(key, tuple(kind.model_fields)))


def _short(value: object) -> str:
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"  # noqa: PLR2004 - one line of a terminal
