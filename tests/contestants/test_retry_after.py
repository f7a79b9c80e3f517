from datetime import UTC, datetime

import pytest

from tiltyard.contestants.retrying import Retrying
from tiltyard.contestants.sender import ProviderError, wait_s

NOW = datetime(2026, 11, 28, 8, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("0", 0.0),
        ("Sat, 28 Nov 2026 08:00:30 GMT", 30.0),
        ("Sat, 28 Nov 2026 09:00:30 +0100", 30.0),
        ("Sat, 28 Nov 2026 07:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.2.3", None),
        ("٣", None),
        ("Sat, 99 Nov 2026 08:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(said: str, seconds: float | None) -> None:
    assert wait_s({"Retry-After": said}, NOW) == seconds


def test_no_header_says_nothing() -> None:
    assert wait_s({}, NOW) is None


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (ProviderError("answered 429", again=True, outage=True, wait_s=3.0), 3.0),
        (ProviderError("answered 429", again=True, outage=True, wait_s=0.0), 0.0),
        (ProviderError("answered 429", again=True, outage=True, wait_s=21.0), False),
        (ProviderError("answered 500", again=True, outage=True), True),
        (ProviderError("answered 500", again=True, outage=True).final(), False),
        (ProviderError("answered 401", again=False, outage=True), False),
        (ValueError("a mistake of ours"), False),
    ],
)
def test_the_policy(error: Exception, decision: float | bool) -> None:  # noqa: FBT001 - parameters
    found = Retrying().policy["on"](error)
    assert found == decision
    assert isinstance(found, bool) == isinstance(decision, bool)
