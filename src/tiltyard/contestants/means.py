"""What a contestant needs on this machine before it can answer, looked at before the doors open."""

from collections.abc import Mapping
from importlib.util import find_spec

from tiltyard.contestants.card import Contestant
from tiltyard.contestants.faults import NO_LIBRARY, Fault
from tiltyard.contestants.keys import KeyProblemError, lacks_key, read_key

LIBRARY = "any_llm"
"""The module that the extra `any` brings."""


def lack(card: Contestant, environment: Mapping[str, str]) -> Fault | None:
    """Return what a contestant needs and is not there, None when it could answer.

    Keys are only seen to be there, never kept.
    """
    if card.key_env is not None and lacks_key(card, environment):
        return Fault.of_missing_key(card.key_env)
    if card.key_file is not None:
        try:
            read_key(card, environment)
        except KeyProblemError as error:
            return Fault("key_file", str(error))
    if card.adapter == "any_llm" and find_spec(LIBRARY) is None:
        return NO_LIBRARY
    return None
