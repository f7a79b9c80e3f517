"""What a labeller is: conversations in, labels out, the same ones for the same words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from polars.datatypes import DataType, DataTypeClass

from tiltyard.labels.reading import Reading
from tiltyard.labels.vectors import Vectors

ColumnType = DataType | DataTypeClass
Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What labellers read of a battle: the words of its blind turns, and nothing about the vote.

    Attributes
    ----------
    asked
        The person's messages, in order.
    answers_a, answers_b
        What each side answered to them; empty for a side that is not there.
    names_a, names_b
        What each side's contestant is called: its name, its model, its organisation.
    """

    asked: tuple[str, ...]
    answers_a: tuple[str, ...] = ()
    answers_b: tuple[str, ...] = ()
    names_a: tuple[str, ...] = ()
    names_b: tuple[str, ...] = ()


class Batch:
    """Conversations that are labelled together; what several labellers need is made once.

    Parameters
    ----------
    conversations
        What was said.
    vectors
        Of the prompts, where labellers read them.
    """

    def __init__(
        self, conversations: Sequence[Conversation], vectors: Vectors | None = None
    ) -> None:
        self._conversations = conversations
        self._vectors = vectors

    def __len__(self) -> int:
        return len(self._conversations)

    def __iter__(self) -> Iterator[Conversation]:
        return iter(self._conversations)

    @cached_property
    def prompts(self) -> list[str]:
        """Everything the person wrote, one text for each conversation."""
        return ["\n".join(one.asked) for one in self._conversations]

    @cached_property
    def read_prompts(self) -> Reading:
        """The prompts as classifiers read them."""
        return Reading(self.prompts, self._vectors)

    def answers(self, side: str) -> list[str]:
        """Everything one side answered, one text for each conversation."""
        return self.answers_a if side == "a" else self.answers_b

    @cached_property
    def answers_a(self) -> list[str]:
        """Everything side a answered, one text for each conversation."""
        return ["\n".join(one.answers_a) for one in self._conversations]

    @cached_property
    def answers_b(self) -> list[str]:
        """Everything side b answered, one text for each conversation."""
        return ["\n".join(one.answers_b) for one in self._conversations]


class Label(NamedTuple):
    """A value for each column of a labeller, and how sure it is from 0 to 1; None where it counts.

    Of several columns it is how sure the labeller is of the one it is least sure of.
    """

    value: Value
    score: float | None = None


class LabelSource(Protocol):
    """Where labels come from: whose they are, and what columns they have."""

    @property
    def name(self) -> str:
        """What the labels tell; at most 40 characters."""
        ...

    @property
    def version(self) -> str:
        """Another version may label otherwise; its labels stand beside the older ones.

        At most 20 characters.
        """
        ...

    @property
    def columns(self) -> Mapping[str, ColumnType]:
        """The columns of its labels with their types; no other labeller has the same."""
        ...


class Labeller(LabelSource, Protocol):
    """Label battles: a pure function, so that the same words have the same label."""

    def label(self, batch: Batch) -> list[Label]:
        """Label each conversation of a batch."""
        ...
