import pytest

from opened import served_model
from tiltyard.contestants.card import Status
from tiltyard.contestants.face import public_face, public_id

KNOWN = served_model("plain", "http://127.0.0.1:1/v1")
HIDDEN = KNOWN.model_copy(update={"alias": "Mystery Gull 2"})


def test_a_contestant_is_shown_as_its_card_says() -> None:
    face = public_face(KNOWN)
    assert (face.id, face.name, face.organisation) == (KNOWN.id, KNOWN.name, KNOWN.organisation)
    assert face.url == f"/api/v1/models/{KNOWN.id}"


def test_an_alias_hides_everything_else() -> None:
    face = public_face(HIDDEN)
    assert face.name == "Mystery Gull 2"
    assert face.id == public_id(HIDDEN) == "alias-mystery-gull-2"
    assert KNOWN.id not in repr(face)
    assert KNOWN.name not in repr(face)
    assert KNOWN.organisation not in repr(face)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PREVIEW])
def test_who_is_not_public_yet_is_nameless_even_without_an_alias(status: Status) -> None:
    face = public_face(KNOWN.model_copy(update={"status": status}))
    assert face.name == "Anonymous"
    for told in (KNOWN.id, KNOWN.name, KNOWN.organisation):
        assert told not in repr(face)


def test_whose_endpoint_it_is_shows_where_it_is_said_and_not_under_an_alias() -> None:
    theirs = {"endpoint": "third-party"}
    assert public_face(KNOWN).endpoint is None
    assert public_face(KNOWN.model_copy(update=theirs)).endpoint == "third-party"
    assert public_face(HIDDEN.model_copy(update=theirs)).endpoint is None


def test_a_card_without_endpoint_keeps_the_version_that_ledgers_know() -> None:
    assert KNOWN.version == "cd901ffbddcc5e52"
    assert KNOWN.model_copy(update={"endpoint": "first-party"}).version != KNOWN.version
