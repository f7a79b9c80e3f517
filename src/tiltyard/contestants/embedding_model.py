"""What the catalogue says about an embedding model: texts go in, vectors come out."""

import hashlib
import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from tiltyard.contestants.card import BaseUrl, Id, KeyFile, KeyVariable, Price


class EmbeddingModel(BaseModel):
    """Who makes vectors of texts, and how to reach it; it answers nobody and is in no battle.

    Attributes
    ----------
    max_chars
        This much of a text is sent.
    texts_at_once
        This many texts go into one request.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True
    )

    id: Id
    model: Annotated[str, Field(min_length=1, max_length=200)]
    base_url: BaseUrl
    key_env: KeyVariable | None = None
    key_file: KeyFile | None = None
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    concurrent: Annotated[int | None, Field(gt=0)] = None
    price_input_usd_per_million: Price | None = None
    max_chars: Annotated[int, Field(gt=0, le=50_000)] = 4_000
    texts_at_once: Annotated[int, Field(gt=0, le=2_048)] = 32

    @property
    def address(self) -> str:
        """Where its endpoint is."""
        return self.base_url.rstrip("/")

    @property
    def version(self) -> str:
        """A digest of what shapes its vectors; where it is reached does not."""
        shaping = [self.model, self.parameters, self.max_chars]
        return hashlib.sha256(json.dumps(shaping, sort_keys=True).encode()).hexdigest()[:12]

    def readable(self, text: str) -> str:
        """Give what is sent of a text; empty where it has no words."""
        return text[: self.max_chars].strip()
