from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiltyard.contestants.event_stream import LINE_LIMIT, EventStream, OversizedEventError


def events(*chunks: bytes) -> list[str]:
    stream = EventStream()
    found = [data for chunk in chunks for data in stream.feed(chunk)]
    return [*found, *stream.end()]


def test_an_event_ends_at_a_blank_line() -> None:
    assert events(b"data: one\n\ndata: two\n\n") == ["one", "two"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_end_in_any_of_three_ways(end: bytes) -> None:
    assert events(b"data: one\n\ndata: two\n\n".replace(b"\n", end)) == ["one", "two"]


def test_a_carriage_return_and_its_newline_may_come_apart() -> None:
    assert events(b"data: one\r", b"\ndata: more\r", b"", b"\n\r", b"\n") == ["one\nmore"]


def test_only_the_first_space_after_the_colon_is_dropped() -> None:
    assert events(b"data:one\n\ndata:  two\n\n") == ["one", " two"]


def test_comments_and_other_fields_are_skipped() -> None:
    assert events(b": ping\n\nevent: x\nid: 7\nretry: 3\ndata: one\nnonsense\n\n") == ["one"]


def test_a_byte_order_mark_is_skipped() -> None:
    assert events(b"\xef\xbb\xbfdata: one\n\n") == ["one"]


def test_data_over_several_lines_is_joined() -> None:
    assert events(b"data: {\ndata:  1}\n\n") == ["{\n 1}"]


def test_an_event_cut_off_by_the_end_is_handed_out() -> None:
    assert events(b"data: one\n\ndata: tw") == ["one", "tw"]


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    assert events(b"data: caf\xe9\n\n") == ["caf\N{REPLACEMENT CHARACTER}"]


def test_a_line_without_end_is_refused() -> None:
    stream = EventStream()
    assert list(stream.feed(b"x" * LINE_LIMIT)) == []
    with pytest.raises(OversizedEventError, match="1,000,000 bytes"):
        list(stream.feed(b"x"))


def test_an_event_of_too_many_lines_is_refused() -> None:
    stream = EventStream()
    assert list(stream.feed(b"data:" + b"x" * (LINE_LIMIT - 6) + b"\n")) == []
    with pytest.raises(OversizedEventError):
        list(stream.feed(b"data:xxxxxxx\n"))


def test_an_event_of_endless_empty_lines_is_refused() -> None:
    stream = EventStream()
    assert list(stream.feed(b"data:\n" * LINE_LIMIT)) == []
    with pytest.raises(OversizedEventError):
        list(stream.feed(b"data:\n"))


@given(
    payloads=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1), max_size=5
    ),
    cuts=st.lists(st.integers(0, 400), max_size=30),
    end=st.sampled_from([b"\n", b"\r\n", b"\r"]),
)
def test_it_does_not_matter_where_the_bytes_are_cut(
    payloads: list[str], cuts: list[int], end: bytes
) -> None:
    whole = b"".join(b"data: " + payload.encode() + end + end for payload in payloads)
    places = sorted({0, *(cut for cut in cuts if cut < len(whole)), len(whole)})
    chunks = [whole[start:stop] for start, stop in pairwise(places)]
    assert events(*chunks) == payloads
