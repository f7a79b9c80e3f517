from pathlib import Path

import pytest

from tiltyard.arena.definition import (
    BUILT_IN,
    ArenaDefinitionError,
    built_in_definition,
    parse_definition,
    read_definitions,
)

DEFINITION = """
id = "tiny"
title = "Tiny"
description = ""
accept = {parts = ["text"], max_chars = 10}
turns = {max = 1}
answer = {system = "", max_chars = 10, first_piece_s = 1.0, idle_s = 1.0, total_s = 1.0}
pairing = {policy = "uniform"}
vote = {outcomes = ["a", "b"], tags = [], max_comment_chars = 0}
"""


def test_the_text_arena_offers_the_four_outcomes() -> None:
    assert built_in_definition("text").vote.outcomes == ("a", "b", "tie", "both_bad")


def test_the_digest_changes_with_any_rule() -> None:
    tiny = parse_definition(DEFINITION, name="tiny.toml")
    longer = parse_definition(DEFINITION.replace("max = 1}", "max = 2}"), name="tiny.toml")
    assert tiny.sha256 != longer.sha256
    assert tiny.sha256 == parse_definition(DEFINITION, name="elsewhere.toml").sha256


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            'policy = "uniform"',
            'policy = "best"',
            "tiny.toml: pairing.policy: .*'uniform', 'weighted' or 'active'",
        ),
        ("max = 1}", "max = 0}", "tiny.toml: turns.max: .*greater than 0"),
        ('title = "Tiny"', "", "tiny.toml: title: field required"),
        ('title = "Tiny"', 'titel = "x"\ntitle = "Tiny"', "tiny.toml: titel: extra inputs"),
        ('title = "Tiny"', "title = ", "tiny.toml is not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_key(before: str, after: str, sentence: str) -> None:
    with pytest.raises(ArenaDefinitionError, match=sentence):
        parse_definition(DEFINITION.replace(before, after), name="tiny.toml")


def test_the_vision_arena_limits_its_images() -> None:
    vision = built_in_definition("vision").accept
    assert vision.parts == ("text", "image")
    assert vision.images is not None
    assert vision.images.limits.pixels == 20_000_000
    assert built_in_definition("text").accept.images is None


@pytest.mark.parametrize(
    "accept",
    [
        'accept = {parts = ["text", "image"], max_chars = 10}',
        (
            'accept = {parts = ["text"], max_chars = 10, images = {per_message = 1, max_bytes = 9, '
            "max_pixels = 9, max_side = 9}}"
        ),
    ],
)
def test_images_and_their_limits_come_together(accept: str) -> None:
    bad = DEFINITION.replace('accept = {parts = ["text"], max_chars = 10}', accept)
    with pytest.raises(ArenaDefinitionError, match=r"tiny.toml: accept: .*accept.images"):
        parse_definition(bad, name="tiny.toml")


def test_a_conversation_may_have_as_many_images_as_a_message() -> None:
    accept = (
        'accept = {parts = ["text", "image"], max_chars = 10, images = {per_message = 9, '
        "max_bytes = 9, max_pixels = 9, max_side = 9}}"
    )
    bad = DEFINITION.replace('accept = {parts = ["text"], max_chars = 10}', accept)
    with pytest.raises(ArenaDefinitionError, match=r"accept.images: set per_conversation to no"):
        parse_definition(bad, name="tiny.toml")


def test_arenas_are_named_or_read_from_files_and_directories(tmp_path: Path) -> None:
    file = tmp_path / "mine" / "tiny.toml"
    file.parent.mkdir()
    file.write_text(DEFINITION)
    for places in (["text", str(file), "vision"], ["text", str(file.parent), "vision"]):
        assert [found.id for found in read_definitions(places)] == ["text", "tiny", "vision"]
    assert [found.id for found in read_definitions(BUILT_IN)] == list(BUILT_IN)


def test_an_arena_that_cannot_be_hosted_is_named(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    namesake = tmp_path / "namesake.toml"
    namesake.write_text(DEFINITION.replace('"Tiny"', '"text"'))
    for places, sentence in (
        (["speech"], "There is no arena 'speech': text, vision are built in"),
        (["text", "text"], "Two arenas have the id 'text'"),
        (["text", str(namesake)], "Two arenas have the title 'text'"),
        ([], "No arena is to be hosted"),
        ([str(tmp_path / "no.toml")], "no.toml cannot be read: No such file"),
        ([str(binary)], "binary.toml cannot be read: it is not UTF-8"),
    ):
        with pytest.raises(ArenaDefinitionError, match=sentence):
            read_definitions(places)
