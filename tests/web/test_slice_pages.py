"""The slices of an arena on its boards' pages."""

from pathlib import Path

import pytest

from serving import serving, voter
from tiltyard.web.pages.board_view import board_view, unrated_row
from tiltyard.web.pages.slice_links import board_controls, slice_links, unmade_style

pytestmark = pytest.mark.anyio


def summary(slice_: str, votes: int, *controls: str, within: str = "overall") -> dict[str, object]:
    return {
        "arena": "text",
        "slice": slice_,
        "name": slice_.title(),
        "description": "",
        "within": None if slice_ == "overall" else within,
        "votes": votes,
        "enough": votes >= 300,
        "controls": list(controls),
        "unmade": {} if "style" in controls else {"style": "Why not."},
    }


SUMMARIES = [
    summary("overall", 1000, "", "style"),
    summary("code", 400, "", "style"),
    summary("law", 20, ""),
    summary("law-german", 10, "", within="law"),
    summary("music", 0),
]


def test_every_slice_is_offered_and_the_control_stays_chosen() -> None:
    links = slice_links([SUMMARIES[-1], *SUMMARIES[:-1]], "code", "style", None)
    assert [(one.name, one.votes, one.current, one.few, one.inside) for one in links] == [
        ("Overall", "1,000", False, False, False),
        ("Code", "400", True, False, False),
        ("Law", "20", False, True, False),
        ("Law-German", "10", False, True, True),
        ("Music", "0", False, True, False),
    ]
    assert [one.name for one in links if one.empty] == ["Music"]
    assert links[0].url == "/boards/text/overall?control=style"
    assert links[2].url == "/boards/text/law"  # which has no such board


def test_the_switch_is_there_where_there_are_votes_and_what_is_missing_is_said() -> None:
    plain, styled = board_controls(SUMMARIES, "code", "style", None)
    assert (plain.url, plain.current) == ("/boards/text/code", False)
    assert (styled.url, styled.current) == ("/boards/text/code?control=style", True)
    assert len(board_controls(SUMMARIES, "law", "", None)) == 2
    assert board_controls(SUMMARIES, "music", "", None) == []
    assert board_controls(SUMMARIES, "gone", "", None) == []
    assert unmade_style(SUMMARIES, "law") == "Why not."
    assert unmade_style(SUMMARIES, "code") is None
    assert unmade_style(SUMMARIES, "music") is None  # which has no votes at all


async def test_a_page_leads_to_the_other_slices_and_says_where_votes_are_few(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, examples=True) as base, voter(base) as ann:
        async with ann.get("/boards/text/overall") as response:
            overall = await response.text()
        assert "Not enough votes yet" not in overall
        assert "pooled" not in overall
        assert 'href="/boards/text/german"' in overall
        without_votes = overall[overall.index("No votes yet:") :]
        assert 'href="/boards/text/law"' in without_votes
        async with ann.get("/boards/text/german") as response:
            german = await response.text()
        assert "Not enough votes yet" in german
        assert "of the 300 votes that this board needs" in german
        assert "rating-pooled" in german
        async with ann.get("/boards/text/overall?control=style") as response:
            assert response.status == 200
            assert "if all answers looked alike" in await response.text()
        async with ann.get("/boards/text/overall?control=magic") as response:
            assert response.status == 404


def test_a_board_of_before_there_were_slices_is_still_shown() -> None:
    old = {"arena": "text", "slice": "overall", "votes": 3, "sources": {}, "models": []}
    view = board_view({**old, "diagnostics": []})
    assert (view.slice_words, view.few, view.control) == ("overall", None, "")


def test_a_model_that_is_not_rated_has_its_pooled_figure() -> None:
    model = {
        "model": "wren",
        "name": "Wren",
        "organisation": "Works",
        "licence": "none",
        "demo": False,
        "battles": 2,
        "pooled": 1012.4,
        "pooled_lower": 960.2,
        "pooled_upper": 1064.6,
    }
    assert unrated_row(model, []).pooled == "pooled with the larger slice 1012, 960 to 1065"
    assert unrated_row({**model, "pooled": None}, []).pooled is None
