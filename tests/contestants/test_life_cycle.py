import pytest

from opened import served_model
from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.life_cycle import (
    Change,
    LifeCycleError,
    changes_between,
    require_move,
    require_unlike,
    retired,
)

GULL = served_model("plain", "http://127.0.0.1:1/v1", id_="gull")
DRAFT, PREVIEW, PUBLIC, RETIRED = Status


def gull(status: Status, alias: str | None = None) -> Contestant:
    return GULL.model_copy(update={"status": status, "alias": alias})


@pytest.mark.parametrize(
    ("before", "after"),
    [(DRAFT, PREVIEW), (DRAFT, PUBLIC), (PREVIEW, PUBLIC), (PREVIEW, RETIRED), (PUBLIC, RETIRED)],
)
def test_a_contestant_goes_forward(before: Status, after: Status) -> None:
    require_move(Change(gull(after), gull(before)), None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PUBLIC, PREVIEW),
        (PUBLIC, DRAFT),
        (PREVIEW, DRAFT),
        (RETIRED, PREVIEW),
        (RETIRED, DRAFT),
    ],
)
def test_nobody_goes_back_behind_a_curtain(before: Status, after: Status) -> None:
    with pytest.raises(LifeCycleError, match=f"gull is {before} and cannot become {after}"):
        require_move(Change(gull(after), gull(before)), "a reason does not help")


def test_coming_back_from_retirement_needs_a_reason() -> None:
    with pytest.raises(LifeCycleError, match="comes back only with a reason"):
        require_move(Change(gull(PUBLIC), gull(RETIRED)), None)
    require_move(Change(gull(PUBLIC), gull(RETIRED)), "It was a mistake.")


def test_an_alias_stays_in_retirement() -> None:
    require_move(Change(gull(RETIRED, "Mystery"), gull(PREVIEW, "Mystery")), None)
    for before in (PREVIEW, RETIRED):
        with pytest.raises(LifeCycleError, match="keeps it in retirement"):
            require_move(Change(gull(RETIRED), gull(before, "Mystery")), None)


def test_only_what_differs_changes() -> None:
    tern = GULL.model_copy(update={"id": "tern"})
    now = {"gull": GULL}
    assert changes_between(now, [GULL]) == []
    assert changes_between(now, [GULL, tern]) == [Change(tern, None)]
    assert changes_between(now, [tern]) == [Change(tern, None)]
    gone = changes_between(now, [tern], retire_absent=True)
    assert gone == [Change(tern, None), Change(retired(GULL), GULL)]
    assert changes_between({"gull": retired(GULL)}, [], retire_absent=True) == []


def test_two_whom_people_would_take_for_one_are_refused() -> None:
    other = GULL.model_copy(update={"id": "tern", "alias": "mystery!"})
    with pytest.raises(LifeCycleError, match="see tern as 'alias-mystery', like gull"):
        require_unlike([gull(PREVIEW, "Mystery"), other])
