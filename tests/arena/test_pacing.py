"""Words flow in steps, both sides alike."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tiltyard.arena.definition import Pacing
from tiltyard.arena.pacing import AsItComes, InSteps, Ready

FRAME_S = 0.05
RULES = Pacing(chars_per_s=160, step_s=1.0)
PER_FRAME, FRAMES = 8, 20
STEP = PER_FRAME * FRAMES

ARRIVALS = st.lists(st.integers(0, 60), min_size=1, max_size=60)
"""Characters that a side's provider sends per tick, until it ends."""


def flow(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """Run a whole turn: what went out of both sides at each tick."""
    pace, sent, tick = InSteps(RULES, frame_s=FRAME_S), [], 0
    came, gone = [0, 0], [0, 0]
    while sum(gone) < sum(a) + sum(b):
        for side, arrivals in enumerate((a, b)):
            came[side] += arrivals[tick] if tick < len(arrivals) else 0
        ready = {
            slot: Ready(came[side] - gone[side], ended=tick >= len(arrivals))
            for side, (slot, arrivals) in enumerate((("a", a), ("b", b)))
        }
        released = pace.release(ready)  # type: ignore[arg-type]  # the slots are a and b
        out = (released["a"], released["b"])
        gone = [before + now for before, now in zip(gone, out, strict=True)]
        sent.append(out)
        tick += 1
    return sent


@given(ARRIVALS, ARRIVALS)
def test_everything_goes_out_and_never_faster_than_the_speed(a: list[int], b: list[int]) -> None:
    sent = flow(a, b)
    assert sum(one for one, _ in sent) == sum(a)
    assert sum(other for _, other in sent) == sum(b)
    assert all(one <= PER_FRAME and other <= PER_FRAME for one, other in sent)


@given(ARRIVALS, ARRIVALS)
def test_while_both_have_words_nothing_tells_them_apart(a: list[int], b: list[int]) -> None:
    sent = flow(a, b)
    last_a = max((tick for tick, (one, _) in enumerate(sent) if one), default=0)
    last_b = max((tick for tick, (_, other) in enumerate(sent) if other), default=0)
    both = sent[: min(last_a, last_b)]
    assert all(one == other for one, other in both)


@given(ARRIVALS, ARRIVALS)
def test_words_begin_and_pause_at_whole_steps_only(a: list[int], b: list[int]) -> None:
    flows = [one > 0 or other > 0 for one, other in flow(a, b)]
    changes = [tick for tick, (before, now) in enumerate(pairwise(flows), 1) if now and not before]
    assert all(tick % FRAMES == 0 for tick in changes)


def test_a_side_that_ended_early_does_not_hold_up_the_other() -> None:
    sent = flow([3], [STEP] * 3)
    assert sent[FRAMES - 1 + 2][1] == PER_FRAME
    assert len(sent) <= 5 * FRAMES


def test_without_pacing_everything_goes_out_at_once() -> None:
    assert AsItComes().release({"a": Ready(900, ended=False), "b": Ready(1, ended=True)}) == {
        "a": 900,
        "b": 1,
    }
