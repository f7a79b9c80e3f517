"""Classifiers that read the vectors of the tests' embeddings server, trained without asking it."""

from collections.abc import Sequence

import numpy as np

from embeddings_server import DIMENSION, EmbeddingsServer, vector
from tiltyard.contestants.embedding_model import EmbeddingModel
from tiltyard.labels.examples import table_of
from tiltyard.labels.linear import LinearClassifier, train_classifier
from tiltyard.labels.logistic import Choice
from tiltyard.labels.reading import Reading
from tiltyard.labels.trained import KINDS, TrainedLabeller
from tiltyard.labels.vectors import Vectors, VectorSpace

CODE = ("fix my loop", "a loop in Python", "sort a list in Python", "fix my function")
POEMS = ("a poem about rain", "a song about my cat", "a poem of the sea", "a sad song")


def bag_model(server: EmbeddingsServer, **more: object) -> EmbeddingModel:
    """The model that makes bags of words; its name chooses how it behaves."""
    card = {"id": "bag", "model": "plain", "base_url": server.base_url}
    return EmbeddingModel.model_validate(card | more)


def bags(texts: Sequence[str], model: EmbeddingModel) -> Vectors:
    """The vectors of texts."""
    rows = np.array([vector(text) for text in texts])
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths == 0, 1.0, lengths)
    return Vectors(VectorSpace(model.id, model.version, DIMENSION), rows.astype(np.float32))


def bag_classifier(model: EmbeddingModel, *more: str) -> LinearClassifier:
    """Tell code from creative writing; other texts of code make another version."""
    code, poems = (*CODE, *more), POEMS
    classes = ("code", "creative_writing")
    truth = table_of([("code",)] * len(code) + [("creative_writing",)] * len(poems), classes)
    read = Reading((*code, *poems), bags((*code, *poems), model))
    return train_classifier("category", read, truth, classes, choice=Choice.ANY)


def bag_labeller(model: EmbeddingModel, *more: str) -> TrainedLabeller:
    """Label categories by vectors."""
    return TrainedLabeller(KINDS["category"], bag_classifier(model, *more))
