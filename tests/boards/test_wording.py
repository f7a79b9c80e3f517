import pytest

from tiltyard.boards.wording import listed


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["amber"], "amber"),
        (["amber", "birch"], "amber and birch"),
        (["amber", "birch", "cedar"], "amber, birch and cedar"),
        (["amber", "birch", "cedar", "elm", "fir"], "amber, birch, cedar and 2 more"),
    ],
)
def test_the_first_of_many_are_named_and_the_others_counted(names: list[str], said: str) -> None:
    assert listed(names, 3) == said
