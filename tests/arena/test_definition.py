import pytest

from tiltyard.arena.definition import ArenaDefinitionError, built_in_definition, parse_definition

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
