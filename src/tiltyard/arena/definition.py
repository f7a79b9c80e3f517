"""Arena definitions: a kind of contest, declared as data."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from tiltyard.arena.pairing.rules import PairingRules
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.card import PartType
from tiltyard.errors import TiltyardError
from tiltyard.images.limits import Limits
from tiltyard.ledger.records import VotePer

BUILT_IN = ("text", "vision")
"""The arenas whose definitions come with Tiltyard."""

MOST_CHARS = 900_000
"""No answer may be longer: places in a stream count characters up to here."""
Positive = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0)]

Mode = Literal["battle", "side_by_side", "direct"]
"""Two drawn and hidden; two that the person names; one that the person names."""


class ArenaDefinitionError(TiltyardError):
    """An arena definition that cannot be read."""

    title: ClassVar[str] = "The arena definition is not valid"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Images(_Section):
    """How many images a message and a whole conversation may have, and how large each may be.

    Every turn shows contestants the whole conversation, so that each image is sent again with it.
    """

    per_message: Positive
    per_conversation: Positive = 8
    max_bytes: Positive
    max_pixels: Positive
    max_side: Positive

    @model_validator(mode="after")
    def _a_message_fits(self) -> Self:
        if self.per_conversation < self.per_message:
            raise PydanticCustomError(
                "images", "Set per_conversation to no fewer images than per_message"
            )
        return self

    @property
    def limits(self) -> Limits:
        """The same for whoever redraws them."""
        return Limits(bytes=self.max_bytes, pixels=self.max_pixels, side=self.max_side)


class Accept(_Section):
    """What a message may hold."""

    parts: tuple[PartType, ...] = Field(min_length=1)
    max_chars: Positive
    images: Images | None = None

    @model_validator(mode="after")
    def _images_have_limits(self) -> Self:
        if ("image" in self.parts) != (self.images is not None):
            raise PydanticCustomError(
                "images",
                "An arena that accepts images says how large in [accept.images], and only then",
            )
        return self


class Turns(_Section):
    """How long a battle may go on."""

    max: Positive


class Answer(_Section):
    """What is asked of the contestants, the same for both, and how long they may take.

    :mod:`tiltyard.arena.patience` says what the limits mean; `connect_s` is the adapters'.
    """

    system: str
    max_chars: Annotated[int, Field(gt=0, le=MOST_CHARS)]
    connect_s: Seconds = 10.0
    first_piece_s: Seconds
    first_word_s: Seconds = 300.0
    idle_s: Seconds
    total_s: Seconds
    unattended_s: Seconds = 30.0


class Pacing(_Section):
    """How words go out, so that speed tells nothing: see :mod:`tiltyard.arena.pacing`."""

    chars_per_s: Positive
    step_s: Seconds


class Ballot(_Section):
    """What the person may say: once, at the end, or on every turn."""

    per: VotePer = "battle"
    outcomes: tuple[Outcome, ...] = Field(min_length=2)
    tags: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...]
    max_comment_chars: Annotated[int, Field(ge=0)]


class Consent(_Section):
    """What people are told of publishing: without it nothing of an arena is ever released."""

    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    text: Annotated[str, Field(min_length=1, max_length=2_000)]


class ArenaDefinition(_Section):
    """A kind of contest. Every battle stores the digest of the definition it was held under."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    title: Annotated[str, Field(min_length=1, max_length=60)]
    description: str
    modes: tuple[Mode, ...] = Field(default=get_args(Mode), min_length=1)
    accept: Accept
    turns: Turns
    answer: Answer
    pairing: PairingRules
    pacing: Pacing | None = None
    vote: Ballot
    consent: Consent | None = None

    @property
    def sha256(self) -> str:
        """A digest of everything above, in hexadecimal."""
        # Definitions without it keep the digests that ledgers know, from before there was the key.
        absent = {"consent"} if self.consent is None else None
        return hashlib.sha256(self.model_dump_json(exclude=absent).encode()).hexdigest()


def parse_definition(text: str, *, name: str) -> ArenaDefinition:
    """Read a definition from TOML; `name` says in errors where it came from.

    Raises
    ------
    ArenaDefinitionError
        When it is not TOML, or a key is missing, unknown or out of range.
    """
    try:
        return ArenaDefinition.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ArenaDefinitionError(f"{name} is not valid TOML: {error}.") from error
    except ValidationError as error:
        raise ArenaDefinitionError(f"{name}: {_first_problem(error.errors()[0])}") from error


def read_definitions(places: Sequence[str]) -> list[ArenaDefinition]:
    """Read the definitions an installation is to host, in this order.

    Parameters
    ----------
    places
        Names of built-in arenas, paths of `.toml` files, or of directories with such files.

    Raises
    ------
    ArenaDefinitionError
        When there is no such arena or file, one cannot be read, or two have one id or title.
    """
    found = [definition for place in places for definition in _read_place(place)]
    if twice := _first_twice(definition.id for definition in found):
        raise ArenaDefinitionError(f"Two arenas have the id {twice!r}: leave one of them out.")
    if twice := _first_twice(definition.title for definition in found):
        raise ArenaDefinitionError(
            f"Two arenas have the title {twice!r}, and nobody could tell them apart: "
            "change one of them."
        )
    if not found:
        raise ArenaDefinitionError("No arena is to be hosted: name one, such as text.")
    return found


def _first_twice(names: Iterable[str]) -> str | None:
    met: set[str] = set()
    for name in names:
        if name.casefold() in met:
            return name
        met.add(name.casefold())
    return None


def _read_place(place: str) -> Iterator[ArenaDefinition]:
    path = Path(place)
    if place in BUILT_IN:
        yield built_in_definition(place)
    elif path.is_dir():
        for file in sorted(path.glob("*.toml")):
            yield _read_file(file)
    elif path.suffix == ".toml":
        yield _read_file(path)
    else:
        raise ArenaDefinitionError(
            f"There is no arena {place!r}: {', '.join(BUILT_IN)} are built in, and others are "
            "given as .toml files or a directory of them."
        )


def _read_file(path: Path) -> ArenaDefinition:
    try:
        return parse_definition(path.read_text(encoding="utf-8"), name=str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ArenaDefinitionError(f"{path} cannot be read: {reason}.") from error


def built_in_definition(arena: str) -> ArenaDefinition:
    """Read one of the definitions that come with Tiltyard."""
    file = resources.files("tiltyard.arena") / "definitions" / f"{arena}.toml"
    return parse_definition(file.read_text(encoding="utf-8"), name=f"{arena}.toml")


def _first_problem(problem: Any) -> str:  # noqa: ANN401  # pydantic's error details
    key = ".".join(str(step) for step in problem["loc"])
    return f"{key}: {problem['msg'][0].lower()}{problem['msg'][1:]}."
