"""Names of people, found by a real pipeline of spaCy that was trained for these tests."""

import sys
from pathlib import Path

import pytest

from named_people import train_pipeline
from tiltyard.labels import names
from tiltyard.labels.errors import LabelError
from tiltyard.labels.labeller import Batch, Conversation
from tiltyard.labels.names import PIPELINE, find_names, names_version
from tiltyard.labels.personal_data import PersonalDataLabeller, find_personal_data


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_pipeline(tmp_path_factory.mktemp("pipelines") / "tiny")


@pytest.fixture
def chosen(pipeline: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(PIPELINE, str(pipeline))
    return pipeline


def found(text: str) -> list[str]:
    (places,) = find_names([text])
    return [text[start:end] for start, end in places]


@pytest.mark.usefixtures("chosen")
def test_people_are_found_where_they_are_named_and_places_are_not_people() -> None:
    assert found("Please ask Tom Keller and Anna Rossi to come.") == ["Tom Keller", "Anna Rossi"]
    assert found("Write a poem about autumn in Paris.") == []
    assert find_names([]) == []


def test_without_a_pipeline_nobody_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for nothing in ("", "  "):
        monkeypatch.setenv(PIPELINE, nothing)
        assert found("Please ask Tom Keller to come.") == []
        assert names_version() == ""
    assert PersonalDataLabeller().version == "rules@3"


@pytest.mark.usefixtures("chosen")
def test_names_in_a_text_of_a_megabyte_are_found_to_its_end() -> None:
    filling = "Write a poem about autumn in Paris. "
    text = "I met Julia Weber yesterday in the park. " + filling * 28_000
    text += "Please ask Lena Novak to come."
    assert len(text) > 1_000_000
    assert {"Julia Weber", "Lena Novak"} == set(found(text))


@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize("before", range(40, 60))
def test_a_name_where_two_pieces_meet_is_found_whole(
    monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(names, "READ_CHARS", 60)
    monkeypatch.setattr(names, "SHARED_CHARS", 35)
    text = "Why is the sky blue? "
    text += "x" * (before - len(text) - 9) + ". I met Julia Weber yesterday in the park. Is it?"
    assert "Julia Weber" in found(text)


@pytest.mark.usefixtures("chosen")
def test_a_name_is_personal_data_of_its_battle() -> None:
    talks = [
        Conversation(("Write a letter to Peter Novak about the rent.",), ("Dear Sir,",)),
        Conversation(("Why is the sky blue?",)),
    ]
    labeller = PersonalDataLabeller()
    assert [label.value for label in labeller.label(Batch(talks))] == [
        {"personal_data": ["name"]},
        {"personal_data": []},
    ]
    assert labeller.version.startswith("rules@3+")
    assert len(labeller.version) <= 20


def test_nothing_is_left_of_a_name_around_other_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "Tom tom@web.org Keller"
    monkeypatch.setattr("tiltyard.labels.personal_data.find_names", lambda _: [[(0, len(text))]])
    pieces = [(one.kind, text[one.start : one.end]) for one in find_personal_data(text)]
    assert pieces == [("email", text)]


def test_another_pipeline_is_another_version(
    pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = set()
    for place in (pipeline, train_pipeline(tmp_path / "other", name="other")):
        monkeypatch.setenv(PIPELINE, str(place))
        versions.add(names_version())
    assert len(versions) == 2


def test_a_pipeline_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PIPELINE, "no_such_pipeline")
    with pytest.raises(LabelError, match=r"no_such_pipeline, which is neither .*: install it"):
        find_names(["Tom Keller"])
    places = train_pipeline(tmp_path / "places", label="GPE")
    monkeypatch.setenv(PIPELINE, str(places))
    with pytest.raises(LabelError, match="does not recognise people: name a pipeline whose ner"):
        names_version()


def test_without_spacy_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PIPELINE, "not_even_looked_for")
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(
        LabelError, match=r"spaCy is not installed: pip install 'tiltyard\[names\]'"
    ):
        find_names(["Tom Keller"])
