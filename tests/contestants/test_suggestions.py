from pathlib import Path

import pytest

from model_server import ModelServer
from tiltyard.contestants.catalogue import load_catalogue
from tiltyard.contestants.suggestions import list_ollama_models, suggestions


def test_with_nothing_there_nothing_is_suggested() -> None:
    assert suggestions({"OPENAI_API_KEY": " "}, []) == []


def test_a_key_in_the_environment_suggests_lines_that_work_and_do_not_repeat_it(
    tmp_path: Path,
) -> None:
    environment = {"OPENAI_API_KEY": "sk-secret"}
    (suggestion,) = suggestions(environment, [])
    assert "sk-secret" not in suggestion.lines
    file = tmp_path / "contestants.toml"
    file.write_text(suggestion.lines)
    load_catalogue(file, environment).require_pair()


def test_each_model_of_ollama_becomes_a_contestant(tmp_path: Path) -> None:
    names = ["llama3.2:1b", "hf.co/Some/Model-GGUF:Q4_K_M", 'odd "name"', "nomic-embed-text:latest"]
    speaking, embedding = suggestions({}, names)
    assert speaking.found == "Ollama answers at http://127.0.0.1:11434/v1 with 3 models."
    assert embedding.found == "Ollama makes vectors for labellers with nomic-embed-text:latest."
    file = tmp_path / "contestants.toml"
    file.write_text(speaking.lines + embedding.lines)
    catalogue = load_catalogue(file, {})
    assert [model.model for model in catalogue.embedding_models] == names[3:]
    assert [card.model for card in catalogue] == names[:3]
    assert catalogue.contestants[1].id == "ollama-hf.co-some-model-gguf:q4_k_m"


@pytest.mark.anyio
async def test_a_running_server_is_asked_for_its_models(model_server: ModelServer) -> None:
    assert await list_ollama_models(model_server.base_url) == ["plain", "slow"]


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["", "/nowhere"])
async def test_an_answer_without_models_counts_as_none(
    model_server: ModelServer, path: str
) -> None:
    elsewhere = model_server.base_url.removesuffix("/v1") + path
    assert await list_ollama_models(elsewhere) == []


@pytest.mark.anyio
async def test_no_server_counts_as_no_models() -> None:
    assert await list_ollama_models("http://127.0.0.1:1/v1") == []
