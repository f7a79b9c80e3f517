"""A contestant's card: everything the catalogue says about it."""

import hashlib
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

DEMO_MODELS = ("heron", "wren", "owl", "robin", "peacock", "swift", "magpie", "cuckoo")
"""What `model` may be where `adapter` is `demo`."""


PartType = Literal["text", "image"]
"""What a message can hold."""

AdapterName = Literal[
    "openai_chat", "openai_responses", "anthropic_messages", "gemini", "any_llm", "demo"
]
"""How a contestant is reached."""

HOMES: dict[str, str] = {
    "openai_responses": "https://api.openai.com/v1",
    "anthropic_messages": "https://api.anthropic.com/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
}
"""Where an adapter's endpoint is unless `base_url` says otherwise."""


EndpointOwner = Literal["first-party", "third-party"]
"""Whose endpoint it is: that of the organisation that made the model, or somebody else's."""


Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._:-]{0,79}$")]
BaseUrl = Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$")]
KeyVariable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
KeyFile = Annotated[str, Field(pattern=r"^/[\x20-\x7e]{1,400}$")]
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Status(StrEnum):
    """Where a contestant is in its life. Public ones and previews are drawn for battles."""

    DRAFT = "draft"
    PREVIEW = "preview"
    PUBLIC = "public"
    RETIRED = "retired"


class Contestant(BaseModel):
    """Who may fight, and how to reach it. The key itself is never part of the card.

    `base_url` takes no user name, password or query: what stands on a card may be shown.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True
    )

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=80)]
    organisation: Annotated[str, Field(min_length=1, max_length=80)]
    licence: Annotated[str, Field(min_length=1, max_length=80)]
    adapter: AdapterName
    model: Annotated[str, Field(min_length=1, max_length=200)]
    base_url: BaseUrl | None = None
    accepts: Annotated[tuple[PartType, ...], Field(min_length=1)] = ("text",)
    key_env: KeyVariable | None = None
    key_file: KeyFile | None = None
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    concurrent: Annotated[int | None, Field(gt=0)] = None
    price_input_usd_per_million: Price | None = None
    price_output_usd_per_million: Price | None = None
    released: date | None = None
    family: Annotated[str | None, Field(min_length=1, max_length=80)] = None
    status: Status = Status.PUBLIC
    alias: Annotated[str | None, Field(min_length=1, max_length=80)] = None
    endpoint: EndpointOwner | None = None
    billion_parameters: Annotated[float | None, Field(gt=0, allow_inf_nan=False)] = None

    @property
    def demo(self) -> bool:
        """Whether its answers are canned, so that every page can say so."""
        return self.adapter == "demo"

    @property
    def answers(self) -> bool:
        """Whether battles may be drawn with it, under its name or its alias."""
        return self.status in (Status.PUBLIC, Status.PREVIEW)

    @property
    def provider(self) -> str:
        """Which provider an `any_llm` card names before the colon; empty for all others."""
        return self.model.partition(":")[0] if self.adapter == "any_llm" else ""

    @property
    def model_name(self) -> str:
        """The model as its provider spells it."""
        return self.model.partition(":")[2] if self.adapter == "any_llm" else self.model

    @property
    def address(self) -> str:
        """Where its endpoint is; empty for a contestant that answers in process.

        Where only the library knows, it is the provider's name.
        """
        if self.adapter == "any_llm" and self.base_url is None:
            return self.provider
        return (self.base_url or HOMES.get(self.adapter, "")).rstrip("/")

    @property
    def version(self) -> str:
        """A digest of the card: a changed card is another version of the contestant."""
        # Cards without them keep the versions that ledgers know, from before there were the keys.
        absent = {key for key in ("endpoint", "billion_parameters") if getattr(self, key) is None}
        return hashlib.sha256(self.model_dump_json(exclude=absent).encode()).hexdigest()[:16]
