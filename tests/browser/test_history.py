"""Ratings over time in a browser, wide and narrow."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from browser.scripted_pages import NOON, SNAPSHOTS
from browser.standin import StandIn

OVERLAP = """labels => {
    const boxes = labels.map(label => label.getBoundingClientRect());
    return boxes.slice(1).some((box, place) => box.left < boxes[place].right + 4);
}"""


@pytest.mark.parametrize("hours", [0.01, 1, 7, 24 * 7, 24 * 90])
@pytest.mark.parametrize("path", ["/boards/text/overall/history", "/models/kestrel-2"])
def test_labels_of_time_stand_apart(page: Page, arena: StandIn, path: str, hours: float) -> None:
    arena.pages.snapshots = [
        replace(one, published_at=NOON + number * timedelta(hours=hours))
        for number, one in enumerate(SNAPSHOTS)
    ]
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(arena.url + path)
        labels = page.locator(".course-days text")
        expect(labels).to_have_count(3)
        assert not labels.evaluate_all(OVERLAP), f"{width} wide"
