from collections.abc import Iterator

import pytest

from browser.standin import StandIn, standing_in


@pytest.fixture
def arena() -> Iterator[StandIn]:
    """Pages over a scripted arena."""
    with standing_in() as stand_in:
        yield stand_in
