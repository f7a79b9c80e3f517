"""The catalogue: what `contestants.toml` declares, checked before the doors open."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import ValidationError

from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.embedding_model import EmbeddingModel
from tiltyard.contestants.face import public_id
from tiltyard.contestants.faults import TABLES, contradiction, first_fault
from tiltyard.contestants.means import lack
from tiltyard.contestants.toml_lines import line_where, syntax_error_line
from tiltyard.errors import TiltyardError

Kind = TypeVar("Kind", Contestant, EmbeddingModel)


class CatalogueError(TiltyardError):
    """`contestants.toml` cannot be read, holds a mistake, or leaves nobody to draw."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "The catalogue of contestants cannot be used"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All contestants of one installation, in the order of their file.

    Attributes
    ----------
    contestants
        The cards; ids are unique.
    source
        Where they were declared, for messages: a file name, or `the demo catalogue`.
    embedding_models
        Who makes vectors of texts; none of them is a contestant.
    """

    contestants: tuple[Contestant, ...]
    source: str
    embedding_models: tuple[EmbeddingModel, ...] = ()

    def __iter__(self) -> Iterator[Contestant]:
        return iter(self.contestants)

    def __len__(self) -> int:
        return len(self.contestants)

    def get(self, contestant_id: str) -> Contestant | None:
        """Return the contestant with this id, None when there is none."""
        return next((card for card in self.contestants if card.id == contestant_id), None)

    def embedding_model(self, id_: str) -> EmbeddingModel:
        """Return the embedding model with this id.

        Raises
        ------
        CatalogueError
            When there is none.
        """
        for model in self.embedding_models:
            if model.id == id_:
                return model
        if self.get(id_) is not None:
            raise CatalogueError(
                f"{id_!r} in {self.source} is a contestant and makes no vectors: declare an "
                "[[embedding_model]]."
            )
        there = ", ".join(model.id for model in self.embedding_models) or "none"
        raise CatalogueError(f"{self.source} has no [[embedding_model]] {id_!r}: there is {there}.")

    @property
    def drawable(self) -> tuple[Contestant, ...]:
        """The contestants that battles are drawn from: public ones, and previews under an alias."""
        return tuple(card for card in self.contestants if card.answers)

    @property
    def public(self) -> tuple[Contestant, ...]:
        """The contestants that may be asked by name, and that boards are about."""
        return tuple(card for card in self.contestants if card.status is Status.PUBLIC)

    def require_pair(self) -> None:
        """Refuse to open an arena that cannot draw two contestants.

        Raises
        ------
        CatalogueError
            When fewer than two contestants are public.
        """
        count = len(self.public)
        if count < 2:  # noqa: PLR2004 - a battle has two sides
            has = "only one public contestant" if count else "no public contestant"
            raise CatalogueError(
                f"{self.source} has {has}, and a battle needs two; "
                'add a contestant or set status = "public".'
            )


def load_catalogue(
    path: Path | str, environment: Mapping[str, str] | None = None, *, need_keys: bool = True
) -> Catalogue:
    """Read and check the file that declares who may fight, and who makes vectors.

    Parameters
    ----------
    path
        A TOML file of `[[contestant]]` and `[[embedding_model]]` tables.
    environment
        Where the variables named by `key_env` are looked up; the process's own by default.
        Keys are only seen to be there, never copied.
    need_keys
        Whether a missing key or library is a mistake; who only lists contestants needs none.

    Raises
    ------
    CatalogueError
        One sentence with file, line and key, for the first mistake in the file.
    """
    text = _read(path)
    document = _parse(path, text)
    cards = _cards(path, text, Contestant, document)
    models = _cards(path, text, EmbeddingModel, document)
    if not cards and not models:
        raise CatalogueError(f"{path} has no [[contestant]] table; add one for each contestant.")
    _check_unlike(path, text, cards)
    if need_keys:
        _check_means(path, text, cards, os.environ if environment is None else environment)
    return Catalogue(cards, str(path), models)


def _read(path: Path | str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        sentence = f"{path}:{line}: this is not UTF-8 text; save the file as UTF-8."
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        sentence = f"{path} cannot be read: {reason[0].lower()}{reason[1:]}."
    raise CatalogueError(sentence)


def _parse(path: Path | str, text: str) -> dict[str, Any]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, reason = syntax_error_line(str(error), text)
        raise CatalogueError(
            f"{path}:{line}: this is not valid TOML ({reason}); look for a missing quote, "
            "bracket or equals sign."
        ) from None
    unknown = next((key for key in document if key not in TABLES.values()), None)
    if unknown is not None:
        line = line_where(text, lambda found: unknown in found)
        raise CatalogueError(
            f"{path}:{line}: unknown key {unknown!r}; contestants stand in [[contestant]] tables."
        )
    return document


def _cards(
    path: Path | str, text: str, kind: type[Kind], document: dict[str, Any]
) -> tuple[Kind, ...]:
    """Read all tables of one kind of card; their ids are unique."""
    name = TABLES[kind]
    tables = document.get(name, [])
    if not (isinstance(tables, list) and all(isinstance(table, dict) for table in tables)):
        line = line_where(text, lambda found: name in found)
        raise CatalogueError(
            f"{path}:{line}: {name} must be a list of tables; write [[{name}]] with two "
            "brackets on each side."
        )
    cards = tuple(_card(path, text, kind, number, table) for number, table in enumerate(tables))
    first: dict[str, int] = {}
    for number, card in enumerate(cards):
        if first.setdefault(card.id, number) != number:
            whose = name.replace("_", " ")
            line, taken = (_line(text, name, one, "id") for one in (number, first[card.id]))
            raise CatalogueError(
                f"{path}:{line}: id {card.id!r} is taken by the {whose} on line {taken}; "
                f"give each {whose} an id of its own."
            )
    return cards


def _card(
    path: Path | str, text: str, kind: type[Kind], number: int, table: dict[str, Any]
) -> Kind:
    name = TABLES[kind]
    try:
        card = kind.model_validate(table)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        fault = first_fault(kind, faults, lambda key: _line(text, name, number, key))
    else:
        against = contradiction(card)
        if against is None:
            return card
        fault = against
    raise CatalogueError(f"{path}:{_line(text, name, number, fault.key)}: {fault.sentence}")


def _check_unlike(path: Path | str, text: str, cards: tuple[Contestant, ...]) -> None:
    """Refuse two contestants that people would take for one."""
    line = partial(_line, text, TABLES[Contestant])
    seen: dict[str, int] = {}
    for number, card in enumerate(cards):
        shown = public_id(card)
        if seen.setdefault(shown, number) != number:
            raise CatalogueError(
                f"{path}:{line(number, 'alias')}: people would see this contestant as "
                f"{shown!r}, like the one on line {line(seen[shown], 'id')}; choose another alias "
                "or id, different in letters or digits."
            )


def _check_means(
    path: Path | str, text: str, cards: tuple[Contestant, ...], environment: Mapping[str, str]
) -> None:
    """Look whether every contestant that is to answer has what it needs for it."""
    for number, card in enumerate(cards):
        fault = lack(card, environment) if card.answers else None
        if fault is not None:
            line = _line(text, TABLES[Contestant], number, fault.key)
            raise CatalogueError(f"{path}:{line}: {fault.sentence}")


def _line(text: str, name: str, number: int, key: str) -> int:
    """Return the line of a key of the n-th table of a name, or of its header when it is absent."""

    def has_table(found: dict[str, Any]) -> bool:
        return len(found.get(name, ())) > number

    def has_key(found: dict[str, Any]) -> bool:
        return has_table(found) and key in found[name][number]

    whole = tomllib.loads(text)
    return line_where(text, has_key if has_key(whole) else has_table)
