"""Which contestants could be added here and now: what `tiltyard doctor` knows about them."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

OLLAMA = "http://127.0.0.1:11434/v1"
"""Where Ollama listens unless told otherwise."""

_PATIENCE = 0.5  # seconds; a server on this machine answers at once
_OPENAI_MODELS = ("gpt-5", "gpt-5-mini")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something found, and the lines of `contestants.toml` that would make use of it.

    Attributes
    ----------
    found
        A sentence.
    lines
        `[[contestant]]` or `[[embedding_model]]` tables, ready to be pasted.
    """

    found: str
    lines: str


def suggestions(
    environment: Mapping[str, str], ollama_models: Sequence[str], *, ollama: str = OLLAMA
) -> list[Suggestion]:
    """Say which contestants could be added.

    Parameters
    ----------
    environment
        The variables that may hold keys; only whether they are set is looked at.
    ollama_models
        What Ollama lists; see `list_ollama_models`.
    ollama
        The base URL it listens on.
    """
    found = []
    if environment.get("OPENAI_API_KEY", "").strip():
        tables = [_openai(model) for model in _OPENAI_MODELS]
        found.append(Suggestion("OPENAI_API_KEY is set.", "\n".join(tables)))
    speakers = [model for model in ollama_models if "embed" not in model]
    if speakers:
        tables = [_ollama(model, ollama) for model in speakers]
        models = "1 model" if len(speakers) == 1 else f"{len(speakers)} models"
        found.append(Suggestion(f"Ollama answers at {ollama} with {models}.", "\n".join(tables)))
    embedders = [model for model in ollama_models if model not in speakers]
    if embedders:
        tables = [_ollama_vectors(model, ollama) for model in embedders]
        said = f"Ollama makes vectors for labellers with {', '.join(embedders)}."
        found.append(Suggestion(said, "\n".join(tables)))
    return found


async def list_ollama_models(base_url: str = OLLAMA) -> list[str]:
    """Ask an Ollama for its models; nothing when none answers within half a second."""
    return await asyncio.to_thread(_list_models, base_url)


def _list_models(base_url: str) -> list[str]:
    # The standard library's client: loading a real one would take longer than the question.
    address = urlsplit(base_url)
    connection = HTTPConnection(address.netloc, timeout=_PATIENCE)
    try:
        connection.request("GET", f"{address.path}/models")
        listing = json.loads(connection.getresponse().read())
        return [str(entry["id"]) for entry in listing["data"]]
    except (OSError, HTTPException, ValueError, LookupError, TypeError):
        return []
    finally:
        connection.close()


def _openai(model: str) -> str:
    return _table(
        "contestant",
        id=model,
        name=model,
        organisation="OpenAI",
        licence="Proprietary",
        adapter="openai_chat",
        model=model,
        base_url="https://api.openai.com/v1",
        key_env="OPENAI_API_KEY",
    )


def _ollama(model: str, base_url: str) -> str:
    return _table(
        "contestant",
        id=_ollama_id(model),
        name=model[:80],
        organisation="Ollama on this machine",
        licence="See the model's own",
        adapter="openai_chat",
        model=model,
        base_url=base_url,
    )


def _ollama_vectors(model: str, base_url: str) -> str:
    return _table("embedding_model", id=_ollama_id(model), model=model, base_url=base_url)


def _ollama_id(model: str) -> str:
    return re.sub(r"[^a-z0-9._:-]", "-", f"ollama-{model}".lower())[:80]


def _table(kind: str, /, **values: str) -> str:
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([f"[[{kind}]]", *lines, ""])
