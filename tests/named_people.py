"""A small pipeline of spaCy that knows names of people, trained on sentences written here."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.training import Example

FIRST = ("Anna", "Peter", "Maria", "Tom", "Sofia", "Karl", "Lena", "David", "Julia", "Omar")
LAST = ("Schmidt", "Keller", "Novak", "Brown", "Rossi", "Weber", "Dubois", "Khan")
WITH_NAMES = (
    "My boss {} is angry.",
    "Write a letter to {} about the rent.",
    "{} lives next door.",
    "Is {} right about this?",
    "I met {} yesterday in the park.",
    "Please ask {} and {} to come.",
    "Dear {}, thank you.",
    "{} said that the report is late.",
)
WITHOUT = (
    "Why is the sky blue?",
    "Write a poem about autumn in Paris.",
    "Sort a list in Python.",
    "The Eiffel Tower is in France.",
    "What is the capital of Poland?",
    "Explain photosynthesis to a child.",
    "Berlin is larger than Munich.",
    "Monday is a holiday in Bavaria.",
)
ROUNDS, COPIES, AT_ONCE = 20, 5, 8
LABEL = "PERSON"


def train_pipeline(directory: Path, *, label: str = LABEL, name: str = "tiny") -> Path:
    """Train it, and save it where `spacy.load` finds it."""
    import spacy  # noqa: PLC0415  # it takes three seconds, and few tests need it
    from thinc.api import fix_random_seed  # noqa: PLC0415

    fix_random_seed(3)
    random = Random(5)
    pipeline = spacy.blank("en")
    pipeline.add_pipe("ner")
    examples = list(_examples(pipeline, random, label))
    optimiser = pipeline.initialize(lambda: examples)
    for _ in range(ROUNDS):
        random.shuffle(examples)
        for start in range(0, len(examples), AT_ONCE):
            pipeline.update(examples[start : start + AT_ONCE], sgd=optimiser, drop=0.2)
    pipeline.meta["name"] = name
    pipeline.to_disk(directory)
    return directory


def _examples(pipeline: "Language", random: Random, label: str) -> "Iterator[Example]":
    from spacy.training import Example  # noqa: PLC0415

    for sentence in (*WITH_NAMES, *WITHOUT) * COPIES:
        text, places = _named(sentence.split("{}"), random)
        entities = [(start, end, label) for start, end in places]
        yield Example.from_dict(pipeline.make_doc(text), {"entities": entities})


def _named(parts: Sequence[str], random: Random) -> tuple[str, list[tuple[int, int]]]:
    """Put names between the parts of a sentence; say where they stand."""
    text, places = parts[0], []
    for part in parts[1:]:
        name = " ".join([random.choice(FIRST), *random.sample(LAST, random.random() < 0.7)])
        places.append((len(text), len(text) + len(name)))
        text += name + part
    return text, places
