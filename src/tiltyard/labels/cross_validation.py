"""How good a labeller is on texts whose labels are known, and a classifier on unseen ones."""

import numpy as np
import numpy.typing as npt

from tiltyard.labels.agreement import Agreement, agreement
from tiltyard.labels.errors import LabelError
from tiltyard.labels.examples import Examples, table_of
from tiltyard.labels.features import EMPHASIS
from tiltyard.labels.labeller import Labeller
from tiltyard.labels.labellers import classes_of
from tiltyard.labels.linear import LinearClassifier, train_classifier


def train(name: str, examples: Examples, *, emphasis: float = EMPHASIS) -> LinearClassifier:
    """Learn from all examples."""
    return train_classifier(
        name,
        examples.read,
        examples.truth,
        examples.classes,
        choice=examples.choice,
        emphasis=emphasis,
    )


def evaluated(
    labeller: Labeller | LinearClassifier, examples: Examples, *, seed: int = 0
) -> Agreement:
    """Label all examples and compare with the truth."""
    given = classes_of(labeller, examples.read)
    classes = tuple(sorted({*examples.classes, *(name for names in given for name in names)}))
    true = table_of([examples.names(row) for row in range(len(examples))], classes)
    return agreement(true, table_of(given, classes), classes, seed=seed)


def cross_validated(
    examples: Examples, *, folds: int = 5, seed: int = 0, emphasis: float = EMPHASIS
) -> Agreement:
    """Train on all folds but one, label that one, and compare all labels with the truth.

    Equal texts stay in one fold, so that nothing is known by heart.

    Raises
    ------
    LabelError
        When there are fewer different texts than folds.
    """
    fold_of = _folds(examples.texts, folds, seed)
    found = np.zeros_like(examples.truth)
    for fold in range(folds):
        tested = fold_of == fold
        classifier = train("held out", examples[~tested], emphasis=emphasis)
        found[tested] = table_of(classifier.classes_of(examples[tested].read), examples.classes)
    return agreement(examples.truth, found, examples.classes, seed=seed)


def _folds(texts: tuple[str, ...], folds: int, seed: int) -> npt.NDArray[np.int64]:
    different, text_of = np.unique(np.array(texts, object), return_inverse=True)
    if folds < 2 or different.size < folds:  # noqa: PLR2004  # to learn from and to test on
        raise LabelError(
            f"{different.size} different texts cannot be split into {folds} folds: "
            "add examples, or ask for fewer folds, two at least."
        )
    order = np.random.default_rng(seed).permutation(different.size)
    return (order % folds)[text_of]
