"""`[[embedding_model]]` in `contestants.toml`: in no battle, and a sentence for each mistake."""

from pathlib import Path

import pytest

from tiltyard.contestants.catalogue import Catalogue, CatalogueError, load_catalogue
from tiltyard.contestants.embedding_model import EmbeddingModel

CONTESTANTS = "".join(
    f"""[[contestant]]
id = "{name}"
name = "{name}"
organisation = "Shore Lab"
licence = "MIT"
adapter = "demo"
model = "{name}"
"""
    for name in ("wren", "owl")
)
NOMIC = """
[[embedding_model]]
id = "nomic"
model = "nomic-embed-text"
base_url = "http://127.0.0.1:11434/v1/"
key_env = "NOMIC_KEY"
"""


def load(folder: Path, text: str) -> Catalogue:
    (folder / "contestants.toml").write_text(text)
    return load_catalogue(folder / "contestants.toml", {})


def sentence(folder: Path, text: str) -> str:
    with pytest.raises(CatalogueError) as caught:
        load(folder, text)
    return str(caught.value).removeprefix(f"{folder}/")


def test_it_is_declared_beside_the_contestants_and_is_none_of_them(tmp_path: Path) -> None:
    catalogue = load(tmp_path, CONTESTANTS + NOMIC)
    assert [card.id for card in catalogue] == ["wren", "owl"]
    assert len(catalogue.drawable) == len(catalogue.public) == 2
    assert catalogue.get("nomic") is None
    assert catalogue.embedding_model("nomic") == EmbeddingModel(
        id="nomic",
        model="nomic-embed-text",
        base_url="http://127.0.0.1:11434/v1/",
        key_env="NOMIC_KEY",
    )


def test_a_file_may_declare_nothing_else_and_then_opens_no_arena(tmp_path: Path) -> None:
    catalogue = load(tmp_path, NOMIC)
    assert catalogue.embedding_model("nomic").address == "http://127.0.0.1:11434/v1"
    with pytest.raises(CatalogueError, match="no public contestant, and a battle needs two"):
        catalogue.require_pair()


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        ('model = "nomic-embed-text"\n', "", ":2: this embedding model has no model; add it"),
        ("base_url", "base_uri", ":5: unknown key 'base_uri'; did you mean base_url?"),
        ("key_env", "api_key", ":6: unknown key 'api_key'; keys never stand in this file"),
        ("key_env", "licence", ":6: unknown key 'licence'; known are id, model, base_url, "),
        ('key_env = "NOMIC_KEY"', "max_chars = 0", ":6: max_chars must be a whole number of ch"),
        ('key_env = "NOMIC_KEY"', "texts_at_once = 0", ":6: texts_at_once must be a whole numb"),
        ('key_env = "NOMIC_KEY"', "parameters = { input = 1 }", ":6: parameters cannot set input"),
        ('key_env = "NOMIC_KEY"', 'key_env = "A"\nkey_file = "/k"', ":7: a card has one key"),
        ("[[embedding_model]]", "[embedding_model]", ":2: embedding_model must be a list of tab"),
        ("", NOMIC, ":9: id 'nomic' is taken by the embedding model on line 3; give each embedd"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, there: str, instead: str, said: str
) -> None:
    text = NOMIC.replace(there, instead) if there else NOMIC + instead
    assert sentence(tmp_path, text).startswith(f"contestants.toml{said}")


def test_who_asks_for_vectors_of_somebody_else_is_told(tmp_path: Path) -> None:
    catalogue = load(tmp_path, CONTESTANTS + NOMIC)
    with pytest.raises(CatalogueError, match=r"'owl' in .* is a contestant and makes no vectors"):
        catalogue.embedding_model("owl")
    with pytest.raises(CatalogueError, match=r"has no \[\[embedding_model\]\] 'x': there is nomic"):
        catalogue.embedding_model("x")
